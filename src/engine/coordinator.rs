//! The checkpoint coordinator's memory and decisions (CP-1 to CP-29, CP-35). Flink: `CheckpointCoordinator`,
//! `CheckpointRequestDecider`, `CheckpointFailureManager`, `StandaloneCompletedCheckpointStore`.
//!
//! Everything here is decided without effect; `checkpointing.rs` carries it out. Left out: backlog intervals,
//! operator coordinators and master hooks (nothing has to be waited for between id and trigger).

use std::collections::VecDeque;
use std::sync::Arc;

use super::checkpoint::{CheckpointCounts, CheckpointStats, CompletedCheckpoint, PendingCheckpoint};
use super::savepoint::SavepointOrder;
use crate::base::{CheckpointId, RandomStream, SimDuration, SimTime, SortedMap, SortedSet};
use crate::scenario::Checkpointing;
use crate::trace::AbortReason;

/// Requests that may wait (CP-6).
const MAX_QUEUED_REQUESTS: usize = 1_000;

/// The coordinator.
#[derive(Clone, Debug)]
pub struct CheckpointCoordinator {
    pub(super) settings: Checkpointing,
    /// Whether the periodic scheduler runs (CP-2).
    pub active: bool,
    /// Raised at every start and stop: older ticks are dropped.
    pub(super) generation: u32,
    /// When the periodic timer fires next.
    pub next_tick: Option<SimTime>,
    /// Requests that wait, the next first (CP-6).
    pub queue: VecDeque<Request>,
    /// Pending checkpoints, oldest first.
    pub pending: SortedMap<CheckpointId, PendingCheckpoint>,
    /// The store, oldest first (CP-35).
    pub completed: VecDeque<Arc<CompletedCheckpoint>>,
    /// Savepoints that were taken: they are not in the store (SP-3).
    pub savepoints: Vec<Arc<CompletedCheckpoint>>,
    /// Statistics of all that got an id.
    pub history: Vec<CheckpointStats>,
    /// Counters.
    pub counts: CheckpointCounts,
    /// Failures in a row that count (CP-25).
    pub failures: u32,
    /// The last assignment of state: from which checkpoint, if there was one, and when.
    pub last_restore: Option<(Option<CheckpointId>, SimTime)>,
    pub(super) next_id: CheckpointId,
    pub(super) last_completion: Option<SimTime>,
    last_succeeded: CheckpointId,
    counted: SortedSet<CheckpointId>,
    offsets: RandomStream,
    /// The snapshot that the job was started from: not ours to delete (SP-8).
    pub(super) not_owned: Option<CheckpointId>,
    /// 2.3: whether its deactivator still does its work.
    pub(super) deactivator: Deactivator,
}

/// Flink 2.3's `ExecutionTrackingCheckpointCoordinatorDeActivator`: it waits for all attempts to run, but never forgets a
/// failed one, so that after the first failure it neither starts nor stops the scheduler again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Deactivator {
    /// Not all tasks have run.
    Waiting,
    /// It has started the scheduler.
    Started,
    /// Something has failed.
    Stuck,
}

/// A request that may become a checkpoint (CP-6).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    /// Asked for by the periodic scheduler.
    pub periodic: bool,
    /// It asks for a savepoint.
    pub savepoint: Option<Arc<SavepointOrder>>,
    /// When.
    pub at: SimTime,
}

/// What to do with the head of the queue (CP-7).
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Decision {
    /// Nothing.
    Wait,
    /// Drop it; the timer fires at this moment.
    TooSoon(SimTime),
    /// Make it a checkpoint.
    Start(Request),
}

impl Request {
    /// CP-11: savepoints don't wait for checkpoints on their way, unless those may be unaligned.
    fn is_forced(&self, settings: &Checkpointing) -> bool {
        self.savepoint.is_some() && settings.unaligned.is_none()
    }

    /// CP-6: what is served first.
    fn rank(&self, settings: &Checkpointing) -> (bool, bool, bool) {
        (self.savepoint.is_none(), !self.is_forced(settings), self.periodic)
    }
}

impl CheckpointCoordinator {
    pub(super) fn new(settings: Checkpointing, offsets: RandomStream) -> CheckpointCoordinator {
        CheckpointCoordinator {
            settings,
            active: false,
            generation: 0,
            next_tick: None,
            queue: VecDeque::new(),
            pending: SortedMap::new(),
            completed: VecDeque::new(),
            savepoints: Vec::new(),
            history: Vec::new(),
            counts: CheckpointCounts::default(),
            failures: 0,
            last_restore: None,
            next_id: CheckpointId(1),
            last_completion: None,
            last_succeeded: CheckpointId(0),
            counted: SortedSet::new(),
            offsets,
            not_owned: None,
            deactivator: Deactivator::Waiting,
        }
    }

