//! What a subtask is made of at run time: its attempt, its thread, its operators.
//!
//! A task has one thread (Flink: the mailbox). Records, barriers, timers and notifications are never concurrent inside a
//! subtask. What the thread is in the middle of is a stack of [`Frame`]s: each either makes progress, pushes another frame
//! or waits.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::barrier::BarrierHandler;
use super::channel::{Element, InputGate};
use super::debloat::Debloater;
use super::in_flight::{Capture, InFlight};
use super::meters::Meters;
use super::python::PythonWorker;
use super::timers::Timers;
use super::watermark::{Signal, WatermarkGenerator, WatermarkValve};
use crate::base::{
    AttemptNumber, ChannelId, CheckpointId, Dense, EventTime, OperatorIndex, RecordId, Row, SimDuration, SimTime,
    SortedMap, TimeWindow, TransactionId, Value,
};
use crate::program::Effect;
use crate::trace::{Cause, ExecutionState, StopMode};

/// One parallel instance of a task.
#[derive(Clone, Debug)]
pub struct Subtask {
    /// As the JobManager sees it.
    pub state: ExecutionState,
    /// The current attempt.
    pub attempt: AttemptNumber,
    /// How often the vertex was reset (JS-12).
    pub(super) version: u32,
    /// Whether the attempt's thread runs on the TaskManager.
    pub alive: bool,
    /// Its operators, head first.
    pub operators: Dense<OperatorRuntime>,
    /// What the thread is in the middle of; empty between records.
    pub stack: Vec<Frame>,
    /// How long the thread will be busy with the record in hand once its stack is empty.
    pub(super) owed: SimDuration,
    /// Letters for the thread, served between records.
    pub mailbox: VecDeque<Mail>,
    /// What the thread does right now.
    pub activity: Activity,
    /// The reading ends of its channels.
    pub gate: InputGate,
    /// Barriers.
    pub barriers: BarrierHandler,
    /// Watermarks of its channels.
    pub valve: WatermarkValve,
    /// It has said that event time has come to its end.
    pub(super) event_time_ended: bool,
    /// Buffers in use of each output's pool, in the order of the graph's outputs.
    pub(super) pools: Box<[u32]>,
    /// The last checkpoint whose completion it heard of.
    pub(super) last_notified: CheckpointId,
    /// Checkpoints that were aborted before their barrier came (CP-22).
    pub(super) aborted: Vec<CheckpointId>,
    /// How far the task is at the end of its input (CP-33).
    pub ending: Ending,
    /// How its data ends (SP-4).
    pub(super) end_mode: StopMode,
    /// Inputs that have sent EndOfData.
    pub(super) ended_inputs: u32,
    /// A checkpoint being written asynchronously: its snapshot waits for the acknowledgement.
    pub(super) writing: SortedMap<CheckpointId, SubtaskSnapshot>,
    /// In-flight data being stored for an unaligned checkpoint (BR-9).
    pub capture: Option<Box<Capture>>,
    /// Restored in-flight data is being consumed: the task stays INITIALIZING (BR-12).
    pub(super) recovering: bool,
    /// The checkpoint from which this attempt was restored.
    pub restored_from: Option<CheckpointId>,
    /// It had finished when the checkpoint that it was restored from was taken (CP-32).
    pub(super) restored_finished: bool,
    /// Why the attempt failed.
    pub failure: Option<Cause>,
    /// The last checkpoint that the thread has begun or passed over (BR-13).
    pub(super) last_checkpoint: CheckpointId,
    /// When the checkpoint in hand began: its first barrier or its trigger.
    pub(super) checkpoint_began: SimTime,
    /// Next consumer of each rebalancing output.
    pub(super) turns: Box<[u32]>,
    /// An exception that a fault point or a command has armed for the next record, by operator position.
    pub(super) armed: Vec<(u16, Arc<str>)>,
    /// An exception of its Python worker is on its way: nothing new begins.
    pub(super) doomed: bool,
    /// It does not react to being cancelled (JS-7).
    pub stuck: bool,
    /// With buffer debloating: what it goes by.
    pub debloater: Option<Box<Debloater>>,
    /// What the thread spends its time on.
    pub(super) meters: Meters,
    /// When the current attempt entered RUNNING.
    pub running_since: Option<SimTime>,
}

impl Subtask {
    /// The attempt's thread ends, whatever it is in the middle of.
    pub(super) fn kill(&mut self) {
        self.alive = false;
        self.stack.clear();
        self.owed = SimDuration::ZERO;
        self.mailbox.clear();
        self.writing.clear();
        self.capture = None;
        self.activity = Activity::Idle;
        self.ending = Ending::No;
        for operator in &mut self.operators {
            operator.worker = None;
        }
    }
}

