//! What will happen: events in a heap ordered by (time, sequence).
//!
//! Nothing is ever removed from the heap. An event carries the number of what it belongs to (an attempt, a scheduler
//! generation, a channel epoch) and is dropped on arrival when that is over.

use crate::base::{AttemptNumber, ChannelId, CheckpointId, OperatorIndex, SimTime, SubtaskId, TransactionId};
use crate::trace::{AbortReason, TaskManagerChange};

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
    /// A scheduling round has waited for slots long enough.
    SlotRequestTimeout { round: u32 },
    /// The JobManager gives a TaskManager up.
    TaskManagerLost { manager: u32, generation: u32, change: TaskManagerChange },
    /// A standby has become the leader after the n-th loss of a JobManager.
    LeaderElected { loss: u32 },
    /// The TaskManagers miss the JobManager.
    JobManagerMissed { loss: u32 },
    /// A new process is started in place of one that has ended.
    TaskManagerStarts { manager: u32, generation: u32 },
    /// A TaskManager's process makes itself known.
    TaskManagerRegisters { manager: u32, generation: u32 },
    /// The JobManager hears that an attempt could not be deployed: nobody is there, or nobody answers.
    DeploymentFailed { subtask: SubtaskId, attempt: AttemptNumber, manager: u32, answered: bool },

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
    /// A task that does not react to being cancelled is told again.
    CancelRepeated { subtask: SubtaskId, attempt: AttemptNumber, count: u32 },
    /// A task has not reacted to being cancelled for too long.
    CancelTimeout { subtask: SubtaskId, attempt: AttemptNumber },
    /// A task sees the connection to a producer's TaskManager closed.
    ConnectionClosed { subtask: SubtaskId, attempt: AttemptNumber, manager: u32 },
    /// A task's thread goes on after a sleep, a record's cost or a snapshot's synchronous part.
    Resume { subtask: SubtaskId, attempt: AttemptNumber },
    /// A source may look for its next record.
    SourceWakes { subtask: SubtaskId, attempt: AttemptNumber },
    /// A checkpoint has taken so long that its barriers may overtake (BR-10).
    AlignmentTimeout { checkpoint: CheckpointId, subtask: SubtaskId, attempt: AttemptNumber },
    /// A task looks whether its senders' buffers should have another size (BP-3).
    DebloatLook { subtask: SubtaskId, attempt: AttemptNumber },
    /// The asynchronous part of a snapshot is done.
    SnapshotWritten { checkpoint: CheckpointId, subtask: SubtaskId, attempt: AttemptNumber },

    /// A watermark generator is asked.
    WatermarkTick { subtask: SubtaskId, position: u16, attempt: AttemptNumber },
    /// A timer of the machine's clock is due.
    ProcessingTimer { subtask: SubtaskId, position: u16, attempt: AttemptNumber },

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
    /// A barrier that overtook its channel's records arrives.
    OvertakingArrives { channel: ChannelId, epoch: u32, checkpoint: CheckpointId },

    // ---- the person at the controls
    /// A timed command.
    Command { index: u32 },
    /// A script's waiting time is over.
    ScriptWakes,
    /// A fault point's moment has come.
    FaultMoment { fault: u32 },
    /// Something goes wrong, or is over.
    Incident { index: u32, begins: bool },
    /// A broker looks whether a transaction has been open for too long.
    TransactionTimeout { operator: OperatorIndex, transaction: TransactionId },
}

/// What the heap moves about: two words, in place of a whole event.
#[derive(Clone, Copy, Debug)]
struct Entry {
    at: SimTime,
    /// The sequence number, and in the lower bits the event's slot. No two sequence numbers are equal, so that the slot
    /// decides nothing.
    order: u64,
}

/// More events than memory holds.
const SLOT_BITS: u32 = 24;

impl Entry {
    #[inline(always)]
    fn is_before(self, other: Entry) -> bool {
        self.at < other.at || (self.at == other.at && self.order < other.order)
    }

