//! The processes of TaskManagers: what becomes of the tasks when a process dies, stands still or can't
//! be reached (HA-1, HA-2, RS-4). Flink: `TaskExecutor`,
//! `HeartbeatManagerSenderImpl`, `JobMaster.disconnectTaskManager`.
//!
//! The JobManager believes in a TaskManager until its heartbeats have failed. Until then a slot of a process that is dead
//! already is given out again, and deploying to it fails: with the usual heartbeats that uses up several restarts (recorded
//! in `tests/flink/n7_kill_tm_of_source`).
//!
//! Left out: the ResourceManager's own heartbeats, which may notice a loss later than the JobMaster's. A TaskManager that
//! the JobManager has given up stops its tasks in the same moment, although it stands still or is cut off.

use super::Engine;
use super::event::Event;
use super::slots::{Process, TaskManager};
use crate::base::{AttemptNumber, SimDuration, SubtaskId};
use crate::scenario::Mishap;
use crate::trace::{Cause, ExecutionState, Fact, FailurePhase, TaskManagerChange};

/// From the end of a process until those who are connected to it notice.
const CONNECTION_CLOSED: SimDuration = SimDuration::from_micros(5_000);
/// From the first of a connection's failing until the caller hears that nobody is there.
const UNREACHABLE: SimDuration = SimDuration::from_micros(20_000);
/// From a process's start until the JobManager knows it.
const REGISTRATION: SimDuration = SimDuration::from_micros(500_000);
/// Heartbeats in a row whose sending must fail (`heartbeat.rpc-failure-threshold`).
const FAILED_HEARTBEATS: u64 = 2;
/// `pekko.ask.timeout`: how long a caller waits for an answer.
const ASK_TIMEOUT: SimDuration = SimDuration::from_millis(10_000);

impl Engine {
    /// The TaskManager that a subtask runs in, or ran in last.
    pub fn task_manager_of(&self, subtask: SubtaskId) -> u32 {
        let index = self.index_of(subtask) as usize;
        self.managers.places[index].unwrap_or(self.managers.homes[index])
    }

    fn subtasks_on(&self, manager: u32) -> Vec<SubtaskId> {
        let on = |id: &SubtaskId| {
            let state = self.subtasks[id.index()].state;
            self.managers.places[self.index_of(*id) as usize] == Some(manager)
                && !state.is_terminal()
                && !matches!(state, ExecutionState::Created | ExecutionState::Scheduled)
        };
        self.all_subtasks().into_iter().filter(on).collect()
    }

    /// The JobManager itself finds an attempt to have failed.
    pub(super) fn fail_at_job_manager(&mut self, subtask: SubtaskId, cause: Cause) {
        let task = &mut self.subtasks[subtask.index()];
        task.kill();
        task.failure = Some(cause);
        let attempt = task.attempt;
        self.on_failure_reported(subtask, attempt);
    }

    // ---- what happens to processes

    pub(super) fn begin_mishap(&mut self, what: &Mishap) {
        match *what {
            Mishap::TaskManagerKilled(manager) => self.kill_task_manager(manager, TaskManagerChange::Killed),
            Mishap::TaskManagerHung(manager) => self.cut_off(manager, Process::Hung),
            Mishap::TaskManagerPartitioned(manager) => self.cut_off(manager, Process::Partitioned),
            Mishap::CancelIgnored { ref operator } => {
                if let Some(operator) = self.scenario().operator(operator) {
                    self.outside.cancel_ignored.insert(operator);
                }
            }
            Mishap::NotificationsLost => self.outside.notifications_lost = true,
            Mishap::JobManagerKilled => self.kill_job_manager(),
            Mishap::Storage(_) | Mishap::CheckpointLost | Mishap::CheckpointDamaged => self.change_storage(what, true),
        }
    }

    pub(super) fn end_mishap(&mut self, what: &Mishap) {
        match *what {
            Mishap::TaskManagerKilled(manager) => self.start_task_manager(manager),
            Mishap::TaskManagerHung(manager) => self.reconnect(manager, Process::Hung),
            Mishap::TaskManagerPartitioned(manager) => self.reconnect(manager, Process::Partitioned),
            Mishap::CancelIgnored { ref operator } => {
                if let Some(operator) = self.scenario().operator(operator) {
                    self.outside.cancel_ignored.remove(&operator);
                    self.finish_ignored_cancels();
                }
            }
            Mishap::NotificationsLost => self.outside.notifications_lost = false,
            Mishap::JobManagerKilled => self.start_job_manager(),
            Mishap::Storage(_) | Mishap::CheckpointLost | Mishap::CheckpointDamaged => self.change_storage(what, false),
        }
    }

