//! One sentence for every fact: what happened and why Flink does it.

use crate::i18n::particle::{eul, eun, euro, i};

phrases! {
    job_created(job: &str) { ko: "잡 {job}의 JobMaster가 떠서 CREATED가 되었습니다."; en: "The JobMaster of {job} is up: the job is CREATED." }
    job_running(job: &str) {
        ko: "잡 {job}의 스케줄링이 시작되어 RUNNING입니다. 아직 태스크가 도는 것은 아닙니다.";
        en: "Scheduling of {job} begins, so the job is RUNNING. Its tasks are not running yet."
    }
    job_running_again {
        ko: "재시작 지연이 끝나고 취소도 모두 확인되어 잡이 다시 RUNNING입니다. 체크포인트 스케줄러도 새로 시작합니다.";
        en: "The delay is over and every cancellation is confirmed: the job is RUNNING again, and the checkpoint scheduler starts anew."
    }
    job_restarting {
        ko: "재시작 전략이 허락해 잡이 RESTARTING이 되었습니다. 체크포인트 스케줄러가 멈추고, 진행 중이던 체크포인트는 버려집니다.";
        en: "The restart strategy allows it, so the job is RESTARTING. The checkpoint scheduler stops and pending checkpoints are given up."
    }
    job_failing { ko: "더 재시작할 수 없어 잡이 FAILING이 되고 모든 태스크를 취소합니다."; en: "No restart is left: the job is FAILING and cancels every task." }
    job_failed { ko: "모든 태스크가 끝나 잡이 FAILED로 끝났습니다."; en: "Every task has ended: the job ends as FAILED." }
    job_cancelling { ko: "잡을 취소하는 중입니다."; en: "The job is being cancelled." }
    job_canceled { ko: "모든 태스크가 취소되어 잡이 CANCELED로 끝났습니다."; en: "Every task is cancelled: the job ends as CANCELED." }
    job_finished { ko: "모든 태스크가 FINISHED여서 잡이 FINISHED로 끝났습니다."; en: "Every task has FINISHED, and so has the job." }

    task_created(task: &str, attempt: u32) { ko: "{}의 시도 {attempt}을 만들었습니다.", task; en: "Attempt {attempt} of {task} was created." }
    task_scheduled(task: &str) { ko: "{} 슬롯을 요청했습니다.", eun(task); en: "{task} asked for a slot." }
    task_deploying(task: &str) { ko: "{} 슬롯을 받아 TaskManager로 배포되고 있습니다.", eun(task); en: "{task} got a slot and is being deployed to its TaskManager." }
    task_initializing(task: &str) { ko: "{} 상태를 복원하고 open()을 부르는 중입니다.", eun(task); en: "{task} restores its state and calls open()." }
    task_running(task: &str) { ko: "{} 이제 레코드를 처리합니다.", eun(task); en: "{task} now handles records." }
    task_finished(task: &str) { ko: "{} 할 일을 다 하고 FINISHED가 되었습니다.", eun(task); en: "{task} has nothing left to do: FINISHED." }
    task_canceling(task: &str) { ko: "JobManager가 {} 취소하라고 했습니다.", eul(task); en: "The JobManager told {task} to cancel." }
    task_canceled(task: &str) { ko: "{} 취소되었습니다.", i(task); en: "{task} is cancelled." }
    task_failed(task: &str) { ko: "{} 예외로 FAILED가 되었고, JobManager에 보고됩니다.", i(task); en: "An exception made {task} FAILED; the JobManager hears of it." }

    thrown_record(op: &str, record: &str, message: &str) {
        ko: "{op}에서 레코드 {} 처리하다 예외가 났습니다: {message}", eul(record);
        en: "{op} threw an exception while handling record {record}: {message}"
    }
    thrown_alone(op: &str, message: &str) { ko: "{op}에서 예외가 났습니다: {message}"; en: "{op} threw an exception: {message}" }
    thrown_sync(op: &str, message: &str) {
        ko: "{op}의 스냅샷 동기 구간에서 예외가 났습니다. 체크포인트만이 아니라 태스크가 실패합니다: {message}";
        en: "{op} threw in the synchronous part of its snapshot. Not just the checkpoint but the task fails: {message}"
    }
    thrown_async(op: &str, message: &str) {
        ko: "{op}의 상태를 쓰는 비동기 구간에서 예외가 났습니다. 체크포인트만 실패하고 태스크는 계속 돕니다: {message}";
        en: "{op} failed while writing its state, in the asynchronous part. Only the checkpoint fails; the task runs on: {message}"
    }
    thrown_notify(op: &str, message: &str) {
        ko: "{op}의 notifyCheckpointComplete에서 예외가 나 태스크가 실패합니다: {message}";
        en: "{op} threw in notifyCheckpointComplete, which fails the task: {message}"
    }
    thrown_restore(op: &str, message: &str) {
        ko: "{} 상태를 복원하다 실패했습니다. 다음 재시작도 같은 체크포인트를 씁니다: {message}", i(op);
        en: "{op} failed to restore its state. The next restart uses the same checkpoint: {message}"
    }

    failure_handled(task: &str) {
        ko: "JobManager가 {task}의 실패를 알고 재시작 전략에 물었습니다.";
        en: "The JobManager learned that {task} failed and asked the restart strategy."
    }
    global_failure(message: &str) {
        ko: "태스크 하나가 아니라 잡 전체의 실패입니다. 모든 태스크를 다시 시작합니다: {message}";
        en: "A failure of the whole job, not of one task: everything restarts. {message}"
    }
    restart_scheduled(restart: u32, tasks: u32, delay: String) {
        ko: "{restart}번째 재시작: {delay} 뒤에 태스크 {tasks}개를 다시 시작합니다.";
        en: "Restart {restart}: {tasks} task(s) will start again after {delay}."
    }
    restart_suppressed {
        ko: "재시작 전략이 더는 허락하지 않습니다. 잡이 실패합니다.";
        en: "The restart strategy refuses another restart: the job fails."
    }
    initialization_failed(cause: &str) {
        ko: "JobMaster를 띄우지 못해 잡이 시작하기도 전에 FAILED입니다. 재시작도 없습니다: {cause}";
        en: "The JobMaster could not start, so the job is FAILED before it began, without restarts: {cause}"
    }
    restore_from(checkpoint: u64) {
        ko: "가장 최근에 완료된 chk-{} 새 시도들에 나눠 줍니다.", eul(checkpoint);
        en: "The latest completed checkpoint, chk-{checkpoint}, is handed to the new attempts."
    }
    restore_none {
        ko: "완료된 체크포인트가 없어 새 시도들이 빈 상태로 시작합니다.";
        en: "No checkpoint has completed yet, so the new attempts start empty."
    }
    opened_empty(op: &str, attempt: u32) {
        ko: "{} 시도 {attempt}에서 처음부터 시작합니다. 인스턴스 필드도 초깃값입니다.", i(op);
        en: "{op} starts from nothing in attempt {attempt}; its instance fields have their initial values."
    }
    opened_fields_only(op: &str, checkpoint: u64) {
        ko: "chk-{checkpoint}에는 {op}의 상태가 없습니다. 돌려받는 것 없이 처음부터 시작합니다.";
        en: "chk-{checkpoint} holds nothing for {op}: it gets nothing back and starts over."
    }
    opened_position(op: &str, checkpoint: u64, position: u64) {
        ko: "{} chk-{checkpoint}의 위치 {position}부터 다시 읽습니다. 그 뒤의 레코드는 두 번째로 흘러갑니다.", i(op);
        en: "{op} reads on from position {position} of chk-{checkpoint}: what came after it flows a second time."
    }
    opened_values(op: &str, checkpoint: u64, values: u32) {
        ko: "{} chk-{checkpoint}에서 상태 값 {values}개를 돌려받았습니다. 인스턴스 필드는 초깃값입니다.", i(op);
        en: "{op} got {values} state value(s) back from chk-{checkpoint}; its instance fields have their initial values."
    }

    record_emitted(op: &str, record: &str, position: u64) {
        ko: "{} {position}번 위치의 레코드 {} 내보냈습니다.", i(op), eul(record);
        en: "{op} emitted record {record} at position {position}."
    }
    record_sent(from: &str, to: &str, record: &str) {
        ko: "{record}: {from}에서 {} 가는 채널에 들어갔습니다.", euro(to); en: "{record} entered the channel from {from} to {to}."
    }
    record_received(op: &str, record: &str) { ko: "{} 레코드 {} 처리하기 시작했습니다.", i(op), eul(record); en: "{op} began with record {record}." }
    statement_reached(op: &str) { ko: "{}의 함수가 다음 줄을 실행합니다.", op; en: "The function of {op} reached its next line." }
    field_changed(field: &str, value: String) {
        ko: "self.{field} = {value}. 인스턴스 필드라서 체크포인트에 들어가지 않습니다.";
        en: "self.{field} = {value}. It is an instance field, so no checkpoint holds it."
    }
    state_changed(state: &str, value: String) {
        ko: "Flink 상태 {state} = {value}. 다음 체크포인트에 들어갑니다.";
        en: "Flink state {state} = {value}. The next checkpoint will hold it."
    }
    state_changed_of_key(state: &str, key: String, value: String) {
        ko: "키 {key}의 Flink 상태 {state} = {value}. 다음 체크포인트에 들어갑니다.";
        en: "Flink state {state} of key {key} = {value}. The next checkpoint will hold it."
    }
    stdout_printed(op: &str) { ko: "{op}의 함수가 stdout에 출력했습니다."; en: "The function of {op} printed to stdout." }
    file_touched(op: &str, path: &str) {
        ko: "{op}의 함수가 바깥에 {path} 파일을 썼습니다. 재시작해도 이 파일은 남습니다.";
        en: "The function of {op} wrote the file {path} outside, where it outlives every restart."
    }
    row_printed_first(text: &str) { ko: "{text} 행이 처음 출력되었습니다. 이제 바깥에서 보입니다."; en: "{text} was printed for the first time: the world outside can see it." }
    row_printed_again(text: &str, times: u32) {
        ko: "{text} 행이 {times}번째 출력되었습니다. print()는 되돌릴 수 없어 중복이 남습니다.";
        en: "{text} was printed again, {times} times so far. print() takes nothing back, so a duplicate stays."
    }
    bundle_grew(op: &str, record: &str, size: u32) {
        ko: "{op}의 Python 워커가 {} 번들에 담았습니다({size}개째).", eul(record);
        en: "The Python worker of {op} took {record} into its bundle (now {size})."
    }
    bundle_finishing(op: &str, remaining: u32) {
        ko: "{} Python 번들이 끝나기를 기다립니다(남은 레코드 {remaining}개). 그동안 체크포인트도 기다립니다.", i(op);
        en: "{op} waits for its Python bundle ({remaining} record(s) left). A checkpoint has to wait too."
    }
    bundle_finished(op: &str) { ko: "{op}의 Python 번들이 끝났습니다."; en: "The Python bundle of {op} is done." }
    backpressure_on(task: &str, to: &str) {
        ko: "{} 보낼 빈 버퍼가 없어 {} 멈췄습니다: 역압(backpressure)입니다.", euro(to), i(task);
        en: "{task} has no free buffer towards {to} and has to stop: backpressure."
    }
    backpressure_off(task: &str, to: &str) { ko: "{} 보낼 버퍼가 생겨 {} 다시 나아갑니다.", euro(to), i(task); en: "{task} has a buffer towards {to} again and goes on." }
    buffer_size(task: &str, size: String) {
        ko: "{} 보내는 쪽에 버퍼를 {}로 맞춰 달라고 했습니다. 전송 중인 데이터가 목표 시간만큼만 남도록 하는 버퍼 디블로팅입니다.", i(task), size;
        en: "{task} asked its senders for buffers of {size}: debloating keeps just so much in flight as the target time needs."
    }
    end_of_data_waits(task: &str) {
        ko: "{} 입력을 다 읽었습니다. 이 뒤에 트리거된 체크포인트가 완료될 때까지 RUNNING으로 기다립니다.", i(task);
        en: "{task} has read all its input. It stays RUNNING until a checkpoint triggered after this completes."
    }

    scheduler_started(delay: String) {
        ko: "체크포인트 스케줄러가 시작되었습니다. 첫 트리거는 {delay} 뒤입니다(min-pause와 주기 사이에서 무작위).";
        en: "The checkpoint scheduler starts. Its first trigger comes after {delay}, drawn between min-pause and the interval."
    }
    scheduler_stopped { ko: "잡이 RUNNING을 벗어나 체크포인트 스케줄러가 멈췄습니다."; en: "The job left RUNNING, so the checkpoint scheduler stops." }
    trigger_refused_tasks(task: &str) {
        ko: "체크포인트 요청이 번호도 받지 못하고 실패했습니다: {} 아직 RUNNING이 아닙니다.", i(task);
        en: "A checkpoint request failed before it got an id: {task} is not RUNNING."
    }
    trigger_refused_tasks_unnamed {
        ko: "체크포인트 요청이 번호도 받지 못하고 실패했습니다: 아직 모든 태스크가 RUNNING은 아닙니다.";
        en: "A checkpoint request failed before it got an id: not every task is RUNNING."
    }
    trigger_refused_pause { ko: "앞 체크포인트가 완료된 뒤 min-pause가 아직 지나지 않아 요청을 미룹니다."; en: "min-pause since the last completion is not over, so the request is put off." }
    trigger_refused_queue { ko: "기다리는 요청이 1,000개를 넘어 버렸습니다."; en: "A thousand requests wait already: this one is dropped." }
    trigger_refused_shutdown { ko: "체크포인트 스케줄러가 꺼져 있어 요청이 거절되었습니다."; en: "The request was refused: the checkpoint scheduler is off." }
    trigger_queued(waited: String) { ko: "이 체크포인트 요청은 {waited} 동안 줄을 서서 기다렸습니다."; en: "This checkpoint request had waited in the queue for {waited}." }
    checkpoint_triggered(checkpoint: u64, subtasks: u32) {
        ko: "chk-{} 시작했습니다. 소스에 트리거를 보내고, 서브태스크 {subtasks}개의 확인(ack)을 기다립니다.", eul(checkpoint);
        en: "chk-{checkpoint} begins: sources get the trigger, and {subtasks} subtask(s) have to acknowledge."
    }
    checkpoint_triggered_by_hand(checkpoint: u64, subtasks: u32) {
        ko: "chk-{} 주기와 상관없이 트리거되었습니다. 서브태스크 {subtasks}개의 확인(ack)을 기다립니다.", i(checkpoint);
        en: "chk-{checkpoint} was triggered outside the periodic schedule; {subtasks} subtask(s) have to acknowledge."
    }
    checkpoint_acknowledged(checkpoint: u64, task: &str, done: u32, of: u32) {
        ko: "{} chk-{} 확인했습니다({done}/{of}).", i(task), eul(checkpoint);
        en: "{task} acknowledged chk-{checkpoint} ({done} of {of})."
    }
    late_acknowledge(checkpoint: u64, task: &str) {
        ko: "{task}의 확인이 너무 늦었습니다. chk-{} 이미 버려졌으므로 그 상태도 지워집니다.", eun(checkpoint);
        en: "{task} acknowledged too late: chk-{checkpoint} is gone, and its state is thrown away."
    }
    checkpoint_declined(checkpoint: u64, task: &str, reason: &str) {
        ko: "{} chk-{} 거절했습니다: {reason}", i(task), eul(checkpoint);
        en: "{task} declined chk-{checkpoint}: {reason}"
    }
    checkpoint_completed(checkpoint: u64, size: String, took: String) {
        ko: "모든 확인이 모이고 메타데이터까지 써서 chk-{} 완료되었습니다({size}, {took}). 이제 복구는 여기서 시작합니다.", i(checkpoint);
        en: "All acknowledged and the metadata is written: chk-{checkpoint} is complete ({size}, {took}). A recovery would start from it."
    }
    checkpoint_aborted(checkpoint: u64, reason: &str) {
        ko: "chk-{} 완료되지 못하고 버려졌습니다: {reason}", i(checkpoint);
        en: "chk-{checkpoint} was given up: {reason}"
    }
    checkpoint_aborted_counted(checkpoint: u64, reason: &str, failures: u32) {
        ko: "chk-{} 실패했습니다: {reason} 연속 실패 {failures}번째로 세어집니다.", i(checkpoint);
        en: "chk-{checkpoint} failed: {reason} It counts as consecutive failure number {failures}."
    }
    checkpoint_discarded(checkpoint: u64) {
        ko: "chk-{} 저장소에서 지워졌습니다.", i(checkpoint); en: "chk-{checkpoint} was removed from the storage."
    }
    checkpoint_retained(checkpoint: u64) {
        ko: "보존 설정에 따라 chk-{} 잡이 끝난 뒤에도 남습니다.", eun(checkpoint); en: "The retention setting keeps chk-{checkpoint} after the job's end."
    }

    trigger_arrived(checkpoint: u64, task: &str) {
        ko: "chk-{checkpoint}의 트리거가 {task}에 도착했습니다. 처리 중인 레코드가 끝나야 배리어를 넣을 수 있습니다.";
        en: "The trigger of chk-{checkpoint} reached {task}. The barrier has to wait for the record being handled."
    }
    barrier_sent(checkpoint: u64, from: &str, to: &str) {
        ko: "{} {} 가는 채널에 chk-{checkpoint}의 배리어를 넣었습니다. 앞선 레코드를 추월하지 않습니다.", i(from), euro(to);
        en: "{from} put the barrier of chk-{checkpoint} into the channel to {to}. It overtakes no record."
    }
    barrier_overtook(checkpoint: u64, from: &str, to: &str, records: u32) {
        ko: "{from}의 chk-{checkpoint} 배리어가 {} 가는 채널에서 기다리던 레코드 {records}개를 앞질렀습니다. 앞지른 레코드는 체크포인트에 함께 저장됩니다.", euro(to);
        en: "The barrier of chk-{checkpoint} from {from} overtook {records} record(s) waiting in the channel to {to}; they are stored in the checkpoint."
    }
    alignment_timed_out(checkpoint: u64, task: &str) {
        ko: "{task}의 정렬이 제한 시간을 넘어 chk-{checkpoint}의 남은 배리어를 기다리지 않고 비정렬로 진행합니다.";
        en: "{task} has aligned for too long: it takes its part of chk-{checkpoint} unaligned, without waiting for the other barriers."
    }
    in_flight_captured(checkpoint: u64, from: &str, to: &str, records: u32) {
        ko: "{from}에서 {} 온 배리어 앞의 레코드 {records}개가 전송 중 데이터로 chk-{checkpoint}에 담깁니다.", euro(to);
        en: "{records} record(s) from {from} that lie before the barrier at {to} go into chk-{checkpoint} as in-flight data."
    }
    in_flight_persisted(checkpoint: u64, task: &str, records: u32, size: String) {
        ko: "{task}의 전송 중 데이터가 chk-{checkpoint}에 모두 담겼습니다(레코드 {records}개, {size}).";
        en: "All in-flight data of {task} is in chk-{checkpoint}: {records} record(s), {size}."
    }
    in_flight_restored(checkpoint: u64, task: &str, records: u32) {
        ko: "{} chk-{checkpoint}의 전송 중 레코드 {records}개를 돌려받았습니다. 새 데이터보다 먼저 처리하며, 그동안 INITIALIZING에 머뭅니다.", i(task);
        en: "{task} got {records} in-flight record(s) of chk-{checkpoint} back. They come before any new data, and the task stays INITIALIZING until then."
    }
    barrier_received_last(checkpoint: u64, from: &str, to: &str) {
        ko: "{from}에서 온 chk-{checkpoint}의 배리어로 {to}의 정렬이 끝났습니다.";
        en: "With the barrier of chk-{checkpoint} from {from}, {to} has them all: aligned."
    }
    barrier_received(checkpoint: u64, from: &str, to: &str, open: u32) {
        ko: "{to}에 {from}의 chk-{checkpoint} 배리어가 도착했습니다. 아직 {open}개 채널의 배리어를 기다립니다.";
        en: "{to} got the barrier of chk-{checkpoint} from {from}; {open} channel(s) are still open."
    }
    channel_blocked(from: &str, to: &str) {
        ko: "{from}에서 {} 가는 채널이 막혔습니다. 다른 배리어가 올 때까지 뒤따르는 레코드는 읽지 않습니다.", euro(to);
        en: "The channel from {from} to {to} is blocked: records behind the barrier wait for the other barriers."
    }
    channel_unblocked(from: &str, to: &str) { ko: "{from}에서 {} 가는 채널이 다시 열렸습니다.", euro(to); en: "The channel from {from} to {to} is open again." }
    cancel_marker(checkpoint: u64, to: &str) {
        ko: "{to}에 chk-{} 취소하는 표시가 도착해 정렬을 그만둡니다.", eul(checkpoint);
        en: "{to} read a cancel marker of chk-{checkpoint} and gives up aligning."
    }
    snapshot_started(checkpoint: u64, task: &str) {
        ko: "{} chk-{checkpoint}의 스냅샷을 찍습니다(동기 구간: 레코드 처리가 멈춥니다).", i(task);
        en: "{task} takes its snapshot of chk-{checkpoint} (synchronous part: records wait)."
    }
    snapshot_taken(checkpoint: u64, task: &str, size: String) {
        ko: "{task}의 동기 구간이 끝나 레코드가 다시 흐릅니다. chk-{checkpoint}의 {size}는 옆에서 비동기로 씁니다.";
        en: "{task} handles records again; {size} for chk-{checkpoint} are written beside it, asynchronously."
    }
    snapshot_stored(checkpoint: u64, task: &str) {
        ko: "{task}의 상태가 chk-{checkpoint} 저장소에 다 쓰였습니다.";
        en: "The state of {task} for chk-{checkpoint} is in the storage."
    }
    completion_notified(checkpoint: u64, task: &str) {
        ko: "{task}에 chk-{} 완료되었다고 알렸습니다.", i(checkpoint);
        en: "{task} heard that chk-{checkpoint} completed."
    }
    abort_notified(checkpoint: u64, task: &str) {
        ko: "{task}에 chk-{} 버려졌다고 알렸습니다.", i(checkpoint);
        en: "{task} heard that chk-{checkpoint} was given up."
    }
    command_done(action: &str) { ko: "실행 중에 한 조작: {action}"; en: "Done by hand: {action}" }
    budget_spent(events: String) {
        ko: "이벤트 {events}개를 넘어 모델이 실행을 멈췄습니다. Flink라면 계속 돌았을 것입니다.";
        en: "The model stopped the run after {events} events. Flink would have gone on."
    }
}
