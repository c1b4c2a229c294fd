//! Barrier handling at a task's input (BR-4 to BR-10, BR-13). Flink: `SingleCheckpointBarrierHandler` (aligned, unaligned,
//! and aligned with a timeout) and `CheckpointBarrierTracker` (at least once).
//!
//! The handler decides; the engine blocks channels and takes snapshots. Channels are counted by their position among the
//! subtask's inputs, over all gates.

use crate::base::{CheckpointId, SimTime, SortedMap};
use crate::scenario::CheckpointingMode;

/// Ids that an at-least-once tracker remembers.
const TRACKED_IDS: usize = 50;

/// The state of one task's handler.
#[derive(Clone, PartialEq, Debug)]
pub struct BarrierHandler {
    mode: CheckpointingMode,
    open: Vec<bool>,
    /// The checkpoint being aligned or last handled; 0 = none yet.
    pub current: CheckpointId,
    /// Channels whose barrier of `current` is there; empty when nothing is being aligned.
    pub arrived: Vec<usize>,
    /// When the first barrier of `current` came.
    pub first_at: SimTime,
    /// `current` has begun with its first barrier; the others only end what is captured (BR-9).
    pub unaligned: bool,
    /// Bytes read since the first barrier, while others are missing (BR-14).
    pub(super) processed: u64,
    tracked: SortedMap<CheckpointId, u32>,
}

/// What to do next, in order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum BarrierAction {
    /// Do not read this channel until the checkpoint is done.
    Block(usize),
    /// Give the checkpoint up: tell the JobManager, unblock, forward a cancel marker.
    Abort(CheckpointId, Abort),
    /// All barriers are there, or the first of an unaligned checkpoint: take the snapshot.
    Trigger(CheckpointId),
    /// Store what is queued and what comes before the other barriers (BR-9).
    StartCapture(CheckpointId),
    /// This channel's barrier is there: what comes after it is not stored.
    EndCapture(usize),
    /// The last barrier of an unaligned checkpoint is there.
    AllArrived(CheckpointId),
    /// An old barrier: nothing.
    Ignore,
}

/// Why a handler gives a checkpoint up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Abort {
    /// A newer barrier came first.
    Subsumed,
    /// An input sent a cancel marker.
    CancelMarker,
    /// An input ended and checkpoints with finished tasks are off.
    EndOfStream,
}

impl BarrierHandler {
    pub(super) fn new(mode: CheckpointingMode, channels: usize) -> BarrierHandler {
        BarrierHandler {
            mode,
            open: vec![true; channels],
            current: CheckpointId(0),
            arrived: Vec::new(),
            first_at: SimTime::ZERO,
            unaligned: false,
            processed: 0,
            tracked: SortedMap::new(),
        }
    }

    /// Whether barriers of `current` are missing.
    pub fn is_aligning(&self) -> bool {
        !self.arrived.is_empty()
    }

    /// Whether a barrier is to come from this channel, by its position.
    pub(super) fn awaits(&self, channel: usize) -> bool {
        self.open[channel] && !self.arrived.contains(&channel)
    }

    /// Whether what is read counts as processed during the alignment.
    #[inline(always)]
    pub(super) fn is_measuring(&self) -> bool {
        !self.arrived.is_empty() || !self.tracked.is_empty()
    }

    /// Channels that have not ended.
    pub fn open_channels(&self) -> usize {
        self.open.iter().filter(|open| **open).count()
    }

    /// Barrier `checkpoint` was read from `channel` (BR-4, BR-8).
    pub(super) fn on_barrier(&mut self, checkpoint: CheckpointId, channel: usize, now: SimTime) -> Vec<BarrierAction> {
        match self.mode {
            CheckpointingMode::ExactlyOnce => self.align(checkpoint, channel, now),
            CheckpointingMode::AtLeastOnce => self.track(checkpoint, now),
        }
    }

    fn align(&mut self, checkpoint: CheckpointId, channel: usize, now: SimTime) -> Vec<BarrierAction> {
        let mut actions = Vec::new();
        if checkpoint < self.current || (checkpoint == self.current && !self.is_aligning()) {
            return vec![BarrierAction::Ignore];
        }
        self.begin(checkpoint, now, &mut actions);
        self.arrived.push(channel);
        actions.push(match self.unaligned {
            true => BarrierAction::EndCapture(channel),
            false => BarrierAction::Block(channel),
        });
        self.complete_if_all(&mut actions);
        actions
    }

    fn begin(&mut self, checkpoint: CheckpointId, now: SimTime, actions: &mut Vec<BarrierAction>) {
        if checkpoint > self.current {
            if self.is_aligning() {
                actions.push(BarrierAction::Abort(self.current, Abort::Subsumed));
            }
            self.current = checkpoint;
            self.arrived.clear();
            (self.first_at, self.unaligned, self.processed) = (now, false, 0);
        }
    }

