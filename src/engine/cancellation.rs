//! Tasks that do not react to being cancelled (JS-7). Flink: `Task.TaskInterrupter`, `Task.TaskCancelerWatchDog`.
//!
//! Left out: where in user code the thread is; it does nothing any more, and reacts when the mishap is over.

use super::Engine;
use super::event::Event;
use crate::base::{AttemptNumber, SimDuration, SubtaskId};
use crate::trace::{ExecutionState, Fact, TaskManagerChange};

impl Engine {
    pub(super) fn ignores_cancel(&self, subtask: SubtaskId) -> bool {
        let chain = &self.fixed.graph.task_of(subtask).operators;
        !self.outside.cancel_ignored.is_empty()
            && chain.iter().any(|operator| self.outside.cancel_ignored.contains(operator))
    }

    /// The task is told again every `task.cancellation.interval`; after `task.cancellation.timeout` its process ends.
    pub(super) fn watch_cancellation(&mut self, subtask: SubtaskId, attempt: AttemptNumber) {
        let timeouts = self.scenario().cluster.timeouts;
        let interval = SimDuration::from_millis(timeouts.cancellation_interval_ms.max(1));
        self.schedule(interval, Event::CancelRepeated { subtask, attempt, count: 1 });
        if timeouts.cancellation_ms > 0 {
            let timeout = SimDuration::from_millis(timeouts.cancellation_ms);
            self.schedule(timeout, Event::CancelTimeout { subtask, attempt });
        }
    }

    fn is_stuck(&self, subtask: SubtaskId, attempt: AttemptNumber) -> bool {
        let task = &self.subtasks[subtask.index()];
        self.is_current(subtask, attempt) && task.stuck && task.state == ExecutionState::Canceling
    }

    pub(super) fn on_cancel_repeated(&mut self, subtask: SubtaskId, attempt: AttemptNumber, count: u32) {
        if !self.is_stuck(subtask, attempt) {
            return;
        }
        let interval = self.scenario().cluster.timeouts.cancellation_interval_ms.max(1);
        let stuck_for = SimDuration::from_millis(interval * u64::from(count));
        self.record(|| Fact::CancellationStuck { subtask, stuck_for });
        let again = Event::CancelRepeated { subtask, attempt, count: count + 1 };
        self.schedule(SimDuration::from_millis(interval), again);
    }

    pub(super) fn on_cancel_timeout(&mut self, subtask: SubtaskId, attempt: AttemptNumber) {
        if self.is_stuck(subtask, attempt) {
            self.kill_task_manager(self.task_manager_of(subtask), TaskManagerChange::ShutDown);
        }
    }

    /// User code reacts at last.
    pub(super) fn finish_ignored_cancels(&mut self) {
        for subtask in self.all_subtasks() {
            let attempt = self.subtasks[subtask.index()].attempt;
            if self.is_stuck(subtask, attempt) && !self.ignores_cancel(subtask) {
                self.end_cancelled(subtask, attempt);
            }
        }
    }
}