    #[inline(always)]
    fn slot(self) -> usize {
        (self.order & ((1 << SLOT_BITS) - 1)) as usize
    }
}

/// The events to come: a binary heap. Not the standard library's, whose many small functions stay calls when the page is
/// built for size.
#[derive(Clone, Debug, Default)]
pub(super) struct EventQueue {
    heap: Vec<Entry>,
    slots: Vec<Event>,
    free: Vec<u32>,
    sequence: u64,
}

impl EventQueue {
    /// Events of one moment come out in the order in which they went in.
    pub(super) fn push(&mut self, at: SimTime, event: Event) {
        let slot = self.place(event);
        let entry = Entry { at, order: self.sequence << SLOT_BITS | slot as u64 };
        self.sequence += 1;
        let mut hole = self.heap.len();
        self.heap.push(entry);
        let heap = self.heap.as_mut_slice();
        while hole > 0 {
            let parent = (hole - 1) / 2;
            if heap[parent].is_before(entry) {
                break;
            }
            heap[hole] = heap[parent];
            hole = parent;
        }
        heap[hole] = entry;
    }

    /// Forgets events that are not to happen any more; the others keep their order.
    pub(super) fn retain(&mut self, keep: impl Fn(&Event) -> bool) {
        let mut entries = std::mem::take(&mut self.heap);
        entries.sort_unstable_by_key(|entry| (entry.at, entry.order));
        let slots = std::mem::take(&mut self.slots);
        self.free.clear();
        for entry in entries {
            let event = slots[entry.slot()];
            if keep(&event) {
                self.push(entry.at, event);
            }
        }
    }

    #[inline(always)]
    fn place(&mut self, event: Event) -> usize {
        if let Some(slot) = self.free.pop() {
            self.slots.as_mut_slice()[slot as usize] = event;
            return slot as usize;
        }
        let slot = self.slots.len();
        assert!(slot < 1 << SLOT_BITS, "events pile up");
        self.slots.push(event);
        slot
    }

    /// When the next event is due.
    #[inline(always)]
    pub(super) fn next_time(&self) -> Option<SimTime> {
        match self.heap.as_slice() {
            [first, ..] => Some(first.at),
            [] => None,
        }
    }

    #[inline(always)]
    pub(super) fn pop(&mut self) -> Option<(SimTime, Event)> {
        let last = self.heap.pop()?;
        let heap = self.heap.as_mut_slice();
        let mut taken = last;
        if !heap.is_empty() {
            taken = heap[0];
            let mut hole = 0;
            loop {
                let mut child = 2 * hole + 1;
                if child >= heap.len() {
                    break;
                }
                if child + 1 < heap.len() && heap[child + 1].is_before(heap[child]) {
                    child += 1;
                }
                if last.is_before(heap[child]) {
                    break;
                }
                heap[hole] = heap[child];
                hole = child;
            }
            heap[hole] = last;
        }
        self.free.push(taken.slot() as u32);
        Some((taken.at, self.slots.as_slice()[taken.slot()]))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever goes in and out between, the next event is the earliest, and the first put in among those.
        #[test]
        fn events_come_in_order(steps in prop::collection::vec(prop::option::of(0u64..12), 0..300)) {
            let mut queue = EventQueue::default();
            let mut sorted: Vec<(u64, u32)> = Vec::new();
            for (index, step) in (0..).zip(steps) {
                if let Some(at) = step {
                    queue.push(SimTime::from_micros(at), Event::Command { index });
                    sorted.insert(sorted.partition_point(|(other, _)| *other <= at), (at, index));
                } else {
                    let wanted = (!sorted.is_empty()).then(|| sorted.remove(0));
                    prop_assert_eq!(queue.next_time().map(SimTime::micros), wanted.map(|(at, _)| at));
                    let wanted = wanted.map(|(at, index)| (SimTime::from_micros(at), Event::Command { index }));
                    prop_assert_eq!(queue.pop(), wanted);
                }
            }
        }
    }
}
