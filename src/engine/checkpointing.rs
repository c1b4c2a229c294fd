//! Carrying out what the checkpoint coordinator decides: triggering, acknowledgements, completion, abort, failure
//! accounting (CP-2 to CP-29).

use std::sync::Arc;

use super::Engine;
use super::checkpoint::{CheckpointStats, CheckpointStatus, CompletedCheckpoint, PendingCheckpoint};
use super::coordinator::{Deactivator, Decision, Request};
use super::event::Event;
use super::task::SubtaskSnapshot;
use crate::base::{AttemptNumber, CheckpointId, SimDuration, SortedMap, SortedSet, SubtaskId};
use crate::scenario::defaults::{FirstTrigger, first_trigger};
use crate::scenario::{OperatorKind, SnapshotKind, StateKind};
use crate::trace::{AbortReason, Cause, ExecutionState, Fact, JobStatus, RefusalReason};

impl Engine {
    // ---- the periodic scheduler (CP-2 to CP-5)

    /// 1.20: the job has become RUNNING (CP-2, CP-4).
    pub(super) fn start_scheduler(&mut self) {
        if self.triggers_at_once() || self.coordinator.base_interval().is_none() || self.coordinator.active {
            return;
        }
        let delay = self.coordinator.draw_first_delay();
        self.activate(delay);
    }

    fn activate(&mut self, delay: SimDuration) {
        self.coordinator.active = true;
        self.record(|| Fact::SchedulerStarted { first: delay });
        self.plan_tick(delay);
    }

    fn triggers_at_once(&self) -> bool {
        first_trigger(self.scenario().flink) == FirstTrigger::AtOnce
    }

    fn plan_tick(&mut self, after: SimDuration) {
        self.coordinator.generation += 1;
        self.coordinator.next_tick = Some(self.now + after);
        self.schedule(after, Event::CheckpointTick { generation: self.coordinator.generation });
    }

    pub(super) fn stop_scheduler(&mut self) {
        if self.coordinator.active {
            self.coordinator.active = false;
            self.coordinator.generation += 1;
            self.coordinator.next_tick = None;
            let dropped = std::mem::take(&mut self.coordinator.queue);
            self.record(|| Fact::SchedulerStopped);
            for order in dropped.into_iter().filter_map(|request| request.savepoint) {
                self.stop_failed(&order);
            }
        }
    }

    /// SP-4: no periodic checkpoints any more, and none of those on their way.
    pub(super) fn stop_scheduler_for_savepoint(&mut self) {
        self.stop_scheduler();
        self.abort_all_pending(AbortReason::CheckpointCoordinatorSuspend);
    }

    /// SP-5: they begin again.
    pub(super) fn restart_scheduler(&mut self) {
        if self.triggers_at_once() && self.coordinator.base_interval().is_some() && !self.coordinator.active {
            let delay = SimDuration::from_millis(self.coordinator.settings.min_pause_ms);
            self.activate(delay);
        }
        self.start_scheduler();
    }

    /// 2.3: a task has become RUNNING. The first one starts the scheduler, whatever the others do; when the last one runs
    /// and nothing has ever failed, it is started anew. With a single task the two starts race: in half of the runs the
    /// first still triggers, and the second's checkpoint follows right behind. After the first failure only the first
    /// start is left.
    pub(super) fn on_task_running(&mut self) {
        if !self.triggers_at_once() || self.coordinator.base_interval().is_none() {
            return;
        }
        let delay = SimDuration::from_millis(self.coordinator.settings.min_pause_ms);
        if !self.coordinator.active {
            self.activate(delay);
        }
        if self.coordinator.deactivator == Deactivator::Waiting && self.all_running() {
            self.coordinator.deactivator = Deactivator::Started;
            let both = self.subtasks.len() == 1 && delay == SimDuration::ZERO && self.coordinator.draw_race();
            self.stop_scheduler();
            self.activate(delay);
            if both {
                self.request_checkpoint(true);
            }
        }
    }

