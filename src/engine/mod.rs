//! The discrete-event simulator of one Flink job.
//!
//! [`Engine::step`] takes the next event from the heap and hands it to the part it concerns: the JobMaster
//! (`jobmaster.rs`), the checkpoint coordinator (`checkpointing.rs`), a task's thread (`thread.rs`, `operator.rs`, `source.rs`, `snapshot.rs`), a
//! Python worker (`worker.rs`), the network (`network.rs`, `in_flight.rs`) or the person at the controls (`script.rs`). Parts that decide
//! something (restart strategy, barrier handler, request queue, storage) are plain structs with a file of their own.
//!
//! A run is a pure function of the [`RunInput`]: no clock, no hash order, no floats in decisions. A clone is a keyframe:
//! run on from it, and the same happens again.

mod attempt;
mod barrier;
mod cancellation;
mod channel;
mod checkpoint;
mod checkpointing;
mod coordinator;
mod debloat;
mod event;
mod exception;
mod fixed;
mod in_flight;
mod invariants;
mod jobmaster;
mod leadership;
mod meters;
mod network;
mod operator;
pub mod outcome;
mod outside;
mod python;
mod recovery;
mod restart;
mod restarting;
mod restore;
mod resume_order;
mod savepoint;
mod script;
mod sink;
mod slots;
mod snapshot;
mod source;
mod storage;
mod store;
mod storing;
mod task;
mod taskmanager;
mod thread;
mod time;
mod timers;
mod watermark;
mod worker;

pub use barrier::BarrierHandler;
pub use channel::{Channel, Element, InputGate, Overtaking, Slot};
pub use checkpoint::{CheckpointCounts, CheckpointStats, CheckpointStatus, CompletedCheckpoint, PendingCheckpoint};
pub use coordinator::{CheckpointCoordinator, Request};
pub use debloat::Debloater;
pub use in_flight::{Capture, InFlight};
pub use jobmaster::{JobMaster, PendingRestart};
pub use meters::{Load, Times};
pub use outside::Outside;
pub use python::{PythonWorker, WorkItem, WorkResult, WorkerCall};
pub use restart::RestartBackoff;
pub use savepoint::{SavepointOrder, Stopping};
pub use slots::{Process, TaskManager, TaskManagers};
pub use storage::{Spoiled, Storage};
pub use store::{Store, Transaction, TransactionState};
pub use task::{
    Activity, Call, Emission, Ending, Frame, Mail, OperatorRuntime, OperatorSnapshot, OperatorState, SinkRuntime,
    SinkState, SnapshotStage, SnapshotTiming, SourceReader, Subtask, SubtaskSnapshot, WindowState,
};
pub use timers::{Timer, TimerQueue, Timers};
pub use watermark::{ChannelStatus, Signal, WatermarkGenerator, WatermarkValve};

use std::sync::Arc;

use crate::base::{ChannelId, Dense, OperatorIndex, RandomStream, RecordId, Row, SimDuration, SimTime, SubtaskId};
use crate::graph::ExecutionGraph;
use crate::scenario::{Latencies, RunInput, Scenario};
use crate::trace::{Fact, TraceEvent};
use event::{Event, EventQueue};
use fixed::Fixed;
use script::ScriptState;

/// Why [`Engine::run_until`] came back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// The moment is reached; everything due before or at it has happened.
    Reached,
    /// So many events have happened.
    BudgetSpent,
    /// Nothing will ever happen again.
    Quiet,
}

/// A job being simulated.
#[derive(Clone, Debug)]
pub struct Engine {
    fixed: Arc<Fixed>,
    now: SimTime,
    steps: u64,
    events: EventQueue,
    tracing: bool,
    trace: Vec<TraceEvent>,
    job: JobMaster,
    coordinator: CheckpointCoordinator,
    storage: Storage,
    managers: TaskManagers,
    subtasks: Dense<Subtask>,
    channels: Dense<Channel>,
    outside: Outside,
    script: ScriptState,
    random: Random,
    /// Subtasks whose threads may be able to go on.
    woken: Vec<SubtaskId>,
}

/// One stream a concern.
#[derive(Clone, Debug)]
struct Random {
    rebalance: RandomStream,
    python: RandomStream,
    savepoint: RandomStream,
}

impl Engine {
    /// A job that is about to be submitted.
    ///
    /// # Panics
    /// When the scenario has issues that are errors: ask [`Scenario::issues`] first.
    pub fn new(input: Arc<RunInput>) -> Engine {
        let fixed = Arc::new(Fixed::new(input));
        let scenario = &fixed.input.scenario;
        let stream = |concern| RandomStream::new(fixed.input.seed, concern);
        let job_id = stream(4).hex(16);
        let mut engine = Engine {
            now: SimTime::ZERO,
            steps: 0,
            events: EventQueue::default(),
            tracing: true,
            trace: Vec::new(),
            job: JobMaster::new(scenario, stream(2)),
            coordinator: CheckpointCoordinator::new(scenario.checkpointing.clone(), stream(1)),
            storage: Storage::new(scenario, job_id),
            managers: TaskManagers::new(&scenario.cluster, fixed.slots_needed()),
            subtasks: Dense::default(),
            channels: fixed.channels.iter().map(|channel| Channel::new(channel.local)).collect(),
            outside: Outside::new(fixed.record_count(), scenario),
            script: ScriptState::new(&fixed.input),
            random: Random { rebalance: stream(3), python: stream(5), savepoint: stream(6) },
            woken: Vec::new(),
            fixed,
        };
        engine.subtasks = engine.new_subtasks();
        engine.submit();
        engine
    }

