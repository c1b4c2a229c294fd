//! The JobMaster: job and task states in Flink's order, scheduling, failover (JS-1 to JS-15, RS-3, RS-4). Flink:
//! `DefaultScheduler`, `ExecutionFailureHandler`, `RestartPipelinedRegionFailoverStrategy`.
//!
//! Left out: the adaptive scheduler, input split assigners.

use std::sync::Arc;

use super::Engine;
use super::event::Event;
use super::restart::RestartBackoff;
use super::savepoint::Stopping;
use crate::base::{AttemptNumber, CheckpointId, RandomStream, SimDuration, SimTime, SortedSet, SubtaskId};
use crate::scenario::{FailoverStrategy, Scenario};
use crate::trace::{AbortReason, Cause, ExecutionState, Fact, JobStatus};

/// The JobMaster's view of its job.
#[derive(Clone, Debug)]
pub struct JobMaster {
    /// The job's state.
    pub status: JobStatus,
    /// Since when; none before the first change.
    pub status_since: Option<SimTime>,
    /// Since when it has not been RUNNING.
    pub down_since: Option<SimTime>,
    /// Restarts so far (`numRestarts`).
    pub restarts: u32,
    /// The restart strategy.
    pub backoff: RestartBackoff,
    /// Restarts whose delay or cancellations are not over.
    pub pending_restarts: Vec<PendingRestart>,
    /// Why the job failed for good: exception class and message, outermost first.
    pub failure: Vec<Arc<str>>,
    /// Causes of failures so far, with their moment (the exception history).
    pub exceptions: Vec<(SimTime, Cause)>,
    /// It is being stopped with a savepoint, or has been.
    pub stopping: Option<Box<Stopping>>,
    /// Subtasks that have reported the end of their data (CP-34).
    pub(super) ended: SortedSet<SubtaskId>,
    pub(super) rounds: Vec<Round>,
    scheduled_restarts: u32,
    /// Its process is dead.
    pub down: bool,
    /// How often a JobManager's process has died.
    pub(super) losses: u32,
}

/// Tasks that are scheduled together: they get all of their slots, or wait.
#[derive(Clone, Debug)]
pub(super) struct Round {
    tasks: Vec<(SubtaskId, AttemptNumber)>,
    pub waited: bool,
}

/// A restart that has been decided.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PendingRestart {
    pub(super) id: u32,
    /// When the delay is over.
    pub due: SimTime,
    /// The delay.
    pub delay: SimDuration,
    pub(super) elapsed: bool,
    /// The vertices with their versions (JS-12).
    pub(super) subtasks: Vec<(SubtaskId, u32)>,
}

impl JobMaster {
    pub(super) fn new(scenario: &Scenario, jitter: RandomStream) -> JobMaster {
        let strategy = scenario.restart.in_force(scenario.checkpointing.interval_ms.is_some());
        JobMaster {
            status: JobStatus::Initializing,
            status_since: None,
            down_since: None,
            restarts: 0,
            backoff: RestartBackoff::new(strategy, jitter),
            pending_restarts: Vec::new(),
            failure: Vec::new(),
            exceptions: Vec::new(),
            stopping: None,
            ended: SortedSet::new(),
            rounds: Vec::new(),
            scheduled_restarts: 0,
            down: false,
            losses: 0,
        }
    }

    /// When the next restart's delay is over, while one is being waited for.
    pub fn restart_due(&self) -> Option<SimTime> {
        self.pending_restarts.iter().filter(|restart| !restart.elapsed).map(|restart| restart.due).max()
    }

    /// The delay of the restart that is being waited for.
    pub fn restart_delay(&self) -> Option<SimDuration> {
        self.pending_restarts.last().map(|restart| restart.delay)
    }
}

/// From one deployment to the next.
const DEPLOY_EACH: SimDuration = SimDuration::from_micros(200);

impl Engine {
    // ---- start

    pub(super) fn submit(&mut self) {
        self.schedule(SimDuration::from_micros(self.latencies().job_start_us), Event::JobStart);
        self.schedule_commands();
    }