    /// A task or the job has failed: 1.20 stops the scheduler every time, 2.3 only the first time, and never if the tasks
    /// have not all run before.
    pub(super) fn suspend_scheduler(&mut self) {
        if self.triggers_at_once() {
            let started = self.coordinator.deactivator == Deactivator::Started;
            self.coordinator.deactivator = Deactivator::Stuck;
            if !started {
                return;
            }
        }
        self.stop_scheduler();
        self.abort_all_pending(AbortReason::CheckpointCoordinatorSuspend);
    }

    pub(super) fn all_running(&self) -> bool {
        self.job.status == JobStatus::Running
            && self.subtasks.iter().all(|task| matches!(task.state, ExecutionState::Running | ExecutionState::Finished))
    }

    pub(super) fn on_checkpoint_tick(&mut self, generation: u32) {
        if generation != self.coordinator.generation || !self.coordinator.active {
            return;
        }
        let interval = self.coordinator.base_interval().expect("the scheduler runs only with an interval");
        let planned = self.coordinator.next_tick.unwrap_or(self.now);
        let next = planned + interval;
        self.coordinator.next_tick = Some(next);
        self.events.push(next.max(self.now), Event::CheckpointTick { generation });
        self.request_checkpoint(true);
    }

    // ---- requests (CP-6 to CP-8)

    pub(super) fn request_checkpoint(&mut self, periodic: bool) {
        self.enqueue_request(Request { periodic, savepoint: None, at: self.now });
    }

    pub(super) fn enqueue_request(&mut self, request: Request) {
        if !self.coordinator.enqueue(request.clone()) {
            self.refuse(&request, RefusalReason::TooManyCheckpointRequests, None);
        }
        self.serve_requests();
    }

    fn serve_requests(&mut self) {
        loop {
            match self.coordinator.decide(self.now) {
                Decision::Wait => return,
                Decision::TooSoon(earliest) => {
                    self.record(|| Fact::TriggerRefused {
                        periodic: true,
                        reason: RefusalReason::MinimumTimeBetweenCheckpoints,
                        blocking: None,
                    });
                    self.plan_tick(earliest.since(self.now));
                }
                Decision::Start(request) => self.trigger_checkpoint(&request),
            }
        }
    }

    fn refuse(&mut self, request: &Request, reason: RefusalReason, blocking: Option<SubtaskId>) {
        if reason == RefusalReason::NotAllRequiredTasksRunning {
            self.coordinator.counts.total += 1;
            self.coordinator.counts.failed += 1;
        }
        self.record(|| Fact::TriggerRefused { periodic: request.periodic, reason, blocking });
        if !request.periodic {
            self.script.checkpoint_over();
        }
        if let Some(order) = request.savepoint.clone() {
            self.stop_failed(&order);
        }
    }

    // ---- trigger (CP-13 to CP-17, CP-30)

    fn trigger_checkpoint(&mut self, request: &Request) {
        let finished_allowed = self.coordinator.settings.after_tasks_finish;
        let ready = |task: &super::Subtask| match task.state {
            ExecutionState::Running => true,
            ExecutionState::Finished => finished_allowed,
            _ => false,
        };
        if let Some(blocking) = self.subtasks.iter().position(|task| !ready(task)) {
            self.refuse(request, RefusalReason::NotAllRequiredTasksRunning, Some(SubtaskId(blocking as u32)));
            return;
        }
        let waited = self.now.since(request.at);
        if waited > SimDuration::from_millis(100) {
            self.record(|| Fact::TriggerQueued { waited });
        }
        let id = self.coordinator.take_id();
        let is_finished = |at: &usize| self.subtasks[*at].state == ExecutionState::Finished;
        let finished: SortedSet<_> =
            (0..self.subtasks.len()).filter(is_finished).map(|at| SubtaskId(at as u32)).collect();
        let running = self.all_subtasks().into_iter().filter(|subtask| !finished.contains(subtask));
        let waiting_for: SortedMap<_, _> =
            running.map(|subtask| (subtask, self.subtasks[subtask.index()].attempt)).collect();
        self.coordinator.counts.total += 1;
        let periodic = request.periodic;
        self.coordinator.history.push(CheckpointStats {
            id,
            status: CheckpointStatus::InProgress,
            periodic,
            savepoint: request.savepoint.clone(),
            triggered_at: self.now,
            latest_ack: None,
            failed_at: None,
            duration: None,
            acknowledged: 0,
            subtasks: waiting_for.len() as u32,
            bytes: 0,
            processed: 0,
            persisted: 0,
            unaligned: false,
            incomplete: SortedMap::new(),
            finished: finished.clone(),
            discarded: false,
            parts: SortedMap::new(),
        });
        let targets = self.trigger_targets(&finished);
        let subtasks = waiting_for.len() as u32;
        self.coordinator.pending.insert(
            id,
            PendingCheckpoint {
                id,
                periodic,
                savepoint: request.savepoint.clone(),
                triggered_at: self.now,
                waiting_for: waiting_for.clone(),
                acknowledged: SortedMap::new(),
                finished,
                finalizing: false,
            },
        );
        if let Some(order) = &request.savepoint {
            self.savepoint_started(id, order);
        }
        self.record(|| Fact::CheckpointTriggered { checkpoint: id, periodic, subtasks });
        if !periodic {
            self.script.checkpoint_triggered(id);
        }
        let taken = match &request.savepoint {
            Some(order) => self.storage.directory_writable(&order.path, self.now),
            None => self.storage.takes_directories(self.now),
        };
        if !taken {
            self.abort_checkpoint(id, AbortReason::IoException, None);
            return;
        }
        let timeout = SimDuration::from_millis(self.coordinator.settings.timeout_ms);
        self.schedule(timeout, Event::CheckpointTimeout { checkpoint: id });
        self.schedule_alignment_timeouts(id, waiting_for.iter());
        for subtask in targets {
            let attempt = waiting_for[&subtask];
            self.schedule(self.rpc(), Event::TriggerArrives { checkpoint: id, subtask, attempt });
        }
    }

