//! Processes that die, stand still or can't be reached: what happened, and the settings and incidents that make it happen.

use crate::base::Language;
use crate::i18n::particle::i;
use crate::scenario::{FileSystem, Mishap, StorageTrouble};
use crate::trace::{JobManagerChange, TaskManagerChange};

phrases! {
    tm_killed(name: String) {
        ko: "{name}의 프로세스가 강제 종료되었습니다. 그 안의 태스크도 함께 사라졌지만 JobManager는 아직 모릅니다.";
        en: "The process of {name} was killed, and its tasks with it. The JobManager does not know yet."
    }
    tm_shut_down(name: String) {
        ko: "취소를 무시하는 태스크가 있어 {name} 프로세스가 스스로 끝났습니다. 그 안의 모든 태스크가 사라집니다.";
        en: "A task would not be cancelled, so {name} ended its own process, with every task in it."
    }
    tm_hung(name: String) {
        ko: "{} 멈췄습니다. 아무것도 진행되지 않고 응답도 없습니다.", i(name);
        en: "{name} stands still: nothing in it goes on, and it answers nothing."
    }
    tm_partitioned(name: String) {
        ko: "{name}의 네트워크가 끊겼습니다. 돌고는 있지만 메시지가 오가지 못합니다.";
        en: "{name} is cut off: it runs, but no message reaches or leaves it."
    }
    tm_healed(name: String) { ko: "{} 다시 응답합니다.", i(name); en: "{name} can be reached again and goes on." }
    tm_unreachable(name: String) {
        ko: "하트비트를 두 번 연속 보내지 못해 JobManager가 {name}를 잃은 것으로 봅니다. 슬롯은 사라지고 그 안의 시도들은 실패합니다.";
        en: "Two heartbeats in a row could not be sent, so the JobManager gives {name} up: its slots are gone and its attempts have failed."
    }
    tm_timed_out(name: String) {
        ko: "heartbeat.timeout 동안 답이 없어 JobManager가 {name}를 잃은 것으로 봅니다. 슬롯은 사라지고 그 안의 시도들은 실패합니다.";
        en: "No heartbeat was answered for heartbeat.timeout, so the JobManager gives {name} up: its slots are gone and its attempts have failed."
    }
    tm_disconnected(name: String) {
        ko: "{} 끝난다고 알려 JobManager가 곧바로 슬롯을 거두고 그 안의 시도들을 실패로 처리합니다.", i(name);
        en: "{name} said that it ends, so the JobManager takes its slots away at once and its attempts have failed."
    }
    tm_registered(name: String) {
        ko: "{} JobManager에 등록되었습니다. 이제 그 슬롯을 쓸 수 있습니다.", i(name);
        en: "{name} registered at the JobManager: its slots can be used."
    }
    jm_killed {
        ko: "JobManager 프로세스가 죽었습니다. 진행 중이던 체크포인트와 재시작 전략의 횟수, 통계가 함께 사라집니다. 태스크는 아직 돕니다.";
        en: "The JobManager's process is dead: pending checkpoints, the restart strategy's counts and the statistics are gone. Tasks still run."
    }
    jm_missed {
        ko: "TaskManager들이 JobManager의 하트비트를 받지 못해 이 잡의 태스크를 모두 멈췄습니다.";
        en: "The TaskManagers miss the JobManager's heartbeats and have stopped all tasks of the job."
    }
    jm_elected {
        ko: "새 JobManager가 리더가 되었습니다. HA 저장소에서 잡과 완료된 체크포인트, ID 카운터를 찾아 잡을 처음부터 다시 띄웁니다.";
        en: "A new JobManager is the leader. It finds the job, its completed checkpoints and the id counter in the HA store, and starts the job anew."
    }
    jm_started_empty {
        ko: "새 JobManager가 떴지만 HA가 없어 이 잡을 모릅니다. 남은 체크포인트로 다시 제출해야 합니다.";
        en: "A new JobManager is up, but without HA it does not know the job: submit it again from a checkpoint that remains."
    }
    job_suspended {
        ko: "앞 리더의 실행은 SUSPENDED입니다. 새 리더가 이어받습니다.";
        en: "The old leader's run of the job is SUSPENDED; the new leader takes over."
    }
    mishap_job_manager { ko: "JobManager 강제 종료"; en: "The JobManager is killed" }
    high_availability { ko: "고가용성(HA)"; en: "High availability" }
    high_availability_help { ko: "켜면 새 리더가 완료된 체크포인트와 ID 카운터를 이어받습니다. 끄면 JobManager와 함께 잡을 잃습니다."; en: "On: a new leader takes over completed checkpoints and the id counter. Off: the job is lost with its JobManager." }
    jm_label_dead { ko: "죽음"; en: "dead" }
    storage_unreachable_now {
        ko: "체크포인트 저장소가 응답하지 않습니다. 새 체크포인트는 실패하고, 저장소에서 읽어야 하는 복구도 실패합니다.";
        en: "The checkpoint storage does not answer: new checkpoints fail, and so do restores that have to read from it."
    }
    storage_forbidden_now {
        ko: "체크포인트 저장소가 권한이 없다며 거절합니다. 새 체크포인트가 실패합니다.";
        en: "The checkpoint storage refuses for want of permission: new checkpoints fail."
    }
    storage_full_now {
        ko: "체크포인트 저장소가 가득 찼습니다. 디렉터리는 만들어지지만 파일을 쓸 수 없어 체크포인트가 실패합니다.";
        en: "The checkpoint storage is full: a directory can still be made, but no file be written, so checkpoints fail."
    }
    storage_slow_now { ko: "체크포인트 저장소가 평소보다 50배 느립니다."; en: "The checkpoint storage is fifty times as slow as usual." }
    storage_lost_now {
        ko: "가장 최근 체크포인트의 파일이 저장소에서 사라졌습니다. 지금은 아무 일도 없지만, 복구할 때 같은 체크포인트를 되풀이해 시도합니다.";
        en: "The files of the newest checkpoint are gone from the storage. Nothing happens now, but a recovery tries that same checkpoint again and again."
    }
    storage_damaged_now {
        ko: "가장 최근 체크포인트의 파일이 손상되었습니다. 지금은 아무 일도 없지만, 복구할 때 같은 체크포인트를 되풀이해 시도합니다.";
        en: "The files of the newest checkpoint are damaged. Nothing happens now, but a recovery tries that same checkpoint again and again."
    }
    storage_healed { ko: "체크포인트 저장소가 다시 제대로 동작합니다."; en: "The checkpoint storage works as it should again." }
    mishap_unreachable { ko: "저장소 장애(응답 없음)"; en: "The storage does not answer" }
    mishap_forbidden { ko: "저장소 권한 없음"; en: "The storage refuses permission" }
    mishap_full { ko: "저장소 가득 참"; en: "The storage is full" }
    mishap_slow { ko: "저장소 느려짐(50배)"; en: "The storage is slow (50 times)" }
    mishap_lost { ko: "최근 체크포인트 파일 사라짐"; en: "The newest checkpoint's files are lost" }
    mishap_damaged { ko: "최근 체크포인트 파일 손상"; en: "The newest checkpoint's files are damaged" }
    file_system { ko: "파일 시스템"; en: "File system" }
    file_system_help { ko: "요청 하나와 1 MiB에 드는 시간이 다릅니다. 플러그인은 설치되어 있다고 봅니다."; en: "They differ in what a request and a mebibyte cost. The plugin is taken to be installed." }
    file_system_local { ko: "로컬 디스크"; en: "Local disk" }
    file_system_nfs { ko: "NFS"; en: "NFS" }
    file_system_hdfs { ko: "HDFS"; en: "HDFS" }
    file_system_s3 { ko: "S3"; en: "S3" }
    file_system_minio { ko: "MinIO"; en: "MinIO" }
    checkpoint_files { ko: "체크포인트 디렉터리의 파일"; en: "Files in the checkpoint directory" }
    checkpoint_files_note { ko: "작은 상태는 _metadata에 담기고, 큰 상태는 서브태스크마다 파일이 됩니다. 크기는 상태만 셉니다."; en: "Small state lies in _metadata; larger state is a file for each subtask. Sizes count state alone." }
    card_lost { ko: "파일 사라짐"; en: "files lost" }
    card_damaged { ko: "파일 손상"; en: "files damaged" }
    inline_threshold { ko: "메타데이터에 담는 크기"; en: "Inline threshold" }
    inline_threshold_help { ko: "이보다 작은 상태는 따로 파일이 되지 않고 _metadata에 담깁니다."; en: "A smaller state is no file of its own: it lies in _metadata." }
    slots_missing(needed: u32, free: u32) {
        ko: "잡은 RUNNING이지만 슬롯이 모자라(필요 {needed}개, 빈 슬롯 {free}개) 태스크들이 SCHEDULED에서 기다립니다.";
        en: "The job is RUNNING, but slots are missing ({needed} needed, {free} free): its tasks wait in SCHEDULED."
    }
    cancel_stuck(task: &str, time: String) {
        ko: "{} 취소에 {time}째 반응하지 않습니다. 다시 인터럽트를 보냅니다.", i(task);
        en: "{task} has not reacted to being cancelled for {time}; it is interrupted again."
    }
    notification_lost(checkpoint: u64, task: &str) {
        ko: "chk-{checkpoint} 완료 알림이 {task}에 닿지 못했습니다. 다음 완료나 중단 알림이 이를 메웁니다.";
        en: "The news that chk-{checkpoint} is complete did not reach {task}. The next notification makes up for it."
    }
    thrown_network(op: &str, message: &str) {
        ko: "{op}의 상류 태스크가 있던 TaskManager와의 연결이 끊겨 태스크가 실패합니다: {message}";
        en: "The connection to a TaskManager upstream of {op} closed, which fails the task: {message}"
    }

    incidents_title { ko: "프로세스와 네트워크 사고"; en: "Accidents of processes and network" }
    incidents_none { ko: "아직 없습니다. TaskManager를 죽이거나 멈추거나 네트워크를 끊어 볼 수 있습니다."; en: "None yet. Kill a TaskManager, freeze it, or cut it off." }
    incident_add { ko: "사고 추가"; en: "Add an accident" }
    incident_number(number: usize) { ko: "사고 {number}"; en: "Accident {number}" }
    incident_what { ko: "무엇이"; en: "What" }
    incident_from { ko: "언제부터"; en: "From" }
    incident_until { ko: "언제까지"; en: "Until" }
    incident_until_help { ko: "비우면 끝나지 않습니다. 죽은 프로세스는 이때 새것으로 대신합니다."; en: "Empty: it never ends. A killed process is replaced by a new one then." }
    incident_task_manager { ko: "TaskManager"; en: "TaskManager" }
    mishap_killed { ko: "TaskManager 강제 종료(kill -9)"; en: "A TaskManager is killed (kill -9)" }
    mishap_hung { ko: "TaskManager 멈춤"; en: "A TaskManager stands still" }
    mishap_partitioned { ko: "TaskManager 네트워크 단절"; en: "A TaskManager is cut off" }
    mishap_cancel { ko: "연산자가 취소를 무시함"; en: "An operator ignores being cancelled" }
    mishap_notifications { ko: "체크포인트 완료 알림이 사라짐"; en: "Notifications of completion get lost" }
    begins(what: &str) { ko: "시작: {what}"; en: "Begins: {what}" }
    ends(what: &str) { ko: "끝: {what}"; en: "Over: {what}" }

    spread_out { ko: "슬롯을 고르게 나누기"; en: "Spread out slots" }
    replacement { ko: "새 TaskManager가 뜨기까지"; en: "A new TaskManager after" }
    replacement_help { ko: "하나가 끝난 뒤 이만큼 지나면 새로 뜹니다(Kubernetes처럼). 비우면 아무도 띄우지 않습니다."; en: "So long after one has ended, as on Kubernetes. Empty: nobody starts one." }
    heartbeat_interval { ko: "하트비트 주기"; en: "Heartbeat interval" }
    heartbeat_timeout { ko: "하트비트 제한 시간"; en: "Heartbeat timeout" }
    heartbeat_too_short { ko: "하트비트 제한 시간은 주기보다 길어야 합니다. Flink가 시작하지 못합니다."; en: "The heartbeat timeout must be longer than the interval, or Flink does not start." }
    slot_request { ko: "슬롯 요청 제한 시간"; en: "Slot request timeout" }
    cancellation_interval { ko: "취소 인터럽트 주기"; en: "Interval of cancel interrupts" }
    cancellation_timeout { ko: "취소 제한 시간"; en: "Cancel timeout" }
    cancellation_timeout_help { ko: "지나면 TaskManager 프로세스가 끝납니다. 0이면 언제까지나 기다립니다."; en: "After it the TaskManager's process ends. 0: it waits for ever." }
    word_incidents { ko: "사고"; en: "accidents" }

    tm_label_dead { ko: "죽음"; en: "dead" }
    tm_label_hung { ko: "멈춤"; en: "stands still" }
    tm_label_cut { ko: "단절"; en: "cut off" }
    tm_label_lost { ko: "잃음"; en: "given up" }
    tm_label_starting { ko: "시작 중"; en: "starting" }
    tm_label_unnoticed { ko: "JobManager는 아직 모름"; en: "the JobManager does not know yet" }
    tm_waiting(managers: String) { ko: "태스크들이 슬롯을 기다리는 중 · {managers}"; en: "tasks wait for slots · {managers}" }
    tm_waiting_alone { ko: "태스크들이 슬롯을 기다리는 중"; en: "tasks wait for slots" }
    task_elsewhere(manager: u32) { ko: "지금은 TaskManager {manager}에서 돕니다"; en: "Runs in TaskManager {manager} now" }
}

