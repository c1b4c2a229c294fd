//! Carrying out what the checkpoint coordinator decides: triggering, acknowledgements, completion, abort, failure
//! accounting, restore, retention (CP-2 to CP-37, CS-8).

use std::sync::Arc;

use super::Engine;
use super::checkpoint::{CheckpointStats, CheckpointStatus, CompletedCheckpoint, PendingCheckpoint};
use super::coordinator::{CheckpointCoordinator, Deactivator, Decision, Request};
use super::event::Event;
use super::task::SubtaskSnapshot;
use crate::base::{AttemptNumber, CheckpointId, SimDuration, SortedMap, SortedSet, SubtaskId};
use crate::scenario::defaults::{FirstTrigger, first_trigger};
use crate::scenario::{ClaimMode, OperatorKind, Retention, SnapshotKind, StateKind};
use crate::trace::{AbortReason, Cause, ExecutionState, Fact, JobStatus, RefusalReason};

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
            self.coordinator.queue.clear();
            self.record(|| Fact::SchedulerStopped);
        }
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
        let request = Request { periodic, at: self.now };
        if !self.coordinator.enqueue(request) {
            self.refuse(request, RefusalReason::TooManyCheckpointRequests, None);
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
                Decision::Start(request) => self.trigger_checkpoint(request),
            }
        }
    }

    fn refuse(&mut self, request: Request, reason: RefusalReason, blocking: Option<SubtaskId>) {
        if reason == RefusalReason::NotAllRequiredTasksRunning {
            self.coordinator.counts.total += 1;
            self.coordinator.counts.failed += 1;
        }
        self.record(|| Fact::TriggerRefused { periodic: request.periodic, reason, blocking });
        if !request.periodic {
            self.script.checkpoint_over();
        }
    }

    // ---- trigger (CP-13 to CP-17, CP-30)

    fn trigger_checkpoint(&mut self, request: Request) {
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
                triggered_at: self.now,
                waiting_for: waiting_for.clone(),
                acknowledged: SortedMap::new(),
                finished,
                finalizing: false,
            },
        );
        self.record(|| Fact::CheckpointTriggered { checkpoint: id, periodic, subtasks });
        if !periodic {
            self.script.checkpoint_triggered(id);
        }
        if !self.storage.takes_directories(self.now) {
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
        if !self.coordinator.pending.contains_key(&checkpoint) {
            return;
        }
        if self.storage.refusal(self.now).is_some() {
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
            kind: SnapshotKind::Checkpoint,
            triggered_at: pending.triggered_at,
            completed_at: self.now,
            duration,
            bytes,
            path: self.storage.path(checkpoint),
            subtasks,
        });
        if completed.path.is_some() {
            self.storage.checkpoints.insert(checkpoint);
        }
        let subsumed = self.coordinator.add_completed(completed);
        self.coordinator.counts.completed += 1;
        if let Some(stats) = self.coordinator.stats_mut(checkpoint) {
            stats.status = CheckpointStatus::Completed;
            stats.duration = Some(duration);
        }
        self.record(|| Fact::CheckpointCompleted { checkpoint, bytes, duration });
        for old in subsumed {
            self.discard(old.id);
        }
        let older: Vec<CheckpointId> = self.coordinator.pending.keys().copied().filter(|id| *id < checkpoint).collect();
        for id in older {
            self.abort_checkpoint(id, AbortReason::CheckpointSubsumed, None);
        }
        for (subtask, attempt) in pending.waiting_for {
            if self.outside.notifications_lost {
                self.record(|| Fact::NotificationLost { checkpoint, subtask });
                continue;
            }
            self.schedule(self.rpc(), Event::CompleteNotification { checkpoint, subtask, attempt });
        }
        self.script.checkpoint_ended(checkpoint);
        self.serve_requests();
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

    fn discard(&mut self, checkpoint: CheckpointId) {
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
        if self.coordinator.count_failure(checkpoint, reason) {
            self.exceed_tolerable_failures(reason, by);
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
