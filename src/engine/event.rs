//! What will happen: events in a heap ordered by (time, sequence).
//!
//! Nothing is ever removed from the heap. An event carries the number of what it belongs to (an attempt, a scheduler
//! generation, a channel epoch) and is dropped on arrival when that is over.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use crate::base::{AttemptNumber, ChannelId, CheckpointId, SimTime, SubtaskId};
use crate::trace::AbortReason;

/// Something due at a moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Event {
    // ---- JobManager
    /// The JobMaster is up.
    JobStart,
    /// Slots of a scheduling round are there.
    SlotsAllocated { round: u32 },
    /// A deployed task begins to restore its state.
    Deployed { subtask: SubtaskId, attempt: AttemptNumber },
    /// State is restored, functions are open.
    Initialized { subtask: SubtaskId, attempt: AttemptNumber },
    /// The JobManager hears of a failed attempt.
    FailureReported { subtask: SubtaskId, attempt: AttemptNumber },
    /// The JobManager hears that an attempt is cancelled.
    CancelAcknowledged { subtask: SubtaskId, attempt: AttemptNumber },
    /// The JobManager hears that an attempt has no more input.
    EndOfDataReported { subtask: SubtaskId, attempt: AttemptNumber },
    /// The JobManager hears that an attempt finished.
    FinishReported { subtask: SubtaskId, attempt: AttemptNumber },
    /// A restart's delay is over.
    RestartDue { restart: u32 },

    // ---- checkpoint coordinator
    /// The periodic timer fires.
    CheckpointTick { generation: u32 },
    /// A pending checkpoint has taken too long.
    CheckpointTimeout { checkpoint: CheckpointId },
    /// A subtask's acknowledgement arrives.
    Acknowledge { checkpoint: CheckpointId, subtask: SubtaskId, attempt: AttemptNumber },
    /// A subtask's refusal arrives.
    Decline { checkpoint: CheckpointId, subtask: SubtaskId, attempt: AttemptNumber, reason: AbortReason },
    /// `_metadata` is written, or could not be.
    Finalized { checkpoint: CheckpointId },

    // ---- tasks
    /// A trigger message arrives at a source.
    TriggerArrives { checkpoint: CheckpointId, subtask: SubtaskId, attempt: AttemptNumber },
    /// `notifyCheckpointComplete` arrives.
    CompleteNotification { checkpoint: CheckpointId, subtask: SubtaskId, attempt: AttemptNumber },
    /// `notifyCheckpointAborted` arrives.
    AbortNotification { checkpoint: CheckpointId, subtask: SubtaskId, attempt: AttemptNumber },
    /// A cancel message arrives.
    CancelArrives { subtask: SubtaskId, attempt: AttemptNumber },
    /// A task's thread goes on after a sleep, a record's cost or a snapshot's synchronous part.
    Resume { subtask: SubtaskId, attempt: AttemptNumber },
    /// A source may look for its next record.
    SourceWakes { subtask: SubtaskId, attempt: AttemptNumber },
    /// The asynchronous part of a snapshot is done.
    SnapshotWritten { checkpoint: CheckpointId, subtask: SubtaskId, attempt: AttemptNumber },

    // ---- Python workers
    /// A worker goes on after a sleep or a record's cost.
    WorkerResumes { subtask: SubtaskId, position: u16, attempt: AttemptNumber },
    /// A worker sends its results.
    WorkerFlushes { subtask: SubtaskId, position: u16, attempt: AttemptNumber },
    /// A bundle has been open for `bundle.time`.
    BundleTimer { subtask: SubtaskId, position: u16, attempt: AttemptNumber, bundle: u32 },
    /// An exception of a worker reaches its task.
    WorkerFailed { subtask: SubtaskId, position: u16, attempt: AttemptNumber },

    // ---- network
    /// The output flusher closes a buffer that is not full.
    Flush { channel: ChannelId, epoch: u32, buffer: u32 },
    /// A buffer arrives.
    Deliver { channel: ChannelId, epoch: u32, buffer: u32 },

    // ---- the person at the controls
    /// A timed command.
    Command { index: u32 },
    /// A script's waiting time is over.
    ScriptWakes,
    /// A fault point's moment has come.
    FaultMoment { fault: u32 },
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Entry {
    at: SimTime,
    sequence: u64,
    event: Event,
}

impl Ord for Entry {
    fn cmp(&self, other: &Entry) -> Ordering {
        (self.at, self.sequence).cmp(&(other.at, other.sequence))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Entry) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The events to come.
#[derive(Clone, Debug, Default)]
pub(super) struct EventQueue {
    heap: BinaryHeap<Reverse<Entry>>,
    sequence: u64,
}

impl EventQueue {
    /// Events of one moment come out in the order in which they went in.
    pub(super) fn push(&mut self, at: SimTime, event: Event) {
        self.heap.push(Reverse(Entry { at, sequence: self.sequence, event }));
        self.sequence += 1;
    }

    /// When the next event is due.
    pub(super) fn next_time(&self) -> Option<SimTime> {
        self.heap.peek().map(|Reverse(entry)| entry.at)
    }

    pub(super) fn pop(&mut self) -> Option<(SimTime, Event)> {
        self.heap.pop().map(|Reverse(entry)| (entry.at, entry.event))
    }
}