impl Language {
    /// What happened to a TaskManager.
    pub fn task_manager_changed(self, manager: u32, change: TaskManagerChange) -> String {
        let name = format!("TaskManager {}", manager + 1);
        match change {
            TaskManagerChange::Killed => self.tm_killed(name),
            TaskManagerChange::ShutDown => self.tm_shut_down(name),
            TaskManagerChange::Hung => self.tm_hung(name),
            TaskManagerChange::Partitioned => self.tm_partitioned(name),
            TaskManagerChange::Healed => self.tm_healed(name),
            TaskManagerChange::Unreachable => self.tm_unreachable(name),
            TaskManagerChange::HeartbeatTimedOut => self.tm_timed_out(name),
            TaskManagerChange::Disconnected => self.tm_disconnected(name),
            TaskManagerChange::Registered => self.tm_registered(name),
        }
    }

    /// What went wrong with the storage.
    pub const fn storage_trouble(self, what: &Mishap) -> &'static str {
        match what {
            Mishap::Storage(StorageTrouble::NoPermission) => self.storage_forbidden_now(),
            Mishap::Storage(StorageTrouble::Full) => self.storage_full_now(),
            Mishap::Storage(StorageTrouble::Slow) => self.storage_slow_now(),
            Mishap::CheckpointLost => self.storage_lost_now(),
            Mishap::CheckpointDamaged => self.storage_damaged_now(),
            _ => self.storage_unreachable_now(),
        }
    }

    /// A file system's name.
    pub const fn file_system_name(self, file_system: FileSystem) -> &'static str {
        match file_system {
            FileSystem::Local => self.file_system_local(),
            FileSystem::Nfs => self.file_system_nfs(),
            FileSystem::Hdfs => self.file_system_hdfs(),
            FileSystem::S3 => self.file_system_s3(),
            FileSystem::Minio => self.file_system_minio(),
        }
    }

    /// What happened to the JobManager.
    pub const fn job_manager_changed(self, change: JobManagerChange) -> &'static str {
        match change {
            JobManagerChange::Killed => self.jm_killed(),
            JobManagerChange::Missed => self.jm_missed(),
            JobManagerChange::Elected => self.jm_elected(),
            JobManagerChange::StartedEmpty => self.jm_started_empty(),
        }
    }

    /// A kind of mishap, as a list offers it.
    pub const fn mishap_name(self, what: &Mishap) -> &'static str {
        match what {
            Mishap::TaskManagerKilled(_) => self.mishap_killed(),
            Mishap::TaskManagerHung(_) => self.mishap_hung(),
            Mishap::TaskManagerPartitioned(_) => self.mishap_partitioned(),
            Mishap::CancelIgnored { .. } => self.mishap_cancel(),
            Mishap::NotificationsLost => self.mishap_notifications(),
            Mishap::JobManagerKilled => self.mishap_job_manager(),
            Mishap::Storage(StorageTrouble::Unreachable) => self.mishap_unreachable(),
            Mishap::Storage(StorageTrouble::NoPermission) => self.mishap_forbidden(),
            Mishap::Storage(StorageTrouble::Full) => self.mishap_full(),
            Mishap::Storage(StorageTrouble::Slow) => self.mishap_slow(),
            Mishap::CheckpointLost => self.mishap_lost(),
            Mishap::CheckpointDamaged => self.mishap_damaged(),
        }
    }

    /// A mishap, and which TaskManager it concerns.
    pub fn mishap(self, what: &Mishap) -> String {
        let name = self.mishap_name(what);
        match what.task_manager() {
            Some(manager) => format!("{name} · TaskManager {}", manager + 1),
            None => name.into(),
        }
    }
}