    /// CP-30: running tasks without a running predecessor.
    fn trigger_targets(&self, finished: &SortedSet<SubtaskId>) -> Vec<SubtaskId> {
        let graph = &self.fixed.graph;
        let fed = |subtask: &SubtaskId| {
            let inputs = &graph.subtasks[subtask.index()].inputs;
            inputs.iter().any(|channel| !finished.contains(&graph.channels[channel.index()].from))
        };
        self.all_subtasks().into_iter().filter(|subtask| !finished.contains(subtask) && !fed(subtask)).collect()
    }

    pub(super) fn on_checkpoint_timeout(&mut self, checkpoint: CheckpointId) {
        self.abort_checkpoint(checkpoint, AbortReason::CheckpointExpired, None);
    }

    // ---- acknowledgements (CP-18 to CP-20)

    pub(super) fn on_acknowledge(&mut self, checkpoint: CheckpointId, subtask: SubtaskId, attempt: AttemptNumber) {
        if !self.is_current(subtask, attempt) {
            return;
        }
        let Some(mut snapshot) = self.subtasks[subtask.index()].writing.remove(&checkpoint) else { return };
        snapshot.timing.acknowledged_at = self.now;
        let now = self.now;
        let Some(pending) = self.coordinator.pending.get_mut(&checkpoint) else {
            self.record(|| Fact::LateAcknowledge { checkpoint, subtask });
            return;
        };
        if pending.waiting_for.get(&subtask) != Some(&attempt) || pending.acknowledged.contains_key(&subtask) {
            return;
        }
        let bytes = snapshot.bytes;
        let snapshot = Arc::new(snapshot);
        pending.acknowledged.insert(subtask, snapshot.clone());
        let (done, of) = (pending.acknowledged.len() as u32, pending.waiting_for.len() as u32);
        let complete = done == of;
        pending.finalizing |= complete;
        let triggered_at = pending.triggered_at;
        if let Some(stats) = self.coordinator.stats_mut(checkpoint) {
            stats.acknowledged = done;
            stats.bytes += bytes;
            stats.processed += snapshot.processed;
            stats.persisted += snapshot.persisted;
            stats.unaligned |= snapshot.unaligned;
            stats.latest_ack = Some(now);
            stats.duration = Some(now.since(triggered_at));
            stats.parts.insert(subtask, snapshot);
        }
        self.record(|| Fact::CheckpointAcknowledged { checkpoint, subtask, done, of, bytes });
        if complete {
            let took = SimDuration::from_micros(self.latencies().finalize_us) + self.request_time();
            self.schedule(took, Event::Finalized { checkpoint });
        }
    }