    /// Somebody starts a new process in place of one that has ended.
    fn start_task_manager(&mut self, manager: u32) {
        if self.manager(manager).is_some_and(|manager| manager.process == Process::Dead) {
            let generation = self.change_process(manager, Process::Running);
            self.schedule(REGISTRATION, Event::TaskManagerRegisters { manager, generation });
        }
    }

    pub(super) fn on_task_manager_starts(&mut self, manager: u32, generation: u32) {
        if self.managers.all[manager as usize].generation == generation {
            self.start_task_manager(manager);
        }
    }

    fn manager(&self, manager: u32) -> Option<&TaskManager> {
        self.managers.all.get(manager as usize)
    }

    fn change_process(&mut self, manager: u32, process: Process) -> u32 {
        let now = self.now;
        let it = &mut self.managers.all[manager as usize];
        it.process = process;
        it.since = now;
        it.generation += 1;
        let generation = it.generation;
        let held = |manager: &TaskManager| matches!(manager.process, Process::Hung | Process::Partitioned);
        self.managers.any_held = self.job.down || self.managers.all.iter().any(held);
        generation
    }

    pub(super) fn kill_task_manager(&mut self, manager: u32, change: TaskManagerChange) {
        if self.manager(manager).is_none_or(|manager| manager.process == Process::Dead) {
            return;
        }
        self.record(|| Fact::TaskManagerChanged { task_manager: manager, change });
        let generation = self.change_process(manager, Process::Dead);
        self.managers.held.retain(|(holder, _)| *holder != manager);
        let dead = self.subtasks_on(manager);
        for subtask in &dead {
            self.subtasks[subtask.index()].kill();
        }
        if let Some(ms) = self.scenario().cluster.replacement_ms {
            self.schedule(SimDuration::from_millis(ms), Event::TaskManagerStarts { manager, generation });
        }
        if !self.managers.all[manager as usize].registered {
            return;
        }
        self.close_connections(&dead, manager);
        // One that ends by itself says so; of a killed one only failing heartbeats tell.
        let noticed = match change {
            TaskManagerChange::ShutDown => CONNECTION_CLOSED,
            _ => self.next_heartbeat(FAILED_HEARTBEATS),
        };
        let change = match change {
            TaskManagerChange::ShutDown => TaskManagerChange::Disconnected,
            _ => TaskManagerChange::Unreachable,
        };
        self.schedule(noticed, Event::TaskManagerLost { manager, generation, change });
    }

    /// Consumers on other TaskManagers see their connection to a dead producer close. A producer whose consumer is dead
    /// sees nothing.
    fn close_connections(&mut self, dead: &[SubtaskId], manager: u32) {
        let fixed = self.fixed.clone();
        for channel in &fixed.graph.channels {
            let consumer = &self.subtasks[channel.to.index()];
            if dead.contains(&channel.from) && !dead.contains(&channel.to) && consumer.alive {
                let attempt = consumer.attempt;
                let subtask = channel.to;
                self.schedule(CONNECTION_CLOSED, Event::ConnectionClosed { subtask, attempt, manager });
            }
        }
    }

    pub(super) fn on_connection_closed(&mut self, subtask: SubtaskId, attempt: AttemptNumber, manager: u32) {
        if !self.is_current(subtask, attempt) || !self.subtasks[subtask.index()].alive {
            return;
        }
        let class = "org.apache.flink.runtime.io.network.netty.exception.RemoteTransportException";
        let message = format!(
            "Connection unexpectedly closed by remote task manager '{}'. This might indicate that the remote task manager \
             was lost.",
            id(manager)
        );
        let operator = self.fixed.graph.task_of(subtask).operators[0];
        let text = format!("{class}: {message}").into();
        let phase = FailurePhase::Network;
        self.record(|| Fact::ExceptionThrown { subtask, operator, phase, message: text, record: None });
        self.fail_attempt(subtask, Cause { class, message: message.into() });
    }

    /// Until the `count`th heartbeat from now on. The JobMaster sends them at fixed times from its start.
    fn next_heartbeat(&self, count: u64) -> SimDuration {
        let interval = self.scenario().cluster.timeouts.heartbeat_interval_ms.max(1) * 1_000;
        let started = self.latencies().job_start_us;
        let since = self.now.micros().saturating_sub(started);
        SimDuration::from_micros(interval - since % interval + (count - 1) * interval)
    }

