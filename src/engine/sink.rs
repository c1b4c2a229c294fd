//! Sinks with a store: writing, preparing with the snapshot, committing when the checkpoint is complete, and after a
//! restore committing and aborting again (EO-2, EO-3, EO-5). Flink: `TwoPhaseCommitSinkFunction`, `SinkWriterOperator`,
//! `CommitterOperator`, `KafkaWriter`, `KafkaCommitter`, `FileWriter`, `JdbcXaSinkFunction`.
//!
//! Requests to a store take no time. Writer and committer are one operator here: in Flink they are two, chained. Left out:
//! retries of a committer (it fails or it does not), pre- and post-commit topologies, compaction of files, batches of rows on
//! the way to a database, a broker that takes a while to notice a transaction's timeout.

use std::sync::Arc;

use super::Engine;
use super::event::Event;
use super::exception::java_exception;
use super::store::TransactionState;
use super::task::{SinkRuntime, SinkState, SubtaskSnapshot};
use crate::base::{CheckpointId, OperatorIndex, RecordId, Row, SimDuration, SubtaskId, TransactionId};
use crate::scenario::{DeliveryGuarantee, FaultPhase, KafkaSink, Sink, SinkStyle};
use crate::trace::{Cause, Fact, FailurePhase, Shown, TakenBack, Written};

/// How many digits of a file's name tell writers apart.
const FILE_DIGITS: u32 = 0xFFFF;

impl Engine {
    // ---- rows

    pub(super) fn write_to_store(&mut self, id: SubtaskId, position: u16, record: RecordId, row: &Row) {
        let operator = self.operator_at(id, position);
        let fixed = self.fixed.clone();
        let Some(sink) = &fixed.operators[operator.index()].sink else { return };
        self.outside.rows[operator.index()] += 1;
        let transaction = match sink.style() {
            SinkStyle::Direct => None,
            _ => Some(self.open_transaction(id, position)),
        };
        if let Some(transaction) = transaction
            && self.store_state(operator, transaction) == TransactionState::Expired
        {
            self.throw(id, position, FailurePhase::Record, fenced(), Some(record));
            return;
        }
        let key = match sink {
            Sink::Upsert(upsert) => Some(row.column(upsert.key).clone()),
            _ => None,
        };
        let row = Written { record, text: self.text_of(row) };
        self.start_broker_clock(operator, transaction);
        self.outside.store_mut(operator).write(transaction, key.clone(), row.clone());
        let times = match (transaction, &key) {
            (Some(_), _) => 0,
            (None, Some(_)) if self.outside.times_printed(operator, record) > 0 => 2,
            (None, _) => self.outside.show(operator, record),
        };
        let attempt = self.subtasks[id.index()].attempt;
        self.script.printed(operator, attempt, &row.text);
        self.record(|| Fact::RowWritten { subtask: id, operator, attempt, transaction, row, key, times });
    }

    /// The open transaction; a file or a batch is begun with its first row.
    fn open_transaction(&mut self, id: SubtaskId, position: u16) -> TransactionId {
        match self.sink(id, position).and_then(|sink| sink.open) {
            Some(open) => open,
            None => self.begin_transaction(id, position),
        }
    }

    fn begin_transaction(&mut self, id: SubtaskId, position: u16) -> TransactionId {
        let operator = self.operator_at(id, position);
        let (subtask, attempt) = (self.index_of(id), self.subtasks[id.index()].attempt);
        let name: Arc<str> = self.transaction_name(operator, id, false).into();
        let transaction = self.outside.store_mut(operator).begin(name.clone(), subtask, attempt);
        if let Some(sink) = self.sink(id, position) {
            sink.open = Some(transaction);
        }
        self.record(|| Fact::TransactionBegan { subtask: id, operator, attempt, transaction, name });
        transaction
    }

