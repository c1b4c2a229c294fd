//! Where one can step to: which facts of the trace are worth a stop.

use crate::base::{SimDuration, SimTime};
use crate::trace::{Fact, TraceEvent};

/// A kind of stop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Landmark {
    /// Whatever changes the picture.
    Event,
    /// The same and each statement of a user function.
    Statement,
    /// A barrier or trigger reaches a task, or the task begins to answer it.
    Barrier,
    /// A checkpoint is triggered, refused, completed or given up.
    Checkpoint,
    /// Something throws.
    Failure,
    /// State is handed to new attempts.
    Restore,
}

impl Landmark {
    /// All of them.
    pub const ALL: [Landmark; 6] = [
        Landmark::Event,
        Landmark::Statement,
        Landmark::Barrier,
        Landmark::Checkpoint,
        Landmark::Failure,
        Landmark::Restore,
    ];
}

/// How much a fact matters when several happen at one moment.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Weight {
    /// Bookkeeping: never a stop by itself.
    Detail,
    /// A statement, a field.
    Statement,
    /// A record moves. Dozens may do so within a millisecond; together they are one stop.
    Flow,
    /// A step of the story.
    Step,
    /// A turn of the story.
    Turn,
}

/// The weight of a fact.
pub const fn weight(fact: &Fact) -> Weight {
    match fact {
        Fact::SchedulerStarted { .. }
        | Fact::SchedulerStopped
        | Fact::TriggerQueued { .. }
        | Fact::RecordSent { .. }
        | Fact::LateAcknowledge { .. }
        | Fact::SnapshotStateSkipped { .. }
        | Fact::NotificationLost { .. }
        | Fact::WindowCleared { .. }
        | Fact::CommandDone { .. } => Weight::Detail,
        Fact::StatementReached { .. } | Fact::FieldChanged { .. } => Weight::Statement,
        Fact::RecordEmitted { .. }
        | Fact::RecordReceived { .. }
        | Fact::BundleGrew { .. }
        | Fact::StateChanged { .. }
        | Fact::StateCleared { .. }
        | Fact::WatermarkEmitted { .. }
        | Fact::WatermarkAdvanced { .. }
        | Fact::TimerRegistered { .. }
        | Fact::TimerDeleted { .. }
        | Fact::WindowAdded { .. }
        | Fact::WindowSet { .. }
        | Fact::InFlightCaptured { .. }
        | Fact::BufferSizeChanged { .. }
        | Fact::BackpressureChanged { .. } => Weight::Flow,
        Fact::TaskStateChanged { .. }
        | Fact::OperatorOpened { .. }
        | Fact::StdoutPrinted { .. }
        | Fact::FileTouched { .. }
        | Fact::RowPrinted { .. }
        | Fact::RowWritten { .. }
        | Fact::TransactionBegan { .. }
        | Fact::TransactionPrepared { .. }
        | Fact::TransactionCommitted { .. }
        | Fact::TransactionAborted { .. }
        | Fact::TransactionLeft { .. }
        | Fact::BundleFinishing { .. }
        | Fact::BundleFinished { .. }
        | Fact::IdleChanged { .. }
        | Fact::TimerFired { .. }
        | Fact::WindowFired { .. }
        | Fact::RecordLate { .. }
        | Fact::EndOfData { .. }
        | Fact::TriggerRefused { .. }
        | Fact::CheckpointAcknowledged { .. }
        | Fact::CheckpointDeclined { .. }
        | Fact::CheckpointDiscarded { .. }
        | Fact::CheckpointRetained { .. }
        | Fact::TriggerArrived { .. }
        | Fact::BarrierSent { .. }
        | Fact::BarrierOvertook { .. }
        | Fact::AlignmentTimedOut { .. }
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
        | Fact::AbortNotified { .. }
        | Fact::SlotsMissing { .. }
        | Fact::CancellationStuck { .. }
        | Fact::TaskFailureHandled { .. } => Weight::Step,
        Fact::JobStatusChanged { .. }
        | Fact::ExceptionThrown { .. }
        | Fact::CommitFailed { .. }
        | Fact::GlobalFailure { .. }
        | Fact::RestartScheduled { .. }
        | Fact::RestartSuppressed { .. }
        | Fact::InitializationFailed { .. }
        | Fact::StartedFromSnapshot { .. }
        | Fact::SavepointStarted { .. }
        | Fact::SavepointCompleted { .. }
        | Fact::SavepointRefused
        | Fact::StopFailed
        | Fact::RestoreAssigned { .. }
        | Fact::CheckpointTriggered { .. }
        | Fact::CheckpointCompleted { .. }
        | Fact::CheckpointAborted { .. }
        | Fact::TaskManagerChanged { .. }
        | Fact::JobManagerChanged { .. }
        | Fact::StorageChanged { .. }
        | Fact::BudgetSpent { .. } => Weight::Turn,
    }
}

