//! The job graph as a learner draws it: operators, edges, the API it is written in.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Function, Reduce, Sink, StateDeclaration, StateKind, WatermarkStrategy, Window};
use crate::base::{Row, Value, ValueType};

/// The Flink releases whose behaviour the model knows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub enum FlinkVersion {
    /// Flink 1.20 (recorded with 1.20.5).
    #[default]
    #[serde(rename = "1.20")]
    V1_20,
    /// Flink 2.3 (recorded with 2.3.0).
    #[serde(rename = "2.3")]
    V2_3,
}

impl FlinkVersion {
    /// As Flink prints it: `1.20.5`.
    pub const fn release(self) -> &'static str {
        match self {
            FlinkVersion::V1_20 => "1.20.5",
            FlinkVersion::V2_3 => "2.3.0",
        }
    }
}

/// The API that the job is written in: it decides how user functions run.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Api {
    /// Java: functions run in the task's own thread.
    Java,
    /// PyFlink: functions run in a Python worker, in bundles.
    Python(PythonSettings),
}

/// `python.*` settings.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PythonSettings {
    /// `python.fn-execution.bundle.size`: records in a bundle. Default 1000.
    pub bundle_size: u32,
    /// `python.fn-execution.bundle.time` in milliseconds: a bundle is finished after this long. Default 1000.
    pub bundle_time_ms: u64,
    /// `python.execution-mode`.
    pub execution_mode: ExecutionMode,
}

impl Default for PythonSettings {
    fn default() -> Self {
        PythonSettings { bundle_size: 1000, bundle_time_ms: 1000, execution_mode: ExecutionMode::Process }
    }
}

/// `python.execution-mode`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ExecutionMode {
    /// A Python process beside the TaskManager, fed in bundles.
    Process,
    /// Python inside the JVM, record by record.
    Thread,
}

/// One operator.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Operator {
    /// Its uid: unique within the scenario; state is mapped by it.
    pub uid: String,
    /// Its name, as Flink's pages show it.
    pub name: String,
    /// What it does.
    pub kind: OperatorKind,
    /// Its parallelism; the job's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parallelism: Option<u32>,
    /// `disable_chaining()`: never in one task with its neighbours.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disable_chaining: bool,
    /// The program does not call `uid(…)`: Flink makes the id from the place in the graph (SP-7), and `uid` is only what the
    /// scenario calls the operator.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub without_uid: bool,
}

/// What an operator does.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OperatorKind {
    /// Reads a dataset.
    Source(Source),
    /// Calls a user function with every record.
    Function(Function),
    /// `assignTimestampsAndWatermarks`.
    Watermarks(WatermarkStrategy),
    /// `window(…)` of a keyed stream, with what is done in it.
    Window(Window),
    /// `reduce`, `sum`, `min` or `max` of a keyed stream.
    Reduce(Reduce),
    /// `print()`: writes every record to stdout (EO-6).
    PrintSink,
    /// Writes every record into a store of the world outside.
    Sink(Sink),
}

impl OperatorKind {
    /// Whether records end here.
    pub const fn is_sink(&self) -> bool {
        matches!(self, OperatorKind::PrintSink | OperatorKind::Sink(_))
    }

    /// Whether the operator runs as a legacy `SourceFunction`.
    pub const fn is_legacy_source(&self) -> bool {
        matches!(
            self,
            OperatorKind::Source(Source { kind: SourceKind::PythonCollection | SourceKind::JavaCollection, .. })
        )
    }
}

impl OperatorKind {
    /// The states that it declares, its own or Flink's for it.
    pub fn states(&self) -> Cow<'_, [StateDeclaration]> {
        match self {
            OperatorKind::Function(function) => Cow::Borrowed(&function.states),
            OperatorKind::Reduce(_) => Cow::Owned(vec![StateDeclaration {
                name: "_op_state".into(),
                kind: StateKind::KeyedValue,
                value_type: ValueType::String,
                initial: Value::Null,
            }]),
            _ => Cow::Borrowed(&[]),
        }
    }

    /// Whether it calls code of the job's own: in PyFlink, in the Python worker.
    pub const fn calls_user_code(&self) -> bool {
        matches!(self, OperatorKind::Function(_) | OperatorKind::Window(_) | OperatorKind::Reduce(_))
    }

    /// Whether it makes watermarks or waits for them.
    pub fn uses_event_time(&self) -> bool {
        match self {
            OperatorKind::Watermarks(_) | OperatorKind::Window(_) => true,
            OperatorKind::Function(function) => !function.on_timer.is_empty(),
            OperatorKind::Source(_) | OperatorKind::Reduce(_) | OperatorKind::PrintSink | OperatorKind::Sink(_) => {
                false
            }
        }
    }

    /// The tags of its side outputs, in the order in which they are first named.
    pub fn side_outputs(&self) -> Vec<&str> {
        match self {
            OperatorKind::Function(function) => function.side_outputs(),
            OperatorKind::Window(window) => window.late_output.iter().map(String::as_str).collect(),
            OperatorKind::Source(_)
            | OperatorKind::Watermarks(_)
            | OperatorKind::Reduce(_)
            | OperatorKind::PrintSink
            | OperatorKind::Sink(_) => Vec::new(),
        }
    }
}

