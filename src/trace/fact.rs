//! The facts.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::base::{
    AttemptNumber, ChannelId, CheckpointId, EventTime, OperatorId, OperatorIndex, RecordId, Row, SimDuration, SimTime,
    SubtaskId, TimeWindow, TransactionId,
};
use crate::program::StmtId;
use crate::scenario::{ClaimMode, Mishap, SnapshotKind, TimeDomain};

use super::{Cause, CommitEffect, FailurePhase, JobManagerChange, Shown, TakenBack, TaskManagerChange, Written};

/// One fact and when it happened.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct TraceEvent {
    /// When.
    pub at: SimTime,
    /// The engine step that caused it: facts of one step share it, and it never falls.
    pub step: u64,
    /// What.
    pub fact: Fact,
}

/// Something that happened.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    // ---- job and tasks (JS)
    /// The job changed state (JS-1).
    JobStatusChanged { from: JobStatus, to: JobStatus },
    /// A subtask changed state, as the JobManager sees it (JS-2, JS-3).
    TaskStateChanged { subtask: SubtaskId, attempt: AttemptNumber, from: ExecutionState, to: ExecutionState },
    /// An exception left user code or Flink's own code at a subtask.
    ExceptionThrown {
        subtask: SubtaskId,
        operator: OperatorIndex,
        phase: FailurePhase,
        /// Class and message: `java.lang.RuntimeException: …`.
        message: Arc<str>,
        record: Option<RecordId>,
    },
    /// The JobManager learned that a subtask failed and asked the restart strategy (JS-6, RS-3).
    TaskFailureHandled { subtask: SubtaskId, cause: Cause },
    /// A failure of the whole job rather than of one task (JS-11).
    GlobalFailure { cause: Cause },
    /// So many tasks will be restarted after a delay (JS-6 step 5); `restart` counts from 1.
    RestartScheduled { tasks: u32, delay: SimDuration, restart: u32, failed: Option<SubtaskId> },
    /// The restart strategy refused (RS-3).
    RestartSuppressed { strategy: Arc<str>, cause: Cause },
    /// The job could not even be started (JS-15).
    InitializationFailed { causes: Arc<[Arc<str>]> },
    /// The job starts from a snapshot of an earlier one (SP-6).
    StartedFromSnapshot {
        checkpoint: CheckpointId,
        path: Arc<str>,
        kind: SnapshotKind,
        claim_mode: ClaimMode,
        ignore_unclaimed: bool,
    },
    /// An operator of that snapshot is not in the job: its state is left behind (SP-7).
    SnapshotStateSkipped { operator: OperatorId, stateful: bool },
    /// State was assigned to the new attempts: from a completed checkpoint or none (JS-6 step 11).
    RestoreAssigned { checkpoint: Option<CheckpointId>, subtasks: Arc<[SubtaskId]> },
    /// An operator was opened with what it got back.
    OperatorOpened {
        subtask: SubtaskId,
        operator: OperatorIndex,
        attempt: AttemptNumber,
        restored_from: Option<CheckpointId>,
        /// Source: the position from which it reads on.
        position: Option<u64>,
        /// Keyed or operator state: number of values restored.
        values: u32,
    },

    // ---- processes (HA)
    /// Something happened to a TaskManager's process, or the JobManager learned of it (HA-1, HA-2).
    TaskManagerChanged { task_manager: u32, change: TaskManagerChange },
    /// Something happened to the JobManager's process (HA-4, HA-5).
    JobManagerChanged { change: JobManagerChange },
    /// Something went wrong with the checkpoint storage, or is over (CS-6, CP-37).
    StorageChanged { what: Mishap, begins: bool },
    /// Scheduled tasks wait for slots: so many are needed, so many are free (HA-2, RS-13).
    SlotsMissing { needed: u32, free: u32 },
    /// A task still does not react to being cancelled (JS-7).
    CancellationStuck { subtask: SubtaskId, stuck_for: SimDuration },
    /// The message that a checkpoint is complete did not reach a subtask (CP-22).
    NotificationLost { checkpoint: CheckpointId, subtask: SubtaskId },

    // ---- records
    /// A source emitted a record.
    RecordEmitted { subtask: SubtaskId, operator: OperatorIndex, record: RecordId, position: u64 },
    /// A record was put into a channel.
    RecordSent { channel: ChannelId, record: RecordId },
    /// An operator began with a record.
    RecordReceived { subtask: SubtaskId, operator: OperatorIndex, record: RecordId },
    /// Execution of a function reached a statement.
    StatementReached { subtask: SubtaskId, operator: OperatorIndex, statement: StmtId },
    /// An instance field changed.
    FieldChanged { subtask: SubtaskId, operator: OperatorIndex, slot: u16, value: Row },
    /// A Flink state changed, of this key when keyed.
    StateChanged { subtask: SubtaskId, operator: OperatorIndex, slot: u16, key: Option<Row>, value: Row },
    /// A function printed to stdout.
    StdoutPrinted { subtask: SubtaskId, operator: OperatorIndex, text: Arc<str> },
    /// A function wrote a file to the world outside, where it outlives restarts.
    FileTouched { subtask: SubtaskId, operator: OperatorIndex, path: Arc<str> },
    /// The print sink wrote a row: it is visible outside from now on (EO-6). `times` counts how often this record has been
    /// printed by this sink, this time included.
    RowPrinted {
        subtask: SubtaskId,
        operator: OperatorIndex,
        attempt: AttemptNumber,
        record: RecordId,
        text: Arc<str>,
        times: u32,
    },
    /// A sink wrote a row into its store. Outside of a transaction it is visible at once, and `times` counts how often this
    /// record has been written; in one, it is 0.
    RowWritten {
        subtask: SubtaskId,
        operator: OperatorIndex,
        attempt: AttemptNumber,
        transaction: Option<TransactionId>,
        row: Written,
        key: Option<Row>,
        times: u32,
    },
    /// A sink began a transaction, a batch or a file (EO-2).
    TransactionBegan {
        subtask: SubtaskId,
        operator: OperatorIndex,
        attempt: AttemptNumber,
        transaction: TransactionId,
        name: Arc<str>,
    },
    /// It was flushed, to be committed once the checkpoint is complete; at the end of the input the checkpoint is not yet
    /// known (EO-2, EO-3).
    TransactionPrepared {
        subtask: SubtaskId,
        operator: OperatorIndex,
        transaction: TransactionId,
        name: Arc<str>,
        checkpoint: Option<CheckpointId>,
        rows: u32,
    },
    /// It was committed; `recovered` when a new attempt did so with what a checkpoint held of it.
    TransactionCommitted {
        subtask: SubtaskId,
        operator: OperatorIndex,
        transaction: TransactionId,
        name: Arc<str>,
        recovered: bool,
        effect: CommitEffect,
        rows: Arc<[Shown]>,
    },
    /// Its commit failed; `effect` is what the store had done before.
    CommitFailed {
        subtask: SubtaskId,
        operator: OperatorIndex,
        transaction: TransactionId,
        name: Arc<str>,
        recovered: bool,
        done: bool,
    },
    /// It was taken back with so many rows; none when there was nothing left to take back.
    TransactionAborted {
        subtask: SubtaskId,
        operator: OperatorIndex,
        transaction: TransactionId,
        name: Arc<str>,
        why: TakenBack,
        rows: Option<u32>,
    },
    /// Whoever began it is gone, and no checkpoint knows of it: it stays as it is.
    TransactionLeft {
        subtask: SubtaskId,
        operator: OperatorIndex,
        transaction: TransactionId,
        name: Arc<str>,
        rows: u32,
    },
    /// A Python worker took a record into its bundle.
    BundleGrew { subtask: SubtaskId, operator: OperatorIndex, record: RecordId, size: u32 },
    /// A task began to wait until its Python bundle is done.
    BundleFinishing { subtask: SubtaskId, operator: OperatorIndex, remaining: u32 },
    /// A Python bundle was finished.
    BundleFinished { subtask: SubtaskId, operator: OperatorIndex },
    /// A task could not go on because an output had no free buffer, or could again (BP-1).
    BackpressureChanged { subtask: SubtaskId, channel: ChannelId, on: bool },
    /// A Flink state of a key lost its value.
    StateCleared { subtask: SubtaskId, operator: OperatorIndex, slot: u16, key: Row },

    // ---- time (SB-6, SR-8 to SR-10)
    /// A watermark generator gave a watermark.
    WatermarkEmitted { subtask: SubtaskId, operator: OperatorIndex, watermark: EventTime },
    /// The least watermark of a subtask's channels rose (SR-10).
    WatermarkAdvanced { subtask: SubtaskId, watermark: EventTime },
    /// A subtask became idle, so that it no longer holds watermarks back, or active again (SR-10).
    IdleChanged { subtask: SubtaskId, idle: bool },
    /// A timer was set.
    TimerRegistered { subtask: SubtaskId, operator: OperatorIndex, domain: TimeDomain, key: Row, time: EventTime },
    /// A timer was taken back.
    TimerDeleted { subtask: SubtaskId, operator: OperatorIndex, domain: TimeDomain, key: Row, time: EventTime },
    /// A timer fired.
    TimerFired { subtask: SubtaskId, operator: OperatorIndex, domain: TimeDomain, key: Row, time: EventTime },
    /// A window took a record in.
    WindowAdded { subtask: SubtaskId, operator: OperatorIndex, key: Row, window: TimeWindow, value: Row },
    /// A window keeps this from now on: it puts its records together, or others have become one with it.
    WindowSet { subtask: SubtaskId, operator: OperatorIndex, key: Row, window: TimeWindow, values: Arc<[Row]> },
    /// A window gave its result.
    WindowFired {
        subtask: SubtaskId,
        operator: OperatorIndex,
        key: Row,
        window: TimeWindow,
        row: Row,
        watermark: EventTime,
    },
    /// A window's state went.
    WindowCleared { subtask: SubtaskId, operator: OperatorIndex, key: Row, window: TimeWindow },
    /// A record came after its windows had gone: it went to a side output, or was dropped (SR-9).
    RecordLate { subtask: SubtaskId, operator: OperatorIndex, record: RecordId, aside: bool },
    /// A subtask asked its senders for buffers of this size (BP-3).
    BufferSizeChanged { subtask: SubtaskId, bytes: u64 },
    /// A subtask has no more input (CP-33).
    EndOfData { subtask: SubtaskId },

    // ---- checkpoints, JobManager side (CP)
    /// The periodic scheduler started; the first tick comes after `first` (CP-4).
    SchedulerStarted { first: SimDuration },
    /// The periodic scheduler stopped.
    SchedulerStopped,
    /// A request could not become a checkpoint (CP-14, CP-15).
    TriggerRefused { periodic: bool, reason: RefusalReason, blocking: Option<SubtaskId> },
    /// A request waited in the queue for this long (CP-8).
    TriggerQueued { waited: SimDuration },
    /// A checkpoint got its id (CP-13).
    CheckpointTriggered { checkpoint: CheckpointId, periodic: bool, subtasks: u32 },
    /// What the next trigger is about: a savepoint, with which the job perhaps stops (SP-1, SP-4).
    SavepointStarted { checkpoint: CheckpointId, kind: SnapshotKind, stop: Option<StopMode>, path: Arc<str> },
    /// A savepoint lies in its directory (SP-3, SP-4).
    SavepointCompleted { checkpoint: CheckpointId, stop: Option<StopMode>, path: Arc<str> },
    /// A savepoint had no place to go to (SP-1).
    SavepointRefused,
    /// The savepoint failed with which the job was to be stopped: the job goes on (SP-5).
    StopFailed,
    /// A subtask's state arrived (CP-18).
    CheckpointAcknowledged { checkpoint: CheckpointId, subtask: SubtaskId, done: u32, of: u32, bytes: u64 },
    /// An acknowledgement for a checkpoint that is no longer pending (CP-19).
    LateAcknowledge { checkpoint: CheckpointId, subtask: SubtaskId },
    /// A subtask declined.
    CheckpointDeclined { checkpoint: CheckpointId, subtask: SubtaskId, reason: AbortReason },
    /// All acknowledged, metadata written (CP-20).
    CheckpointCompleted { checkpoint: CheckpointId, bytes: u64, duration: SimDuration },
    /// A pending checkpoint was given up (CP-21). `failures` is the counter before this one (CP-27).
    CheckpointAborted { checkpoint: CheckpointId, reason: AbortReason, failures: u32 },
    /// A completed checkpoint left the store and its files were deleted (CP-35, CS-8).
    CheckpointDiscarded { checkpoint: CheckpointId },
    /// A completed checkpoint outlived the job (CS-8).
    CheckpointRetained { checkpoint: CheckpointId },

    // ---- checkpoints, task side (BR)
    /// A trigger message reached a source subtask.
    TriggerArrived { checkpoint: CheckpointId, subtask: SubtaskId },
    /// A barrier was put into a channel (BR-1).
    BarrierSent { checkpoint: CheckpointId, channel: ChannelId },
    /// A barrier was put before everything that waited in a channel; so many records became part of the checkpoint (BR-9).
    BarrierOvertook { checkpoint: CheckpointId, channel: ChannelId, records: u32 },
    /// An alignment took too long and goes on unaligned (BR-10).
    AlignmentTimedOut { checkpoint: CheckpointId, subtask: SubtaskId },
    /// Records that lay before a barrier at the receiver became part of the checkpoint (BR-9).
    InFlightCaptured { checkpoint: CheckpointId, channel: ChannelId, records: u32 },
    /// All in-flight data of a subtask is in its snapshot (BR-9).
    InFlightPersisted { checkpoint: CheckpointId, subtask: SubtaskId, records: u32, bytes: u64 },
    /// A subtask got its in-flight data back and consumes it first (BR-12).
    InFlightRestored { checkpoint: CheckpointId, subtask: SubtaskId, records: u32 },
    /// A barrier was read from a channel (BR-4).
    BarrierReceived { checkpoint: CheckpointId, channel: ChannelId, open: u32 },
    /// A channel was blocked until the other barriers come (BR-5).
    ChannelBlocked { checkpoint: CheckpointId, channel: ChannelId },
    /// It was released.
    ChannelUnblocked { checkpoint: CheckpointId, channel: ChannelId },
    /// A cancel marker was read (BR-6).
    CancelMarkerReceived { checkpoint: CheckpointId, channel: ChannelId },
    /// A subtask's synchronous part began: all its barriers are there.
    SnapshotStarted { checkpoint: CheckpointId, subtask: SubtaskId },
    /// Synchronous part done, records flow again; writing begins.
    SnapshotTaken { checkpoint: CheckpointId, subtask: SubtaskId, bytes: u64 },
    /// Its bytes are in the storage.
    SnapshotStored { checkpoint: CheckpointId, subtask: SubtaskId },
    /// A subtask heard that a checkpoint completed.
    CompletionNotified { checkpoint: CheckpointId, subtask: SubtaskId },
    /// A subtask heard that a checkpoint was aborted.
    AbortNotified { checkpoint: CheckpointId, subtask: SubtaskId },

    // ---- the person at the controls
    /// A command was carried out; its text is the action's JSON.
    CommandDone { action: Arc<str> },
    /// The run was stopped by the model: too many events.
    BudgetSpent { events: u64 },
}

