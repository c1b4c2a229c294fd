//! Why something happened: one sentence for every fact of the trace, and the Flink rules behind it.

use super::explain_time::time_sentence;
use super::{Language, Names, bytes, count, duration, explain_saves};
use crate::scenario::Mishap;
use crate::trace::{
    AbortReason, ExecutionState, Fact, FailurePhase, JobManagerChange, JobStatus, RefusalReason, TaskManagerChange,
    TraceEvent,
};

/// A sentence with its rules.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explanation {
    /// What happened and why.
    pub text: String,
    /// Ids of the rules behind it: `CP-4`.
    pub rules: &'static [&'static str],
}

/// Explains one fact.
pub fn explain(language: Language, event: &TraceEvent, names: &Names) -> Explanation {
    Explanation { text: sentence(language, &event.fact, names), rules: rules_of(&event.fact) }
}

/// No catch-all arm: a new fact has to find its place here, or does not compile.
fn sentence(t: Language, fact: &Fact, names: &Names) -> String {
    match fact {
        Fact::JobStatusChanged { .. }
        | Fact::TaskStateChanged { .. }
        | Fact::ExceptionThrown { .. }
        | Fact::TaskFailureHandled { .. }
        | Fact::GlobalFailure { .. }
        | Fact::RestartScheduled { .. }
        | Fact::RestartSuppressed { .. }
        | Fact::InitializationFailed { .. }
        | Fact::RestoreAssigned { .. }
        | Fact::OperatorOpened { .. }
        | Fact::TaskManagerChanged { .. }
        | Fact::JobManagerChanged { .. }
        | Fact::StorageChanged { .. }
        | Fact::SlotsMissing { .. }
        | Fact::CancellationStuck { .. } => job_sentence(t, fact, names),
        Fact::StartedFromSnapshot { .. }
        | Fact::SnapshotStateSkipped { .. }
        | Fact::SavepointStarted { .. }
        | Fact::SavepointCompleted { .. }
        | Fact::SavepointRefused
        | Fact::StopFailed => explain_saves::sentence(t, fact, names),
        Fact::RecordEmitted { .. }
        | Fact::RecordSent { .. }
        | Fact::RecordReceived { .. }
        | Fact::StatementReached { .. }
        | Fact::FieldChanged { .. }
        | Fact::StateChanged { .. }
        | Fact::StdoutPrinted { .. }
        | Fact::FileTouched { .. }
        | Fact::RowPrinted { .. } => record_sentence(t, fact, names),
        Fact::RowWritten { .. }
        | Fact::TransactionBegan { .. }
        | Fact::TransactionPrepared { .. }
        | Fact::TransactionCommitted { .. }
        | Fact::CommitFailed { .. }
        | Fact::TransactionAborted { .. }
        | Fact::TransactionLeft { .. } => super::explain_sinks::sentence(t, fact, names),
        Fact::BundleGrew { .. }
        | Fact::BundleFinishing { .. }
        | Fact::BundleFinished { .. }
        | Fact::BackpressureChanged { .. }
        | Fact::BufferSizeChanged { .. }
        | Fact::EndOfData { .. }
        | Fact::CommandDone { .. }
        | Fact::BudgetSpent { .. } => record_sentence(t, fact, names),
        Fact::WatermarkEmitted { .. }
        | Fact::WatermarkAdvanced { .. }
        | Fact::IdleChanged { .. }
        | Fact::TimerRegistered { .. }
        | Fact::TimerDeleted { .. }
        | Fact::TimerFired { .. }
        | Fact::WindowAdded { .. }
        | Fact::WindowSet { .. }
        | Fact::WindowFired { .. }
        | Fact::WindowCleared { .. }
        | Fact::RecordLate { .. }
        | Fact::StateCleared { .. } => time_sentence(t, fact, names),
        Fact::SchedulerStarted { .. }
        | Fact::SchedulerStopped
        | Fact::TriggerRefused { .. }
        | Fact::TriggerQueued { .. }
        | Fact::CheckpointTriggered { .. }
        | Fact::CheckpointAcknowledged { .. }
        | Fact::LateAcknowledge { .. }
        | Fact::CheckpointDeclined { .. }
        | Fact::CheckpointCompleted { .. }
        | Fact::CheckpointAborted { .. }
        | Fact::CheckpointDiscarded { .. }
        | Fact::CheckpointRetained { .. } => coordinator_sentence(t, fact, names),
        Fact::TriggerArrived { .. }
        | Fact::BarrierSent { .. }
        | Fact::BarrierOvertook { .. }
        | Fact::AlignmentTimedOut { .. }
        | Fact::InFlightCaptured { .. }
        | Fact::InFlightPersisted { .. }
        | Fact::InFlightRestored { .. }
        | Fact::BarrierReceived { .. }
        | Fact::ChannelBlocked { .. }
        | Fact::ChannelUnblocked { .. }
        | Fact::CancelMarkerReceived { .. }
        | Fact::SnapshotStarted { .. }
        | Fact::SnapshotTaken { .. }
        | Fact::SnapshotStored { .. }
        | Fact::CompletionNotified { .. }
        | Fact::NotificationLost { .. }
        | Fact::AbortNotified { .. } => barrier_sentence(t, fact, names),
    }
}

