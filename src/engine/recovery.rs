//! What comes back after a failure and what stays at the end: the store's newest entry handed to new attempts (CP-36, SP-6),
//! and what retention leaves of the store (CS-8). Flink: `CheckpointCoordinator.restoreLatestCheckpointedState`,
//! `StandaloneCompletedCheckpointStore.shutdown`.

use std::sync::Arc;

use super::coordinator::CheckpointCoordinator;
use super::task::SubtaskSnapshot;
use super::{CompletedCheckpoint, Engine};
use crate::base::{CheckpointId, SubtaskId};
use crate::scenario::{ClaimMode, Retention};
use crate::trace::{AbortReason, Fact, JobStatus};

impl CheckpointCoordinator {
    /// SP-6: a snapshot that the job is started from is the store's first entry, and ids go on after it. SP-8: it is the
    /// job's own only when the job claims it.
    pub(super) fn start_from(&mut self, checkpoint: CompletedCheckpoint, claim_mode: ClaimMode) {
        self.next_id = CheckpointId(checkpoint.id.0.saturating_add(1));
        self.not_owned = (claim_mode != ClaimMode::Claim).then_some(checkpoint.id);
        self.completed.push_back(Arc::new(checkpoint));
    }
}

impl Engine {
    // ---- restore (CP-36, JS-6 step 11)

    pub(super) fn assign_state(&mut self, subtasks: &[SubtaskId]) {
        let checkpoint = self.coordinator.latest().map(|latest| latest.id);
        if checkpoint.is_some() {
            self.coordinator.counts.restored += 1;
        }
        self.coordinator.last_restore = Some((checkpoint, self.now));
        for subtask in subtasks {
            let finished = self.snapshot_for(*subtask).is_some_and(|snapshot| snapshot.finished);
            let task = &mut self.subtasks[subtask.index()];
            task.restored_from = checkpoint;
            task.restored_finished = finished;
        }
        self.record(|| Fact::RestoreAssigned { checkpoint, subtasks: subtasks.into() });
    }

    /// What a subtask will be restored from.
    pub(super) fn snapshot_for(&self, subtask: SubtaskId) -> Option<Arc<SubtaskSnapshot>> {
        let wanted =
            self.subtasks[subtask.index()].restored_from.or_else(|| self.coordinator.latest().map(|c| c.id))?;
        let checkpoint = self.coordinator.completed.iter().find(|checkpoint| checkpoint.id == wanted)?;
        checkpoint.subtasks.get(&subtask).cloned()
    }

    // ---- the end (CS-8)

    pub(super) fn shut_down_coordinator(&mut self, status: JobStatus) {
        self.abort_all_pending(AbortReason::CheckpointCoordinatorShutdown);
        let keep = match (self.coordinator.settings.retention, status) {
            (_, JobStatus::Finished) | (Retention::NoExternalizedCheckpoints, _) => false,
            (Retention::DeleteOnCancellation, status) => status == JobStatus::Failed,
            (Retention::RetainOnCancellation, _) => true,
        };
        let own: Vec<CheckpointId> = self.coordinator.completed.iter().map(|checkpoint| checkpoint.id).collect();
        for checkpoint in own {
            let on_disk = self.storage.checkpoints.contains(&checkpoint);
            if keep && on_disk {
                self.record(|| Fact::CheckpointRetained { checkpoint });
            } else {
                self.discard(checkpoint);
            }
        }
        if !keep {
            self.coordinator.completed.clear();
        }
    }
}