    /// Whether facts are recorded. On at first; without them the engine is several times faster.
    pub fn record_trace(&mut self, on: bool) {
        self.tracing = on;
    }

    /// The facts recorded since the start or since the last [`Engine::take_trace`].
    pub fn trace(&self) -> &[TraceEvent] {
        &self.trace
    }

    /// Hands the recorded facts over.
    pub fn take_trace(&mut self) -> Vec<TraceEvent> {
        std::mem::take(&mut self.trace)
    }

    /// The present moment.
    pub fn now(&self) -> SimTime {
        self.now
    }

    /// Events handled so far.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// When the next event is due.
    pub fn next_event_at(&self) -> Option<SimTime> {
        self.events.next_time()
    }

    /// What runs.
    pub fn input(&self) -> &Arc<RunInput> {
        &self.fixed.input
    }

    /// The execution graph.
    pub fn graph(&self) -> &ExecutionGraph {
        &self.fixed.graph
    }

    /// The JobMaster.
    pub fn job(&self) -> &JobMaster {
        &self.job
    }

    /// The checkpoint coordinator.
    pub fn coordinator(&self) -> &CheckpointCoordinator {
        &self.coordinator
    }

    /// The checkpoint storage.
    pub fn storage(&self) -> &Storage {
        &self.storage
    }

    /// The TaskManagers.
    pub fn task_managers(&self) -> &TaskManagers {
        &self.managers
    }

    /// The world outside the job.
    pub fn outside(&self) -> &Outside {
        &self.outside
    }

    /// A subtask.
    pub fn subtask(&self, id: SubtaskId) -> &Subtask {
        &self.subtasks[id.index()]
    }

    /// A channel.
    pub fn channel(&self, id: ChannelId) -> &Channel {
        &self.channels[id.index()]
    }

    /// The row that a source emits as this record.
    pub fn row(&self, record: RecordId) -> Option<&Row> {
        let sources = self.fixed.operators.iter().filter_map(|operator| operator.source.as_ref());
        let mut found = sources.filter(|source| source.first_record <= record);
        found.find_map(|source| source.rows.get((record.0 - source.first_record.0) as usize))
    }

    /// The rows that a source operator reads, with the id of the first.
    pub fn source_rows(&self, operator: OperatorIndex) -> Option<(RecordId, &[Row])> {
        self.fixed.operators[operator.index()].source.as_ref().map(|source| (source.first_record, &*source.rows))
    }

    /// How many records a source's subtask has to read in all.
    pub fn source_total(&self, subtask: SubtaskId) -> u64 {
        let head = self.fixed.graph.task_of(subtask).operators[0];
        let input = self.fixed.operators[head.index()].source.as_ref();
        let own = &self.fixed.subtasks[subtask.index()].partitions;
        input.map_or(0, |input| own.iter().map(|partition| input.partitions[*partition].len() as u64).sum())
    }

    /// Handles everything that is due until `until` (inclusive), at most `budget` events.
    pub fn run_until(&mut self, until: SimTime, budget: u64) -> Stop {
        let last = self.steps.saturating_add(budget);
        loop {
            match self.events.next_time() {
                None => {
                    if until != SimTime::MAX {
                        self.now = self.now.max(until);
                    }
                    return Stop::Quiet;
                }
                Some(at) if at > until => {
                    self.now = self.now.max(until);
                    return Stop::Reached;
                }
                Some(_) if self.steps >= last => return Stop::BudgetSpent,
                Some(_) => {
                    self.step();
                }
            }
        }
    }

    /// Handles the next event; false when there is none.
    pub fn step(&mut self) -> bool {
        let Some((at, event)) = self.events.pop() else { return false };
        self.now = at;
        self.steps += 1;
        self.handle(event);
        while let Some(subtask) = self.woken.pop() {
            self.run_thread(subtask);
        }
        self.advance_script();
        if self.job.status.is_terminal() {
            self.events = EventQueue::default();
        }
        true
    }

