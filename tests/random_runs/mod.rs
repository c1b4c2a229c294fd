//! Random jobs for `tests/properties.rs`.

use std::collections::BTreeMap;

use checkpoint_lab::base::{SimTime, Value, ValueType};
use checkpoint_lab::scenario::{
    Action, Api, Arithmetic, CheckpointStorage, Checkpointing, CheckpointingMode, Cluster, Column, Commands,
    Comparison, Dataset, DatasetRows, Edge, ExecutionMode, Expr, FailoverStrategy, FaultAt, FaultPhase, FaultPoint,
    Field, FlinkVersion, Function, FunctionKind, Operator, OperatorKind, Partitioner, PathNature, PythonSettings,
    RestartStrategy, Retention, RunInput, SCENARIO_VERSION, Scenario, Source, SourceKind, StateDeclaration, StateKind,
    Stmt, TimedAction, Unaligned, WorldPath,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// Any run: one or two sources → map → keyed sum or list → print.
pub fn runs() -> impl Strategy<Value = RunInput> {
    (shape(), settings(), vec(fault(), 0..4), vec(command(), 0..3), any::<u16>()).prop_map(
        |(shape, settings, faults, at, seed)| {
            let faults = faults.into_iter().map(|fault| shape.within(fault)).collect();
            let mut scenario = shape.scenario(&settings.api);
            scenario.flink = settings.flink;
            scenario.api = settings.api;
            scenario.checkpointing = settings.checkpointing;
            scenario.restart = settings.restart;
            scenario.cluster = settings.cluster;
            scenario.faults = faults;
            RunInput {
                scenario,
                seed: u64::from(seed),
                commands: Commands { at, when: Vec::new(), script: Vec::new() },
                snapshot: None,
            }
        },
    )
}

// ---- the job

#[derive(Clone, Debug)]
struct Shape {
    rows: Vec<(u8, i64)>,
    source: SourceKind,
    second_source: bool,
    bounded: bool,
    every_ms: u64,
    partitions: u32,
    parallelism: u32,
    into_map: Partitioner,
    into_sum: Partitioner,
    fail_at: Option<i64>,
    work_ms: u64,
    chaining: bool,
}

fn shape() -> impl Strategy<Value = Shape> {
    let partitioner = || select(vec![Partitioner::Forward, Partitioner::Rebalance, Partitioner::KeyBy { column: 0 }]);
    let source = (
        vec((0u8..6, 1i64..100), 1..30),
        select(vec![SourceKind::PythonCollection, SourceKind::JavaCollection, SourceKind::Log]),
        any::<bool>(),
        any::<bool>(),
        select(vec![0u64, 0, 7, 300]),
        1u32..4,
    );
    let job =
        (1u32..5, partitioner(), partitioner(), option::of(1i64..12), select(vec![0u64, 0, 3, 400]), any::<bool>());
    (source, job).prop_map(|(source, job)| {
        let (rows, source, second_source, bounded, every_ms, partitions) = source;
        let (parallelism, into_map, into_sum, fail_at, work_ms, chaining) = job;
        Shape {
            rows,
            source,
            second_source,
            bounded,
            every_ms,
            partitions,
            parallelism,
            into_map,
            into_sum,
            fail_at,
            work_ms,
            chaining,
        }
    })
}

fn operator(uid: &str, kind: OperatorKind) -> Operator {
    Operator { uid: uid.into(), name: uid.into(), kind, parallelism: None, disable_chaining: false, without_uid: false }
}

fn edge(from: &str, to: &str, partitioner: Partitioner) -> Edge {
    Edge::new(from, to, partitioner)
}

fn rows(rows: &[(u8, i64)]) -> Vec<Dataset> {
    let column = |name: &str, value_type| Column { name: name.into(), value_type };
    let columns = vec![column("key", ValueType::String), column("amount", ValueType::Long)];
    let row = |(key, amount): &(u8, i64)| Value::list(vec![Value::text(&format!("key{key}")), Value::Long(*amount)]);
    let rows = DatasetRows::Inline { columns, rows: rows.iter().map(row).collect(), partitions: Vec::new() };
    vec![Dataset { name: "rows".into(), rows }]
}

impl Shape {
    /// The fault at a subtask and a row that there are.
    fn within(&self, mut fault: FaultPoint) -> FaultPoint {
        let alone = fault.operator == "source" && self.source != SourceKind::Log;
        fault.subtask = fault.subtask.map(|subtask| if alone { 0 } else { subtask % self.parallelism });
        if let FaultAt::Record { row, .. } = &mut fault.at {
            *row %= self.rows.len() as u32;
        }
        fault
    }

    fn scenario(&self, api: &Api) -> Scenario {
        let partitions = if self.source == SourceKind::Log { self.partitions } else { 1 };
        let source = |bounded| {
            let (kind, every_ms) = (self.source, self.every_ms);
            OperatorKind::Source(Source { kind, dataset: "rows".into(), bounded, gated: false, every_ms, partitions })
        };
        let mut operators = vec![operator("source", source(self.bounded))];
        let mut edges = vec![edge("source", "map", self.into_map)];
        if self.second_source {
            operators.push(operator("other", source(true)));
            edges.push(edge("other", "map", self.into_map));
        }
        operators.push(operator("map", OperatorKind::Function(counting_map(self.fail_at, self.work_ms))));
        let keyed = matches!(self.into_sum, Partitioner::KeyBy { .. });
        let sum = if keyed { keyed_sum() } else { remember(matches!(api, Api::Java)) };
        operators.push(operator("sum", OperatorKind::Function(sum)));
        operators.push(operator("print", OperatorKind::PrintSink));
        edges.push(edge("map", "sum", self.into_sum));
        edges.push(edge("sum", "print", Partitioner::Forward));
        scenario(rows(&self.rows), operators, edges, self.parallelism, self.chaining)
    }
}

fn scenario(
    data: Vec<Dataset>,
    operators: Vec<Operator>,
    edges: Vec<Edge>,
    parallelism: u32,
    chaining: bool,
) -> Scenario {
    Scenario {
        version: SCENARIO_VERSION,
        name: "random".into(),
        flink: FlinkVersion::V1_20,
        api: Api::Java,
        data,
        operators,
        edges,
        parallelism,
        max_parallelism: None,
        chaining,
        checkpointing: Checkpointing::default(),
        recovery: Default::default(),
        restart: RestartStrategy::NotSet,
        cluster: Cluster::default(),
        faults: Vec::new(),
    }
}

fn plus(left: Expr, right: Expr) -> Expr {
    Expr::Arithmetic(Arithmetic::Add, Box::new(left), Box::new(right))
}

fn long(number: i64) -> Expr {
    Expr::Constant(Value::Long(number))
}

/// Counts in a field, works for a while, fails at a count.
fn counting_map(fail_at: Option<i64>, work_ms: u64) -> Function {
    let counter = || Expr::Field("counter".into());
    let mut body = vec![Stmt::Set { field: "counter".into(), value: plus(counter(), long(1)) }];
    if work_ms > 0 {
        body.push(Stmt::Sleep { ms: work_ms });
    }
    if let Some(count) = fail_at {
        body.push(Stmt::If {
            condition: Expr::Compare(Comparison::Equal, Box::new(counter()), Box::new(long(count))),
            then: vec![Stmt::Raise {
                message: Expr::Format(vec![Expr::Constant(Value::text("at ")), Expr::Column(0)]),
            }],
            otherwise: Vec::new(),
        });
    }
    body.push(Stmt::Emit { value: Expr::Input });
    let fields = vec![Field { name: "counter".into(), initial: Value::Long(0) }];
    Function {
        class: "Counting".into(),
        kind: FunctionKind::Map,
        fields,
        states: Vec::new(),
        body,
        on_timer: Vec::new(),
    }
}

fn state(name: &str, kind: StateKind, value_type: ValueType, initial: Value) -> StateDeclaration {
    StateDeclaration { name: name.into(), kind, value_type, initial }
}

fn keyed_sum() -> Function {
    let sum = || Expr::State("sum".into());
    let body = vec![
        Stmt::Update { state: "sum".into(), value: plus(sum(), Expr::Column(1)) },
        Stmt::Emit { value: Expr::Row(vec![Expr::Column(0), sum()]) },
    ];
    let states = vec![state("sum", StateKind::KeyedValue, ValueType::Long, Value::Long(0))];
    Function {
        class: "Sum".into(),
        kind: FunctionKind::Process,
        fields: Vec::new(),
        states,
        body,
        on_timer: Vec::new(),
    }
}

/// Remembers every amount in operator list state, which PyFlink does not have.
fn remember(in_state: bool) -> Function {
    let mut body = vec![Stmt::Emit { value: Expr::Input }];
    let mut states = Vec::new();
    if in_state {
        body.insert(0, Stmt::Update { state: "seen".into(), value: Expr::Column(1) });
        states.push(state("seen", StateKind::OperatorList, ValueType::Long, Value::Long(0)));
    }
    Function {
        class: "Remember".into(),
        kind: FunctionKind::Process,
        fields: Vec::new(),
        states,
        body,
        on_timer: Vec::new(),
    }
}

// ---- settings

#[derive(Clone, Debug)]
struct Settings {
    flink: FlinkVersion,
    api: Api,
    checkpointing: Checkpointing,
    restart: RestartStrategy,
    cluster: Cluster,
}

fn settings() -> impl Strategy<Value = Settings> {
    let flink = select(vec![FlinkVersion::V1_20, FlinkVersion::V2_3]);
    (flink, api(), checkpointing(), restart(), cluster()).prop_map(|(flink, api, checkpointing, restart, cluster)| {
        Settings { flink, api, checkpointing, restart, cluster }
    })
}

fn api() -> impl Strategy<Value = Api> {
    let mode = select(vec![ExecutionMode::Process, ExecutionMode::Thread]);
    let python = (select(vec![1u32, 3, 1_000]), select(vec![50u64, 1_000]), mode);
    let python = python.prop_map(|(bundle_size, bundle_time_ms, execution_mode)| {
        Api::Python(PythonSettings { bundle_size, bundle_time_ms, execution_mode })
    });
    prop_oneof![2 => Just(Api::Java), 1 => python]
}

fn checkpointing() -> impl Strategy<Value = Checkpointing> {
    let when =
        (option::weighted(0.9, select(vec![10u64, 60, 300, 2_000])), 10u64..3_000, select(vec![0u64, 0, 50, 700]));
    let how_many = (1u32..4, 0u32..3, 1u32..4);
    let mode = select(vec![CheckpointingMode::ExactlyOnce, CheckpointingMode::AtLeastOnce]);
    let retention = select(vec![
        Retention::NoExternalizedCheckpoints,
        Retention::DeleteOnCancellation,
        Retention::RetainOnCancellation,
    ]);
    let storage = select(vec![
        CheckpointStorage::JobManager,
        CheckpointStorage::FileSystem { dir: "file:///tmp/random".into() },
        CheckpointStorage::FileSystem { dir: "file:///turns/bad".into() },
    ]);
    let unaligned = option::weighted(0.4, select(vec![0, 0, 60, 500]));
    let unaligned = unaligned
        .prop_map(|timeout| timeout.map(|aligned_timeout_ms| Unaligned { aligned_timeout_ms, ..Unaligned::default() }));
    (when, how_many, mode, retention, storage, any::<bool>(), unaligned).prop_map(
        |(when, how_many, mode, retention, storage, after_tasks_finish, unaligned)| Checkpointing {
            interval_ms: when.0,
            mode,
            timeout_ms: when.1,
            min_pause_ms: when.2,
            // More at a time are refused with unaligned checkpoints.
            max_concurrent: if unaligned.is_some() { 1 } else { how_many.0 },
            tolerable_failed: how_many.1,
            num_retained: how_many.2,
            retention,
            storage,
            savepoint_dir: None,
            after_tasks_finish,
            inline_threshold: 20_480,
            unaligned,
        },
    )
}

fn restart() -> impl Strategy<Value = RestartStrategy> {
    let fixed = (0u32..5, select(vec![0u64, 20, 800]))
        .prop_map(|(attempts, delay_ms)| RestartStrategy::FixedDelay { attempts, delay_ms });
    let rate = (1u32..4, 100u64..5_000, 0u64..500).prop_map(|(max_failures, interval_ms, delay_ms)| {
        RestartStrategy::FailureRate { max_failures, interval_ms, delay_ms }
    });
    let exponential = (1u64..500, 500u64..3_000, 1_001u32..3_000, 1u64..5_000, 0u32..500, option::of(1u32..6))
        .prop_map(
            |(
                initial_backoff_ms,
                max_backoff_ms,
                multiplier_thousandths,
                reset_threshold_ms,
                jitter_thousandths,
                attempts,
            )| {
                RestartStrategy::ExponentialDelay {
                    initial_backoff_ms,
                    max_backoff_ms,
                    multiplier_thousandths,
                    reset_threshold_ms,
                    jitter_thousandths,
                    attempts,
                }
            },
        );
    prop_oneof![2 => Just(RestartStrategy::NotSet), 1 => Just(RestartStrategy::None), 3 => fixed, 1 => rate, 1 => exponential]
}

fn cluster() -> impl Strategy<Value = Cluster> {
    let failover = select(vec![FailoverStrategy::Region, FailoverStrategy::Full]);
    (1u32..5, failover, select(vec![4_096u32, 32_768]), select(vec![0u64, 10, 100]), 0u64..15_000).prop_map(
        |(slots_per_task_manager, failover_strategy, segment_size, buffer_timeout_ms, from_ms)| Cluster {
            task_managers: 4,
            slots_per_task_manager,
            failover_strategy,
            segment_size,
            buffer_timeout_ms,
            paths: vec![WorldPath { path: "/turns".into(), nature: PathNature::ReadOnly, from_ms: Some(from_ms) }],
            ..Cluster::default()
        },
    )
}

// ---- trouble

fn fault() -> impl Strategy<Value = FaultPoint> {
    let phase = select(vec![FaultPhase::Sync, FaultPhase::Async, FaultPhase::Notify]);
    let checkpoint = (phase, option::of(1u64..6), option::of(select(vec![30u64, 1_500])));
    let at = prop_oneof![
        (1u64..10).prop_map(FaultAt::RecordOfAttempt),
        (0u32..30).prop_map(|row| FaultAt::Record { dataset: "rows".into(), row }),
        (0u64..9_000).prop_map(FaultAt::Moment),
        checkpoint.prop_map(|(phase, id, slow_ms)| FaultAt::Checkpoint { phase, id, slow_ms }),
    ];
    (select(vec!["map", "sum", "source"]), option::of(0u32..3), at, option::of(1u32..3)).prop_map(
        |(operator, subtask, at, times)| FaultPoint {
            operator: operator.into(),
            subtask,
            at,
            times,
            message: "planted".into(),
        },
    )
}

fn command() -> impl Strategy<Value = TimedAction> {
    let fail = Action::Fail { operator: "map".into(), subtask: None, message: "by hand".into() };
    let hold = |on| Action::Hold { source: "source".into(), on };
    let action = select(vec![Action::TriggerCheckpoint, fail, hold(true), hold(false), Action::Cancel]);
    (0u64..12_000, action).prop_map(|(at, action)| TimedAction { at: SimTime::from_millis(at), action })
}

// ---- exactly-once state

/// A keyed sum over a log, and what goes wrong with it.
#[derive(Clone, Debug)]
pub struct KeyedJob {
    rows: Vec<(u8, i64)>,
    partitions: u32,
    parallelism: u32,
    every_ms: u64,
    interval_ms: u64,
    failover: FailoverStrategy,
    faults: Vec<(bool, u64)>,
    seed: u16,
}

/// A keyed job with faults that go away.
pub fn keyed_job() -> impl Strategy<Value = KeyedJob> {
    let rows = vec((0u8..6, 1i64..100), 1..60);
    let failover = select(vec![FailoverStrategy::Region, FailoverStrategy::Full]);
    let faults = vec((any::<bool>(), 1u64..40), 0..5);
    let job = (rows, 1u32..4, 1u32..5, 1u64..20, 10u64..300, failover, faults, any::<u16>());
    job.prop_map(|(rows, partitions, parallelism, every_ms, interval_ms, failover, faults, seed)| KeyedJob {
        rows,
        partitions,
        parallelism,
        every_ms,
        interval_ms,
        failover,
        faults,
        seed,
    })
}

impl KeyedJob {
    /// Without failures.
    pub fn calm(&self) -> RunInput {
        let source = Source {
            kind: SourceKind::Log,
            dataset: "rows".into(),
            bounded: true,
            gated: false,
            every_ms: self.every_ms,
            partitions: self.partitions,
        };
        let operators = vec![
            operator("source", OperatorKind::Source(source)),
            operator("map", OperatorKind::Function(counting_map(None, 0))),
            operator("sum", OperatorKind::Function(keyed_sum())),
            operator("print", OperatorKind::PrintSink),
        ];
        let edges = vec![
            edge("source", "map", Partitioner::Forward),
            edge("map", "sum", Partitioner::KeyBy { column: 0 }),
            edge("sum", "print", Partitioner::Rebalance),
        ];
        let mut scenario = scenario(rows(&self.rows), operators, edges, self.parallelism, true);
        scenario.checkpointing.interval_ms = Some(self.interval_ms);
        scenario.restart = RestartStrategy::FixedDelay { attempts: 1_000, delay_ms: 30 };
        scenario.cluster.failover_strategy = self.failover;
        RunInput { scenario, seed: u64::from(self.seed), commands: Commands::default(), snapshot: None }
    }

    /// With failures.
    pub fn troubled(&self) -> RunInput {
        let mut input = self.calm();
        let fault = |(first, count): &(bool, u64)| FaultPoint {
            operator: if *first { "map".into() } else { "sum".into() },
            subtask: None,
            at: FaultAt::RecordOfAttempt(*count),
            times: Some(2),
            message: "for a while".into(),
        };
        input.scenario.faults = self.faults.iter().map(fault).collect();
        input
    }

    /// What every key must hold.
    pub fn sums(&self) -> BTreeMap<String, i64> {
        let mut sums = BTreeMap::new();
        for (key, amount) in &self.rows {
            *sums.entry(format!("key{key}")).or_default() += amount;
        }
        sums
    }
}
