//! Every possible failure: a job runs without one, and then once for each event of that run and each subtask, with a failure
//! of that subtask right after that event. What Flink guarantees must hold in all of these runs; and where a setting
//! guarantees less, some of them must show just that.

use std::collections::BTreeMap;
use std::sync::Arc;

use checkpoint_lab::base::{OperatorIndex, RecordId, SimTime, SubtaskId, Value};
use checkpoint_lab::engine::{Engine, Stop};
use checkpoint_lab::scenario::{
    Api, CheckpointingMode, Comparison, DatasetRows, Edge, Expr, Function, KafkaSink, Operator, OperatorKind,
    Partitioner, RestartStrategy, RunInput, Scenario, Severity, Sink, SourceKind, Stmt, Unaligned, presets,
};

/// A run that needs more events than this does not end.
const BUDGET: u64 = 400_000;

/// What is left when a job has finished.
#[derive(Clone, PartialEq, Debug, Default)]
struct Left {
    /// Operator and key → the values of its keyed states.
    keyed: BTreeMap<(String, String), String>,
    /// Sink and record → how often it was printed.
    printed: BTreeMap<(String, u32), u32>,
    /// Sink → the rows that a reader of committed ones sees, sorted.
    committed: BTreeMap<String, Vec<String>>,
}

/// A preset as a job of a tenth of a second that fails over for ever, with many checkpoints in it.
fn short(preset: &str, change: impl FnOnce(&mut Scenario)) -> RunInput {
    let mut input = presets::run(preset).expect("it is a preset");
    let scenario = &mut input.scenario;
    scenario.api = Api::Java;
    scenario.faults.clear();
    scenario.checkpointing.interval_ms = Some(15);
    scenario.checkpointing.tolerable_failed = 1_000;
    scenario.restart = RestartStrategy::FixedDelay { attempts: 1_000_000, delay_ms: 5 };
    for operator in &mut scenario.operators {
        if let OperatorKind::Source(source) = &mut operator.kind {
            (source.bounded, source.every_ms) = (true, 4);
        }
    }
    change(scenario);
    let issues = input.issues();
    let errors: Vec<_> = issues.iter().filter(|issue| issue.severity() == Severity::Error).collect();
    assert!(errors.is_empty(), "{preset}: {errors:?}");
    input
}

fn sources(scenario: &mut Scenario, kind: SourceKind) {
    for operator in &mut scenario.operators {
        if let OperatorKind::Source(source) = &mut operator.kind {
            source.kind = kind;
        }
    }
}

/// Runs to the end, which must be FINISHED.
fn finish(engine: &mut Engine, what: &str) -> Left {
    let stop = engine.run_until(SimTime::MAX, BUDGET);
    assert_eq!((stop, engine.job().status.name()), (Stop::Quiet, "FINISHED"), "{what}");
    left(engine)
}

fn left(engine: &Engine) -> Left {
    let mut left = Left::default();
    let scenario = &engine.input().scenario;
    for (at, _) in engine.graph().subtasks.iter().enumerate() {
        for runtime in &engine.subtask(SubtaskId(at as u32)).operators {
            let uid = &scenario.operators[runtime.operator.index()].uid;
            for (key, values) in runtime.state.keyed.iter() {
                let before = left.keyed.insert((uid.clone(), key.java()), format!("{values:?}"));
                assert_eq!(before, None, "two subtasks of {uid} hold key {key}");
            }
        }
    }
    for (at, operator) in scenario.operators.iter().enumerate() {
        if matches!(operator.kind, OperatorKind::PrintSink) {
            for record in (0..).map(RecordId).take_while(|record| engine.row(*record).is_some()) {
                let times = engine.outside().times_printed(OperatorIndex(at as u16), record);
                left.printed.insert((operator.uid.clone(), record.0), times);
            }
        }
    }
    for (sink, store) in engine.outside().stores() {
        let mut rows: Vec<String> = store.read_committed().into_iter().map(|row| row.text.to_string()).collect();
        rows.sort();
        left.committed.insert(scenario.operators[sink.index()].uid.clone(), rows);
    }
    left
}