/// What the thread does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Activity {
    /// Waits for input or mail.
    Idle,
    /// Handles a record, sleeps or snapshots, until a moment.
    Busy {
        /// Since when.
        since: SimTime,
        /// Until when.
        until: SimTime,
    },
    /// Waits for a free buffer of this channel: backpressure.
    BackPressured(ChannelId),
    /// Waits for the Python worker at this position to finish its bundle.
    AwaitingBundle(u16),
}

/// One thing the thread is in the middle of.
#[derive(Clone, PartialEq, Debug)]
pub enum Frame {
    /// The effects of a function's call, carried out one by one.
    Call(Call),
    /// A row leaves an operator towards its outputs.
    Emission(Emission),
    /// The thread is busy for so long: a bundle is being opened.
    Busy(SimDuration),
    /// Wait until the Python worker at this position has finished its bundle.
    FinishBundle {
        /// Position of the operator in the chain.
        position: u16,
        /// The wait has begun and has been recorded.
        begun: bool,
    },
    /// A checkpoint, step by step (BR-1).
    Checkpoint {
        /// Which.
        checkpoint: CheckpointId,
        /// How far it is.
        stage: SnapshotStage,
    },
    /// The end of the input: flush, then tell everybody (CP-33).
    Ending(StopMode),
    /// An operator's event-time clock goes on: what is due fires first.
    Advance {
        /// Position of the operator in the chain.
        position: u16,
        /// The watermark.
        watermark: EventTime,
    },
    /// A watermark or a status leaves an operator.
    Signal {
        /// Position of the operator in the chain.
        position: u16,
        /// Which.
        signal: Signal,
        /// The next edge.
        output: u16,
        /// The next channel of it.
        channel: u16,
    },
    /// Timers of the machine's clock fire.
    Processing {
        /// Position of the operator in the chain.
        position: u16,
    },
    /// Restored output in-flight data is put back into its channels, the last of the list first (BR-12).
    Recover(Vec<(ChannelId, Element)>),
}

/// A call of a function, under way.
#[derive(Clone, PartialEq, Debug)]
pub struct Call {
    /// Position of the operator in the chain.
    pub position: u16,
    /// The record that the call is about.
    pub record: RecordId,
    /// The timestamp that its rows get.
    pub time: EventTime,
    /// Its key, after a keyBy.
    pub key: Option<Value>,
    /// What the call does.
    pub effects: Vec<Effect>,
    /// The next of them.
    pub next: u16,
}

/// A row on its way out of an operator.
#[derive(Clone, PartialEq, Debug)]
pub struct Emission {
    /// Position of the operator in the chain.
    pub position: u16,
    /// The record that it comes from.
    pub record: RecordId,
    /// Its timestamp.
    pub time: EventTime,
    /// The row.
    pub row: Row,
    /// Which output: 0 is the main one, others are the operator's side outputs, counted from 1.
    pub tag: u16,
    /// The next edge.
    pub output: u16,
}

/// How far a checkpoint is inside a task.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SnapshotStage {
    /// `prepareSnapshotPreBarrier`: bundles are being finished.
    PreBarrier,
    /// The barrier leaves and the state is captured.
    Barrier,
    /// The synchronous part takes its time.
    Sync,
}

/// A letter for the thread.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mail {
    /// Trigger a checkpoint (sources).
    Trigger(CheckpointId),
    /// A checkpoint completed.
    Complete(CheckpointId),
    /// A checkpoint was aborted.
    Abort(CheckpointId),
    /// Barriers of this checkpoint may overtake from now on (BR-10).
    AlignmentTimeout(CheckpointId),
    /// `bundle.time` is over for this bundle.
    BundleTime(u16, u32),
    /// The watermark generator at this position is asked.
    WatermarkTick(u16),
    /// Timers of the machine's clock are due at this position.
    ProcessingTimers(u16),
}

/// How far a task is at the end of its input.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Ending {
    /// There is more.
    #[default]
    No,
    /// All input is consumed; `finish()` has run.
    Finished,
    /// A checkpoint with everything in it has been taken; its completion ends the task.
    AwaitingCompletion(CheckpointId),
}

/// An operator's instance in one attempt.
#[derive(Clone, Debug)]
pub struct OperatorRuntime {
    /// Which operator of the scenario.
    pub operator: OperatorIndex,
    /// Instance fields: new at every attempt (SR-7).
    pub fields: Vec<Value>,
    /// Flink state.
    pub state: OperatorState,
    /// Sources: what is left to read.
    pub source: Option<SourceReader>,
    /// PyFlink functions: the worker beside the task.
    pub worker: Option<Box<PythonWorker>>,
    /// Sinks with a store: their transactions.
    pub sink: Option<Box<SinkRuntime>>,
    /// Records handled in this attempt.
    pub records: u64,
    /// How far its event time is: in no checkpoint (SR-8).
    pub watermark: EventTime,
    /// The generator, where it makes watermarks.
    pub generator: Option<Box<WatermarkGenerator>>,
    /// Records that it gave out in this attempt.
    pub emitted: u64,
}

