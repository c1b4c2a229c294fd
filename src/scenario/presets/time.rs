//! Jobs over time: windows with a record that comes late, and timers of the machine's clock.

use super::{edge, java_pipeline, log_source, operator};
use crate::base::{Value, ValueType};
use crate::scenario::{
    Column, Comparison, Dataset, DatasetRows, Edge, Expr, FaultAt, FaultPoint, Fold, Function, FunctionKind, Operator,
    OperatorKind, Partitioner, Reduce, RestartStrategy, Scenario, StateDeclaration, StateKind, Stmt, TimeDomain,
    WatermarkStrategy, Window, WindowAssigner, WindowKeeps,
};

/// Windows of ten seconds over payments that carry their own time. One of them comes late: before the failure it goes to the
/// side output; after it the watermark is forgotten, and the same record opens its window again (SR-9).
pub fn windows_late_data() -> Scenario {
    let payments = [
        ("kim", 10, 1_000),
        ("lee", 20, 4_000),
        ("kim", 30, 8_000),
        ("lee", 40, 9_500),
        ("kim", 50, 12_000),
        ("lee", 60, 14_000),
        ("kim", 99, 3_000),
        ("lee", 70, 18_000),
        ("kim", 80, 21_000),
        ("lee", 90, 25_000),
        ("kim", 15, 28_000),
        ("lee", 25, 33_000),
    ];
    let columns = [("user", ValueType::String), ("amount", ValueType::Long), ("time", ValueType::Long)];
    let rows = payments
        .map(|(user, amount, time)| Value::list(vec![Value::text(user), Value::Long(amount), Value::Long(time)]));
    let mut scenario = timed("Windows with late data", &columns, rows.into(), 1_000);
    let strategy =
        WatermarkStrategy { column: 2, out_of_orderness_ms: 1_000, idle_after_ms: None, every_record: false };
    let window = Window {
        assigner: WindowAssigner::Tumbling { size_ms: 10_000 },
        lateness_ms: 0,
        late_output: Some("late".into()),
        keeps: WindowKeeps::Accumulator,
        fold: Fold::Sum,
        column: 1,
    };
    scenario.operators.truncate(1);
    scenario.operators.extend([
        operator("time", "Timestamps/Watermarks", OperatorKind::Watermarks(strategy)),
        operator("window", "10 s windows", OperatorKind::Window(window)),
        operator("print", "Print to Std. Out", OperatorKind::PrintSink),
        Operator { disable_chaining: true, ..operator("late", "Late payments", OperatorKind::PrintSink) },
    ]);
    scenario.edges = vec![
        edge("source", "time", Partitioner::Forward),
        edge("time", "window", Partitioner::KeyBy { column: 0 }),
        edge("window", "print", Partitioner::Forward),
        Edge { side_output: Some("late".into()), ..edge("window", "late", Partitioner::Forward) },
    ];
    scenario.checkpointing.interval_ms = Some(5_000);
    scenario.faults = vec![planted("window", 7)];
    scenario
}

/// Each user's payments added up, and a word when a user has been quiet for three seconds: a timer a key, which comes back
/// after a failure and fires at once when it is overdue (SR-8). Those that are not due at the end of the input never fire.
pub fn timers() -> Scenario {
    let payments = ["kim", "lee", "kim", "park", "kim", "lee", "kim", "kim"];
    let columns = [("user", ValueType::String), ("amount", ValueType::Long)];
    let rows = payments.iter().zip(1..).map(|(user, n)| Value::list(vec![Value::text(user), Value::Long(n * 10)]));
    let mut scenario = timed("Timers", &columns, rows.collect(), 1_000);
    scenario.operators.truncate(1);
    scenario.operators.extend([
        operator("sum", "sum", OperatorKind::Reduce(Reduce { fold: Fold::Sum, column: 1 })),
        operator("quiet", "quiet", OperatorKind::Function(quiet_alert())),
        operator("print", "Print to Std. Out", OperatorKind::PrintSink),
    ]);
    scenario.edges = vec![
        edge("source", "sum", Partitioner::KeyBy { column: 0 }),
        edge("sum", "quiet", Partitioner::KeyBy { column: 0 }),
        edge("quiet", "print", Partitioner::Forward),
    ];
    scenario.faults = vec![planted("quiet", 5)];
    scenario
}

/// Sets a timer at each record; the one that was set last speaks.
fn quiet_alert() -> Function {
    let due = || Expr::State("due".into());
    let text = |text: &str| Expr::Constant(Value::text(text));
    let later = Expr::Arithmetic(
        crate::scenario::Arithmetic::Add,
        Box::new(Expr::ProcessingTime),
        Box::new(Expr::Constant(Value::Long(3_000))),
    );
    let is_last = Expr::Compare(Comparison::Equal, Box::new(Expr::Timestamp), Box::new(due()));
    Function {
        class: "QuietAlert".into(),
        kind: FunctionKind::Process,
        fields: Vec::new(),
        states: vec![StateDeclaration {
            name: "due".into(),
            kind: StateKind::KeyedValue,
            value_type: ValueType::Long,
            initial: Value::Long(0),
        }],
        body: vec![
            Stmt::Update { state: "due".into(), value: later },
            Stmt::RegisterTimer { domain: TimeDomain::ProcessingTime, at: due() },
            Stmt::Emit { value: Expr::Format(vec![Expr::Column(0), text(": "), Expr::Column(1)]) },
        ],
        on_timer: vec![Stmt::If {
            condition: is_last,
            then: vec![Stmt::Emit { value: Expr::Format(vec![text("quiet: "), Expr::Key]) }],
            otherwise: Vec::new(),
        }],
    }
}

/// A Java job over a log of such rows, one every so often, with a checkpoint every two seconds.
fn timed(name: &str, columns: &[(&str, ValueType)], rows: Vec<Value>, every_ms: u64) -> Scenario {
    let columns = columns.iter().map(|(name, of)| Column { name: (*name).into(), value_type: *of }).collect();
    let rows = DatasetRows::Inline { columns, rows, partitions: Vec::new() };
    let data = vec![Dataset { name: "payments".into(), rows }];
    let mut log = log_source("payments", "payments");
    if let OperatorKind::Source(source) = &mut log.kind {
        source.every_ms = every_ms;
    }
    let mut scenario = java_pipeline(data, log, super::slow_pass(0));
    scenario.name = name.into();
    scenario.checkpointing.interval_ms = Some(2_000);
    scenario.restart = RestartStrategy::FixedDelay { attempts: 3, delay_ms: 2_000 };
    scenario
}

/// One failure on a row.
fn planted(operator: &str, row: u32) -> FaultPoint {
    FaultPoint {
        operator: operator.into(),
        subtask: None,
        at: FaultAt::Record { dataset: "payments".into(), row },
        times: Some(1),
        message: "intentional failure".into(),
    }
}