fn job_sentence(t: Language, fact: &Fact, names: &Names) -> String {
    match fact {
        Fact::JobStatusChanged { from, to } => job(t, *from, *to, names),
        Fact::TaskStateChanged { subtask, attempt, to, .. } => task(t, names.subtask(*subtask), attempt.0, *to),
        Fact::ExceptionThrown { operator, phase, message, record, .. } => {
            let op = names.operator(*operator);
            match (phase, record) {
                (FailurePhase::Record, Some(record)) => t.thrown_record(op, names.record(*record), message),
                (FailurePhase::Record, None) => t.thrown_alone(op, message),
                (FailurePhase::SnapshotSync, _) => t.thrown_sync(op, message),
                (FailurePhase::SnapshotAsync, _) => t.thrown_async(op, message),
                (FailurePhase::Notify, _) => t.thrown_notify(op, message),
                (FailurePhase::Commit, _) => t.thrown_commit(op, message),
                (FailurePhase::Restore, _) => t.thrown_restore(op, message),
                (FailurePhase::Network, _) => t.thrown_network(op, message),
            }
        }
        Fact::TaskFailureHandled { subtask, .. } => t.failure_handled(names.subtask(*subtask)),
        Fact::TaskManagerChanged { task_manager, change } => t.task_manager_changed(*task_manager, *change),
        Fact::StorageChanged { what, begins: true } => t.storage_trouble(what).into(),
        Fact::StorageChanged { begins: false, .. } => t.storage_healed().into(),
        Fact::JobManagerChanged { change } => t.job_manager_changed(*change).into(),
        Fact::SlotsMissing { needed, free } => t.slots_missing(*needed, *free),
        Fact::CancellationStuck { subtask, stuck_for } => {
            t.cancel_stuck(names.subtask(*subtask), duration(t, *stuck_for))
        }
        Fact::GlobalFailure { cause } => t.global_failure(&cause.message),
        Fact::RestartScheduled { tasks, delay, restart, .. } => {
            t.restart_scheduled(*restart, *tasks, duration(t, *delay))
        }
        Fact::RestartSuppressed { .. } => t.restart_suppressed().into(),
        Fact::InitializationFailed { causes } => t.initialization_failed(causes.last().map_or("", |cause| cause)),
        Fact::RestoreAssigned { checkpoint: Some(checkpoint), .. } => t.restore_from(checkpoint.0),
        Fact::RestoreAssigned { checkpoint: None, .. } => t.restore_none().into(),
        Fact::OperatorOpened { operator, attempt, restored_from, position, values, .. } => {
            let op = names.operator(*operator);
            match (restored_from, position, values) {
                (Some(checkpoint), Some(position), _) => t.opened_position(op, checkpoint.0, *position),
                (Some(checkpoint), None, 0) => t.opened_fields_only(op, checkpoint.0),
                (Some(checkpoint), None, values) => t.opened_values(op, checkpoint.0, *values),
                (None, ..) => t.opened_empty(op, attempt.0),
            }
        }
        _ => String::new(),
    }
}

