//! What writing to and reading from the checkpoint storage takes, and how it fails (CS-2, CS-6, CP-37, HA-6). Flink:
//! `FsCheckpointStreamFactory`, `StreamTaskStateInitializerImpl`.
//!
//! State up to the inline threshold lies in `_metadata`, which the JobManager writes and keeps in memory: only larger state
//! costs its task anything, and only that can be missing at a restore. Left out: libraries that retry for minutes before
//! they give up; here a storage that does not answer fails at once.

use super::Engine;
use super::storage::Spoiled;
use crate::base::{SimDuration, SubtaskId};
use crate::scenario::costs::{SLOW_FACTOR, storage_cost};
use crate::scenario::{Mishap, StorageTrouble};
use crate::trace::{Cause, Fact, FailurePhase};

impl Engine {
    fn is_inline(&self, bytes: u64) -> bool {
        self.storage.directory().is_none() || bytes <= self.scenario().checkpointing.inline_threshold
    }

    /// Writing or reading the state of one subtask.
    pub(super) fn storage_time(&self, bytes: u64) -> SimDuration {
        if bytes <= self.scenario().checkpointing.inline_threshold {
            return SimDuration::ZERO;
        }
        let cost = storage_cost(self.scenario().cluster.file_system);
        let mebibyte_us = cost.mebibyte_us.unwrap_or(self.latencies().storage_us_per_mib);
        let request = if self.is_inline(bytes) { SimDuration::ZERO } else { self.request_time() };
        SimDuration::from_micros((bytes.saturating_mul(mebibyte_us) >> 20) * self.slowness()) + request
    }

    /// One request, such as that for `_metadata`.
    pub(super) fn request_time(&self) -> SimDuration {
        if self.storage.directory().is_none() {
            return SimDuration::ZERO;
        }
        SimDuration::from_micros(storage_cost(self.scenario().cluster.file_system).request_us * self.slowness())
    }

    fn slowness(&self) -> u64 {
        if self.storage.troubles.contains(&StorageTrouble::Slow) { SLOW_FACTOR } else { 1 }
    }

    /// Why a subtask's state of this size can't be written now.
    pub(super) fn write_failure(&self, bytes: u64) -> Option<String> {
        let trouble = self.storage.refusal(self.now).filter(|_| !self.is_inline(bytes))?;
        Some(self.storage.write_failure(trouble))
    }

    /// CP-37: whether a task fails because it can't read the state that it is restored from.
    pub(super) fn restore_fails(&mut self, subtask: SubtaskId) -> bool {
        let Some(checkpoint) = self.subtasks[subtask.index()].restored_from else { return false };
        let bytes = self.snapshot_for(subtask).map_or(0, |snapshot| snapshot.bytes);
        let Some(cause) = self.storage.read_failure(checkpoint).filter(|_| !self.is_inline(bytes)) else {
            return false;
        };
        let class = "java.lang.Exception";
        let message = format!("Exception while creating StreamOperatorStateContext. Caused by: {cause}");
        let operator = self.fixed.graph.task_of(subtask).operators[0];
        let text = format!("{class}: {message}").into();
        let phase = FailurePhase::Restore;
        self.record(|| Fact::ExceptionThrown { subtask, operator, phase, message: text, record: None });
        self.fail_attempt(subtask, Cause { class, message: message.into() });
        true
    }

    /// HA-6: why a new leader can't find out what the newest checkpoint holds.
    pub(super) fn recovery_failure(&self) -> Option<String> {
        let latest = self.coordinator.latest().filter(|_| self.job.losses > 0)?;
        let cause = self.storage.read_failure(latest.id)?;
        Some(format!(
            "Could not retrieve checkpoint {} from state handle under /{:019}. This indicates that the retrieved state handle \
             is broken. Try cleaning the state handle store. Caused by: {cause}",
            latest.id, latest.id.0
        ))
    }

    pub(super) fn change_storage(&mut self, what: &Mishap, begins: bool) {
        let newest = self.coordinator.latest().map(|latest| latest.id);
        match (what, begins) {
            (Mishap::Storage(trouble), true) => _ = self.storage.troubles.insert(*trouble),
            (Mishap::Storage(trouble), false) => _ = self.storage.troubles.remove(trouble),
            (Mishap::CheckpointLost | Mishap::CheckpointDamaged, true) => {
                let spoiled = if *what == Mishap::CheckpointLost { Spoiled::Lost } else { Spoiled::Damaged };
                let Some(newest) = newest else { return };
                self.storage.spoiled.insert(newest, spoiled);
            }
            _ => self.storage.spoiled.clear(),
        }
        self.record(|| Fact::StorageChanged { what: what.clone(), begins });
    }
}