/// Job states (JS-1).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum JobStatus {
    Initializing,
    Created,
    Running,
    Failing,
    Failed,
    Cancelling,
    Canceled,
    Finished,
    Restarting,
    Suspended,
}

impl JobStatus {
    /// Whether the job can't leave the state.
    pub const fn is_terminal(self) -> bool {
        matches!(self, JobStatus::Failed | JobStatus::Canceled | JobStatus::Finished)
    }

    /// As Flink spells it.
    pub const fn name(self) -> &'static str {
        match self {
            JobStatus::Initializing => "INITIALIZING",
            JobStatus::Created => "CREATED",
            JobStatus::Running => "RUNNING",
            JobStatus::Failing => "FAILING",
            JobStatus::Failed => "FAILED",
            JobStatus::Cancelling => "CANCELLING",
            JobStatus::Canceled => "CANCELED",
            JobStatus::Finished => "FINISHED",
            JobStatus::Restarting => "RESTARTING",
            JobStatus::Suspended => "SUSPENDED",
        }
    }
}

/// Task states (JS-2).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum ExecutionState {
    Created,
    Scheduled,
    Deploying,
    Initializing,
    Running,
    Finished,
    Canceling,
    Canceled,
    Failed,
}

impl ExecutionState {
    /// Whether the attempt is over.
    pub const fn is_terminal(self) -> bool {
        matches!(self, ExecutionState::Finished | ExecutionState::Canceled | ExecutionState::Failed)
    }