/// The number of a side output among the `tags` of its operator, counted from 1: 0 is the main output.
pub fn side_output_number(tags: &[&str], tag: &str) -> u16 {
    tags.iter().position(|other| *other == tag).map_or(u16::MAX, |at| at as u16 + 1)
}

/// A source.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Which kind of source.
    pub kind: SourceKind,
    /// Name of the dataset it reads.
    pub dataset: String,
    /// Whether it ends after the last record; an endless one waits for more.
    pub bounded: bool,
    /// A scripted source: it emits only as many records as a command has released (`Action::Permit`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gated: bool,
    /// Time between two records, in milliseconds; 0 = as fast as the job takes them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub every_ms: u64,
    /// Log source only: number of partitions, dealt to the subtasks in turn; row i is in partition i mod this, or in the
    /// partition that the dataset's own column says.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub partitions: u32,
}

fn is_zero(value: &u64) -> bool {
    *value == 0
}

fn one() -> u32 {
    1
}

fn is_one(value: &u32) -> bool {
    *value == 1
}

/// The kinds of source, by what they remember (SR-3 to SR-5).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// PyFlink's `from_collection`: keeps no position, re-reads from the first element after every restart (SR-5).
    PythonCollection,
    /// Java's `fromCollection`: the number of emitted elements is state (SR-4).
    JavaCollection,
    /// A log with partitions and offsets; the next offset of each is state (SR-3).
    Log,
}

impl SourceKind {
    /// Its name in the scenario's JSON.
    pub const fn tag(self) -> &'static str {
        match self {
            SourceKind::PythonCollection => "python_collection",
            SourceKind::JavaCollection => "java_collection",
            SourceKind::Log => "log",
        }
    }

    /// Whether the position is part of a checkpoint.
    pub const fn keeps_position(self) -> bool {
        !matches!(self, SourceKind::PythonCollection)
    }
}

/// A connection from one operator to the next.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Edge {
    /// uid of the producing operator.
    pub from: String,
    /// uid of the consuming operator.
    pub to: String,
    /// Which subtask a record goes to.
    pub partitioner: Partitioner,
    /// Carries the records of this side output (`getSideOutput` of the tag) in place of the main output's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side_output: Option<String>,
    /// Leads into the consumer's second input: `a.connect(b)`, where this is `b`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub second: bool,
}

impl Edge {
    /// An edge of the main output into the first input.
    pub fn new(from: &str, to: &str, partitioner: Partitioner) -> Edge {
        Edge { from: from.into(), to: to.into(), partitioner, side_output: None, second: false }
    }
}

/// Which subtask of the consumer a record goes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Partitioner {
    /// The same index; only between equal parallelisms. The one partitioner that can be chained.
    Forward,
    /// All in turn.
    Rebalance,
    /// By the key group of a column (KG-1).
    KeyBy {
        /// Index of the key column.
        column: usize,
    },
    /// By the key group of one and the same key for all records, the text `all`: `key_by(lambda value: "all")`.
    KeyByConstant,
}

impl Partitioner {
    /// The one key of [`Partitioner::KeyByConstant`].
    pub const CONSTANT_KEY: &'static str = "all";

    /// The key of a row on this edge, when it has one.
    pub fn key_of(&self, row: &Row) -> Option<Value> {
        match self {
            Partitioner::Forward | Partitioner::Rebalance => None,
            Partitioner::KeyBy { column } => Some(row.column(*column).clone()),
            Partitioner::KeyByConstant => Some(Value::text(Partitioner::CONSTANT_KEY)),
        }
    }

    /// Whether barriers may overtake on this edge: not where it is pointwise or a broadcast (BR-11).
    pub const fn supports_unaligned_checkpoints(self) -> bool {
        match self {
            Partitioner::Forward => false,
            Partitioner::Rebalance | Partitioner::KeyBy { .. } | Partitioner::KeyByConstant => true,
        }
    }

    /// Whether records have a key on this edge.
    pub const fn is_keyed(self) -> bool {
        matches!(self, Partitioner::KeyBy { .. } | Partitioner::KeyByConstant)
    }
}
