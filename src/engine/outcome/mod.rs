//! What came of a run, as one plain value: the job's end, its attempts and what they printed, its checkpoints, the state,
//! the storage and the world outside. A pure function of the trace; `cargo run --example replay` prints it as JSON
//! (`schemas/outcome.schema.json`).
//!
//! Flink counterparts: `GET /jobs/:id`, `/checkpoints`, `/exceptions`, the TaskManagers' stdout and the checkpoint
//! directory. Left out: metrics, per-operator sizes.

mod checkpoints;
mod fold;
mod replay;
mod stores;
mod values;

pub use checkpoints::{CheckpointCounts, CheckpointOutcome, SubtaskCheckpoint};
pub use replay::{Live, LiveState, Place, Replay};
pub use stores::{StoreOutcome, Stores, TransactionOutcome};
pub use values::json_value;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::graph::ExecutionGraph;
use crate::scenario::RunInput;
use crate::trace::TraceEvent;

/// What came of a run.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct Outcome {
    /// The job's state at the end of the trace: `FINISHED`, `FAILED`, `CANCELED`, or where it had got to.
    pub job_status: String,
    /// All states it went through.
    pub job_status_history: Vec<StatusChange>,
    /// How often the job went from RESTARTING back to RUNNING.
    pub restarts: u32,
    /// The executions, by attempt number. With region failover, subtasks of one moment may be in different attempts.
    pub attempts: Vec<AttemptOutcome>,
    /// Everything written to stdout, in order: printed rows and what functions print themselves.
    pub console: Vec<ConsoleLine>,
    /// All checkpoints that got an id, oldest first.
    pub checkpoints: Vec<CheckpointOutcome>,
    /// Flink's counters. Requests refused before they got an id count as failed.
    pub checkpoint_counts: CheckpointCounts,
    /// What the operators hold.
    pub state: StateOutcome,
    /// The checkpoint storage at the end.
    pub storage: StorageOutcome,
    /// The world outside at the end.
    pub outside: OutsideOutcome,
    /// The cause chain of the last failure, outermost first, each as `class: message`; empty without a failure.
    pub failure: Vec<String>,
    /// The moment of the last event, in milliseconds after submission.
    pub end_time_ms: u64,
}

/// The job entered a state.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct StatusChange {
    /// When, in milliseconds after submission.
    pub time_ms: u64,
    /// Which state.
    pub status: String,
}

/// One execution.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct AttemptOutcome {
    /// Its number, from 0.
    pub attempt: u32,
    /// The checkpoint that the job was restored from; null when there was none.
    pub restored_from: Option<u64>,
    /// What print sinks wrote, in order: rows by `operator/subtask`.
    pub printed: BTreeMap<String, Vec<String>>,
}

/// One line on a TaskManager's stdout.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct ConsoleLine {
    /// When, in milliseconds after submission.
    pub time_ms: u64,
    /// `operator/subtask`.
    pub from: String,
    /// The attempt that wrote it.
    pub attempt: u32,
    /// Whether a print sink wrote it; else it is a function's own `print`.
    pub row: bool,
    /// The line.
    pub text: String,
}

/// What operators hold.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct StateOutcome {
    /// At the end of the trace (or of the last attempt).
    pub at_end: Vec<OperatorState>,
    /// In the last completed checkpoint.
    pub last_completed_checkpoint: Option<CheckpointState>,
}

/// What a completed checkpoint holds.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct CheckpointState {
    /// Its id.
    pub id: u64,
    /// Operators with a position or a state; instance fields are not part of a checkpoint.
    pub operators: Vec<OperatorState>,
}

/// What one operator holds at one subtask.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct OperatorState {
    /// `operator/subtask`.
    pub operator: String,
    /// Its attempt.
    pub attempt: u32,
    /// Sources that keep one: the next position.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<u64>,
    /// Instance fields by name.
    pub fields: Map<String, Json>,
    /// Flink states by name: a value, an object by key, or a list.
    pub states: Map<String, Json>,
}

/// The checkpoint storage.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct StorageOutcome {
    /// `filesystem` or `jobmanager`.
    pub kind: String,
    /// The directory, as set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dir: Option<String>,
    /// Files and directories below `<dir>/<job id>` (CS-3): `shared`, `taskowned`, `chk-3`, `chk-3/_metadata`.
    pub entries: Vec<String>,
    /// Completed checkpoints that exist, oldest first.
    pub checkpoints: Vec<u64>,
}

/// The world outside.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct OutsideOutcome {
    /// Printed rows, by first appearance.
    pub rows: Vec<VisibleRow>,
    /// Rows printed more than once count once for each time beyond the first.
    pub duplicates: u64,
    /// Files that functions made.
    pub files: Vec<String>,
    /// The stores of sinks that have one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stores: Vec<StoreOutcome>,
}

/// A row that can be seen outside.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct VisibleRow {
    /// uid of the sink.
    pub sink: String,
    /// The row.
    pub text: String,
    /// How often it was printed.
    pub times: u64,
}

impl Outcome {
    /// Reads the outcome of a run from its trace.
    pub fn of(input: &RunInput, graph: &ExecutionGraph, trace: &[TraceEvent]) -> Outcome {
        fold::outcome(input, graph, trace)
    }
}