    /// A sink of one's own counts its transactions, Kafka's does too behind a prefix, and files are named after their writer.
    /// A batch has a name only once it is `prepared`.
    fn transaction_name(&mut self, operator: OperatorIndex, id: SubtaskId, prepared: bool) -> String {
        let (subtask, attempt) = (self.index_of(id), self.subtasks[id.index()].attempt.0);
        let fixed = self.fixed.clone();
        let uid = &fixed.input.scenario.operators[operator.index()].uid;
        let Some(sink) = &fixed.operators[operator.index()].sink else { return String::new() };
        let store = self.outside.store_mut(operator);
        match sink {
            Sink::TwoPhaseCommit => format!("t{subtask}.{}", store.count(subtask, false)),
            Sink::Committer(_) if prepared => format!("c{subtask}.{}", store.count(subtask, true)),
            Sink::Committer(_) => format!("w{subtask}.{}", store.count(subtask, false)),
            Sink::File => {
                let own = |one: &&super::Transaction| one.subtask == subtask && one.attempt.0 == attempt;
                let count = store.transactions.iter().filter(own).count();
                let writer = (attempt * 0x9E37 + subtask * 0x79B9 + 0x1B7D) & FILE_DIGITS;
                format!("part-{writer:04x}-{count}")
            }
            Sink::Kafka(_) | Sink::Xa | Sink::Upsert(_) => format!("{uid}-{subtask}-{}", store.count(subtask, false)),
        }
    }

    /// The broker counts from the first row on (EO-5).
    fn start_broker_clock(&mut self, operator: OperatorIndex, transaction: Option<TransactionId>) {
        let Some(transaction) = transaction else { return };
        let Some(store) = self.outside.store(operator) else { return };
        let Some(timeout) = store.timeout_ms() else { return };
        if store.transaction(transaction).rows.is_empty() {
            self.schedule(SimDuration::from_millis(timeout), Event::TransactionTimeout { operator, transaction });
        }
    }

    pub(super) fn on_transaction_timeout(&mut self, operator: OperatorIndex, transaction: TransactionId) {
        if !self.store_state(operator, transaction).is_undecided() {
            return;
        }
        let store = self.outside.store_mut(operator);
        let rows = store.abort(transaction, true);
        let (name, index) = (store.transaction(transaction).name.clone(), store.transaction(transaction).subtask);
        let subtask = self.fixed.graph.subtask_of_operator(operator, index);
        let why = TakenBack::Expired;
        self.record(|| Fact::TransactionAborted { subtask, operator, transaction, name, why, rows });
    }

    // ---- a checkpoint

    /// `prepareSnapshotPreBarrier`: writers flush and hand their committables over (EO-3).
    pub(super) fn prepare_sinks(&mut self, id: SubtaskId, checkpoint: CheckpointId) {
        for position in self.sinks_of(id, SinkStyle::Committer) {
            if let Some(last) = self.sink(id, position).and_then(|sink| sink.last.take()) {
                self.await_commit(id, position, checkpoint, last);
            }
            if let Some(flushed) = self.flush_writer(id, position, Some(checkpoint)) {
                self.await_commit(id, position, checkpoint, flushed);
            }
        }
    }

    /// A writer's open transaction is flushed, if there is anything in it, and Kafka's writer begins the next.
    fn flush_writer(&mut self, id: SubtaskId, position: u16, at: Option<CheckpointId>) -> Option<TransactionId> {
        let operator = self.operator_at(id, position);
        let open = self.sink(id, position)?.open?;
        if self.outside.store(operator)?.transaction(open).rows.is_empty() {
            return None;
        }
        if let Some(sink) = self.sink(id, position) {
            sink.open = None;
        }
        self.prepare_transaction(id, position, open, at);
        if at.is_some() && self.is_kafka(operator) {
            self.begin_transaction(id, position);
        }
        Some(open)
    }