fn record_sentence(t: Language, fact: &Fact, names: &Names) -> String {
    match fact {
        Fact::RecordEmitted { operator, record, position, .. } => {
            t.record_emitted(names.operator(*operator), names.record(*record), *position)
        }
        Fact::RecordSent { channel, record } => {
            let (from, to) = names.channel(*channel);
            t.record_sent(from, to, names.record(*record))
        }
        Fact::RecordReceived { operator, record, .. } => {
            t.record_received(names.operator(*operator), names.record(*record))
        }
        Fact::StatementReached { operator, .. } => t.statement_reached(names.operator(*operator)),
        Fact::FieldChanged { operator, slot, value, .. } => {
            t.field_changed(names.field(*operator, *slot), value.python_repr())
        }
        Fact::StateChanged { operator, slot, key: None, value, .. } => {
            t.state_changed(names.state(*operator, *slot), value.python_repr())
        }
        Fact::StateChanged { operator, slot, key: Some(key), value, .. } => {
            t.state_changed_of_key(names.state(*operator, *slot), key.python_repr(), value.python_repr())
        }
        Fact::StdoutPrinted { operator, .. } => t.stdout_printed(names.operator(*operator)),
        Fact::FileTouched { operator, path, .. } => t.file_touched(names.operator(*operator), path),
        Fact::RowPrinted { text, times: ..=1, .. } => t.row_printed_first(text),
        Fact::RowPrinted { text, times, .. } => t.row_printed_again(text, *times),
        Fact::BundleGrew { operator, record, size, .. } => {
            t.bundle_grew(names.operator(*operator), names.record(*record), *size)
        }
        Fact::BundleFinishing { operator, remaining, .. } => t.bundle_finishing(names.operator(*operator), *remaining),
        Fact::BundleFinished { operator, .. } => t.bundle_finished(names.operator(*operator)),
        Fact::BackpressureChanged { subtask, channel, on } => {
            let (task, to) = (names.subtask(*subtask), names.channel(*channel).1);
            if *on { t.backpressure_on(task, to) } else { t.backpressure_off(task, to) }
        }
        Fact::BufferSizeChanged { subtask, bytes: size } => t.buffer_size(names.subtask(*subtask), bytes(*size)),
        Fact::EndOfData { subtask } => t.end_of_data_waits(names.subtask(*subtask)),
        Fact::CommandDone { action } => t.command_done(action),
        Fact::BudgetSpent { events } => t.budget_spent(count(*events)),
        _ => String::new(),
    }
}

fn coordinator_sentence(t: Language, fact: &Fact, names: &Names) -> String {
    match fact {
        Fact::SchedulerStarted { first } => t.scheduler_started(duration(t, *first)),
        Fact::SchedulerStopped => t.scheduler_stopped().into(),
        Fact::TriggerRefused { reason, blocking, .. } => match (reason, blocking) {
            (RefusalReason::NotAllRequiredTasksRunning, Some(task)) => t.trigger_refused_tasks(names.subtask(*task)),
            (RefusalReason::NotAllRequiredTasksRunning, None) => t.trigger_refused_tasks_unnamed().into(),
            (RefusalReason::MinimumTimeBetweenCheckpoints, _) => t.trigger_refused_pause().into(),
            (RefusalReason::TooManyCheckpointRequests, _) => t.trigger_refused_queue().into(),
            (RefusalReason::PeriodicSchedulerShutdown, _) => t.trigger_refused_shutdown().into(),
        },
        Fact::TriggerQueued { waited } => t.trigger_queued(duration(t, *waited)),
        Fact::CheckpointTriggered { checkpoint, periodic: true, subtasks } => {
            t.checkpoint_triggered(checkpoint.0, *subtasks)
        }
        Fact::CheckpointTriggered { checkpoint, periodic: false, subtasks } => {
            t.checkpoint_triggered_by_hand(checkpoint.0, *subtasks)
        }
        Fact::CheckpointAcknowledged { checkpoint, subtask, done, of, .. } => {
            t.checkpoint_acknowledged(checkpoint.0, names.subtask(*subtask), *done, *of)
        }
        Fact::LateAcknowledge { checkpoint, subtask } => t.late_acknowledge(checkpoint.0, names.subtask(*subtask)),
        Fact::CheckpointDeclined { checkpoint, subtask, reason } => {
            t.checkpoint_declined(checkpoint.0, names.subtask(*subtask), reason.message())
        }
        Fact::CheckpointCompleted { checkpoint, bytes: size, duration: took } => {
            t.checkpoint_completed(checkpoint.0, bytes(*size), duration(t, *took))
        }
        Fact::CheckpointAborted { checkpoint, reason, failures } if reason.counts() => {
            t.checkpoint_aborted_counted(checkpoint.0, reason.message(), failures + 1)
        }
        Fact::CheckpointAborted { checkpoint, reason, .. } => t.checkpoint_aborted(checkpoint.0, reason.message()),
        Fact::CheckpointDiscarded { checkpoint } => t.checkpoint_discarded(checkpoint.0),
        Fact::CheckpointRetained { checkpoint } => t.checkpoint_retained(checkpoint.0),
        _ => String::new(),
    }
}