    pub(super) fn on_finalized(&mut self, checkpoint: CheckpointId) {
        let Some(pending) = self.coordinator.pending.get(&checkpoint) else { return };
        let refused = match &pending.savepoint {
            Some(order) => !self.storage.directory_writable(&order.path, self.now),
            None => self.storage.refusal(self.now).is_some(),
        };
        if refused {
            self.abort_checkpoint(checkpoint, AbortReason::FinalizeCheckpointFailure, None);
            return;
        }
        if self.union_state_is_cut(checkpoint) {
            self.abort_checkpoint(checkpoint, AbortReason::CheckpointDeclinedTaskClosing, None);
            return;
        }
        let pending = self.coordinator.pending.remove(&checkpoint).expect("it is pending");
        let duration = self.now.since(pending.triggered_at);
        let bytes = pending.acknowledged.values().map(|part| part.bytes).sum();
        let mut subtasks = pending.acknowledged;
        let finished = Arc::new(SubtaskSnapshot { finished: true, ..SubtaskSnapshot::default() });
        subtasks.extend(pending.finished.iter().map(|subtask| (*subtask, finished.clone())));
        let completed = Arc::new(CompletedCheckpoint {
            id: checkpoint,
            kind: pending.savepoint.as_ref().map_or(SnapshotKind::Checkpoint, |order| order.kind),
            triggered_at: pending.triggered_at,
            completed_at: self.now,
            duration,
            bytes,
            path: match &pending.savepoint {
                Some(order) => Some(order.path.to_string()),
                None => self.storage.path(checkpoint),
            },
            subtasks,
        });
        let subsumed = self.keep_completed(completed);
        self.coordinator.counts.completed += 1;
        if let Some(stats) = self.coordinator.stats_mut(checkpoint) {
            stats.status = CheckpointStatus::Completed;
            stats.duration = Some(duration);
        }
        self.record(|| Fact::CheckpointCompleted { checkpoint, bytes, duration });
        for old in subsumed {
            self.discard(old.id);
        }
        if let Some(order) = &pending.savepoint {
            self.savepoint_completed(checkpoint, order);
        }
        // SP-3: nobody hears of a savepoint, unless the job stops with it.
        if pending.savepoint.as_ref().is_none_or(|order| order.stop.is_some()) {
            self.subsume_older(checkpoint);
            self.notify_complete(checkpoint, &pending.waiting_for);
        }
        self.script.checkpoint_ended(checkpoint);
        self.serve_requests();
    }

    fn notify_complete(&mut self, checkpoint: CheckpointId, tasks: &SortedMap<SubtaskId, AttemptNumber>) {
        for (subtask, attempt) in tasks.iter() {
            let (subtask, attempt) = (*subtask, *attempt);
            if self.outside.notifications_lost {
                self.record(|| Fact::NotificationLost { checkpoint, subtask });
                continue;
            }
            self.schedule(self.rpc(), Event::CompleteNotification { checkpoint, subtask, attempt });
        }
    }

    /// CP-32: a vertex with union list state of which some subtasks have finished and others have not: what the finished ones
    /// held would be lost to all.
    fn union_state_is_cut(&self, checkpoint: CheckpointId) -> bool {
        let Some(pending) = self.coordinator.pending.get(&checkpoint).filter(|pending| !pending.finished.is_empty())
        else {
            return false;
        };
        let graph = &self.fixed.graph;
        let keeps_union = |operator: &crate::base::OperatorIndex| {
            matches!(&self.scenario().operators[operator.index()].kind, OperatorKind::Function(function)
                if function.states.iter().any(|state| state.kind == StateKind::OperatorUnion))
        };
        (0..graph.tasks.len() as u16).map(crate::base::TaskIndex).any(|task| {
            let finished = graph.subtasks_of(task).filter(|subtask| pending.finished.contains(subtask)).count();
            let node = &graph.tasks[task.index()];
            finished > 0 && finished < node.parallelism as usize && node.operators.iter().any(keeps_union)
        })
    }