    pub(super) fn on_job_start(&mut self) {
        if let Err(causes) = self.prepare_storage() {
            self.job.failure = causes.clone();
            self.record(|| Fact::InitializationFailed { causes: causes.into() });
            self.change_job_status(JobStatus::Failed);
            return;
        }
        let recovered = match self.recovery_failure() {
            Some(message) => Err(format!("org.apache.flink.util.FlinkException: {message}")),
            None => self.start_from_snapshot().map_err(|message| format!("java.lang.IllegalStateException: {message}")),
        };
        if let Err(exception) = recovered {
            let causes: Vec<Arc<str>> = vec![
                "org.apache.flink.runtime.client.JobInitializationException: Could not start the JobMaster.".into(),
                format!("java.util.concurrent.CompletionException: {exception}").into(),
                exception.into(),
            ];
            self.job.failure.clone_from(&causes);
            self.record(|| Fact::InitializationFailed { causes: causes.into() });
            self.change_job_status(JobStatus::Failed);
            return;
        }
        self.change_job_status(JobStatus::Created);
        let all = self.all_subtasks();
        self.assign_state(&all);
        self.change_job_status(JobStatus::Running);
        self.schedule_subtasks(all);
    }

    /// SP-6: the snapshot becomes the newest entry of the store, from which all tasks are restored.
    fn start_from_snapshot(&mut self) -> Result<(), String> {
        let fixed = self.fixed.clone();
        let Some(snapshot) = &fixed.input.snapshot else { return Ok(()) };
        if self.coordinator.latest().is_some() {
            // A new leader restores what the high-availability store points to.
            return Ok(());
        }
        let recovery = fixed.input.scenario.recovery;
        let (checkpoint, path) = (CheckpointId(snapshot.checkpoint), Arc::from(snapshot.path.as_str()));
        self.record(|| Fact::StartedFromSnapshot {
            checkpoint,
            path,
            kind: snapshot.kind,
            claim_mode: recovery.claim_mode,
            ignore_unclaimed: recovery.ignore_unclaimed_state,
        });
        let fitted = super::restore::fit(snapshot, &fixed)?;
        for (operator, stateful) in fitted.skipped {
            self.record(|| Fact::SnapshotStateSkipped { operator, stateful });
        }
        self.coordinator.start_from(fitted.checkpoint, recovery.claim_mode);
        Ok(())
    }

    fn prepare_storage(&mut self) -> Result<(), Vec<Arc<str>>> {
        match self.coordinator.base_interval() {
            Some(_) => self.storage.prepare(),
            None => Ok(()),
        }
    }

    pub(super) fn all_subtasks(&self) -> Vec<SubtaskId> {
        (0..self.subtasks.len() as u32).map(SubtaskId).collect()
    }

    /// CREATED → SCHEDULED at once; slots come after a while.
    pub(super) fn schedule_subtasks(&mut self, subtasks: Vec<SubtaskId>) {
        for subtask in &subtasks {
            self.change_task_state(*subtask, ExecutionState::Scheduled);
        }
        let round = self.job.rounds.len() as u32;
        let attempts = subtasks.iter().map(|subtask| (*subtask, self.subtasks[subtask.index()].attempt));
        let tasks = attempts.collect();
        self.job.rounds.push(Round { tasks, waited: false });
        self.schedule(SimDuration::from_micros(self.latencies().slot_us), Event::SlotsAllocated { round });
    }