fn barrier_sentence(t: Language, fact: &Fact, names: &Names) -> String {
    match fact {
        Fact::TriggerArrived { checkpoint, subtask } => t.trigger_arrived(checkpoint.0, names.subtask(*subtask)),
        Fact::BarrierSent { checkpoint, channel } => {
            let (from, to) = names.channel(*channel);
            t.barrier_sent(checkpoint.0, from, to)
        }
        Fact::BarrierOvertook { checkpoint, channel, records } => {
            let (from, to) = names.channel(*channel);
            t.barrier_overtook(checkpoint.0, from, to, *records)
        }
        Fact::AlignmentTimedOut { checkpoint, subtask } => t.alignment_timed_out(checkpoint.0, names.subtask(*subtask)),
        Fact::InFlightCaptured { checkpoint, channel, records } => {
            let (from, to) = names.channel(*channel);
            t.in_flight_captured(checkpoint.0, from, to, *records)
        }
        Fact::InFlightPersisted { checkpoint, subtask, records, bytes: size } => {
            t.in_flight_persisted(checkpoint.0, names.subtask(*subtask), *records, bytes(*size))
        }
        Fact::InFlightRestored { checkpoint, subtask, records } => {
            t.in_flight_restored(checkpoint.0, names.subtask(*subtask), *records)
        }
        Fact::BarrierReceived { checkpoint, channel, open } => {
            let (from, to) = names.channel(*channel);
            match open {
                0 => t.barrier_received_last(checkpoint.0, from, to),
                open => t.barrier_received(checkpoint.0, from, to, *open),
            }
        }
        Fact::ChannelBlocked { channel, .. } => {
            let (from, to) = names.channel(*channel);
            t.channel_blocked(from, to)
        }
        Fact::ChannelUnblocked { channel, .. } => {
            let (from, to) = names.channel(*channel);
            t.channel_unblocked(from, to)
        }
        Fact::CancelMarkerReceived { checkpoint, channel } => t.cancel_marker(checkpoint.0, names.channel(*channel).1),
        Fact::SnapshotStarted { checkpoint, subtask } => t.snapshot_started(checkpoint.0, names.subtask(*subtask)),
        Fact::SnapshotTaken { checkpoint, subtask, bytes: size } => {
            t.snapshot_taken(checkpoint.0, names.subtask(*subtask), bytes(*size))
        }
        Fact::SnapshotStored { checkpoint, subtask } => t.snapshot_stored(checkpoint.0, names.subtask(*subtask)),
        Fact::CompletionNotified { checkpoint, subtask } => {
            t.completion_notified(checkpoint.0, names.subtask(*subtask))
        }
        Fact::NotificationLost { checkpoint, subtask } => t.notification_lost(checkpoint.0, names.subtask(*subtask)),
        Fact::AbortNotified { checkpoint, subtask } => t.abort_notified(checkpoint.0, names.subtask(*subtask)),
        _ => String::new(),
    }
}

fn job(t: Language, from: JobStatus, to: JobStatus, names: &Names) -> String {
    match to {
        JobStatus::Initializing | JobStatus::Created => t.job_created(&names.job),
        JobStatus::Running if from == JobStatus::Restarting => t.job_running_again().into(),
        JobStatus::Running => t.job_running(&names.job),
        JobStatus::Restarting => t.job_restarting().into(),
        JobStatus::Failing => t.job_failing().into(),
        JobStatus::Failed => t.job_failed().into(),
        JobStatus::Cancelling => t.job_cancelling().into(),
        JobStatus::Canceled => t.job_canceled().into(),
        JobStatus::Finished => t.job_finished().into(),
        JobStatus::Suspended => t.job_suspended().into(),
    }
}

