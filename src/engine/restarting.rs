//! Restarts that were decided are carried out: when their delay is over and all of their tasks have ended, new attempts get
//! the latest checkpoint's state and are scheduled (JS-6 steps 9 to 12, JS-12). Flink: `DefaultScheduler.restartTasks`.

use super::Engine;
use super::jobmaster::PendingRestart;
use crate::base::{AttemptNumber, SubtaskId};
use crate::trace::{AbortReason, ExecutionState, Fact, JobStatus};

impl Engine {
    pub(super) fn on_restart_due(&mut self, restart: u32) {
        if let Some(pending) = self.job.pending_restarts.iter_mut().find(|pending| pending.id == restart) {
            pending.elapsed = true;
            self.try_restarts();
        }
    }

    pub(super) fn try_restarts(&mut self) {
        while let Some(at) = self.job.pending_restarts.iter().position(|restart| self.is_ready(restart)) {
            let restart = self.job.pending_restarts.remove(at);
            self.carry_out(&restart);
        }
    }

    fn is_ready(&self, restart: &PendingRestart) -> bool {
        let over = |(id, version): &(SubtaskId, u32)| {
            let subtask = &self.subtasks[id.index()];
            subtask.version != *version || subtask.state.is_terminal()
        };
        restart.elapsed && restart.subtasks.iter().all(over)
    }

    fn carry_out(&mut self, restart: &PendingRestart) {
        let unmodified = restart.subtasks.iter().filter(|(id, version)| self.subtasks[id.index()].version == *version);
        let subtasks: Vec<SubtaskId> = unmodified.map(|(id, _)| *id).collect();
        if subtasks.is_empty() {
            return;
        }
        // An older restart whose tasks have all failed again since is dropped when it is due: nobody waits for it.
        let waits = |(id, version): &(SubtaskId, u32)| self.subtasks[id.index()].version == *version;
        let waiting = self.job.pending_restarts.iter().any(|other| other.subtasks.iter().any(waits));
        if !waiting && self.job.status == JobStatus::Restarting {
            self.change_job_status(JobStatus::Running);
        }
        for subtask in &subtasks {
            self.reset_subtask(*subtask);
        }
        self.abort_all_pending(AbortReason::JobFailoverRegion);
        self.assign_state(&subtasks);
        self.schedule_subtasks(subtasks);
    }

    fn reset_subtask(&mut self, id: SubtaskId) {
        self.job.ended.remove(&id);
        self.remember_records(id);
        let old = &self.subtasks[id.index()];
        let (attempt, version, from) = (old.attempt, old.version, old.state);
        let mut new = self.new_subtask(id, AttemptNumber(attempt.0 + 1));
        new.version = version;
        self.subtasks[id.index()] = new;
        for channel in self.fixed.graph.subtasks[id.index()].inputs.clone() {
            self.channels[channel.index()].reset();
        }
        let attempt = self.subtasks[id.index()].attempt;
        self.record(|| Fact::TaskStateChanged { subtask: id, attempt, from, to: ExecutionState::Created });
    }
}
