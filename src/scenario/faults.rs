//! Fault points: exceptions that the learner plants, besides those that the functions raise themselves.

use serde::{Deserialize, Serialize};

/// An exception thrown at an operator. The count of `times` outlives restarts.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FaultPoint {
    /// uid of the operator that throws.
    pub operator: String,
    /// Only this subtask; absent = any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subtask: Option<u32>,
    /// When.
    pub at: FaultAt,
    /// How often; absent = every time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// The exception's message.
    pub message: String,
}

/// When a fault point throws.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FaultAt {
    /// On the n-th record of an attempt, counted from 1 at each subtask.
    RecordOfAttempt(u64),
    /// On a given input record: dataset and row, from 0.
    Record {
        /// Dataset name.
        dataset: String,
        /// Row, from 0, after rows with missing values are dropped.
        row: u32,
    },
    /// At a moment, in milliseconds after submission: the operator throws at the first record it handles from then on, or
    /// at once when the source waits.
    Moment(u64),
    /// In a phase of a checkpoint.
    Checkpoint {
        /// Which phase.
        phase: FaultPhase,
        /// Only for this checkpoint; absent = the next one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<u64>,
        /// Instead of throwing, the phase takes this many milliseconds longer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        slow_ms: Option<u64>,
    },
}

/// Where in a checkpoint an operator can go wrong (CP-22, CP-28).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FaultPhase {
    /// `snapshotState`, in the task's thread: fails the task.
    Sync,
    /// Writing the state, beside it: fails the checkpoint.
    Async,
    /// `notifyCheckpointComplete`: fails the task.
    Notify,
    /// The commit of a sink's transaction, before the store has done it: fails the task (EO-2).
    Commit,
    /// The same, after the store has done it: the sink does not learn that it is done (EO-3).
    CommitDone,
}
