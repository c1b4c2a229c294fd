//! What a learner edits: the whole description of a job, its data, its settings and its fault points. Nothing here runs.
//!
//! A scenario is plain data with a version; [`Scenario::issues`] says what is wrong with it and how to mend it. Settings
//! bear Flink's own names, and an absent setting is `None`, so that the defaults of the chosen Flink version apply
//! ([`defaults`]).

mod check;
mod checkpointing;
mod cluster;
mod commands;
pub mod costs;
mod csv;
mod data;
pub mod defaults;
mod dir;
mod faults;
mod function;
mod import;
mod incidents;
mod issues;
mod job;
pub mod limits;
mod mending;
pub mod presets;
mod restart;
mod shape;
mod sink;
mod snapshot;
mod time;

pub use checkpointing::{CheckpointStorage, Checkpointing, CheckpointingMode, Retention, Unaligned};
pub use cluster::{BufferDebloat, Cluster, FailoverStrategy, FileSystem, Latencies, PathNature, Timeouts, WorldPath};
pub use commands::{Action, Commands, Condition, SavepointFormat, Step, TimedAction, WaitingAction};
pub use csv::{CsvError, CsvPreview, preview_csv, read_csv};
pub use data::{Column, CsvData, CsvSource, Dataset, DatasetRows, SAMPLE_CSV, Table};
pub use dir::{DirProblem, dir_problem, special_path, split_dir};
pub use faults::{FaultAt, FaultPhase, FaultPoint};
pub use function::{Arithmetic, Comparison, Expr, Field, Function, FunctionKind, StateDeclaration, StateKind, Stmt};
pub use import::{ImportError, Mismatch, from_json};
pub use incidents::{Incident, Mishap, StorageTrouble};
pub use issues::{Counted, Issue, IssueKind, Mend, Named, Role, Severity};
pub use job::{
    Api, Edge, ExecutionMode, FlinkVersion, Operator, OperatorKind, Partitioner, PythonSettings, Source, SourceKind,
    side_output_number,
};
pub use restart::{RestartStrategy, StrategyInForce};
pub use shape::{Shape, Shapes};
pub use sink::{CommitterSink, DeliveryGuarantee, KafkaSink, Sink, SinkStyle, UpsertSink};
pub use snapshot::{
    ClaimMode, InFlightRecord, InFlightRecords, KeyedEntry, ListMode, OperatorList, SNAPSHOT_VERSION, SharedSnapshot,
    Snapshot, SnapshotKind, SnapshotOperator, SnapshotPart, SplitPosition, StateRecovery, TimerEntry, WindowEntry,
};
pub use time::{
    AUTO_WATERMARK_INTERVAL_MS, Fold, Reduce, TimeDomain, WatermarkStrategy, Window, WindowAssigner, WindowKeeps,
};

use serde::{Deserialize, Serialize};

/// The version of the scenario format that this build writes. Older ones are migrated on reading.
pub const SCENARIO_VERSION: u32 = 1;

/// A job and the world it runs in.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Version of this format: [`SCENARIO_VERSION`].
    pub version: u32,
    /// The job's name, as given to `execute`.
    pub name: String,
    /// The Flink release whose behaviour is simulated.
    pub flink: FlinkVersion,
    /// Java or PyFlink.
    pub api: Api,
    /// The input data that sources read.
    pub data: Vec<Dataset>,
    /// The operators, in topological order.
    pub operators: Vec<Operator>,
    /// The connections between them.
    pub edges: Vec<Edge>,
    /// `parallelism.default`; operators may override it.
    pub parallelism: u32,
    /// `pipeline.max-parallelism`; derived from the parallelism when absent (KG-5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_parallelism: Option<u32>,
    /// Whether operators may be chained into one task (`pipeline.operator-chaining.enabled`).
    pub chaining: bool,
    /// Everything below `execution.checkpointing`.
    pub checkpointing: Checkpointing,
    /// `execution.state-recovery`: how the job starts when it starts from a snapshot.
    #[serde(default, skip_serializing_if = "StateRecovery::is_default")]
    pub recovery: StateRecovery,
    /// `restart-strategy`.
    pub restart: RestartStrategy,
    /// TaskManagers, network and the model's latencies.
    pub cluster: Cluster,
    /// Failures that the learner puts into the run, besides those that the functions raise themselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<FaultPoint>,
}

/// A run, whole: the same three parts give the same trace, byte for byte, on every machine.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RunInput {
    /// What runs.
    pub scenario: Scenario,
    /// The seed of every random stream.
    #[serde(default)]
    pub seed: u64,
    /// What somebody does during the run.
    #[serde(default)]
    pub commands: Commands,
    /// What the job starts from (`execution.state-recovery.path`); nothing when absent (SP-6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<SharedSnapshot>,
}

impl Scenario {
    /// The position of the operator with this uid.
    pub fn operator(&self, uid: &str) -> Option<crate::base::OperatorIndex> {
        self.operators.iter().position(|operator| operator.uid == uid).map(|i| crate::base::OperatorIndex(i as u16))
    }

    /// The parallelism of an operator: its own, else the job's.
    pub fn parallelism_of(&self, operator: &Operator) -> u32 {
        operator.parallelism.unwrap_or(self.parallelism)
    }

    /// Whether every edge into the operator gives its records a key, so that a process function there is a
    /// `KeyedProcessFunction`.
    pub fn is_keyed(&self, uid: &str) -> bool {
        let mut inputs = self.edges.iter().filter(|edge| edge.to == uid).peekable();
        inputs.peek().is_some() && inputs.all(|edge| edge.partitioner.is_keyed())
    }
}