    /// HA-5: what a new leader begins with. The high-availability store keeps the completed checkpoints and the next id;
    /// all else was in the old leader's memory.
    pub(super) fn hand_over(&mut self) {
        let offsets = self.offsets.clone();
        let old = std::mem::replace(self, CheckpointCoordinator::new(self.settings.clone(), offsets));
        self.completed = old.completed;
        self.next_id = old.next_id;
        self.generation = old.generation;
        self.not_owned = old.not_owned;
    }

    /// CP-1: max(interval, min-pause); `None` when checkpointing is off.
    pub fn base_interval(&self) -> Option<SimDuration> {
        let interval = self.settings.interval_ms?;
        Some(SimDuration::from_millis(interval.max(self.settings.min_pause_ms)))
    }

    /// CP-4: whole milliseconds in [min-pause, base interval].
    pub(super) fn draw_first_delay(&mut self) -> SimDuration {
        let interval = self.base_interval().unwrap_or_default().millis();
        SimDuration::from_millis(self.offsets.between(self.settings.min_pause_ms, interval))
    }

    /// Whether two threads of 2.3 meet in the order that gives two first checkpoints.
    pub(super) fn draw_race(&mut self) -> bool {
        self.offsets.one_in(2)
    }

    /// CP-6: savepoints first, manual before periodic, older before newer. False when the queue is full and this request is
    /// lost.
    pub(super) fn enqueue(&mut self, request: Request) -> bool {
        if self.queue.len() >= MAX_QUEUED_REQUESTS {
            if self.queue.back().is_some_and(|last| !last.periodic) {
                return false;
            }
            self.queue.pop_back();
        }
        let later = |waiting: &Request| waiting.rank(&self.settings) > request.rank(&self.settings);
        let at = self.queue.iter().position(later).unwrap_or(self.queue.len());
        self.queue.insert(at, request);
        true
    }

    /// CP-7.
    pub(super) fn decide(&mut self, now: SimTime) -> Decision {
        let waits = self.pending.len() >= self.settings.max_concurrent as usize;
        if self.queue.front().is_none_or(|head| waits && !head.is_forced(&self.settings)) {
            return Decision::Wait;
        }
        let Some(head) = self.queue.pop_front() else { return Decision::Wait };
        if head.periodic
            && let Some(last) = self.last_completion
        {
            let earliest = last + SimDuration::from_millis(self.settings.min_pause_ms);
            if earliest > now {
                return Decision::TooSoon(earliest);
            }
        }
        Decision::Start(head)
    }

    /// CP-16.
    pub(super) fn take_id(&mut self) -> CheckpointId {
        let id = self.next_id;
        self.next_id = CheckpointId(id.0 + 1);
        id
    }

    /// CP-9, CP-25: of checkpoints and savepoints.
    pub(super) fn note_success(&mut self, checkpoint: &CompletedCheckpoint) {
        self.last_completion = Some(checkpoint.completed_at);
        self.last_succeeded = self.last_succeeded.max(checkpoint.id);
        self.failures = 0;
        self.counted.clear();
    }

    /// CP-20: adds to the store and says which leave it (CP-35).
    pub(super) fn add_completed(&mut self, checkpoint: Arc<CompletedCheckpoint>) -> Vec<Arc<CompletedCheckpoint>> {
        self.note_success(&checkpoint);
        self.completed.push_back(checkpoint);
        let mut subsumed = Vec::new();
        while self.completed.len() > self.settings.num_retained.max(1) as usize {
            subsumed.extend(self.completed.pop_front());
        }
        subsumed
    }

    /// CP-36: recovery uses the newest entry of the store.
    pub fn latest(&self) -> Option<&Arc<CompletedCheckpoint>> {
        self.completed.back()
    }

    /// CP-25: counts a failure; true when it is one too many. The count starts anew then.
    pub(super) fn count_failure(&mut self, id: CheckpointId, reason: AbortReason) -> bool {
        if id <= self.last_succeeded || !reason.counts() || !self.counted.insert(id) {
            return false;
        }
        self.failures += 1;
        if self.failures > self.settings.tolerable_failed {
            self.failures = 0;
            self.counted.clear();
            return true;
        }
        false
    }

    /// The history row of a checkpoint.
    pub fn stats(&self, id: CheckpointId) -> Option<&CheckpointStats> {
        self.history.iter().rev().find(|stats| stats.id == id)
    }

    pub(super) fn stats_mut(&mut self, id: CheckpointId) -> Option<&mut CheckpointStats> {
        self.history.iter_mut().rev().find(|stats| stats.id == id)
    }
}