/// A sink's transactions in one attempt.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SinkRuntime {
    /// The open one.
    pub open: Option<TransactionId>,
    /// Those that wait for their commit, by checkpoint, oldest first.
    pub pending: Vec<(CheckpointId, TransactionId)>,
    /// Flushed at the end of the input: it belongs to the checkpoint to come.
    pub(super) last: Option<TransactionId>,
    /// No more input comes: no new transaction is begun.
    pub(super) finished: bool,
}

impl SinkRuntime {
    /// What a snapshot holds of it.
    pub fn state(&self) -> SinkState {
        SinkState { open: self.open, pending: self.pending.clone() }
    }
}

/// Flink state of an operator at one subtask. Cheap to clone: snapshots and keyframes share what has not changed.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct OperatorState {
    /// Keyed: for each key the values of the declared states.
    pub keyed: Arc<BTreeMap<Value, Vec<Option<Value>>>>,
    /// Operator state: for each declared state its list; a single value is a list of one.
    pub lists: Arc<Vec<Vec<Value>>>,
    /// Timers: keyed state too (SB-6).
    pub timers: Arc<Timers>,
    /// Windows: keyed state, by key and window.
    pub windows: Arc<BTreeMap<(Value, TimeWindow), WindowState>>,
}

/// What a window keeps.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct WindowState {
    /// Every record, or the one that they have been put together to.
    pub values: Vec<Value>,
    /// The last record that came into it: no part of Flink's state, it only says where the result comes from.
    pub record: RecordId,
}

impl OperatorState {
    /// How many values it holds.
    pub fn len(&self) -> usize {
        let windows: usize = self.windows.values().map(|window| window.values.len()).sum();
        let keyed = self.keyed.values().flatten().flatten().count();
        keyed + self.lists.iter().map(Vec::len).sum::<usize>() + windows + self.timers.len()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A source's reading position: one for each partition that the subtask reads.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SourceReader {
    /// Next offset in each partition.
    pub offsets: Vec<u64>,
    /// The partition that is read next.
    pub(super) turn: usize,
    /// A scripted source may read up to here, in records of the subtask.
    pub permitted: u64,
    /// It sits in the checkpoint lock.
    pub held: bool,
    /// Not before this moment.
    pub(super) next_at: SimTime,
}

impl SourceReader {
    /// Records read so far, over all partitions.
    pub fn position(&self) -> u64 {
        let mut read = 0;
        for offset in &self.offsets {
            read += offset;
        }
        read
    }
}

/// The part of a checkpoint that one subtask writes.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct SubtaskSnapshot {
    /// One for each operator of the chain.
    pub operators: Vec<OperatorSnapshot>,
    /// Size in the storage.
    pub bytes: u64,
    /// The subtask had finished: nothing will be restored (CP-32).
    pub finished: bool,
    /// Timing of the parts, in microseconds (BR-14).
    pub timing: SnapshotTiming,
    /// It was taken at the first barrier (BR-9).
    pub unaligned: bool,
    /// Bytes read between the first barrier and the last (BR-14).
    pub processed: u64,
    /// Bytes of channel state, part of the size (BR-14).
    pub persisted: u64,
    /// In-flight data, where there is some.
    pub in_flight: Option<Arc<InFlight>>,
}

/// An operator's part.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct OperatorSnapshot {
    /// Sources that keep a position.
    pub offsets: Option<Vec<u64>>,
    /// Flink state.
    pub state: OperatorState,
    /// Sinks with transactions: operator list state with one element for each subtask that wrote it. Dealt out evenly when
    /// the parallelism changes, as every list state (EO-2, EO-3).
    pub sinks: Vec<SinkState>,
}

/// What a sink's subtask stores of its transactions.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SinkState {
    /// The open one.
    pub open: Option<TransactionId>,
    /// Those that wait for their commit, by checkpoint.
    pub pending: Vec<(CheckpointId, TransactionId)>,
}

/// How long the parts of a subtask's snapshot took (BR-14).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SnapshotTiming {
    /// First barrier, or execution of the trigger, minus the trigger's timestamp.
    pub start_delay: SimDuration,
    /// First to last barrier.
    pub alignment: SimDuration,
    /// The synchronous part.
    pub sync: SimDuration,
    /// The asynchronous part.
    pub async_part: SimDuration,
    /// When the acknowledgement reached the JobManager.
    pub acknowledged_at: SimTime,
}