    /// Tasks are deployed one after the other, so that they do not all become RUNNING in one moment: the first checkpoint
    /// of 2.3, asked for by the first of them, is refused because of the others (recorded in `tests/flink/c0_*`, `n*`).
    pub(super) fn on_slots_allocated(&mut self, round: u32) {
        let mut tasks = self.take_round(round);
        tasks.retain(|(subtask, attempt)| {
            self.is_current(*subtask, *attempt) && self.subtasks[subtask.index()].state == ExecutionState::Scheduled
        });
        if let Err((needed, free)) = self.allocate(&tasks) {
            self.job.rounds[round as usize].tasks = tasks;
            self.await_slots(round, needed, free);
            return;
        }
        let mut deploy = SimDuration::from_micros(self.latencies().deploy_us);
        for (subtask, attempt) in tasks {
            self.change_task_state(subtask, ExecutionState::Deploying);
            if !self.deployment_fails(subtask, attempt) {
                self.schedule(deploy, Event::Deployed { subtask, attempt });
            }
            deploy = deploy + DEPLOY_EACH;
        }
    }

    pub(super) fn take_round(&mut self, round: u32) -> Vec<(SubtaskId, AttemptNumber)> {
        std::mem::take(&mut self.job.rounds[round as usize].tasks)
    }

    pub(super) fn on_deployed(&mut self, subtask: SubtaskId, attempt: AttemptNumber) {
        let live = self.is_current(subtask, attempt);
        if !live
            || self.subtasks[subtask.index()].state != ExecutionState::Deploying
            || self.is_in_dead_process(subtask)
        {
            return;
        }
        self.change_task_state(subtask, ExecutionState::Initializing);
        self.subtasks[subtask.index()].alive = true;
        self.subtasks[subtask.index()].meters.initializing_since = self.now;
        let took = self.initialization_time(subtask);
        self.schedule(took, Event::Initialized { subtask, attempt });
    }

    fn initialization_time(&self, subtask: SubtaskId) -> SimDuration {
        let latencies = self.latencies();
        let in_worker = self.fixed.subtasks[subtask.index()].has_worker;
        let start = match (in_worker, self.subtasks[subtask.index()].attempt) {
            (false, _) => latencies.initialize_us,
            (true, AttemptNumber(0)) => latencies.python_first_start_us,
            (true, _) => latencies.python_restart_us,
        };
        let bytes = self.snapshot_for(subtask).map_or(0, |snapshot| snapshot.bytes);
        SimDuration::from_micros(start + self.storage_time(bytes).micros())
    }

    pub(super) fn on_initialized(&mut self, subtask: SubtaskId, attempt: AttemptNumber) {
        let task = &self.subtasks[subtask.index()];
        // One that is being cancelled meanwhile never runs.
        let opens = task.alive && task.state == ExecutionState::Initializing;
        if !self.is_current(subtask, attempt) || !opens {
            return;
        }
        if self.restore_fails(subtask) {
            return;
        }
        self.open_operators(subtask);
        if !self.subtasks[subtask.index()].alive {
            return;
        }
        if !self.recover_in_flight(subtask) {
            self.enter_running(subtask);
        }
        self.woken.push(subtask);
    }

    // ---- end

    pub(super) fn on_end_of_data_reported(&mut self, subtask: SubtaskId, attempt: AttemptNumber) {
        if !self.is_current(subtask, attempt) {
            return;
        }
        self.job.ended.insert(subtask);
        let checkpointing = &self.scenario().checkpointing;
        let wanted = checkpointing.interval_ms.is_some() && checkpointing.after_tasks_finish;
        if wanted && self.job.ended.len() == self.subtasks.len() {
            self.request_checkpoint(false);
        }
    }

    pub(super) fn on_finish_reported(&mut self, subtask: SubtaskId, attempt: AttemptNumber) {
        if !self.is_current(subtask, attempt) || self.subtasks[subtask.index()].state != ExecutionState::Running {
            return;
        }
        self.change_task_state(subtask, ExecutionState::Finished);
        let all = self.subtasks.iter().all(|subtask| subtask.state == ExecutionState::Finished);
        if all && self.job.status == JobStatus::Running {
            self.end_job(JobStatus::Finished);
        }
    }

    fn end_job(&mut self, status: JobStatus) {
        self.change_job_status(status);
        self.stop_scheduler();
        if status == JobStatus::Finished && self.job.stopping.is_some() {
            // A checkpoint of the end may be under way when the job stops with a savepoint.
            self.abort_all_pending(AbortReason::CheckpointCoordinatorSuspend);
        }
        self.shut_down_coordinator(status);
    }