    fn complete_if_all(&mut self, actions: &mut Vec<BarrierAction>) {
        if self.arrived.len() >= self.open_channels() {
            self.arrived.clear();
            actions.push(match self.unaligned {
                true => BarrierAction::AllArrived(self.current),
                false => BarrierAction::Trigger(self.current),
            });
        }
    }

    /// A barrier that has overtaken its channel's data: the first one starts the checkpoint (BR-9).
    pub(super) fn on_priority_barrier(
        &mut self,
        checkpoint: CheckpointId,
        channel: usize,
        now: SimTime,
    ) -> Vec<BarrierAction> {
        if checkpoint < self.current || (checkpoint == self.current && !self.is_aligning()) {
            return vec![BarrierAction::Ignore];
        }
        let mut actions = Vec::new();
        self.begin(checkpoint, now, &mut actions);
        self.arrived.push(channel);
        if !self.unaligned {
            self.unaligned = true;
            actions.extend([BarrierAction::StartCapture(checkpoint), BarrierAction::Trigger(checkpoint)]);
        }
        actions.push(BarrierAction::EndCapture(channel));
        self.complete_if_all(&mut actions);
        actions
    }

    /// The alignment of this checkpoint has taken too long: it goes on unaligned (BR-10).
    pub(super) fn on_timeout(&mut self, checkpoint: CheckpointId) -> Vec<BarrierAction> {
        if checkpoint != self.current || !self.is_aligning() || self.unaligned {
            return Vec::new();
        }
        self.unaligned = true;
        vec![BarrierAction::StartCapture(checkpoint), BarrierAction::Trigger(checkpoint)]
    }

    fn track(&mut self, checkpoint: CheckpointId, now: SimTime) -> Vec<BarrierAction> {
        if checkpoint <= self.current {
            return vec![BarrierAction::Ignore];
        }
        let open = self.open_channels() as u32;
        if self.tracked.is_empty() {
            (self.first_at, self.processed) = (now, 0);
        }
        let seen = self.tracked.or_default(checkpoint);
        *seen += 1;
        if *seen >= open {
            return self.complete_tracked(checkpoint);
        }
        while self.tracked.len() > TRACKED_IDS {
            self.tracked.pop_first();
        }
        Vec::new()
    }

    fn complete_tracked(&mut self, checkpoint: CheckpointId) -> Vec<BarrierAction> {
        self.current = checkpoint;
        self.tracked.retain(|id, _| *id > checkpoint);
        vec![BarrierAction::Trigger(checkpoint)]
    }

    /// A cancel marker was read (BR-6).
    pub(super) fn on_cancel_marker(&mut self, checkpoint: CheckpointId) -> Vec<BarrierAction> {
        let tracked = self.tracked.remove(&checkpoint).is_some();
        if checkpoint > self.current || (checkpoint == self.current && self.is_aligning()) || tracked {
            let mut actions = Vec::new();
            if checkpoint > self.current && self.is_aligning() {
                actions.push(BarrierAction::Abort(self.current, Abort::Subsumed));
            }
            self.current = self.current.max(checkpoint);
            self.arrived.clear();
            actions.push(BarrierAction::Abort(checkpoint, Abort::CancelMarker));
            return actions;
        }
        vec![BarrierAction::Ignore]
    }

    /// A channel ended (BR-7): it counts as aligned when checkpoints with finished tasks are on.
    pub(super) fn on_end_of_partition(&mut self, channel: usize, finished_tasks: bool) -> Vec<BarrierAction> {
        self.open[channel] = false;
        if self.is_aligning() {
            if !finished_tasks {
                self.arrived.clear();
                return vec![BarrierAction::Abort(self.current, Abort::EndOfStream)];
            }
            self.arrived.retain(|arrived| *arrived != channel);
            let mut actions = Vec::new();
            if self.unaligned {
                actions.push(BarrierAction::EndCapture(channel));
            }
            if self.open_channels() > 0 {
                self.complete_if_all(&mut actions);
            }
            if !actions.is_empty() {
                return actions;
            }
        }
        let open = self.open_channels() as u32;
        let complete = self.tracked.iter().rev().find(|(_, seen)| open > 0 && **seen >= open).map(|(id, _)| *id);
        complete.map_or_else(Vec::new, |id| self.complete_tracked(id))
    }

    /// A task in the middle of the graph was triggered by message (CP-30): barriers of older checkpoints are void.
    pub(super) fn on_trigger_message(&mut self, checkpoint: CheckpointId) {
        self.current = self.current.max(checkpoint);
        self.arrived.clear();
        self.processed = 0;
    }
}