    fn cut_off(&mut self, manager: u32, process: Process) {
        if self.manager(manager).is_none_or(|manager| manager.process != Process::Running) {
            return;
        }
        let change = if process == Process::Hung { TaskManagerChange::Hung } else { TaskManagerChange::Partitioned };
        self.record(|| Fact::TaskManagerChanged { task_manager: manager, change });
        let generation = self.change_process(manager, process);
        // The last answer came to the heartbeat before this moment.
        let timeouts = self.scenario().cluster.timeouts;
        let since_last = timeouts.heartbeat_interval_ms * 1_000 - self.next_heartbeat(1).micros();
        let noticed = (timeouts.heartbeat_timeout_ms * 1_000).saturating_sub(since_last);
        let change = TaskManagerChange::HeartbeatTimedOut;
        self.schedule(SimDuration::from_micros(noticed), Event::TaskManagerLost { manager, generation, change });
    }

    fn reconnect(&mut self, manager: u32, was: Process) {
        if self.manager(manager).is_none_or(|manager| manager.process != was) {
            return;
        }
        self.record(|| Fact::TaskManagerChanged { task_manager: manager, change: TaskManagerChange::Healed });
        let generation = self.change_process(manager, Process::Running);
        if !self.managers.all[manager as usize].registered {
            self.schedule(REGISTRATION, Event::TaskManagerRegisters { manager, generation });
        }
        for (holder, event) in std::mem::take(&mut self.managers.held) {
            match holder == manager {
                true => self.events.push(self.now, event),
                false => self.managers.held.push((holder, event)),
            }
        }
        let woken = self.subtasks_on(manager);
        self.woken.extend(woken);
    }

    /// The JobManager gives a TaskManager up: its slots are gone, its attempts have failed (HA-2, RS-4).
    pub(super) fn on_task_manager_lost(&mut self, manager: u32, generation: u32, change: TaskManagerChange) {
        let it = &self.managers.all[manager as usize];
        if it.generation == generation && it.registered {
            self.give_up_task_manager(manager, change);
        }
    }

    fn give_up_task_manager(&mut self, manager: u32, change: TaskManagerChange) {
        self.record(|| Fact::TaskManagerChanged { task_manager: manager, change });
        let now = self.now;
        let it = &mut self.managers.all[manager as usize];
        it.registered = false;
        it.since = now;
        self.managers.held.retain(|(holder, _)| *holder != manager);
        let cause = change.cause(&id(manager));
        let lost = self.subtasks_on(manager);
        for place in &mut self.managers.places {
            if *place == Some(manager) {
                *place = None;
            }
        }
        // A task that sees its producer's process end is told by the connection; here all of them end at once.
        for subtask in &lost {
            self.subtasks[subtask.index()].kill();
        }
        for subtask in lost {
            if !self.subtasks[subtask.index()].state.is_terminal() {
                self.fail_at_job_manager(subtask, cause.clone());
            }
        }
    }

    pub(super) fn on_task_manager_registers(&mut self, manager: u32, generation: u32) {
        if self.managers.all[manager as usize].generation != generation || self.job.status.is_terminal() {
            return;
        }
        if self.managers.all[manager as usize].registered {
            // The new process bears the old one's name: the old one is given up now.
            self.give_up_task_manager(manager, TaskManagerChange::Unreachable);
        }
        let now = self.now;
        let it = &mut self.managers.all[manager as usize];
        it.registered = true;
        it.since = now;
        let change = TaskManagerChange::Registered;
        self.record(|| Fact::TaskManagerChanged { task_manager: manager, change });
        self.serve_waiting_rounds();
    }

    /// Deploying to a process that does not answer: at once when there is none, after a while when it is cut off.
    /// True when that is so.
    pub(super) fn deployment_fails(&mut self, subtask: SubtaskId, attempt: AttemptNumber) -> bool {
        let manager = self.task_manager_of(subtask);
        match self.managers.all[manager as usize].process {
            Process::Dead => {
                self.schedule(UNREACHABLE, Event::DeploymentFailed { subtask, attempt, manager, answered: true });
                true
            }
            Process::Hung | Process::Partitioned => {
                self.schedule(ASK_TIMEOUT, Event::DeploymentFailed { subtask, attempt, manager, answered: false });
                true
            }
            Process::Running => false,
        }
    }