/// Passes records on, and takes its time with those of one amount.
fn slow_with(amount: i64, ms: u64) -> Function {
    let mut function = presets::slow_pass(1);
    let is_it =
        Expr::Compare(Comparison::Equal, Box::new(Expr::Column(1)), Box::new(Expr::Constant(Value::Long(amount))));
    function.body.insert(0, Stmt::If { condition: is_it, then: vec![Stmt::Sleep { ms }], otherwise: Vec::new() });
    function
}

/// What came of a run without a failure, and of one run for each event and subtask.
fn every_failure(input: RunInput) -> (Left, Vec<Left>) {
    let mut calm = Engine::new(Arc::new(input));
    calm.record_trace(false);
    let mut failed = Vec::new();
    while calm.step() {
        for at in 0..calm.graph().subtasks.len() as u32 {
            let mut run = calm.clone();
            if run.fail_now(SubtaskId(at), "planted") {
                let what = format!("subtask {at} fails after event {}", calm.steps());
                failed.push(finish(&mut run, &what));
            }
        }
    }
    assert_eq!(calm.job().status.name(), "FINISHED");
    assert!(failed.len() > 100, "only {} failures were tried", failed.len());
    (left(&calm), failed)
}

/// EO-1: with a source that can be read again and aligned barriers, keyed state is that of a run without a failure.
#[test]
fn keyed_state_is_exactly_once_wherever_the_failure_is() {
    for parallelism in [1, 2] {
        let (calm, failed) = every_failure(short("keyed-sum", |scenario| scenario.parallelism = parallelism));
        assert!(!calm.keyed.is_empty());
        for left in &failed {
            assert_eq!(left.keyed, calm.keyed);
        }
    }
}

/// EO-6: what was printed after the last checkpoint is printed again, and nothing is missing.
#[test]
fn a_printed_record_may_come_twice_and_never_gets_lost() {
    let (calm, failed) = every_failure(short("keyed-sum", |_| {}));
    assert!(calm.printed.values().all(|times| *times == 1));
    assert!(failed.iter().all(|left| left.printed.values().all(|times| *times >= 1)));
    assert!(failed.iter().any(|left| left.printed.values().any(|times| *times > 1)), "no witness of a duplicate");
}

/// BR-8: without alignment, records between two barriers are in the snapshot and come again.
#[test]
fn at_least_once_counts_some_records_twice() {
    let two_inputs = |mode| {
        short("keyed-sum", |scenario| {
            scenario.parallelism = 2;
            scenario.checkpointing.mode = mode;
            spread_source(scenario);
        })
    };
    let (calm, failed) = every_failure(two_inputs(CheckpointingMode::AtLeastOnce));
    assert!(failed.iter().any(|left| left.keyed != calm.keyed), "no witness of a record counted twice");
    let (calm, failed) = every_failure(two_inputs(CheckpointingMode::ExactlyOnce));
    assert!(failed.iter().all(|left| left.keyed == calm.keyed));
}

/// The source as a log with two partitions, and a slow operator in its chain: a trigger waits for the record in hand, so that
/// barriers reach the keyed operator at different moments.
fn spread_source(scenario: &mut Scenario) {
    sources(scenario, SourceKind::Log);
    scenario.cluster.buffer_timeout_ms = 0;
    for operator in &mut scenario.operators {
        if let OperatorKind::Source(source) = &mut operator.kind {
            (source.partitions, source.every_ms) = (2, 12);
        }
        operator.parallelism = None;
    }
    let source = scenario.operators[0].uid.clone();
    let slow = Operator { kind: OperatorKind::Function(slow_with(100, 60)), ..scenario.operators[1].clone() };
    scenario.operators.insert(1, Operator { uid: "slow".into(), name: "slow".into(), ..slow });
    for edge in scenario.edges.iter_mut().filter(|edge| edge.from == source) {
        edge.from = "slow".into();
    }
    scenario.edges.insert(0, Edge::new(&source, "slow", Partitioner::Forward));
}

/// SR-5: a collection that keeps no position is read again from its first element.
#[test]
fn a_source_without_a_position_counts_everything_again() {
    let (calm, failed) = every_failure(short("keyed-sum", |scenario| sources(scenario, SourceKind::PythonCollection)));
    assert!(failed.iter().any(|left| left.keyed != calm.keyed), "no witness");
}

