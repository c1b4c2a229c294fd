//! Jobs of different kinds and sizes: how fast each runs, and how its time grows.

use checkpoint_lab::base::{Value, ValueType};
use checkpoint_lab::scenario::{
    Column, Commands, DatasetRows, Edge, FaultAt, FaultPoint, Operator, OperatorKind, Partitioner, RestartStrategy,
    RunInput, Scenario, SourceKind, presets,
};

/// How large a job is.
#[derive(Clone, Copy)]
pub struct Size {
    pub records: u32,
    pub keys: u32,
    pub parallelism: u32,
    /// Operators between source and sum.
    pub between: u32,
}

impl Size {
    pub const USUAL: Size = Size { records: 20_000, keys: 100, parallelism: 2, between: 0 };
}

/// Log source → … → keyed sum → print, in Java, a checkpoint every 100 ms.
pub fn keyed(size: Size) -> RunInput {
    let mut scenario = presets::by_name("keyed-sum").expect("it is a preset");
    scenario.data[0].rows = rows(size);
    scenario.parallelism = size.parallelism;
    scenario.faults.clear();
    scenario.checkpointing.interval_ms = Some(100);
    scenario.cluster.task_managers = 64;
    for operator in &mut scenario.operators {
        operator.parallelism = None;
        if let OperatorKind::Source(source) = &mut operator.kind {
            source.kind = SourceKind::Log;
            (source.partitions, source.bounded, source.gated, source.every_ms) = (size.parallelism, true, false, 0);
        }
    }
    let mut before = scenario.operators[0].uid.clone();
    let sum = scenario.edges[0].to.clone();
    for at in 0..size.between {
        before = insert_pass(&mut scenario, at, &before);
    }
    scenario.edges.retain(|edge| edge.to != sum);
    scenario.edges.push(Edge::new(&before, &sum, Partitioner::KeyBy { column: 0 }));
    RunInput { scenario, seed: 1, commands: Commands::default(), snapshot: None }
}

fn insert_pass(scenario: &mut Scenario, at: u32, before: &str) -> String {
    let uid = format!("pass{at}");
    let mut function = presets::slow_pass(1);
    function.body.remove(0);
    let kind = OperatorKind::Function(function);
    scenario.operators.insert(
        at as usize + 1,
        Operator { uid: uid.clone(), name: uid.clone(), kind, ..scenario.operators[0].clone() },
    );
    scenario.edges.push(Edge::new(before, &uid, Partitioner::Forward));
    uid
}

fn rows(size: Size) -> DatasetRows {
    let column = |name: &str, value_type| Column { name: name.into(), value_type };
    let columns = vec![column("key", ValueType::String), column("amount", ValueType::Long)];
    let row = |at: u32| {
        let key = at.wrapping_mul(2_654_435_761) % size.keys;
        Value::list(vec![Value::text(&format!("key{key}")), Value::Long(i64::from(at))])
    };
    DatasetRows::Inline { columns, rows: (0..size.records).map(row).collect(), partitions: Vec::new() }
}

/// Keyed sums that fail every two thousand records, twenty times.
pub fn failing(size: Size) -> RunInput {
    let mut input = keyed(size);
    let sum = input.scenario.edges.last().expect("it has edges").to.clone();
    let at = FaultAt::RecordOfAttempt(2_000);
    let message = "again".into();
    input.scenario.faults = vec![FaultPoint { operator: sum, subtask: Some(0), at, times: Some(20), message }];
    input.scenario.restart = RestartStrategy::FixedDelay { attempts: 100, delay_ms: 100 };
    input
}

/// Nothing is chained: every record crosses the network three times.
pub fn unchained(size: Size) -> RunInput {
    let mut input = keyed(Size { between: 1, ..size });
    input.scenario.chaining = false;
    input
}

/// A job to measure: what it is called and what makes it.
pub type Workload = (&'static str, fn() -> RunInput);

/// What is measured, natively and in wasm.
pub const ALL: &[Workload] = &[
    ("keyed sums", || keyed(Size::USUAL)),
    ("eight operators in a chain", || keyed(Size { between: 6, ..Size::USUAL })),
    ("nothing chained, parallelism 4", || unchained(Size { parallelism: 4, ..Size::USUAL })),
    ("twenty failures", || failing(Size { records: 60_000, ..Size::USUAL })),
    ("ten thousand keys", || keyed(Size { keys: 10_000, ..Size::USUAL })),
];

/// What grows: its name and the job for a factor.
pub type Growth = (&'static str, fn(u32) -> RunInput);

/// What grows, from which size to which: its name and the job for a factor.
pub const GROWTH: &[Growth] = &[
    ("records, 10,000 to 80,000", |factor| keyed(Size { records: 10_000 * factor, ..Size::USUAL })),
    ("keys, 1,000 to 8,000", |factor| keyed(Size { keys: 1_000 * factor, ..Size::USUAL })),
    ("parallelism, 1 to 8", |factor| keyed(Size { parallelism: factor, ..Size::USUAL })),
    ("operators, 1 to 8", |factor| keyed(Size { between: factor, ..Size::USUAL })),
];
/// By how much it grows.
pub const FACTOR: u32 = 8;
