//! Savepoints, stopping with one, and starting from a snapshot: what happened and why.

use crate::i18n::particle::{eul, i};

phrases! {
    started_from_savepoint(checkpoint: u64, path: &str) {
        ko: "잡이 세이브포인트 {path}에서 시작합니다. 체크포인트 ID는 {checkpoint} 다음부터 셉니다.";
        en: "The job starts from the savepoint {path}. Checkpoint ids go on after {checkpoint}."
    }
    started_from_checkpoint(checkpoint: u64, path: &str) {
        ko: "잡이 앞선 잡이 남긴 체크포인트 {path}에서 시작합니다. 체크포인트 ID는 {checkpoint} 다음부터 셉니다.";
        en: "The job starts from a checkpoint that an earlier job left, {path}. Checkpoint ids go on after {checkpoint}."
    }
    snapshot_state_skipped(operator: &str) {
        ko: "이 잡에는 오퍼레이터 {} 없습니다. --allowNonRestoredState이므로 그 상태는 버려 둡니다.", i(operator);
        en: "This job has no operator {operator}. Because of --allowNonRestoredState its state is left behind."
    }
    snapshot_empty_skipped(operator: &str) {
        ko: "이 잡에는 오퍼레이터 {} 없지만 상태도 없었으므로 건너뜁니다.", i(operator);
        en: "This job has no operator {operator}, but it had no state either: it is skipped."
    }
    savepoint_triggered(checkpoint: u64) {
        ko: "세이브포인트를 요청받았습니다. 체크포인트와 같은 순서의 ID {}, 정렬된 배리어로 진행합니다.", eul(checkpoint);
        en: "A savepoint was asked for. It takes id {checkpoint} of the checkpoints' sequence and is always aligned."
    }
    stop_triggered(checkpoint: u64) {
        ko: "stop-with-savepoint: 주기 스케줄러가 멈췄고 동기 세이브포인트 {} 시작합니다. 소스가 먼저 읽기를 멈춥니다.", eul(checkpoint);
        en: "Stop with savepoint: the periodic scheduler has stopped and the synchronous savepoint {checkpoint} begins. Sources stop reading first."
    }
    drain_triggered(checkpoint: u64) {
        ko: "stop-with-savepoint --drain: 소스가 먼저 멈추고 MAX 워터마크와 finish()까지 끝낸 뒤 동기 세이브포인트 {} 찍습니다.", eul(checkpoint);
        en: "Stop with savepoint --drain: sources stop first, the MAX watermark and finish() come before the synchronous savepoint {checkpoint}."
    }
    savepoint_completed(path: &str) {
        ko: "세이브포인트가 {path}에 저장됐습니다. 자동 복구에 쓰이지 않고, 완료 알림도 가지 않아 싱크가 커밋하지 않습니다.";
        en: "The savepoint lies in {path}. It does not serve automatic recovery, and no completion is notified: sinks do not commit."
    }
    stop_savepoint_completed(path: &str) {
        ko: "동기 세이브포인트가 {path}에 저장됐습니다. 완료를 알리면 태스크가 끝나고 잡은 FINISHED가 됩니다.";
        en: "The synchronous savepoint lies in {path}. Its completion is notified, the tasks finish, and the job becomes FINISHED."
    }
    savepoint_refused_directory {
        ko: "세이브포인트를 찍을 곳이 없습니다. 대상 디렉터리를 주거나 execution.checkpointing.savepoint-dir를 설정해야 합니다.";
        en: "There is nowhere to put a savepoint: give a target directory, or set execution.checkpointing.savepoint-dir."
    }
    stop_failed {
        ko: "세이브포인트가 실패해 stop-with-savepoint도 실패했습니다. 체크포인트 스케줄러가 다시 시작합니다.";
        en: "The savepoint failed, and stopping with it. The checkpoint scheduler starts again."
    }

    action_savepoint { ko: "세이브포인트 트리거"; en: "Trigger a savepoint" }
    action_stop { ko: "세이브포인트 찍고 중지"; en: "Stop with savepoint" }
    action_drain { ko: "드레인하고 중지 (--drain)"; en: "Stop with savepoint --drain" }
    action_rescale(parallelism: u32) { ko: "병렬성 {}로 리스케일", parallelism; en: "Rescale to parallelism {parallelism}" }
    action_slow(operator: &str, ms: u64) { ko: "{} 레코드마다 {ms} ms 느리게", eul(operator); en: "Slow {operator} down by {ms} ms a record" }
}
