//! Savepoints, and stopping the job with one (SP-1 to SP-5). Flink: `SchedulerBase.triggerSavepoint`,
//! `StopWithSavepointTerminationManager`, `StopWithSavepointTerminationHandlerImpl`.
//!
//! A savepoint is a checkpoint of another type: the coordinator queues, triggers and completes it like any other
//! (`checkpointing.rs`), but puts it into a directory of its own, and not into the store. Simplified: what Flink's REST
//! interface answers a refused request is a fact and nothing else.

use std::sync::Arc;

use super::Engine;
use super::coordinator::Request;
use super::restore::qualified;
use crate::base::{CheckpointId, SubtaskId};
use crate::scenario::{Commands, OperatorKind, RunInput, SnapshotKind};
use crate::trace::{Cause, ExecutionState, Fact, JobStatus, StopMode};

/// What a request for a savepoint asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SavepointOrder {
    /// In which format (SP-2).
    pub kind: SnapshotKind,
    /// Whether the job stops with it, and how: such a savepoint is *synchronous* (SP-4).
    pub stop: Option<StopMode>,
    /// The directory that it gets.
    pub path: Arc<str>,
}

/// The job is being stopped with a savepoint.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stopping {
    /// The savepoint, once it has an id.
    pub checkpoint: Option<CheckpointId>,
    /// It is written: from now on the job can't but stop, or fail and start again (SP-5).
    pub written: Option<Arc<str>>,
    /// The job shall go on with this parallelism.
    pub rescale: Option<u32>,
}

impl Engine {
    /// Asks for a savepoint (SP-1).
    pub(super) fn request_savepoint(&mut self, kind: SnapshotKind, stop: Option<StopMode>, dir: Option<&str>) -> bool {
        let configured = self.scenario().checkpointing.savepoint_dir.clone();
        let Some(dir) = dir.map(str::to_owned).or(configured) else {
            self.record(|| Fact::SavepointRefused);
            self.script.checkpoint_over();
            return false;
        };
        let name = format!("savepoint-{}-{}", &self.storage.job_id[..6], self.random.savepoint.hex(6));
        let path = format!("{}/{name}", qualified(dir.trim_end_matches('/')));
        let order = SavepointOrder { kind, stop, path: path.into() };
        if stop.is_some() {
            self.stop_scheduler_for_savepoint();
        }
        self.enqueue_request(Request { periodic: false, savepoint: Some(Arc::new(order)), at: self.now });
        true
    }

    /// SP-4; with `rescale` the job shall go on with another parallelism.
    pub(super) fn stop_with_savepoint(
        &mut self,
        kind: SnapshotKind,
        stop: StopMode,
        dir: Option<&str>,
        rescale: Option<u32>,
    ) {
        if self.job.stopping.is_some() || self.job.status.is_terminal() {
            return;
        }
        self.job.stopping = Some(Box::new(Stopping { checkpoint: None, written: None, rescale }));
        if !self.request_savepoint(kind, Some(stop), dir) {
            self.job.stopping = None;
        }
    }

    /// How the sources end when they take part in a checkpoint: only a synchronous savepoint stops them.
    pub(super) fn stop_mode(&self, checkpoint: CheckpointId) -> Option<StopMode> {
        self.job.stopping.as_ref()?;
        self.coordinator.stats(checkpoint)?.savepoint.as_ref()?.stop
    }

    pub(super) fn savepoint_started(&mut self, checkpoint: CheckpointId, order: &SavepointOrder) {
        if let Some(stopping) = self.job.stopping.as_mut().filter(|_| order.stop.is_some()) {
            stopping.checkpoint = Some(checkpoint);
        }
        let (kind, stop, path) = (order.kind, order.stop, order.path.clone());
        self.record(|| Fact::SavepointStarted { checkpoint, kind, stop, path });
    }

    pub(super) fn savepoint_completed(&mut self, checkpoint: CheckpointId, order: &SavepointOrder) {
        if let Some(stopping) = self.job.stopping.as_mut().filter(|_| order.stop.is_some()) {
            stopping.written = Some(order.path.clone());
        }
        let (stop, path) = (order.stop, order.path.clone());
        self.record(|| Fact::SavepointCompleted { checkpoint, stop, path });
    }

    /// SP-5: the savepoint failed with which the job was to be stopped; periodic checkpoints begin again.
    pub(super) fn stop_failed(&mut self, order: &SavepointOrder) {
        let written = self.job.stopping.as_ref().is_none_or(|stopping| stopping.written.is_some());
        if order.stop.is_none() || written {
            return;
        }
        self.job.stopping = None;
        self.record(|| Fact::StopFailed);
        if self.job.status == JobStatus::Running {
            self.restart_scheduler();
        }
    }

    /// CP-23: a task that gives up a synchronous savepoint fails the job.
    pub(super) fn fail_for_savepoint(&mut self, message: &'static str) {
        let class = "org.apache.flink.runtime.checkpoint.CheckpointException";
        self.fail_globally(Cause { class, message: message.into() });
    }

    /// SP-5: the savepoint is written, all tasks have ended, and one of them did not finish.
    pub(super) fn check_stopping(&mut self) {
        let over = self.subtasks.iter().all(|subtask| subtask.state.is_terminal());
        let failed = self.subtasks.iter().any(|subtask| subtask.state != ExecutionState::Finished);
        let going_on = matches!(self.job.status, JobStatus::Running | JobStatus::Restarting);
        if !over || !failed || !going_on {
            return;
        }
        let Some(path) = self.job.stopping.as_ref().and_then(|stopping| stopping.written.clone()) else { return };
        self.job.stopping = None;
        let message = format!(
            "A savepoint has been created at: {path}, but the corresponding job {} failed during stopping. The savepoint is \
             consistent, but might have uncommitted transactions. If you want to commit the transaction please restart a \
             job from this savepoint.",
            self.storage.job_id
        );
        let class = "org.apache.flink.runtime.scheduler.stopwithsavepoint.StopWithSavepointStoppingException";
        self.fail_globally(Cause { class, message: message.into() });
    }

    /// Whether the head of a task's chain reports the end of its data however it comes about: sources of old do (recorded
    /// in `tests/flink/k1_stop_with_savepoint_resume`, where a checkpoint of the end follows the savepoint).
    pub(super) fn reports_every_end(&self, id: SubtaskId) -> bool {
        let head = self.fixed.graph.task_of(id).operators[0];
        let kind = &self.scenario().operators[head.index()].kind;
        matches!(kind, OperatorKind::Source(source) if source.kind != crate::scenario::SourceKind::Log)
    }

    /// The run that a rescaling asks for, once this job has stopped: the same program with the other parallelism, started
    /// from the savepoint.
    pub fn successor(&self) -> Option<RunInput> {
        let stopping = self.job.stopping.as_ref()?;
        let parallelism = stopping.rescale.filter(|_| self.job.status == JobStatus::Finished)?;
        let taken = |savepoint: &&Arc<super::CompletedCheckpoint>| Some(savepoint.id) == stopping.checkpoint;
        let savepoint = self.coordinator.savepoints.iter().find(taken)?;
        let snapshot = Arc::new(self.snapshot(savepoint)?);
        let mut scenario = self.scenario().clone();
        scenario.parallelism = parallelism;
        Some(RunInput {
            scenario,
            seed: self.fixed.input.seed,
            commands: Commands::default(),
            snapshot: Some(snapshot),
        })
    }
}