    /// As Flink spells it.
    pub const fn name(self) -> &'static str {
        match self {
            ExecutionState::Created => "CREATED",
            ExecutionState::Scheduled => "SCHEDULED",
            ExecutionState::Deploying => "DEPLOYING",
            ExecutionState::Initializing => "INITIALIZING",
            ExecutionState::Running => "RUNNING",
            ExecutionState::Finished => "FINISHED",
            ExecutionState::Canceling => "CANCELING",
            ExecutionState::Canceled => "CANCELED",
            ExecutionState::Failed => "FAILED",
        }
    }
}

impl fmt::Display for JobStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for ExecutionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How a source's data ends: with everything that belongs to an end, or just so (SP-4).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StopMode {
    /// As at a natural end: the MAX watermark and `finish()` come first.
    #[default]
    Drain,
    /// Without them: a later job goes on where this one stopped.
    NoDrain,
}

/// Why a request did not become a checkpoint (CP-24, pre-flight reasons).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RefusalReason {
    /// The scheduler is off.
    PeriodicSchedulerShutdown,
    /// A thousand requests wait already.
    TooManyCheckpointRequests,
    /// The pause after the last completion is not over; invisible in Flink's statistics.
    MinimumTimeBetweenCheckpoints,
    /// Some task is not RUNNING.
    NotAllRequiredTasksRunning,
}

