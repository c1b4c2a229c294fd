//! The stage: JobManager, tasks, channels, storage, the world outside.

use crate::i18n::particle::eul;

phrases! {
    stage_watermark { ko: "워터마크"; en: "watermark" }
    stage_timers(number: usize, next: String) { ko: "타이머 {number}개, 다음 {next}"; en: "timers: {number}, next {next}" }
    stage_more_windows(number: usize) { ko: "윈도우 {number}개 더"; en: "{number} more windows" }
    stage_open_state(op: &str) { ko: "{op}의 상태 보기"; en: "Show the state of {op}" }
    stage_open_checkpoint(id: u64) { ko: "{} 체크포인트 탭에서 보기", eul(format!("chk-{id}")); en: "Show chk-{id} among the checkpoints" }

    stage_slots_used(used: u32, all: u32) { ko: "슬롯 {used} / {all}"; en: "{used} of {all} slots" }
    stage_attempt_number(attempt: u32) { ko: "시도 #{attempt}"; en: "attempt #{attempt}" }
    stage_restored_from(id: u64) { ko: "chk-{id}에서 복원"; en: "restored from chk-{id}" }
    stage_restored_from_nothing { ko: "복원할 체크포인트 없음"; en: "no checkpoint to restore" }
    stage_task_at_end { ko: "입력 끝 · 마지막 체크포인트 대기"; en: "end of input · awaits a last checkpoint" }

    stage_every(interval: &str) { ko: "{interval}마다"; en: "every {interval}" }
    stage_next_trigger_in(left: &str) { ko: "다음 트리거까지 {left}"; en: "next trigger in {left}" }
    stage_checkpoint_in_progress(id: u64) { ko: "chk-{id} 진행 중"; en: "chk-{id} in progress" }
    stage_checkpoint_finalizing(id: u64) { ko: "chk-{id} _metadata 쓰는 중"; en: "chk-{id} writes _metadata" }
    stage_acks(done: usize, of: usize) { ko: "ack {done} / {of}"; en: "ack {done} / {of}" }
    stage_scheduler_off { ko: "스케줄러 멈춤"; en: "scheduler stopped" }
    stage_checkpointing_off { ko: "체크포인팅 꺼짐"; en: "checkpointing is off" }
    stage_trigger_refused_now { ko: "트리거 거절됨"; en: "trigger refused" }

    stage_restarts_used(used: u64, limit: u64) { ko: "재시작 {used} / {limit}"; en: "{used} of {limit} restarts" }
    stage_restarts_used_endless(used: u64) { ko: "재시작 {used} / ∞"; en: "{used} of ∞ restarts" }
    stage_restarts_none { ko: "재시작하지 않음"; en: "never restarts" }
    stage_delay_setting(delay: &str) { ko: "지연 {delay}"; en: "delay {delay}" }
    stage_restart_in(left: &str) { ko: "재시작까지 {left}"; en: "restarts in {left}" }

    stage_read_position { ko: "읽은 위치"; en: "records read" }
    stage_position_not_kept { ko: "위치는 저장 안 됨"; en: "position not stored" }
    stage_position_kept(offset: u64) { ko: "저장됨: offset {offset}"; en: "stored: offset {offset}" }
    stage_position_kept_nowhere { ko: "아직 저장 전"; en: "not stored yet" }
    stage_raises_at(value: &str) { ko: "{value}에서 예외"; en: "raises at {value}" }
    stage_no_flink_state { ko: "Flink 상태 없음"; en: "no Flink state" }
    stage_state_keys(count: usize) { ko: "키 {count}개"; en: "{count} keys" }
    stage_state_values(count: usize) { ko: "값 {count}개"; en: "{count} values" }
    stage_python_worker { ko: "Python 워커"; en: "Python worker" }
    stage_bundle_of(records: u32) { ko: "번들 {records}건"; en: "bundle of {records}" }
    stage_no_bundle { ko: "번들 없음"; en: "no bundle" }
    stage_bundle_opening { ko: "번들 여는 중"; en: "bundle opens" }
    stage_bundle_waiting(records: usize) { ko: "대기 {records}"; en: "{records} waiting" }
    stage_results_unsent(records: usize) { ko: "결과 {records}"; en: "{records} done" }
    stage_sleeping(record: &str) { ko: "{record} · time.sleep"; en: "{record} · time.sleep" }
    stage_handling(record: &str) { ko: "{record} 처리 중"; en: "handles {record}" }
    stage_idle { ko: "입력 대기"; en: "waits for input" }
    stage_printed_rows { ko: "출력한 행"; en: "rows printed" }
    stage_backpressured { ko: "백프레셔: 출력 버퍼가 없음"; en: "backpressured: no free output buffer" }

    stage_phase_waiting(id: u64) { ko: "chk-{id} 트리거가 레코드 처리가 끝나기를 기다림"; en: "the trigger of chk-{id} waits for the record" }
    stage_phase_aligning(id: u64, arrived: usize, of: usize) { ko: "chk-{id} 정렬 중 {arrived} / {of}"; en: "chk-{id} aligning {arrived} / {of}" }
    stage_phase_in_flight(id: u64, records: u32, size: String) {
        ko: "chk-{id} 전송 중 데이터 저장: {records}건, {size}"; en: "chk-{id} stores in-flight data: {records}, {size}"
    }
    stage_phase_bundle(id: u64, remaining: usize) {
        ko: "chk-{id} 대기: 번들에 {remaining}건 남음";
        en: "chk-{id} waits: {remaining} left in the bundle"
    }
    stage_phase_bundle_alone(remaining: usize) { ko: "번들이 끝나기를 기다림: {remaining}건 남음"; en: "waits for the bundle: {remaining} left" }
    stage_phase_sync(id: u64) { ko: "chk-{id} 동기 스냅샷"; en: "chk-{id} sync snapshot" }
    stage_phase_async(id: u64) { ko: "chk-{id} 비동기 쓰기"; en: "chk-{id} async write" }

    stage_input_world { ko: "바깥 · 입력"; en: "Outside · input" }
    stage_input_collection { ko: "컬렉션"; en: "collection" }
    stage_input_log { ko: "로그"; en: "log" }
    stage_partition_number(partition: usize) { ko: "파티션 {partition}"; en: "partition {partition}" }
    stage_restart_reads_from_start { ko: "재시작하면 처음부터 다시 읽음"; en: "a restart reads from the start" }
    stage_restart_reads_from(offset: u64) { ko: "재시작하면 offset {offset}부터 읽음"; en: "a restart reads on from offset {offset}" }
    stage_restart_brief(offset: u64) { ko: "{offset}부터"; en: "from {offset}" }
    stage_output_world { ko: "바깥 · 출력"; en: "Outside · output" }
    stage_nothing_printed { ko: "아직 출력이 없습니다"; en: "nothing printed yet" }
    stage_rows_and_duplicates(rows: u64, duplicates: u64) {
        ko: "{rows}행 · 중복 {duplicates}";
        en: "{rows} {} · {duplicates} {}", if rows == 1 { "row" } else { "rows" }, if duplicates == 1 { "duplicate" } else { "duplicates" }
    }
    stage_rows_only(rows: u64) { ko: "{rows}행"; en: "{rows} {}", if rows == 1 { "row" } else { "rows" } }
    stage_earlier_rows(rows: usize) { ko: "… 앞의 {rows}행"; en: "… {rows} earlier" }

    stage_storage_heading { ko: "체크포인트 저장소"; en: "Checkpoint storage" }
    stage_storage_on_heap { ko: "JobManager 힙"; en: "JobManager heap" }
    stage_no_checkpoint_yet { ko: "아직 체크포인트가 없습니다"; en: "no checkpoint yet" }
    stage_older_checkpoints(count: usize) { ko: "+{count}개"; en: "+{count}" }
    stage_card_pending { ko: "진행 중"; en: "in progress" }
    stage_card_completed { ko: "완료"; en: "completed" }
    stage_card_discarded { ko: "지워짐"; en: "discarded" }
    stage_card_failed { ko: "실패"; en: "failed" }
    stage_card_in_force { ko: "다음 복원 지점"; en: "next restore" }
    stage_card_nothing { ko: "담긴 상태 없음"; en: "holds no state" }
    stage_card_values(count: usize) { ko: "상태 {count}개"; en: "{count} values" }
    stage_triggered_at(at: &str) { ko: "트리거 {at} s"; en: "trigger {at} s" }
    stage_reason_suspend { ko: "재시작 때문에 버려짐"; en: "dropped by the restart" }
    stage_reason_shutdown { ko: "잡이 끝나 버려짐"; en: "dropped, the job ended" }
    stage_reason_expired { ko: "시간 초과"; en: "timed out" }
    stage_reason_declined { ko: "태스크가 거절"; en: "declined by a task" }
    stage_reason_async { ko: "비동기 쓰기 실패"; en: "async write failed" }
    stage_reason_io { ko: "저장소에 쓸 수 없음"; en: "storage not writable" }
    stage_reason_subsumed { ko: "더 새 체크포인트에 밀림"; en: "subsumed by a newer one" }
    stage_reason_task { ko: "태스크 실패"; en: "task failed" }
    stage_reason_finalize { ko: "_metadata 쓰기 실패"; en: "_metadata not written" }

    stage_signal_trigger(id: u64) { ko: "트리거 {id}"; en: "trigger {id}" }
    stage_signal_ack(id: u64) { ko: "ack {id}"; en: "ack {id}" }
    stage_signal_decline(id: u64) { ko: "거절 {id}"; en: "decline {id}" }
    stage_signal_complete(id: u64) { ko: "완료 알림 {id}"; en: "complete {id}" }
    stage_signal_abort(id: u64) { ko: "중단 알림 {id}"; en: "abort {id}" }
    stage_signal_failure { ko: "실패 보고"; en: "failure" }

    stage_picture_records(waiting: usize, tubes: usize) {
        ko: "채널에 레코드 {tubes}건, 번들에 {waiting}건이 있습니다.";
        en: "{tubes} records in channels, {waiting} in bundles."
    }
    stage_picture_barriers(list: &str) { ko: "움직이는 배리어: {list}."; en: "Barriers on their way: {list}." }
}