    /// CP-20: a checkpoint goes into the store, which says what leaves it; a savepoint does not.
    fn keep_completed(&mut self, completed: Arc<CompletedCheckpoint>) -> Vec<Arc<CompletedCheckpoint>> {
        if completed.kind.is_savepoint() {
            self.coordinator.note_success(&completed);
            self.coordinator.savepoints.push(completed);
            return Vec::new();
        }
        if completed.path.is_some() {
            self.storage.checkpoints.insert(completed.id);
        }
        self.coordinator.add_completed(completed)
    }

    /// CP-20: pending checkpoints before this one are given up; savepoints never are (SP-3).
    fn subsume_older(&mut self, checkpoint: CheckpointId) {
        let pending = self.coordinator.pending.iter();
        let older = pending.filter(|(id, pending)| **id < checkpoint && pending.savepoint.is_none());
        for id in older.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.abort_checkpoint(id, AbortReason::CheckpointSubsumed, None);
        }
    }

    pub(super) fn discard(&mut self, checkpoint: CheckpointId) {
        if self.coordinator.not_owned == Some(checkpoint) {
            return;
        }
        self.storage.checkpoints.remove(&checkpoint);
        if let Some(stats) = self.coordinator.stats_mut(checkpoint) {
            stats.discarded = true;
        }
        self.record(|| Fact::CheckpointDiscarded { checkpoint });
    }

    // ---- abort and failure accounting (CP-21 to CP-29)

    pub(super) fn on_decline(
        &mut self,
        checkpoint: CheckpointId,
        subtask: SubtaskId,
        attempt: AttemptNumber,
        reason: AbortReason,
    ) {
        if self.job.status.is_terminal() || !self.coordinator.pending.contains_key(&checkpoint) {
            return;
        }
        self.record(|| Fact::CheckpointDeclined { checkpoint, subtask, reason });
        self.abort_checkpoint(checkpoint, reason, Some((subtask, attempt)));
    }

    pub(super) fn abort_all_pending(&mut self, reason: AbortReason) {
        for id in self.coordinator.pending.keys().copied().collect::<Vec<_>>() {
            self.abort_checkpoint(id, reason, None);
        }
    }

    fn abort_checkpoint(
        &mut self,
        checkpoint: CheckpointId,
        reason: AbortReason,
        by: Option<(SubtaskId, AttemptNumber)>,
    ) {
        let Some(pending) = self.coordinator.pending.remove(&checkpoint) else { return };
        self.coordinator.counts.failed += 1;
        let now = self.now;
        if let Some(stats) = self.coordinator.stats_mut(checkpoint) {
            stats.status = CheckpointStatus::Failed(reason);
            stats.failed_at = Some(now);
            stats.duration = Some(now.since(stats.triggered_at));
        }
        let failures = self.coordinator.failures;
        self.record(|| Fact::CheckpointAborted { checkpoint, reason, failures });
        for (subtask, attempt) in pending.waiting_for {
            self.schedule(self.rpc(), Event::AbortNotification { checkpoint, subtask, attempt });
        }
        self.script.checkpoint_ended(checkpoint);
        // CP-23.
        match (&pending.savepoint, by) {
            (Some(_), None) => {}
            (Some(order), Some(_)) if order.stop.is_some() => self.fail_for_savepoint(reason.message()),
            _ if self.coordinator.count_failure(checkpoint, reason) => self.exceed_tolerable_failures(reason, by),
            _ => {}
        }
        if let Some(order) = &pending.savepoint {
            self.stop_failed(order);
        }
        self.serve_requests();
    }

    /// CP-26.
    fn exceed_tolerable_failures(&mut self, reason: AbortReason, by: Option<(SubtaskId, AttemptNumber)>) {
        let running = |(subtask, attempt): (SubtaskId, AttemptNumber)| {
            let task = &self.subtasks[subtask.index()];
            task.attempt == attempt && matches!(task.state, ExecutionState::Initializing | ExecutionState::Running)
        };
        if by.is_some_and(|by| !running(by)) {
            return;
        }
        let message = format!(
            "Exceeded checkpoint tolerable failure threshold. The latest checkpoint failed due to {}, view the Checkpoint \
             History tab or the Job Manager log to find out why continuous checkpoints failed.",
            reason.message()
        );
        self.fail_globally(Cause { class: "org.apache.flink.util.FlinkRuntimeException", message: message.into() });
    }
}
