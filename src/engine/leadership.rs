//! A JobManager that dies, with and without high availability (HA-4, HA-5). Flink: `Dispatcher`, `JobMasterServiceLeadershipRunner`,
//! `DefaultCompletedCheckpointStore`, `ZooKeeperCheckpointIDCounter`.
//!
//! What the JobManager alone knows is gone with it: pending checkpoints, the restart strategy's counters, statistics. High
//! availability keeps three things: the job, pointers to completed checkpoints, the counter of ids. Tasks run on until
//! their TaskManagers miss the JobManager's heartbeats or hear of a new leader.
//!
//! Left out: several JobManagers that contend, a leader that loses its leadership but lives, the ResourceManager's part.

use super::Engine;
use super::event::Event;
use super::restart::RestartBackoff;
use super::slots::Process;
use crate::base::{SimDuration, SortedSet};
use crate::scenario::Scenario;
use crate::trace::{ExecutionState, Fact, JobManagerChange, JobStatus};

/// Until a standby is the leader, where nothing else is said: the session of the dead one has to expire first.
const ELECTION: SimDuration = SimDuration::from_millis(15_000);

impl Engine {
    pub(super) fn kill_job_manager(&mut self) {
        if self.job.down || self.job.status.is_terminal() {
            return;
        }
        self.job.down = true;
        self.job.losses += 1;
        let loss = self.job.losses;
        self.managers.any_held = true;
        self.record(|| Fact::JobManagerChanged { change: JobManagerChange::Killed });
        self.script.checkpoint_over();
        let cluster = &self.scenario().cluster;
        let missed = SimDuration::from_millis(cluster.timeouts.heartbeat_timeout_ms);
        if cluster.high_availability {
            self.schedule(ELECTION, Event::LeaderElected { loss });
        }
        self.schedule(missed, Event::JobManagerMissed { loss });
    }

    /// A new process is up: with high availability the new leader of the job, without it one that knows no job.
    pub(super) fn start_job_manager(&mut self) {
        if !self.job.down {
            return;
        }
        match self.scenario().cluster.high_availability {
            true => self.on_leader_elected(self.job.losses),
            false => self.record(|| Fact::JobManagerChanged { change: JobManagerChange::StartedEmpty }),
        }
    }

    /// TaskManagers that miss the JobManager stop its tasks.
    pub(super) fn on_job_manager_missed(&mut self, loss: u32) {
        if !self.job.down || self.job.losses != loss {
            return;
        }
        self.record(|| Fact::JobManagerChanged { change: JobManagerChange::Missed });
        for subtask in &mut self.subtasks {
            subtask.kill();
        }
        if !self.scenario().cluster.high_availability {
            self.events.retain(|event| matches!(event, Event::Incident { .. } | Event::Command { .. }));
        }
    }

    /// HA-5.
    pub(super) fn on_leader_elected(&mut self, loss: u32) {
        if !self.job.down || self.job.losses != loss {
            return;
        }
        self.job.down = false;
        self.record(|| Fact::JobManagerChanged { change: JobManagerChange::Elected });
        self.change_job_status(JobStatus::Suspended);
        self.events.retain(|event| {
            matches!(
                event,
                Event::Command { .. }
                    | Event::ScriptWakes
                    | Event::FaultMoment { .. }
                    | Event::Incident { .. }
                    | Event::TaskManagerStarts { .. }
                    | Event::TaskManagerRegisters { .. }
            )
        });
        self.drop_execution_graph();
        self.coordinator.hand_over();
        let scenario = &self.fixed.input.scenario;
        self.job.hand_over(scenario);
        self.managers.hand_over();
        self.change_job_status(JobStatus::Initializing);
        self.schedule(SimDuration::from_micros(self.latencies().job_start_us), Event::JobStart);
    }

    /// The new leader makes an execution graph of its own, whose attempts are counted anew.
    fn drop_execution_graph(&mut self) {
        for subtask in self.all_subtasks() {
            if !self.subtasks[subtask.index()].state.is_terminal() {
                self.change_task_state(subtask, ExecutionState::Canceled);
            }
        }
        let new = self.new_subtasks();
        for subtask in self.all_subtasks() {
            let from = self.subtasks[subtask.index()].state;
            let attempt = new[subtask.index()].attempt;
            self.record(|| Fact::TaskStateChanged { subtask, attempt, from, to: ExecutionState::Created });
        }
        self.subtasks = new;
        for channel in &mut self.channels {
            channel.reset();
        }
        self.woken.clear();
    }

    /// Whether a message is for a JobManager that is dead: it is lost.
    pub(super) fn is_lost(&self, event: Event) -> bool {
        self.job.down
            && matches!(
                event,
                Event::JobStart
                    | Event::SlotsAllocated { .. }
                    | Event::FailureReported { .. }
                    | Event::CancelAcknowledged { .. }
                    | Event::EndOfDataReported { .. }
                    | Event::FinishReported { .. }
                    | Event::RestartDue { .. }
                    | Event::SlotRequestTimeout { .. }
                    | Event::TaskManagerLost { .. }
                    | Event::DeploymentFailed { .. }
                    | Event::CheckpointTick { .. }
                    | Event::CheckpointTimeout { .. }
                    | Event::Acknowledge { .. }
                    | Event::Decline { .. }
                    | Event::Finalized { .. }
            )
    }
}

impl super::JobMaster {
    /// What a new leader begins with.
    fn hand_over(&mut self, scenario: &Scenario) {
        let strategy = scenario.restart.in_force(scenario.checkpointing.interval_ms.is_some());
        self.backoff = RestartBackoff::new(strategy, self.backoff.jitter());
        self.restarts = 0;
        self.pending_restarts.clear();
        self.rounds.clear();
        self.exceptions.clear();
        self.failure.clear();
        self.ended = SortedSet::new();
    }
}

impl super::TaskManagers {
    fn hand_over(&mut self) {
        self.waiting.clear();
        self.held.clear();
        self.places.fill(None);
        for manager in &mut self.all {
            manager.registered = manager.process == Process::Running;
        }
        self.any_held = self.all.iter().any(|manager| matches!(manager.process, Process::Hung | Process::Partitioned));
    }
}
