//! Event time: windows of each kind, lateness, idle inputs, timers, keyed state of more than one value.

mod jobs;

use checkpoint_lab::base::{EventTime, Value, ValueType};
use checkpoint_lab::scenario::{
    Column, Dataset, DatasetRows, Edge, Expr, Fold, Function, FunctionKind, IssueKind, OperatorKind, Partitioner,
    Reduce, Scenario, StateDeclaration, StateKind, Stmt, TimeDomain, WatermarkStrategy, Window, WindowAssigner,
    WindowKeeps, presets,
};
use checkpoint_lab::trace::Fact;
use jobs::{edge, job, operator, run, source};

/// Rows of key, time and amount; a watermark after every one.
fn windowed(window: Window, rows: &[(&str, i64, i64)]) -> Scenario {
    let strategy = WatermarkStrategy { column: 1, out_of_orderness_ms: 0, idle_after_ms: None, every_record: true };
    let mut scenario = keyed(OperatorKind::Window(window), rows);
    scenario.operators.insert(1, operator("time", OperatorKind::Watermarks(strategy)));
    scenario.edges[0].to = "time".into();
    scenario.edges[0].partitioner = Partitioner::Forward;
    scenario.edges.push(edge("time", "op", Partitioner::KeyBy { column: 0 }));
    scenario
}

/// source → keyBy → op → print.
fn keyed(kind: OperatorKind, rows: &[(&str, i64, i64)]) -> Scenario {
    let column = |name: &str, value_type| Column { name: name.into(), value_type };
    let columns =
        vec![column("key", ValueType::String), column("time", ValueType::Long), column("amount", ValueType::Long)];
    let row = |(key, time, amount): &(&str, i64, i64)| {
        Value::list(vec![Value::text(key), Value::Long(*time), Value::Long(*amount)])
    };
    let rows = rows.iter().map(row).collect();
    let mut scenario = job(1);
    scenario.data =
        vec![Dataset { name: "rows".into(), rows: DatasetRows::Inline { columns, rows, partitions: Vec::new() } }];
    scenario.operators = vec![
        operator("source", source("rows", true, 0)),
        operator("op", kind),
        operator("print", OperatorKind::PrintSink),
    ];
    scenario.edges =
        vec![edge("source", "op", Partitioner::KeyBy { column: 0 }), edge("op", "print", Partitioner::Forward)];
    scenario
}

fn window(assigner: WindowAssigner, keeps: WindowKeeps) -> Window {
    Window { assigner, lateness_ms: 0, late_output: None, keeps, fold: Fold::Sum, column: 2 }
}

const TUMBLING: WindowAssigner = WindowAssigner::Tumbling { size_ms: 10 };

#[test]
fn a_record_is_in_every_sliding_window_around_it() {
    let sliding = window(WindowAssigner::Sliding { size_ms: 10, slide_ms: 5 }, WindowKeeps::Accumulator);
    let rows = [("a", 1, 1), ("a", 7, 2), ("a", 12, 4), ("a", 30, 8)];
    let wanted =
        ["(a,-5,5,1)", "(a,0,10,3)", "(a,5,15,6)", "(a,10,20,4)", "(a,25,35,8)", "(a,30,40,8)"].map(String::from);
    assert_eq!(run(windowed(sliding, &rows)).texts(), wanted);
}

#[test]
fn sessions_that_meet_become_one() {
    for keeps in [WindowKeeps::Records, WindowKeeps::Accumulator, WindowKeeps::Reduced] {
        let session = window(WindowAssigner::Session { gap_ms: 5 }, keeps);
        let mut scenario = windowed(session, &[("a", 1, 1), ("a", 9, 2), ("a", 5, 4), ("b", 40, 8)]);
        if let OperatorKind::Watermarks(strategy) = &mut scenario.operators[1].kind {
            strategy.out_of_orderness_ms = 10;
        }
        assert_eq!(run(scenario).texts(), ["(a,1,14,7)", "(b,40,45,8)"], "{keeps:?}");
    }
}

