//! Sinks and their stores: sentences, settings, the card of the world outside.

use crate::i18n::particle::{eul, eun, i};

phrases! {
    row_written(op: &str, text: &str) {
        ko: "{op}의 열린 트랜잭션에 {text} 행을 썼습니다. 커밋하기 전에는 커밋된 것만 읽는 독자에게 보이지 않습니다.";
        en: "{op} wrote {text} into its open transaction. Until it is committed, a reader of committed rows does not see it."
    }
    row_stored(op: &str, text: &str) { ko: "{} {text} 행을 바로 저장소에 썼습니다. 이제 바깥에서 보입니다.", i(op); en: "{op} wrote {text} straight into its store: the world outside can see it." }
    row_stored_over(op: &str, text: &str) {
        ko: "{} {text} 행을 같은 키에 다시 썼습니다. 덮어쓰므로 중복이 생기지 않습니다.", i(op);
        en: "{op} wrote {text} over the row of the same key: no duplicate comes of it."
    }
    row_stored_again(text: &str, times: u32) {
        ko: "{text} 행이 {times}번째 저장되었습니다. 트랜잭션이 없어 중복이 남습니다.";
        en: "{text} was stored again, {times} times so far. Without a transaction the duplicate stays."
    }
    transaction_began(op: &str, name: &str) { ko: "{} {} 열었습니다. 다음 체크포인트까지의 행이 여기에 담깁니다.", i(op), eul(name); en: "{op} opened {name}: rows up to the next checkpoint go there." }
    transaction_prepared(op: &str, name: &str, rows: u32, checkpoint: u64) {
        ko: "{} {} 사전 커밋했습니다({rows}행). chk-{checkpoint} 완료 통지가 와야 커밋합니다.", i(op), eul(name);
        en: "{op} pre-committed {name} ({rows} rows). It is committed when chk-{checkpoint} is known to be complete."
    }
    transaction_prepared_last(op: &str, name: &str, rows: u32) {
        ko: "입력이 끝나 {} {} 비웠습니다({rows}행). 체크포인팅이 켜져 있으면 마지막 체크포인트와 함께 커밋합니다.", i(op), eul(name);
        en: "At the end of the input {op} flushed {name} ({rows} rows). With checkpointing on, the last checkpoint commits it."
    }
    transaction_committed(op: &str, name: &str, rows: usize) {
        ko: "체크포인트가 완료되어 {} {} 커밋했습니다. {rows}행이 이제 보입니다.", i(op), eul(name);
        en: "The checkpoint is complete, so {op} committed {name}: {rows} rows are visible now."
    }
    transaction_committed_late(op: &str, name: &str, rows: usize) {
        ko: "복원한 상태에 {} 커밋을 기다리고 있어 {} 지금 커밋했습니다. {rows}행이 이제 보입니다.", i(name), i(op);
        en: "The restored state holds {name} as waiting, so {op} committed it now: {rows} rows are visible."
    }
    transaction_committed_twice(op: &str, name: &str, rows: usize) {
        ko: "복원 뒤 {} {} 다시 커밋했습니다. 커미터가 멱등이 아니어서 {rows}행이 두 번 들어갔습니다.", i(op), eul(name);
        en: "After the restore {op} committed {name} again. The committer is not idempotent: {rows} rows are there twice."
    }
    transaction_committed_already(op: &str, name: &str) {
        ko: "복원 뒤 {} {} 다시 커밋했지만 이미 커밋되어 있어 아무 일도 없습니다.", i(op), eul(name);
        en: "After the restore {op} committed {name} again. It had been committed already, so nothing happens."
    }
    transaction_lost(op: &str, name: &str) {
        ko: "{} {} 커밋하려 했지만 저장소가 이미 버린 트랜잭션입니다. 그 행은 유실되었습니다.", i(op), eul(name);
        en: "{op} tried to commit {name}, which the store had taken back: its rows are lost."
    }
    commit_failed_before(op: &str, name: &str) {
        ko: "{op}에서 {name} 커밋이 반영되기 전에 예외가 났습니다. 태스크가 실패하고, 복원한 뒤 다시 커밋합니다.";
        en: "{op} failed to commit {name} before it took effect. The task fails and commits it again after the restore."
    }
    commit_failed_after(op: &str, name: &str) {
        ko: "{op}에서 {name} 커밋이 반영된 뒤에 예외가 났습니다. 싱크는 그 사실을 모르므로 복원한 뒤 다시 커밋합니다.";
        en: "{op} failed after {name} had been committed. The sink does not know that, and commits it again after the restore."
    }
    transaction_closed(op: &str, name: &str, rows: u32) {
        ko: "태스크가 끝나면서 close()가 {op}의 열린 {} 취소했습니다({rows}행).", eul(name);
        en: "The task ended, and close() aborted the open {name} of {op} ({rows} rows)."
    }
    transaction_recovered(op: &str, name: &str, rows: u32) {
        ko: "체크포인트에 열린 것으로 남은 {} {} 취소합니다({rows}행). 그 행은 소스가 다시 읽습니다.", eul(name), i(op);
        en: "The checkpoint holds {name} as open, so {op} aborts it ({rows} rows). The source reads these records again."
    }
    transaction_fenced(op: &str, name: &str, rows: u32) {
        ko: "새 시도의 {} 지난 시도가 남긴 {} 막고 되돌렸습니다({rows}행). 옛 프로듀서는 더 쓸 수 없습니다.", i(op), eul(name);
        en: "The new attempt of {op} fenced {name} of an earlier one off and rolled it back ({rows} rows): the old producer can't write any more."
    }
    transaction_disconnected(op: &str, name: &str, rows: u32) {
        ko: "연결이 끊겨 데이터베이스가 {op}의 {} 되돌렸습니다({rows}행).", eul(name);
        en: "The connection is gone, so the database rolled {name} of {op} back ({rows} rows)."
    }
    transaction_expired(op: &str, name: &str, rows: u32) {
        ko: "{op}의 {} transaction.timeout.ms보다 오래 열려 있어 브로커가 버렸습니다({rows}행).", i(name);
        en: "{name} of {op} was open for longer than transaction.timeout.ms: the broker took it back ({rows} rows)."
    }
    transaction_left(op: &str, name: &str, rows: u32) {
        ko: "지난 시도의 {} 어느 체크포인트에도 없어 {rows}행이 그대로 남습니다. {} 더 손대지 않습니다.", i(name), eun(op);
        en: "No checkpoint knows {name} of an earlier attempt: its {rows} rows stay behind, and {op} leaves them alone."
    }
    thrown_commit(op: &str, message: &str) {
        ko: "{op}의 커밋이 실패해 태스크가 실패합니다: {message}";
        en: "A commit of {op} failed, which fails the task: {message}"
    }

    timeout_above_broker {
        ko: "브로커의 transaction.max.timeout.ms보다 깁니다. 프로듀서를 초기화하지 못해 태스크가 시작할 때마다 실패합니다.";
        en: "Longer than the broker's transaction.max.timeout.ms: the producer can't be initialised, and the task fails at every start."
    }

    sink_kind { ko: "싱크 종류"; en: "Kind of sink" }
    sink_kind_help {
        ko: "print는 되돌리지 못하고, 트랜잭션 싱크는 체크포인트가 완료되어야 보이며, upsert는 같은 키를 덮어씁니다.";
        en: "print takes nothing back; a transactional sink shows its rows once a checkpoint is complete; an upsert writes over the same key."
    }
    sink_print { ko: "print"; en: "print" }
    sink_two_phase { ko: "2단계 커밋 함수"; en: "Two-phase commit function" }
    sink_committer { ko: "Sink V2 커미터"; en: "Sink V2 committer" }
    sink_file { ko: "파일"; en: "Files" }
    sink_kafka { ko: "Kafka"; en: "Kafka" }
    sink_upsert { ko: "PostgreSQL upsert"; en: "PostgreSQL upsert" }
    sink_xa { ko: "PostgreSQL 2단계 커밋(XA)"; en: "PostgreSQL 2PC (XA)" }
    sink_idempotent { ko: "멱등 커밋"; en: "Idempotent commits" }
    sink_idempotent_help { ko: "끄면 복원 뒤에 다시 온 커밋이 중복을 만듭니다."; en: "When off, a commit that comes again after a restore makes duplicates." }
    sink_guarantee { ko: "전달 보장"; en: "Delivery guarantee" }
    sink_at_least_once { ko: "at-least-once"; en: "at-least-once" }
    sink_exactly_once { ko: "exactly-once"; en: "exactly-once" }
    sink_transaction_timeout { ko: "트랜잭션 제한 시간"; en: "Transaction timeout" }
    sink_transaction_timeout_help {
        ko: "트랜잭션이 이보다 오래 열려 있으면 브로커가 버립니다. 체크포인트 간격, 소요 시간, 중단 시간을 더한 것보다 길어야 합니다.";
        en: "The broker takes a transaction back that is open for longer. It must be more than interval, duration and downtime together."
    }
    sink_broker_timeout { ko: "브로커가 허용하는 최대"; en: "Most that the broker allows" }
    sink_key_column { ko: "키 열"; en: "Key column" }

    store_committed(rows: u64) { ko: "커밋됨 {rows}"; en: "{rows} committed" }
    store_prepared(rows: u64) { ko: "사전 커밋 {rows}"; en: "{rows} prepared" }
    store_open(rows: u64) { ko: "열림 {rows}"; en: "{rows} open" }
    store_orphaned(rows: u64) { ko: "남겨짐 {rows}"; en: "{rows} left behind" }
    store_lost(rows: u64) { ko: "유실 {rows}"; en: "{rows} lost" }
    store_dirty(rows: u64) { ko: "커밋 전까지 읽으면 {rows}행"; en: "{rows} to a dirty reader" }
    state_open { ko: "열림"; en: "open" }
    state_prepared { ko: "사전 커밋"; en: "prepared" }
    state_committed { ko: "커밋됨"; en: "committed" }
    state_aborted { ko: "취소됨"; en: "aborted" }
    state_expired { ko: "시간 초과"; en: "expired" }
    state_orphaned { ko: "남겨짐"; en: "left behind" }
    stage_visible_rows { ko: "보이는 행"; en: "rows visible" }
    stage_open_transaction(name: &str, rows: usize) { ko: "{name} · {rows}행 열림"; en: "{name} · open rows: {rows}" }
    stage_pending_transaction(checkpoint: u64, rows: usize) { ko: "chk-{checkpoint} 대기 · {rows}행"; en: "{rows} rows await chk-{checkpoint}" }
}

use crate::base::Language;
use crate::engine::TransactionState;
use crate::scenario::Sink;

impl Language {
    /// A kind of sink by name.
    pub const fn sink_name(self, sink: &Sink) -> &'static str {
        match sink {
            Sink::TwoPhaseCommit => self.sink_two_phase(),
            Sink::Committer(_) => self.sink_committer(),
            Sink::File => self.sink_file(),
            Sink::Kafka(_) => self.sink_kafka(),
            Sink::Upsert(_) => self.sink_upsert(),
            Sink::Xa => self.sink_xa(),
        }
    }

    /// Where a transaction stands.
    pub const fn transaction_state(self, state: TransactionState) -> &'static str {
        match state {
            TransactionState::Open => self.state_open(),
            TransactionState::Prepared => self.state_prepared(),
            TransactionState::Committed => self.state_committed(),
            TransactionState::Aborted => self.state_aborted(),
            TransactionState::Expired => self.state_expired(),
            TransactionState::Orphaned => self.state_orphaned(),
        }
    }
}