    fn handle(&mut self, event: Event) {
        if self.managers.any_held && (self.is_lost(event) || self.is_held(event)) {
            return;
        }
        match event {
            Event::JobStart => self.on_job_start(),
            Event::SlotsAllocated { round } => self.on_slots_allocated(round),
            Event::Deployed { subtask, attempt } => self.on_deployed(subtask, attempt),
            Event::Initialized { subtask, attempt } => self.on_initialized(subtask, attempt),
            Event::FailureReported { subtask, attempt } => self.on_failure_reported(subtask, attempt),
            Event::CancelAcknowledged { subtask, attempt } => self.on_cancel_acknowledged(subtask, attempt),
            Event::EndOfDataReported { subtask, attempt } => self.on_end_of_data_reported(subtask, attempt),
            Event::FinishReported { subtask, attempt } => self.on_finish_reported(subtask, attempt),
            Event::RestartDue { restart } => self.on_restart_due(restart),
            Event::SlotRequestTimeout { round } => self.on_slot_request_timeout(round),
            Event::TaskManagerLost { manager, generation, change } => {
                self.on_task_manager_lost(manager, generation, change);
            }
            Event::TaskManagerStarts { manager, generation } => self.on_task_manager_starts(manager, generation),
            Event::TaskManagerRegisters { manager, generation } => self.on_task_manager_registers(manager, generation),
            Event::ConnectionClosed { subtask, attempt, manager } => {
                self.on_connection_closed(subtask, attempt, manager);
            }
            Event::DeploymentFailed { subtask, attempt, manager, answered } => {
                self.on_deployment_failed(subtask, attempt, manager, answered);
            }
            Event::CancelRepeated { subtask, attempt, count } => self.on_cancel_repeated(subtask, attempt, count),
            Event::CancelTimeout { subtask, attempt } => self.on_cancel_timeout(subtask, attempt),
            Event::LeaderElected { loss } => self.on_leader_elected(loss),
            Event::JobManagerMissed { loss } => self.on_job_manager_missed(loss),
            Event::Incident { index, begins } => self.on_incident(index, begins),
            Event::CheckpointTick { generation } => self.on_checkpoint_tick(generation),
            Event::CheckpointTimeout { checkpoint } => self.on_checkpoint_timeout(checkpoint),
            Event::Acknowledge { checkpoint, subtask, attempt } => self.on_acknowledge(checkpoint, subtask, attempt),
            Event::Decline { checkpoint, subtask, attempt, reason } => {
                self.on_decline(checkpoint, subtask, attempt, reason);
            }
            Event::Finalized { checkpoint } => self.on_finalized(checkpoint),
            Event::TriggerArrives { checkpoint, subtask, attempt } => {
                self.on_trigger_arrives(checkpoint, subtask, attempt);
            }
            Event::CompleteNotification { checkpoint, subtask, attempt } => {
                self.post(subtask, attempt, Mail::Complete(checkpoint));
            }
            Event::AbortNotification { checkpoint, subtask, attempt } => {
                self.post(subtask, attempt, Mail::Abort(checkpoint));
            }
            Event::CancelArrives { subtask, attempt } => self.on_cancel_arrives(subtask, attempt),
            Event::Resume { subtask, attempt } | Event::SourceWakes { subtask, attempt } => {
                self.wake_attempt(subtask, attempt);
            }
            Event::SnapshotWritten { checkpoint, subtask, attempt } => {
                self.on_snapshot_written(checkpoint, subtask, attempt);
            }
            Event::WorkerResumes { subtask, position, attempt } => self.on_worker_resumes(subtask, position, attempt),
            Event::WorkerFlushes { subtask, position, attempt } => self.on_worker_flushes(subtask, position, attempt),
            Event::BundleTimer { subtask, position, attempt, bundle } => {
                self.post(subtask, attempt, Mail::BundleTime(position, bundle));
            }
            Event::WatermarkTick { subtask, position, attempt } => {
                self.post(subtask, attempt, Mail::WatermarkTick(position));
            }
            Event::ProcessingTimer { subtask, position, attempt } => {
                self.on_processing_timer(subtask, position, attempt);
            }
            Event::WorkerFailed { subtask, position, attempt } => self.on_worker_failed(subtask, position, attempt),
            Event::Flush { channel, epoch, buffer } => self.on_flush(channel, epoch, buffer),
            Event::Deliver { channel, epoch, buffer } => self.on_deliver(channel, epoch, buffer),
            Event::OvertakingArrives { channel, epoch, checkpoint } => {
                self.on_overtaking_arrives(channel, epoch, checkpoint);
            }
            Event::DebloatLook { subtask, attempt } => self.on_debloat_look(subtask, attempt),
            Event::AlignmentTimeout { checkpoint, subtask, attempt } => {
                self.post(subtask, attempt, Mail::AlignmentTimeout(checkpoint));
            }
            Event::Command { index } => self.on_command(index),
            Event::ScriptWakes => {}
            Event::FaultMoment { fault } => self.on_fault_moment(fault),
            Event::TransactionTimeout { operator, transaction } => self.on_transaction_timeout(operator, transaction),
        }
    }

    /// Records a fact, if facts are recorded.
    #[inline(always)]
    fn record(&mut self, fact: impl FnOnce() -> Fact) {
        if self.tracing {
            self.trace.push(TraceEvent { at: self.now, step: self.steps, fact: fact() });
        }
    }

    #[inline(always)]
    fn schedule(&mut self, after: SimDuration, event: Event) {
        self.events.push(self.now + after, event);
    }

    #[inline(always)]
    fn latencies(&self) -> &Latencies {
        &self.fixed.input.scenario.cluster.latencies
    }

    #[inline(always)]
    fn scenario(&self) -> &Scenario {
        &self.fixed.input.scenario
    }
}