    // ---- failure (JS-6, JS-8)

    pub(super) fn on_failure_reported(&mut self, subtask: SubtaskId, attempt: AttemptNumber) {
        if !self.is_current(subtask, attempt) {
            return;
        }
        let cause = self.subtasks[subtask.index()].failure.clone().expect("a failed attempt has a cause");
        match self.subtasks[subtask.index()].state {
            ExecutionState::Canceling => self.change_task_state(subtask, ExecutionState::Canceled),
            state if state.is_terminal() => return,
            _ => {
                self.change_task_state(subtask, ExecutionState::Failed);
                if matches!(self.job.status, JobStatus::Running | JobStatus::Restarting) {
                    self.record(|| Fact::TaskFailureHandled { subtask, cause: cause.clone() });
                    let set = self.restart_set(subtask);
                    self.handle_failure(Some(subtask), cause, set);
                    return;
                }
            }
        }
        self.after_termination();
    }

    /// A failure that concerns every task (JS-11).
    pub(super) fn fail_globally(&mut self, cause: Cause) {
        if !matches!(self.job.status, JobStatus::Running | JobStatus::Restarting) {
            return;
        }
        self.record(|| Fact::GlobalFailure { cause: cause.clone() });
        let all = self.all_subtasks();
        self.handle_failure(None, cause, all);
    }

    /// JS-9.
    fn restart_set(&self, failed: SubtaskId) -> Vec<SubtaskId> {
        let candidates = match self.scenario().cluster.failover_strategy {
            FailoverStrategy::Full => self.all_subtasks(),
            FailoverStrategy::Region => {
                let graph = &self.fixed.graph;
                graph.regions[graph.subtasks[failed.index()].region].clone()
            }
        };
        candidates.into_iter().filter(|id| self.subtasks[id.index()].state != ExecutionState::Created).collect()
    }

    fn handle_failure(&mut self, failed: Option<SubtaskId>, cause: Cause, set: Vec<SubtaskId>) {
        self.job.exceptions.push((self.now, cause.clone()));
        let verdict = self.job.backoff.notify_failure(self.now);
        let Some(delay) = verdict.delay else {
            self.give_up(cause);
            return;
        };
        if verdict.is_new {
            self.job.restarts += 1;
        }
        let (tasks, restart) = (set.len() as u32, self.job.restarts);
        self.record(|| Fact::RestartScheduled { tasks, delay, restart, failed });
        if self.job.status == JobStatus::Running {
            self.change_job_status(JobStatus::Restarting);
        }
        self.suspend_scheduler();
        for subtask in &set {
            self.subtasks[subtask.index()].version += 1;
            self.cancel_task(*subtask);
        }
        let id = self.job.scheduled_restarts;
        self.job.scheduled_restarts += 1;
        let subtasks = set.iter().map(|subtask| (*subtask, self.subtasks[subtask.index()].version)).collect();
        self.job.pending_restarts.push(PendingRestart { id, due: self.now + delay, delay, elapsed: false, subtasks });
        self.schedule(delay, Event::RestartDue { restart: id });
    }

    /// JS-8: the strategy refused.
    fn give_up(&mut self, cause: Cause) {
        let strategy: Arc<str> = self.job.backoff.describe().into();
        self.job.failure = vec![
            format!("org.apache.flink.runtime.JobException: Recovery is suppressed by {strategy}").into(),
            format!("{}: {}", cause.class, cause.message).into(),
        ];
        self.record(|| Fact::RestartSuppressed { strategy, cause });
        self.change_job_status(JobStatus::Failing);
        self.suspend_scheduler();
        self.cancel_everything();
    }

    fn cancel_everything(&mut self) {
        self.job.pending_restarts.clear();
        for subtask in self.all_subtasks() {
            self.cancel_task(subtask);
        }
        self.after_termination();
    }