/// Why a pending checkpoint was given up (CP-24).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum AbortReason {
    IoException,
    CheckpointAsyncException,
    CheckpointExpired,
    CheckpointSubsumed,
    CheckpointDeclined,
    CheckpointDeclinedTaskNotReady,
    CheckpointDeclinedTaskClosing,
    CheckpointDeclinedSubsumed,
    CheckpointDeclinedOnCancellationBarrier,
    CheckpointDeclinedInputEndOfStream,
    CheckpointCoordinatorShutdown,
    CheckpointCoordinatorSuspend,
    JobFailoverRegion,
    TaskFailure,
    TaskCheckpointFailure,
    FinalizeCheckpointFailure,
}

impl AbortReason {
    /// Whether it counts towards the tolerable failures (CP-24).
    pub const fn counts(self) -> bool {
        matches!(
            self,
            AbortReason::IoException
                | AbortReason::CheckpointAsyncException
                | AbortReason::CheckpointExpired
                | AbortReason::CheckpointDeclined
                | AbortReason::FinalizeCheckpointFailure
        )
    }

    /// Flink's message.
    pub const fn message(self) -> &'static str {
        match self {
            AbortReason::IoException => "An Exception occurred while triggering the checkpoint. IO-problem detected.",
            AbortReason::CheckpointAsyncException => "Asynchronous task checkpoint failed.",
            AbortReason::CheckpointExpired => "Checkpoint expired before completing.",
            AbortReason::CheckpointSubsumed => "Checkpoint has been subsumed.",
            AbortReason::CheckpointDeclined => "Checkpoint was declined.",
            AbortReason::CheckpointDeclinedTaskNotReady => "Checkpoint was declined (tasks not ready)",
            AbortReason::CheckpointDeclinedTaskClosing => "Checkpoint was declined (task is closing)",
            AbortReason::CheckpointDeclinedSubsumed => {
                "Checkpoint was canceled because a barrier from newer checkpoint was received."
            }
            AbortReason::CheckpointDeclinedOnCancellationBarrier => "Task received cancellation from one of its inputs",
            AbortReason::CheckpointDeclinedInputEndOfStream => {
                "Checkpoint was declined because one input stream is finished"
            }
            AbortReason::CheckpointCoordinatorShutdown => "CheckpointCoordinator shutdown.",
            AbortReason::CheckpointCoordinatorSuspend => "Checkpoint Coordinator is suspending.",
            AbortReason::JobFailoverRegion => "FailoverRegion is restarting.",
            AbortReason::TaskFailure => "Task has failed.",
            AbortReason::TaskCheckpointFailure => "Task local checkpoint failure.",
            AbortReason::FinalizeCheckpointFailure => "Failure to finalize checkpoint.",
        }
    }
}

impl RefusalReason {
    /// Flink's message.
    pub const fn message(self) -> &'static str {
        match self {
            RefusalReason::PeriodicSchedulerShutdown => "Periodic checkpoint scheduler is shut down.",
            RefusalReason::TooManyCheckpointRequests => "The maximum number of queued checkpoint requests exceeded",
            RefusalReason::MinimumTimeBetweenCheckpoints => {
                "The minimum time between checkpoints is still pending. Checkpoint will be triggered after the minimum time."
            }
            RefusalReason::NotAllRequiredTasksRunning => "Not all required tasks are currently running.",
        }
    }
}