/// SR-9: within the allowed lateness a window fires again, after it the record is late.
#[test]
fn lateness_lets_a_window_fire_again_and_then_no_more() {
    let rows = [("a", 1, 1), ("a", 12, 2), ("a", 3, 4), ("a", 16, 8), ("a", 4, 16)];
    let late = Window { lateness_ms: 5, late_output: Some("late".into()), ..window(TUMBLING, WindowKeeps::Reduced) };
    let mut scenario = windowed(late, &rows);
    scenario.operators.push(operator("late", OperatorKind::PrintSink));
    scenario.edges.push(Edge { side_output: Some("late".into()), ..edge("op", "late", Partitioner::Forward) });
    assert_eq!(run(scenario).texts(), ["(a,0,10,1)", "(a,0,10,5)", "(a,4,16)", "(a,10,20,10)"]);
    let outcome = run(windowed(window(TUMBLING, WindowKeeps::Records), &rows));
    let dropped = outcome.facts().filter(|fact| matches!(fact, Fact::RecordLate { aside: false, .. })).count();
    assert_eq!(dropped, 2);
    assert_eq!(outcome.texts(), ["(a,0,10,1)", "(a,10,20,10)"]);
}

/// SR-10: without idleness a silent input would hold the watermark back until it ends.
#[test]
fn an_idle_input_does_not_hold_the_watermark_back() {
    for idle_after_ms in [None, Some(500)] {
        let mut scenario = windowed(window(TUMBLING, WindowKeeps::Records), &[("a", 1, 1), ("a", 12, 2)]);
        let strategy = WatermarkStrategy { column: 1, out_of_orderness_ms: 0, idle_after_ms, every_record: false };
        scenario.operators[0].kind = source("rows", false, 300);
        scenario.operators[1].kind = OperatorKind::Watermarks(strategy.clone());
        scenario.data.push(Dataset { name: "none".into(), ..scenario.data[0].clone() });
        if let DatasetRows::Inline { rows, .. } = &mut scenario.data[1].rows {
            rows.clear();
        }
        scenario.operators.insert(1, operator("silent", source("none", false, 0)));
        scenario.operators.insert(3, operator("time2", OperatorKind::Watermarks(strategy)));
        scenario.edges.push(edge("silent", "time2", Partitioner::Forward));
        scenario.edges.push(edge("time2", "op", Partitioner::KeyBy { column: 0 }));
        let texts = jobs::run_for(scenario, 20).texts();
        assert_eq!(texts.len(), usize::from(idle_after_ms.is_some()), "{texts:?}");
    }
}

/// SB-6: one timer a key and moment; a deleted one does not fire; at the end of the input all of event time's do.
#[test]
fn timers_are_set_once_and_can_be_taken_back() {
    let at = || Expr::Column(1);
    let timer = |set: bool| {
        let (domain, at) = (TimeDomain::EventTime, at());
        if set { Stmt::RegisterTimer { domain, at } } else { Stmt::DeleteTimer { domain, at } }
    };
    let is_last = Expr::Compare(
        checkpoint_lab::scenario::Comparison::Equal,
        Box::new(Expr::Column(2)),
        Box::new(Expr::Constant(Value::Long(9))),
    );
    let fired = Expr::Row(vec![Expr::Key, Expr::Timestamp]);
    let function = Function {
        class: "Timers".into(),
        kind: FunctionKind::Process,
        fields: Vec::new(),
        states: Vec::new(),
        body: vec![timer(true), Stmt::If { condition: is_last, then: vec![timer(false)], otherwise: Vec::new() }],
        on_timer: vec![Stmt::Emit { value: fired }],
    };
    let rows = [("a", 20, 1), ("a", 20, 2), ("b", 10, 3), ("c", 30, 9)];
    assert_eq!(run(keyed(OperatorKind::Function(function), &rows)).texts(), ["(b,10)", "(a,20)"]);
}

