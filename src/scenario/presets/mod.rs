//! Ready scenarios: the handout's lab as it is, what a learner may change about it, and jobs that show what one task alone
//! can't.

mod functions;
mod sinks;
mod time;

pub use functions::{
    FLAG_FILE, failing_map, failing_map_once, failing_map_with_operator_state, failing_process_with_state,
    keyed_sum as keyed_sum_function, remember_amount, slow_pass,
};
pub use sinks::{dead_letters, end_to_end, transaction_timeout};

pub use time::{timers, windows_late_data};

use std::ops::RangeInclusive;

use super::{
    Api, CheckpointStorage, Checkpointing, Cluster, Column, Commands, Dataset, DatasetRows, Edge, FaultAt, FaultPoint,
    FileSystem, FlinkVersion, Function, FunctionKind, Incident, Mishap, Operator, OperatorKind, Partitioner,
    PythonSettings, RestartStrategy, RunInput, SCENARIO_VERSION, Scenario, Source, SourceKind, StorageTrouble,
    Timeouts,
};
use crate::base::{Row, Value, ValueType};

/// A preset: its id and what makes it.
pub type Preset = (&'static str, fn() -> Scenario);

/// Every preset, in the order in which a page lists them.
pub const ALL: &[Preset] = &[
    ("handout", handout),
    ("handout-counter-in-state", handout_counter_in_state),
    ("handout-fails-once", handout_fails_once),
    ("handout-log-source-small-bundle", handout_log_source_small_bundle),
    ("handout-recovers", handout_recovers),
    ("handout-2x", handout_2x),
    ("java-handout", java_handout),
    ("keyed-sum", keyed_sum),
    ("two-sources-alignment", two_sources_alignment),
    ("generated-thousands", generated_thousands),
    ("task-manager-dies", task_manager_dies),
    ("task-manager-of-source-dies", task_manager_of_source_dies),
    ("job-manager-dies", job_manager_dies),
    ("storage-outage", storage_outage),
    ("end-to-end", end_to_end),
    ("transaction-timeout", transaction_timeout),
    ("dead-letters", dead_letters),
    ("windows-late-data", windows_late_data),
    ("timers", timers),
];

/// The preset with this id; `_` and `-` are the same.
pub fn by_name(id: &str) -> Option<Scenario> {
    let id = id.replace('_', "-");
    ALL.iter().find(|(name, _)| *name == id).map(|(_, preset)| preset())
}

/// The preset with this id as a run, with the seed under which it shows best what it is for.
pub fn run(id: &str) -> Option<RunInput> {
    Some(RunInput { scenario: by_name(id)?, seed: recommended_seed(id), commands: Commands::default(), snapshot: None })
}

/// The moments of the checkpoints hang on the seed, and with them what is restored.
fn recommended_seed(id: &str) -> u64 {
    match id.replace('_', "-").as_str() {
        // A checkpoint completes before the fifth record, so that later attempts begin with a restored counter.
        "handout-counter-in-state" => 7,
        // Every attempt gets further, and the fourth gets through.
        "handout-log-source-small-bundle" => 4,
        // A checkpoint completes after the first windows have fired and before the late record comes.
        "windows-late-data" => 6,
        _ => 1,
    }
}

/// The lab handout as it is: PyFlink, a collection source, a map that fails at its fifth call, print.
pub fn handout() -> Scenario {
    let data = vec![Dataset { name: "transactions".into(), rows: DatasetRows::Sample }];
    pipeline(data, source("Collection Source", SourceKind::PythonCollection, "transactions"), failing_map())
}

/// The handout with a counter that survives: a log that is read on from its position, bundles of one record, and the
/// counter in keyed state under one key. Record 1005 is a poison record now: it is the fifth in every attempt. The log
/// gives a record a second, so that few records lie before the function and a barrier need not wait for them all.
pub fn handout_counter_in_state() -> Scenario {
    let mut scenario = on_a_log(numbers("numbers", 1_001..=1_012));
    set_function(&mut scenario, failing_process_with_state());
    if let OperatorKind::Source(source) = &mut scenario.operators[0].kind {
        source.every_ms = 1_000;
    }
    scenario.edges[0].partitioner = Partitioner::KeyByConstant;
    scenario
}

/// The handout with a failure that goes away: every record comes out, the first four twice.
pub fn handout_fails_once() -> Scenario {
    let mut scenario = handout();
    set_function(&mut scenario, failing_map_once());
    scenario
}

/// What the handout imagines: a source that is read on from its position and checkpoints that need not wait for a large
/// bundle, so that every attempt gets further although the counter is lost.
pub fn handout_log_source_small_bundle() -> Scenario {
    on_a_log(numbers("numbers", 1_001..=1_012))
}

/// The three changes that make the handout's lab recover: a position, a small bundle, and a failure that goes away.
pub fn handout_recovers() -> Scenario {
    let mut scenario = on_a_log(Dataset { name: "transactions".into(), rows: DatasetRows::Sample });
    set_function(&mut scenario, failing_map_once());
    scenario
}

/// The handout ported to Flink 2.3.
pub fn handout_2x() -> Scenario {
    Scenario { flink: FlinkVersion::V2_3, ..handout() }
}

/// The handout written in Java: its collection source keeps the number of emitted elements.
pub fn java_handout() -> Scenario {
    let mut scenario = Scenario { api: Api::Java, ..handout() };
    if let OperatorKind::Source(source) = &mut scenario.operators[0].kind {
        source.kind = SourceKind::JavaCollection;
    }
    scenario
}

/// Sums for each key on two subtasks; one record fails once, and the sums come out right all the same.
pub fn keyed_sum() -> Scenario {
    let amounts = [
        ("a", 1),
        ("b", 10),
        ("a", 2),
        ("c", 100),
        ("b", 20),
        ("a", 3),
        ("c", 200),
        ("b", 30),
        ("a", 4),
        ("d", 1000),
        ("c", 300),
        ("d", 2000),
    ];
    let rows = amounts.iter().map(|(key, amount)| Value::list(vec![Value::text(key), Value::Long(*amount)])).collect();
    let columns = vec![column("key", ValueType::String), column("amount", ValueType::Long)];
    let data = vec![inline("payments", columns, rows)];
    let mut log = log_source("payments", "payments");
    log.parallelism = Some(1);
    if let OperatorKind::Source(source) = &mut log.kind {
        source.every_ms = 400;
    }
    let mut scenario = java_pipeline(data, log, keyed_sum_function());
    scenario.name = "Keyed Sum".into();
    scenario.parallelism = 2;
    scenario.operators[1].uid = "sum".into();
    scenario.edges =
        vec![edge("source", "sum", Partitioner::KeyBy { column: 0 }), edge("sum", "print", Partitioner::Forward)];
    scenario.checkpointing.interval_ms = Some(1_500);
    scenario.restart = RestartStrategy::FixedDelay { attempts: 3, delay_ms: 1_000 };
    scenario.faults = vec![FaultPoint {
        operator: "sum".into(),
        subtask: None,
        at: FaultAt::Record { dataset: "payments".into(), row: 7 },
        times: Some(1),
        message: "intentional failure on (b,30)".into(),
    }];
    scenario
}

/// A fast and a slow source meet in one slow subtask, each operator a task of its own: the fast one's channel is full, its
/// barriers wait in it, and the slow one's channel is blocked until they have come.
pub fn two_sources_alignment() -> Scenario {
    let data = vec![numbers("fast", 1..=300), numbers("slow", 1_001..=1_045)];
    let mut slow = log_source("slow", "slow");
    if let OperatorKind::Source(source) = &mut slow.kind {
        source.every_ms = 200;
    }
    let mut scenario = java_pipeline(data, log_source("fast", "fast"), slow_pass(25));
    scenario.name = "Two Sources".into();
    scenario.operators.insert(1, slow);
    scenario.operators[0].uid = "fast".into();
    scenario.operators[1].uid = "slow".into();
    scenario.edges = vec![
        edge("fast", "map", Partitioner::Forward),
        edge("slow", "map", Partitioner::Forward),
        edge("map", "print", Partitioner::Forward),
    ];
    scenario.chaining = false;
    scenario.checkpointing.interval_ms = Some(2_000);
    scenario.cluster.buffer_timeout_ms = 0;
    scenario
}

/// Four thousand transactions from a log of four partitions, keyed over four subtasks, with one failure on the way.
pub fn generated_thousands() -> Scenario {
    let data = vec![Dataset { name: "transactions".into(), rows: DatasetRows::Generated { rows: 4_000, seed: 1 } }];
    let mut log = log_source("transactions", "transactions");
    log.parallelism = Some(2);
    if let OperatorKind::Source(source) = &mut log.kind {
        source.partitions = 4;
        source.every_ms = 5;
    }
    let mut scenario = java_pipeline(data, log, remember_amount());
    scenario.name = "Thousands".into();
    scenario.parallelism = 4;
    scenario.operators[1].uid = "remember".into();
    scenario.edges = vec![
        edge("source", "remember", Partitioner::KeyBy { column: 0 }),
        edge("remember", "print", Partitioner::Forward),
    ];
    scenario.checkpointing.interval_ms = Some(2_000);
    scenario.restart = RestartStrategy::FixedDelay { attempts: 3, delay_ms: 1_000 };
    scenario.faults = vec![FaultPoint {
        operator: "remember".into(),
        subtask: Some(2),
        at: FaultAt::Moment(7_000),
        times: Some(1),
        message: "intentional failure".into(),
    }];
    scenario
}

/// Two TaskManagers, each with a part of a keyed sum; one is killed, and the other has a slot for its tasks.
pub fn task_manager_dies() -> Scenario {
    let data = vec![Dataset { name: "transactions".into(), rows: DatasetRows::Generated { rows: 300, seed: 1 } }];
    let mut log = log_source("transactions", "transactions");
    log.parallelism = Some(1);
    if let OperatorKind::Source(source) = &mut log.kind {
        source.every_ms = 100;
    }
    let mut scenario = java_pipeline(data, log, remember_amount());
    scenario.name = "Lost TaskManager".into();
    scenario.parallelism = 2;
    scenario.operators[1].uid = "remember".into();
    scenario.edges = vec![
        edge("source", "remember", Partitioner::KeyBy { column: 0 }),
        edge("remember", "print", Partitioner::Forward),
    ];
    scenario.checkpointing.interval_ms = Some(2_000);
    scenario.restart = RestartStrategy::FixedDelay { attempts: 3, delay_ms: 2_000 };
    scenario.cluster.task_managers = 2;
    scenario.cluster.slots_per_task_manager = 2;
    scenario.cluster.spread_out_slots = true;
    scenario.cluster.timeouts.heartbeat_interval_ms = 2_000;
    scenario.cluster.timeouts.heartbeat_timeout_ms = 10_000;
    let what = Mishap::TaskManagerKilled(1);
    scenario.cluster.incidents = vec![Incident { what, from_ms: 8_000, until_ms: None }];
    scenario
}

/// The same, but the TaskManager of the source dies, and heartbeats are as usual: restarts are used up before anybody
/// notices that the process is gone.
pub fn task_manager_of_source_dies() -> Scenario {
    let mut scenario = task_manager_dies();
    scenario.name = "Lost Source".into();
    scenario.cluster.timeouts = Timeouts::default();
    scenario.cluster.incidents[0].what = Mishap::TaskManagerKilled(0);
    scenario
}

/// The same job; now the JobManager dies, and a standby takes the job over.
pub fn job_manager_dies() -> Scenario {
    let mut scenario = task_manager_dies();
    scenario.name = "Lost JobManager".into();
    scenario.cluster.high_availability = true;
    let what = Mishap::JobManagerKilled;
    scenario.cluster.incidents = vec![Incident { what, from_ms: 8_000, until_ms: Some(14_000) }];
    scenario
}

/// A keyed sum that keeps its checkpoints on S3, which does not answer for a while; a record fails meanwhile.
pub fn storage_outage() -> Scenario {
    let mut scenario = task_manager_dies();
    scenario.name = "Storage Outage".into();
    scenario.cluster.task_managers = 1;
    scenario.cluster.file_system = FileSystem::S3;
    scenario.checkpointing.storage = CheckpointStorage::FileSystem { dir: FileSystem::S3.usual_dir().into() };
    scenario.checkpointing.tolerable_failed = 10;
    scenario.checkpointing.inline_threshold = 0;
    scenario.restart = RestartStrategy::FixedDelay { attempts: 10, delay_ms: 2_000 };
    let what = Mishap::Storage(StorageTrouble::Unreachable);
    scenario.cluster.incidents = vec![Incident { what, from_ms: 7_000, until_ms: Some(16_000) }];
    scenario.faults = vec![FaultPoint {
        operator: "remember".into(),
        subtask: Some(0),
        at: FaultAt::Moment(10_000),
        times: Some(1),
        message: "intentional failure".into(),
    }];
    scenario
}

/// The handout's job over a log, with bundles of one record.
fn on_a_log(data: Dataset) -> Scenario {
    let log = log_source("log", &data.name);
    let mut scenario = pipeline(vec![data], log, failing_map());
    scenario.api = Api::Python(PythonSettings { bundle_size: 1, ..PythonSettings::default() });
    scenario
}

/// `source → function → print` with the handout's settings.
fn pipeline(data: Vec<Dataset>, source: Operator, function: Function) -> Scenario {
    let mut scenario = Scenario {
        version: SCENARIO_VERSION,
        name: "Checkpoint Recovery Example".into(),
        flink: FlinkVersion::V1_20,
        api: Api::Python(PythonSettings::default()),
        data,
        operators: vec![
            source,
            operator("map", "Map", OperatorKind::PrintSink),
            operator("print", "Print to Std. Out", OperatorKind::PrintSink),
        ],
        edges: vec![edge("source", "map", Partitioner::Forward), edge("map", "print", Partitioner::Forward)],
        parallelism: 1,
        max_parallelism: None,
        chaining: true,
        checkpointing: Checkpointing {
            interval_ms: Some(5_000),
            storage: CheckpointStorage::FileSystem { dir: "file:///tmp/flink-checkpoints".into() },
            ..Checkpointing::default()
        },
        recovery: Default::default(),
        restart: RestartStrategy::FixedDelay { attempts: 3, delay_ms: 5_000 },
        cluster: Cluster::default(),
        faults: Vec::new(),
    };
    set_function(&mut scenario, function);
    scenario
}

/// The same in Java: functions run in the task's own thread.
fn java_pipeline(data: Vec<Dataset>, source: Operator, function: Function) -> Scenario {
    let mut scenario = Scenario { api: Api::Java, ..pipeline(data, source, failing_map()) };
    set_function(&mut scenario, function);
    scenario
}

/// Puts the function into the pipeline's middle, under the name that Flink gives it.
fn set_function(scenario: &mut Scenario, function: Function) {
    let keyed = function.kind == FunctionKind::Process;
    scenario.operators[1].name = function.kind.default_operator_name(keyed, &scenario.api).into();
    scenario.operators[1].kind = OperatorKind::Function(function);
}

fn operator(uid: &str, name: &str, kind: OperatorKind) -> Operator {
    Operator {
        uid: uid.into(),
        name: name.into(),
        kind,
        parallelism: None,
        disable_chaining: false,
        without_uid: false,
    }
}

fn source(name: &str, kind: SourceKind, dataset: &str) -> Operator {
    let dataset = dataset.into();
    let source = Source { kind, dataset, bounded: true, gated: false, every_ms: 0, partitions: 1 };
    operator("source", name, OperatorKind::Source(source))
}

fn log_source(name: &str, dataset: &str) -> Operator {
    source(name, SourceKind::Log, dataset)
}

fn edge(from: &str, to: &str, partitioner: Partitioner) -> Edge {
    Edge::new(from, to, partitioner)
}

fn column(name: &str, value_type: ValueType) -> Column {
    Column { name: name.into(), value_type }
}

fn inline(name: &str, columns: Vec<Column>, rows: Vec<Row>) -> Dataset {
    Dataset { name: name.into(), rows: DatasetRows::Inline { columns, rows, partitions: Vec::new() } }
}

/// Whole numbers one after the other, which Flink's `NumberSequenceSource` gives.
fn numbers(name: &str, numbers: RangeInclusive<i64>) -> Dataset {
    inline(name, vec![column("number", ValueType::Long)], numbers.map(Value::Long).collect())
}