    pub(super) fn cancel_job(&mut self) {
        if self.job.down || !matches!(self.job.status, JobStatus::Running | JobStatus::Restarting | JobStatus::Failing)
        {
            return;
        }
        self.change_job_status(JobStatus::Cancelling);
        self.suspend_scheduler();
        self.cancel_everything();
    }

    /// JS-3: what is not deployed is cancelled in the same step, a running task needs a message and its time.
    fn cancel_task(&mut self, subtask: SubtaskId) {
        let attempt = self.subtasks[subtask.index()].attempt;
        match self.subtasks[subtask.index()].state {
            ExecutionState::Created | ExecutionState::Scheduled => {
                self.change_task_state(subtask, ExecutionState::Canceling);
                self.change_task_state(subtask, ExecutionState::Canceled);
            }
            ExecutionState::Deploying | ExecutionState::Initializing | ExecutionState::Running => {
                self.change_task_state(subtask, ExecutionState::Canceling);
                self.schedule(self.rpc(), Event::CancelArrives { subtask, attempt });
            }
            _ => {}
        }
    }

    pub(super) fn on_cancel_arrives(&mut self, subtask: SubtaskId, attempt: AttemptNumber) {
        if !self.is_current(subtask, attempt) || self.subtasks[subtask.index()].state.is_terminal() {
            return;
        }
        if self.cancel_in_dead_process(subtask, attempt) {
            return;
        }
        self.close_sinks(subtask);
        self.subtasks[subtask.index()].kill();
        if self.ignores_cancel(subtask) {
            self.subtasks[subtask.index()].stuck = true;
            self.watch_cancellation(subtask, attempt);
            return;
        }
        self.end_cancelled(subtask, attempt);
    }

    pub(super) fn end_cancelled(&mut self, subtask: SubtaskId, attempt: AttemptNumber) {
        self.subtasks[subtask.index()].stuck = false;
        let took = SimDuration::from_micros(self.latencies().cancel_us);
        self.schedule(took, Event::CancelAcknowledged { subtask, attempt });
    }

    pub(super) fn on_cancel_acknowledged(&mut self, subtask: SubtaskId, attempt: AttemptNumber) {
        if self.is_current(subtask, attempt) && self.subtasks[subtask.index()].state == ExecutionState::Canceling {
            self.change_task_state(subtask, ExecutionState::Canceled);
            self.after_termination();
        }
    }

    /// Goes on with whatever waited for tasks to end.
    pub(super) fn after_termination(&mut self) {
        self.check_stopping();
        let all_over = self.subtasks.iter().all(|subtask| subtask.state.is_terminal());
        match self.job.status {
            JobStatus::Failing if all_over => self.end_job(JobStatus::Failed),
            JobStatus::Cancelling if all_over => self.end_job(JobStatus::Canceled),
            JobStatus::Restarting | JobStatus::Running => self.try_restarts(),
            _ => {}
        }
    }

    // ---- small things

    #[inline(always)]
    pub(super) fn is_current(&self, subtask: SubtaskId, attempt: AttemptNumber) -> bool {
        self.subtasks[subtask.index()].attempt == attempt && !self.job.status.is_terminal()
    }

    pub(super) fn rpc(&self) -> SimDuration {
        SimDuration::from_micros(self.latencies().rpc_us)
    }

    pub(super) fn change_job_status(&mut self, to: JobStatus) {
        let from = self.job.status;
        self.job.status = to;
        self.job.status_since = Some(self.now);
        if from == JobStatus::Running {
            self.job.down_since = Some(self.now);
        }
        self.record(|| Fact::JobStatusChanged { from, to });
        if to == JobStatus::Running {
            self.start_scheduler();
        }
    }

    pub(super) fn change_task_state(&mut self, subtask: SubtaskId, to: ExecutionState) {
        let task = &mut self.subtasks[subtask.index()];
        let (from, attempt) = (task.state, task.attempt);
        task.state = to;
        self.record(|| Fact::TaskStateChanged { subtask, attempt, from, to });
        if to.is_terminal() {
            self.release_slot(subtask);
        }
    }
}