    pub(super) fn on_deployment_failed(
        &mut self,
        subtask: SubtaskId,
        attempt: AttemptNumber,
        manager: u32,
        fast: bool,
    ) {
        let waits = self.subtasks[subtask.index()].state == ExecutionState::Deploying;
        if !self.is_current(subtask, attempt) || !waits {
            return;
        }
        let cause = match fast {
            true => Cause {
                class: "org.apache.flink.runtime.rpc.exceptions.RecipientUnreachableException",
                message: format!(
                    "Could not send message [RemoteRpcInvocation(TaskExecutorGateway.submitTask(TaskDeploymentDescriptor, \
                     JobMasterId, Time))] to recipient [{}], because the recipient is unreachable. This can either mean \
                     that the recipient has been terminated or that the remote RpcService is currently not reachable.",
                    id(manager)
                )
                .into(),
            },
            false => Cause {
                class: "java.lang.Exception",
                message: format!(
                    "Cannot deploy task {} - TaskManager ({}) not responding after a rpcTimeout of 10000 ms",
                    self.fixed.graph.subtask_name(subtask),
                    id(manager)
                )
                .into(),
            },
        };
        self.fail_at_job_manager(subtask, cause);
    }

    pub(super) fn is_in_dead_process(&self, subtask: SubtaskId) -> bool {
        self.managers.all[self.task_manager_of(subtask) as usize].process == Process::Dead
    }

    /// Cancelling in a process that has ended fails, and counts as cancelled.
    pub(super) fn cancel_in_dead_process(&mut self, subtask: SubtaskId, attempt: AttemptNumber) -> bool {
        let dead = self.is_in_dead_process(subtask);
        if dead {
            self.schedule(UNREACHABLE, Event::CancelAcknowledged { subtask, attempt });
        }
        dead
    }

    // ---- standing still

    /// Whether an event has to wait because a TaskManager that it needs stands still or can't be reached.
    pub(super) fn is_held(&mut self, event: Event) -> bool {
        let Some((subtask, inside)) = self.party(event) else { return false };
        let manager = self.task_manager_of(subtask);
        let held = match self.managers.all[manager as usize].process {
            Process::Hung => true,
            Process::Partitioned => !inside,
            Process::Running | Process::Dead => false,
        };
        if held {
            self.managers.held.push((manager, event));
        }
        held
    }

    /// The subtask whose TaskManager an event needs, and whether it happens inside that alone.
    fn party(&self, event: Event) -> Option<(SubtaskId, bool)> {
        match event {
            Event::Initialized { subtask, .. }
            | Event::Resume { subtask, .. }
            | Event::SourceWakes { subtask, .. }
            | Event::WorkerResumes { subtask, .. }
            | Event::WorkerFlushes { subtask, .. }
            | Event::BundleTimer { subtask, .. }
            | Event::WorkerFailed { subtask, .. } => Some((subtask, true)),
            Event::Deployed { subtask, .. }
            | Event::SnapshotWritten { subtask, .. }
            | Event::TriggerArrives { subtask, .. }
            | Event::CompleteNotification { subtask, .. }
            | Event::AbortNotification { subtask, .. }
            | Event::CancelArrives { subtask, .. }
            | Event::Acknowledge { subtask, .. }
            | Event::Decline { subtask, .. }
            | Event::FailureReported { subtask, .. }
            | Event::CancelAcknowledged { subtask, .. }
            | Event::EndOfDataReported { subtask, .. }
            | Event::FinishReported { subtask, .. } => Some((subtask, false)),
            Event::Flush { channel, .. } => Some((self.fixed.channels[channel.index()].from, true)),
            Event::Deliver { channel, .. } => {
                let ends = self.fixed.channels[channel.index()];
                let (from, to) = (self.task_manager_of(ends.from), self.task_manager_of(ends.to));
                let cut = |manager: u32| self.managers.all[manager as usize].process == Process::Partitioned;
                match from != to && cut(from) {
                    true => Some((ends.from, false)),
                    false => Some((ends.to, from == to)),
                }
            }
            _ => None,
        }
    }

    /// Whether a subtask's TaskManager stands still.
    pub(super) fn stands_still(&self, subtask: SubtaskId) -> bool {
        self.managers.all[self.task_manager_of(subtask) as usize].process == Process::Hung
    }

    // ---- the scenario's incidents

    pub(super) fn on_incident(&mut self, index: u32, begins: bool) {
        let fixed = self.fixed.clone();
        let what = &fixed.input.scenario.cluster.incidents[index as usize].what;
        match begins {
            true => self.begin_mishap(what),
            false => self.end_mishap(what),
        }
    }
}

/// How Flink's log names a TaskManager.
pub(super) fn id(manager: u32) -> String {
    format!("tm-{}", manager + 1)
}