fn task(t: Language, name: &str, attempt: u32, to: ExecutionState) -> String {
    match to {
        ExecutionState::Created => t.task_created(name, attempt),
        ExecutionState::Scheduled => t.task_scheduled(name),
        ExecutionState::Deploying => t.task_deploying(name),
        ExecutionState::Initializing => t.task_initializing(name),
        ExecutionState::Running => t.task_running(name),
        ExecutionState::Finished => t.task_finished(name),
        ExecutionState::Canceling => t.task_canceling(name),
        ExecutionState::Canceled => t.task_canceled(name),
        ExecutionState::Failed => t.task_failed(name),
    }
}

/// The rules behind a fact. No catch-all arm: a new fact has to say its rules here, if only that it has none.
fn rules_of(fact: &Fact) -> &'static [&'static str] {
    match fact {
        Fact::JobStatusChanged { to, .. } => match to {
            JobStatus::Running => &["JS-4", "CP-2"],
            JobStatus::Restarting => &["JS-6"],
            JobStatus::Failing | JobStatus::Failed => &["JS-8"],
            JobStatus::Finished => &["JS-14"],
            _ => &["JS-1"],
        },
        Fact::TaskStateChanged { to: ExecutionState::Failed, .. } => &["JS-6"],
        Fact::TaskStateChanged { .. } => &["JS-3"],
        Fact::ExceptionThrown { phase, .. } => match phase {
            FailurePhase::Record => &["JS-6", "SR-7"],
            FailurePhase::SnapshotSync | FailurePhase::SnapshotAsync => &["CP-28"],
            FailurePhase::Notify => &["CP-22"],
            FailurePhase::Commit => &["EO-2", "CP-22"],
            FailurePhase::Restore => &["CP-37"],
            FailurePhase::Network => &["HA-1"],
        },
        Fact::TaskFailureHandled { .. } => &["JS-6", "RS-3"],
        Fact::GlobalFailure { .. } => &["JS-11"],
        Fact::TaskManagerChanged { change, .. } => match change {
            TaskManagerChange::ShutDown | TaskManagerChange::Disconnected => &["JS-7", "HA-2"],
            TaskManagerChange::Registered => &["HA-2"],
            _ => &["HA-1", "HA-2"],
        },
        Fact::JobManagerChanged { change } => match change {
            JobManagerChange::Elected => &["HA-5"],
            JobManagerChange::StartedEmpty => &["HA-4"],
            _ => &["HA-4", "HA-5"],
        },
        Fact::StorageChanged { what: Mishap::Storage(_), .. } => &["CS-6"],
        Fact::StorageChanged { .. } => &["CP-37", "HA-6"],
        Fact::SlotsMissing { .. } => &["HA-2", "RS-13", "JS-4"],
        Fact::CancellationStuck { .. } => &["JS-7"],
        Fact::NotificationLost { .. } => &["CP-22"],
        Fact::RestartScheduled { .. } => &["JS-6", "RS-3"],
        Fact::RestartSuppressed { .. } => &["RS-3", "JS-8"],
        Fact::InitializationFailed { .. } => &["JS-15", "CS-5"],
        Fact::StartedFromSnapshot { .. }
        | Fact::SnapshotStateSkipped { .. }
        | Fact::SavepointStarted { .. }
        | Fact::SavepointCompleted { .. }
        | Fact::SavepointRefused
        | Fact::StopFailed => explain_saves::rules(fact),
        Fact::RestoreAssigned { .. } => &["CP-36"],
        Fact::OperatorOpened { restored_from: Some(_), position: None, values: 0, .. } => &["SR-5", "SR-7"],
        Fact::OperatorOpened { position: Some(_), .. } => &["SR-4", "SR-3"],
        Fact::OperatorOpened { .. } => &["SR-7"],
        Fact::RecordEmitted { .. } => &["BR-2"],
        Fact::RecordSent { .. } | Fact::BackpressureChanged { .. } => &["BP-1"],
        Fact::BufferSizeChanged { .. } => &["BP-3"],
        Fact::RecordReceived { .. }
        | Fact::StatementReached { .. }
        | Fact::StdoutPrinted { .. }
        | Fact::FileTouched { .. } => &[],
        Fact::FieldChanged { .. } => &["SR-7"],
        Fact::StateChanged { .. } => &["EO-1"],
        Fact::RowPrinted { times: ..=1, .. } => &["EO-6"],
        Fact::RowPrinted { .. } => &["EO-6", "EO-1"],
        Fact::RowWritten { .. }
        | Fact::TransactionBegan { .. }
        | Fact::TransactionPrepared { .. }
        | Fact::TransactionCommitted { .. }
        | Fact::CommitFailed { .. }
        | Fact::TransactionAborted { .. }
        | Fact::TransactionLeft { .. } => super::explain_sinks::rules(fact),
        Fact::BundleGrew { .. } | Fact::BundleFinishing { .. } | Fact::BundleFinished { .. } => &["S15"],
        Fact::WatermarkEmitted { .. } | Fact::WatermarkAdvanced { .. } => &["SR-10", "SR-8"],
        Fact::IdleChanged { .. } => &["SR-10"],
        Fact::TimerRegistered { .. } | Fact::TimerDeleted { .. } => &["SB-6"],
        Fact::TimerFired { .. } | Fact::WindowFired { .. } => &["SB-6", "SR-8"],
        Fact::WindowAdded { .. } | Fact::WindowSet { .. } | Fact::WindowCleared { .. } | Fact::StateCleared { .. } => {
            &["EO-1"]
        }
        Fact::RecordLate { .. } => &["SR-9"],
        Fact::EndOfData { .. } => &["CP-33", "CP-34"],
        Fact::SchedulerStarted { .. } => &["CP-4", "CP-3"],
        Fact::SchedulerStopped => &["CP-2"],
        Fact::TriggerRefused { reason: RefusalReason::MinimumTimeBetweenCheckpoints, .. } => &["CP-7"],
        Fact::TriggerRefused { .. } => &["CP-14", "CP-15"],
        Fact::TriggerQueued { .. } => &["CP-8"],
        Fact::CheckpointTriggered { .. } => &["CP-13", "CP-14"],
        Fact::CheckpointAcknowledged { .. } => &["CP-18"],
        Fact::LateAcknowledge { .. } => &["CP-19"],
        Fact::CheckpointDeclined { .. } => &["CP-24", "CP-28"],
        Fact::CheckpointCompleted { .. } => &["CP-20"],
        Fact::CheckpointAborted { reason, .. } => aborted_rules(*reason),
        Fact::CheckpointDiscarded { .. } => &["CP-35", "CS-8"],
        Fact::CheckpointRetained { .. } => &["CS-8"],
        Fact::TriggerArrived { .. } => &["BR-2"],
        Fact::BarrierSent { .. } => &["BR-1", "BR-3"],
        Fact::BarrierOvertook { .. } | Fact::InFlightCaptured { .. } => &["BR-9"],
        Fact::AlignmentTimedOut { .. } => &["BR-10"],
        Fact::InFlightPersisted { .. } => &["BR-9", "BR-14"],
        Fact::InFlightRestored { .. } => &["BR-12"],
        Fact::BarrierReceived { .. } => &["BR-4"],
        Fact::ChannelBlocked { .. } | Fact::ChannelUnblocked { .. } => &["BR-4", "BR-5"],
        Fact::CancelMarkerReceived { .. } => &["BR-6"],
        Fact::SnapshotStarted { .. } | Fact::SnapshotTaken { .. } => &["BR-1", "SB-1"],
        Fact::SnapshotStored { .. } => &["CS-3"],
        Fact::CompletionNotified { .. } => &["CP-20"],
        Fact::AbortNotified { .. } => &["CP-22"],
        Fact::CommandDone { .. } | Fact::BudgetSpent { .. } => &[],
    }
}

fn aborted_rules(reason: AbortReason) -> &'static [&'static str] {
    match reason {
        AbortReason::CheckpointExpired => &["CP-17", "CP-25"],
        AbortReason::CheckpointCoordinatorSuspend => &["CP-29", "JS-6"],
        AbortReason::CheckpointSubsumed | AbortReason::CheckpointDeclinedSubsumed => &["CP-20"],
        AbortReason::FinalizeCheckpointFailure | AbortReason::IoException => &["CS-6", "CP-25"],
        _ => &["CP-24"],
    }
}
