//! Checkpoints as the JobManager knows them: pending, completed, and the statistics that Flink's page shows.

use std::sync::Arc;

use super::savepoint::SavepointOrder;
use super::task::SubtaskSnapshot;
use crate::base::{AttemptNumber, CheckpointId, SimDuration, SimTime, SortedMap, SortedSet, SubtaskId};
use crate::scenario::SnapshotKind;
use crate::trace::AbortReason;

/// A checkpoint on its way.
#[derive(Clone, Debug)]
pub struct PendingCheckpoint {
    /// Its id.
    pub id: CheckpointId,
    /// Whether the periodic scheduler asked for it.
    pub periodic: bool,
    /// It is a savepoint.
    pub savepoint: Option<Arc<SavepointOrder>>,
    /// When it got its id.
    pub triggered_at: SimTime,
    /// The attempts that must acknowledge (CP-18).
    pub waiting_for: SortedMap<SubtaskId, AttemptNumber>,
    /// What has come in.
    pub acknowledged: SortedMap<SubtaskId, Arc<SubtaskSnapshot>>,
    /// Subtasks that had finished when it was triggered (CP-30).
    pub finished: SortedSet<SubtaskId>,
    /// `_metadata` is being written.
    pub finalizing: bool,
}

/// A completed checkpoint or savepoint.
#[derive(Clone, Debug)]
pub struct CompletedCheckpoint {
    /// Its id.
    pub id: CheckpointId,
    /// What it is.
    pub kind: SnapshotKind,
    /// When it was triggered.
    pub triggered_at: SimTime,
    /// When it completed.
    pub completed_at: SimTime,
    /// Trigger to metadata (CP-20).
    pub duration: SimDuration,
    /// Sum over the subtasks.
    pub bytes: u64,
    /// Its directory: `<dir>/<job-id>/chk-N`; none on the JobManager's heap.
    pub path: Option<String>,
    /// What each subtask wrote.
    pub subtasks: SortedMap<SubtaskId, Arc<SubtaskSnapshot>>,
}

/// Where a checkpoint stands (UI-3).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CheckpointStatus {
    /// Pending.
    InProgress,
    /// Completed.
    Completed,
    /// Aborted.
    Failed(AbortReason),
}

/// A row of the history (UI-3). All that has an id is in it, oldest first.
#[derive(Clone, PartialEq, Debug)]
pub struct CheckpointStats {
    /// Its id.
    pub id: CheckpointId,
    /// Where it stands.
    pub status: CheckpointStatus,
    /// Whether the periodic scheduler asked for it.
    pub periodic: bool,
    /// It is a savepoint.
    pub savepoint: Option<Arc<SavepointOrder>>,
    /// When it was triggered.
    pub triggered_at: SimTime,
    /// When the last acknowledgement came.
    pub latest_ack: Option<SimTime>,
    /// When it failed.
    pub failed_at: Option<SimTime>,
    /// End-to-end duration (BR-15); none before any acknowledgement.
    pub duration: Option<SimDuration>,
    /// Acknowledged subtasks.
    pub acknowledged: u32,
    /// Subtasks in all.
    pub subtasks: u32,
    /// Sum of the sizes.
    pub bytes: u64,
    /// Sum of the bytes read during alignments (BR-14).
    pub processed: u64,
    /// Sum of the channel state (BR-14).
    pub persisted: u64,
    /// Some subtask stored in-flight data or began unaligned.
    pub unaligned: bool,
    /// What subtasks had when they heard that it was given up: reported all the same, and part of the size.
    pub incomplete: SortedMap<SubtaskId, Arc<SubtaskSnapshot>>,
    /// Subtasks that had finished before it (CP-30).
    pub finished: SortedSet<SubtaskId>,
    /// Its files are gone.
    pub discarded: bool,
    /// Per subtask, what it reported.
    pub parts: SortedMap<SubtaskId, Arc<SubtaskSnapshot>>,
}

/// Counters of the Overview (UI-5).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CheckpointCounts {
    /// Ids created and requests refused.
    pub total: u32,
    /// Completed.
    pub completed: u32,
    /// Failed, refused ones included (CP-15).
    pub failed: u32,
    /// Restores from a checkpoint.
    pub restored: u32,
}