/// RS-2, EO-7: without checkpoints a restart begins anew with empty state: the sums are right, and all is printed again.
#[test]
fn without_checkpoints_everything_runs_again() {
    let (calm, failed) = every_failure(short("keyed-sum", |scenario| scenario.checkpointing.interval_ms = None));
    assert!(failed.iter().all(|left| left.keyed == calm.keyed));
    assert!(
        failed.iter().any(|left| left.printed.values().all(|times| *times == 2)),
        "no witness of all printed twice"
    );
}

/// The keyed job with another sink than print.
fn keyed_into(sink: Sink, change: impl FnOnce(&mut Scenario)) -> RunInput {
    short("keyed-sum", |scenario| {
        scenario.operators.last_mut().expect("it has a sink").kind = OperatorKind::Sink(sink);
        change(scenario);
    })
}

/// EO-2, EO-4, EO-7: with transactions each result is committed once, wherever the failure is.
#[test]
fn two_phase_commits_are_exactly_once_wherever_the_failure_is() {
    let (calm, failed) = every_failure(keyed_into(Sink::TwoPhaseCommit, |_| {}));
    assert_eq!(calm.committed.values().map(Vec::len).sum::<usize>(), 12);
    for left in &failed {
        assert_eq!((&left.committed, &left.keyed), (&calm.committed, &calm.keyed));
    }
}

/// EO-5: when the broker gives up before the commit comes, rows are lost; some failures make the way that long.
#[test]
fn a_transaction_timeout_loses_rows() {
    let kafka = KafkaSink { transaction_timeout_ms: 400, ..KafkaSink::default() };
    let late = |scenario: &mut Scenario| scenario.restart = RestartStrategy::FixedDelay { attempts: 99, delay_ms: 300 };
    let (calm, failed) = every_failure(keyed_into(Sink::Kafka(kafka), late));
    assert_eq!(calm.committed.values().map(Vec::len).sum::<usize>(), 12);
    assert!(failed.iter().any(|left| left.committed != calm.committed), "no witness of a lost row");
}

/// BR-9, BR-12, EO-1: in-flight data is part of an unaligned checkpoint: each record counts once.
#[test]
fn unaligned_checkpoints_are_exactly_once_wherever_the_failure_is() {
    let (calm, failed) = every_failure(short("keyed-sum", |scenario| {
        scenario.parallelism = 2;
        scenario.checkpointing.unaligned = Some(Unaligned { aligned_timeout_ms: 0, forced: false });
        spread_source(scenario);
    }));
    for left in &failed {
        assert_eq!(left.keyed, calm.keyed);
    }
}

/// Ten-second windows into transactions, with a watermark after every record; with the payment that comes late or without.
fn windows(with_the_late_one: bool) -> RunInput {
    short("windows-late-data", |scenario| {
        if let DatasetRows::Inline { rows, .. } = &mut scenario.data[0].rows
            && !with_the_late_one
        {
            rows.remove(6);
        }
        for operator in &mut scenario.operators {
            match &mut operator.kind {
                OperatorKind::Watermarks(strategy) => strategy.every_record = true,
                // Slow enough for a checkpoint between any two rows.
                OperatorKind::Source(source) => source.every_ms = 40,
                kind @ OperatorKind::PrintSink => *kind = OperatorKind::Sink(Sink::TwoPhaseCommit),
                _ => {}
            }
        }
    })
}

/// SR-8, EO-1: window contents and their timers are state; each window's result is committed once.
#[test]
fn windows_are_exactly_once_wherever_the_failure_is() {
    let (calm, failed) = every_failure(windows(false));
    assert!(calm.committed["print"].len() > 5 && calm.committed["late"].is_empty(), "{:?}", calm.committed);
    for left in &failed {
        assert_eq!(left.committed, calm.committed);
    }
}

/// SR-9: the watermark is not restored, so what came late may be in time after a failure, and change a result.
#[test]
fn a_late_record_may_be_in_time_after_a_failure() {
    let (calm, failed) = every_failure(windows(true));
    assert_eq!(calm.committed["late"].len(), 1);
    assert!(failed.iter().any(|left| left.committed["late"].is_empty()), "no witness");
}