#[test]
fn keyed_state_holds_lists_maps_and_folded_values() {
    let state = |name: &str, kind| StateDeclaration {
        name: name.into(),
        kind,
        value_type: ValueType::Long,
        initial: Value::Null,
    };
    let add = |state: &str| Stmt::Update { state: state.into(), value: Expr::Column(2) };
    let read = |state: &str| Expr::State(state.into());
    let function = Function {
        class: "Kinds".into(),
        kind: FunctionKind::Process,
        fields: Vec::new(),
        states: vec![
            state("all", StateKind::KeyedList),
            state("by_time", StateKind::KeyedMap),
            state("most", StateKind::KeyedReducing(Fold::Max)),
            state("mean", StateKind::KeyedAggregating(Fold::Average)),
        ],
        body: vec![
            add("all"),
            Stmt::Put { state: "by_time".into(), key: Expr::Column(1), value: Expr::Column(2) },
            add("most"),
            add("mean"),
            Stmt::Emit {
                value: Expr::Row(vec![
                    Expr::Length(Box::new(read("all"))),
                    Expr::Get("by_time".into(), Box::new(Expr::Constant(Value::Long(1)))),
                    read("most"),
                    read("mean"),
                ]),
            },
        ],
        on_timer: Vec::new(),
    };
    let rows = [("a", 1, 4), ("a", 2, 2), ("b", 1, 7), ("a", 1, 3)];
    let wanted = ["(1,4,4,4.0)", "(2,4,4,3.0)", "(1,7,7,7.0)", "(3,3,4,3.0)"];
    assert_eq!(run(keyed(OperatorKind::Function(function), &rows)).texts(), wanted);
}

#[test]
fn a_running_sum_keeps_the_rest_of_the_first_record() {
    let sum = OperatorKind::Reduce(Reduce { fold: Fold::Sum, column: 2 });
    let rows = [("a", 1, 4), ("a", 2, 2), ("b", 3, 1)];
    assert_eq!(run(keyed(sum, &rows)).texts(), ["(a,1,4)", "(a,1,6)", "(b,3,1)"]);
}

/// SR-8, SR-9: the preset shows what the recorded run m2b shows: a record that was late is not late after the restore.
#[test]
fn a_restore_forgets_the_watermark_but_not_windows_and_timers() {
    let input = presets::run("windows-late-data").expect("a preset");
    let texts = jobs::run_until(
        input.scenario,
        input.commands,
        input.seed,
        checkpoint_lab::base::SimTime::from_millis(600_000),
    )
    .texts();
    assert!(texts.contains(&"(kim,99,3000)".into()) && texts.contains(&"(kim,0,10000,99)".into()), "{texts:?}");
    let outcome = jobs::run_for(presets::timers(), 30);
    let fired = outcome.facts().filter_map(|fact| match fact {
        Fact::TimerFired { key, time, .. } => Some((key.clone(), *time)),
        _ => None,
    });
    let fired: Vec<(Value, EventTime)> = fired.collect();
    assert!(outcome.restores().iter().any(Option::is_some) && !fired.is_empty());
}

#[test]
fn wrong_settings_are_said_with_flinks_reasons() {
    let issues = |scenario: &Scenario| scenario.issues().into_iter().map(|issue| issue.kind).collect::<Vec<_>>();
    let rows = [("a", 1, 1)];
    let zero = windowed(window(WindowAssigner::Tumbling { size_ms: 0 }, WindowKeeps::Records), &rows);
    assert!(matches!(issues(&zero)[..], [IssueKind::OutOfRange { value: 0, low: 1, .. }]), "{:?}", issues(&zero));
    let mut unkeyed = windowed(window(TUMBLING, WindowKeeps::Records), &rows);
    unkeyed.edges[2].partitioner = Partitioner::Rebalance;
    assert!(matches!(issues(&unkeyed)[..], [IssueKind::OperatorWithoutKey { .. }]));
    let counted = Window { fold: Fold::Count, ..window(TUMBLING, WindowKeeps::Reduced) };
    assert!(matches!(issues(&windowed(counted, &rows))[..], [IssueKind::ReduceChangesType { .. }]));
    let without = keyed(OperatorKind::Window(window(TUMBLING, WindowKeeps::Records)), &rows);
    assert!(matches!(issues(&without)[..], [IssueKind::WithoutWatermarks { .. }]));
    let outcome = run(without);
    let thrown = outcome.facts().any(
        |fact| matches!(fact, Fact::ExceptionThrown { message, .. } if message.contains("Long.MIN_VALUE timestamp")),
    );
    assert!(thrown);
}