/// Records that move closer together than this are one stop.
const FLOW_APART: SimDuration = SimDuration::from_millis(1);

/// The stops of each kind, as positions in the trace, ascending. No two of a kind are at the same moment.
#[derive(Clone, Debug, Default)]
pub(super) struct Stops {
    by_kind: [Vec<u32>; Landmark::ALL.len()],
    seen: usize,
    last_flow: Option<SimTime>,
}

impl Stops {
    /// Takes in what the trace has gained.
    pub(super) fn extend(&mut self, trace: &[TraceEvent]) {
        for (at, event) in trace.iter().enumerate().skip(self.seen) {
            for kind in Landmark::ALL {
                if self.is_stop(kind, event) {
                    self.push(kind, at, trace);
                }
            }
            if weight(&event.fact) == Weight::Flow {
                self.last_flow = Some(event.at);
            }
        }
        self.seen = trace.len();
    }

    fn push(&mut self, kind: Landmark, at: usize, trace: &[TraceEvent]) {
        let stops = &mut self.by_kind[kind as usize];
        match stops.last_mut() {
            // One stop a moment: the weightiest fact speaks for it, of equals the first.
            Some(last) if trace[*last as usize].at == trace[at].at => {
                if weight(&trace[at].fact) > weight(&trace[*last as usize].fact) {
                    *last = at as u32;
                }
            }
            _ => stops.push(at as u32),
        }
    }

    fn is_stop(&self, kind: Landmark, event: &TraceEvent) -> bool {
        let fact = &event.fact;
        match kind {
            Landmark::Statement => weight(fact) >= Weight::Statement,
            Landmark::Event if weight(fact) == Weight::Flow => {
                self.last_flow.is_none_or(|last| event.at.since(last) >= FLOW_APART)
            }
            Landmark::Event => weight(fact) >= Weight::Step,
            Landmark::Barrier => matches!(
                fact,
                Fact::TriggerArrived { .. }
                    | Fact::BarrierReceived { .. }
                    | Fact::AlignmentTimedOut { .. }
                    | Fact::BundleFinishing { .. }
                    | Fact::SnapshotStarted { .. }
                    | Fact::CancelMarkerReceived { .. }
            ),
            Landmark::Checkpoint => matches!(
                fact,
                Fact::CheckpointTriggered { .. }
                    | Fact::SavepointStarted { .. }
                    | Fact::SavepointCompleted { .. }
                    | Fact::SavepointRefused
                    | Fact::TriggerRefused { .. }
                    | Fact::CheckpointCompleted { .. }
                    | Fact::CheckpointAborted { .. }
            ),
            Landmark::Failure => {
                matches!(
                    fact,
                    Fact::ExceptionThrown { .. }
                        | Fact::GlobalFailure { .. }
                        | Fact::InitializationFailed { .. }
                        | Fact::TaskManagerChanged { .. }
                        | Fact::JobManagerChanged { .. }
                        | Fact::StorageChanged { .. }
                )
            }
            Landmark::Restore => matches!(fact, Fact::RestoreAssigned { .. }),
        }
    }

    /// The first stop after a moment.
    pub(super) fn next(&self, kind: Landmark, after: SimTime, trace: &[TraceEvent]) -> Option<usize> {
        let stops = &self.by_kind[kind as usize];
        stops.get(stops.partition_point(|stop| trace[*stop as usize].at <= after)).map(|stop| *stop as usize)
    }

    /// The last stop before a moment.
    pub(super) fn previous(&self, kind: Landmark, before: SimTime, trace: &[TraceEvent]) -> Option<usize> {
        let stops = &self.by_kind[kind as usize];
        let earlier = stops.partition_point(|stop| trace[*stop as usize].at < before);
        earlier.checked_sub(1).map(|last| stops[last] as usize)
    }
}