    fn prepare_transaction(
        &mut self,
        id: SubtaskId,
        position: u16,
        transaction: TransactionId,
        checkpoint: Option<CheckpointId>,
    ) {
        let operator = self.operator_at(id, position);
        let batch = matches!(self.fixed.operators[operator.index()].sink, Some(Sink::Committer(_)));
        let name: Arc<str> = match batch {
            true => self.transaction_name(operator, id, true).into(),
            false => self.transaction_label(operator, transaction),
        };
        let store = self.outside.store_mut(operator);
        store.prepare(transaction, name.clone(), checkpoint);
        let rows = store.transaction(transaction).rows.len() as u32;
        self.record(|| Fact::TransactionPrepared { subtask: id, operator, transaction, name, checkpoint, rows });
    }

    fn await_commit(&mut self, id: SubtaskId, position: u16, checkpoint: CheckpointId, transaction: TransactionId) {
        if let Some(sink) = self.sink(id, position) {
            sink.pending.push((checkpoint, transaction));
        }
    }

    /// `snapshotState` of sink functions: pre-commit what is open and begin anew (EO-2).
    pub(super) fn snapshot_sinks(&mut self, id: SubtaskId, checkpoint: CheckpointId, from: u16) {
        for position in self.sinks_of(id, SinkStyle::Function) {
            if position < from {
                continue;
            }
            if let Some(open) = self.sink(id, position).and_then(|sink| sink.open.take()) {
                self.prepare_transaction(id, position, open, Some(checkpoint));
                self.await_commit(id, position, checkpoint, open);
            }
            if self.sink(id, position).is_some_and(|sink| !sink.finished) {
                self.begin_transaction(id, position);
            }
        }
    }

    /// `notifyCheckpointComplete`: what was prepared for this checkpoint or an earlier one is committed. False when that
    /// failed the task.
    pub(super) fn commit_sinks(&mut self, id: SubtaskId, checkpoint: CheckpointId) -> bool {
        for position in self.all_sinks_of(id) {
            let Some(sink) = self.sink(id, position) else { continue };
            let (due, later): (Vec<_>, Vec<_>) = sink.pending.iter().partition(|(at, _)| *at <= checkpoint);
            sink.pending = later;
            if !self.commit_all(id, position, &due, false) {
                return false;
            }
        }
        true
    }

    /// A sink function tries all and then throws the first failure; a committer throws at once.
    fn commit_all(
        &mut self,
        id: SubtaskId,
        position: u16,
        due: &[(CheckpointId, TransactionId)],
        recovered: bool,
    ) -> bool {
        let style = self.style_at(id, position);
        let mut first = None;
        for (checkpoint, transaction) in due {
            if let Some(message) = self.commit(id, position, *checkpoint, *transaction, recovered) {
                first = first.or(Some(message));
                if style == SinkStyle::Committer || recovered {
                    break;
                }
            }
        }
        let Some(message) = first else { return true };
        let cause = match style {
            SinkStyle::Function if !recovered => Cause {
                class: "org.apache.flink.util.FlinkRuntimeException",
                message: format!(
                    "Committing one of transactions failed, logging first encountered failure{}{}: {message}",
                    Cause::CAUSED_BY,
                    "java.lang.RuntimeException"
                )
                .into(),
            },
            _ => java_exception(&message),
        };
        let phase = if recovered { FailurePhase::Restore } else { FailurePhase::Commit };
        self.throw(id, position, phase, cause, None);
        false
    }

    /// Commits one; gives the message of the exception that a fault point throws before or after.
    fn commit(
        &mut self,
        id: SubtaskId,
        position: u16,
        checkpoint: CheckpointId,
        transaction: TransactionId,
        recovered: bool,
    ) -> Option<String> {
        let operator = self.operator_at(id, position);
        let name = self.transaction_label(operator, transaction);
        let before = self.commit_fault(id, position, checkpoint, FaultPhase::Commit);
        if before.is_none() {
            let (effect, rows) = self.outside.store_mut(operator).commit(transaction);
            let shown = rows.iter().map(|row| Shown {
                record: row.record,
                text: row.text.clone(),
                times: self.outside.show(operator, row.record),
            });
            let rows = shown.collect();
            let name = name.clone();
            self.record(|| Fact::TransactionCommitted {
                subtask: id,
                operator,
                transaction,
                name,
                recovered,
                effect,
                rows,
            });
        }
        let done = before.is_none();
        let message = before.or_else(|| self.commit_fault(id, position, checkpoint, FaultPhase::CommitDone))?;
        self.record(|| Fact::CommitFailed { subtask: id, operator, transaction, name, recovered, done });
        Some(message)
    }

    // ---- begin and end of an attempt

    /// `initializeState`: commits what the checkpoint holds as prepared, takes back what it holds as open (EO-2, EO-3).
    pub(super) fn open_sinks(&mut self, id: SubtaskId, snapshot: Option<&SubtaskSnapshot>) {
        for position in self.all_sinks_of(id) {
            let operator = self.operator_at(id, position);
            let part = snapshot.and_then(|snapshot| snapshot.operators.get(usize::from(position)));
            let stored: &[SinkState] = part.map_or(&[], |part| &part.sinks);
            for state in stored {
                if !self.commit_all(id, position, &state.pending, true) {
                    return;
                }
                if let Some(open) = state.open {
                    self.take_back(id, position, open, TakenBack::Recovered);
                }
            }
            self.leave_others(id, position);
            match self.fixed.operators[operator.index()].sink.clone() {
                Some(Sink::TwoPhaseCommit | Sink::Xa) => _ = self.begin_transaction(id, position),
                Some(Sink::Kafka(kafka)) if !self.open_producer(id, position, kafka) => return,
                _ => {}
            }
        }
    }

    /// The broker refuses a producer whose transactions may last longer than it allows (EO-5).
    fn open_producer(&mut self, id: SubtaskId, position: u16, kafka: KafkaSink) -> bool {
        if kafka.guarantee == DeliveryGuarantee::AtLeastOnce {
            return true;
        }
        if kafka.transaction_timeout_ms <= kafka.broker_max_timeout_ms {
            self.begin_transaction(id, position);
            return true;
        }
        let cause = Cause {
            class: "org.apache.kafka.common.KafkaException",
            message:
                "Unexpected error in InitProducerIdResponse; The transaction timeout is larger than the maximum value \
                      allowed by the broker (as configured by transaction.max.timeout.ms)."
                    .into(),
        };
        self.throw(id, position, FailurePhase::Restore, cause, None);
        false
    }

    /// Transactions of earlier attempts that no checkpoint knows of: Kafka's are fenced off and PostgreSQL's are looked up
    /// and rolled back; others stay behind.
    fn leave_others(&mut self, id: SubtaskId, position: u16) {
        let operator = self.operator_at(id, position);
        let (index, attempt) = (self.index_of(id), self.subtasks[id.index()].attempt);
        let parallelism = self.fixed.graph.task_of(id).parallelism;
        let restored = self.subtasks[id.index()].restored_from;
        let Some(store) = self.outside.store(operator) else { return };
        let left = store.transactions.iter().enumerate().filter(|(_, one)| {
            let known =
                one.checkpoint.is_some_and(|checkpoint| restored.is_some_and(|restored| checkpoint <= restored));
            one.subtask % parallelism == index && one.attempt < attempt && one.state.is_undecided() && !known
        });
        let left: Vec<TransactionId> = left.map(|(at, _)| TransactionId(at as u32)).collect();
        let takes_back = matches!(store.sink, Sink::Kafka(_) | Sink::Xa);
        for transaction in left {
            if takes_back {
                // A database rolls back by itself what is not prepared when its connection ends.
                let prepared = self.store_state(operator, transaction) == TransactionState::Prepared;
                let why = if prepared || self.is_kafka(operator) { TakenBack::Fenced } else { TakenBack::Disconnected };
                self.take_back(id, position, transaction, why);
                continue;
            }
            let store = self.outside.store_mut(operator);
            store.leave(transaction);
            let (name, rows) = (store.transaction(transaction).name.clone(), store.transaction(transaction).rows.len());
            let rows = rows as u32;
            self.record(|| Fact::TransactionLeft { subtask: id, operator, transaction, name, rows });
        }
    }

    fn take_back(&mut self, id: SubtaskId, position: u16, transaction: TransactionId, why: TakenBack) {
        let operator = self.operator_at(id, position);
        let name = self.transaction_label(operator, transaction);
        let rows = self.outside.store_mut(operator).abort(transaction, false);
        self.record(|| Fact::TransactionAborted { subtask: id, operator, transaction, name, why, rows });
    }

    /// The end of the input: sink functions begin no new transaction, writers flush. Without checkpoints what they flushed is
    /// committed at once. False when that failed the task.
    pub(super) fn finish_sinks(&mut self, id: SubtaskId) -> bool {
        let checkpointing = self.scenario().checkpointing.interval_ms.is_some();
        for position in self.all_sinks_of(id) {
            if let Some(sink) = self.sink(id, position) {
                sink.finished = true;
            }
            if self.style_at(id, position) != SinkStyle::Committer {
                continue;
            }
            let Some(flushed) = self.flush_writer(id, position, None) else { continue };
            if checkpointing {
                if let Some(sink) = self.sink(id, position) {
                    sink.last = Some(flushed);
                }
            } else if !self.commit_all(id, position, &[(CheckpointId(0), flushed)], false) {
                return false;
            }
        }
        true
    }

    /// `close()`, which a task also calls when it fails or is cancelled: a sink function takes its open transaction back.
    /// A task whose TaskManager dies does not come to it.
    pub(super) fn close_sinks(&mut self, id: SubtaskId) {
        for position in self.sinks_of(id, SinkStyle::Function) {
            if let Some(open) = self.sink(id, position).and_then(|sink| sink.open.take()) {
                self.take_back(id, position, open, TakenBack::Closed);
            }
        }
    }

    // ---- small things

    fn sink(&mut self, id: SubtaskId, position: u16) -> Option<&mut SinkRuntime> {
        self.subtasks[id.index()].operators.get_mut(usize::from(position))?.sink.as_deref_mut()
    }

    fn operator_at(&self, id: SubtaskId, position: u16) -> OperatorIndex {
        self.fixed.graph.task_of(id).operators[usize::from(position)]
    }

    fn style_at(&self, id: SubtaskId, position: u16) -> SinkStyle {
        let operator = self.operator_at(id, position);
        self.fixed.operators[operator.index()].sink.as_ref().map_or(SinkStyle::Direct, Sink::style)
    }

    /// Positions of sinks with transactions, from the end of the chain to its head, as a chain is notified.
    fn all_sinks_of(&self, id: SubtaskId) -> Vec<u16> {
        let opened = self.subtasks[id.index()].operators.len();
        let positions = (0..opened as u16).rev();
        positions.filter(|position| self.style_at(id, *position) != SinkStyle::Direct).collect()
    }

    fn sinks_of(&self, id: SubtaskId, style: SinkStyle) -> Vec<u16> {
        let mut positions = self.all_sinks_of(id);
        positions.retain(|position| self.style_at(id, *position) == style);
        positions
    }

    fn is_kafka(&self, operator: OperatorIndex) -> bool {
        matches!(self.fixed.operators[operator.index()].sink, Some(Sink::Kafka(_)))
    }

    fn store_state(&self, operator: OperatorIndex, transaction: TransactionId) -> TransactionState {
        let store = self.outside.store(operator);
        store.map_or(TransactionState::Aborted, |store| store.transaction(transaction).state)
    }

    fn transaction_label(&self, operator: OperatorIndex, transaction: TransactionId) -> Arc<str> {
        self.outside.store(operator).map_or_else(|| "".into(), |store| store.transaction(transaction).name.clone())
    }
}

/// A producer whose transaction the broker has taken back.
fn fenced() -> Cause {
    Cause {
        class: "org.apache.flink.util.FlinkRuntimeException",
        message: format!(
            "Failed to send data to Kafka{}org.apache.kafka.common.errors.InvalidProducerEpochException: Producer attempted to \
             produce with an old epoch.",
            Cause::CAUSED_BY
        )
        .into(),
    }
}
