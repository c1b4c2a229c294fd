//! Unaligned checkpoints where no recording shows them alone: BR-9 to BR-12, and the settings that Flink refuses or ignores.

use std::sync::Arc;

use checkpoint_lab::base::{SimTime, Value, ValueType};
use checkpoint_lab::engine::Engine;
use checkpoint_lab::engine::outcome::{LiveState, Outcome, Replay};
use checkpoint_lab::scenario::{
    Action, Api, Checkpointing, CheckpointingMode, Cluster, Column, Commands, Condition, Dataset, DatasetRows, Edge,
    Expr, FaultAt, FaultPoint, Function, FunctionKind, IssueKind, Mend, Operator, OperatorKind, Partitioner,
    RestartStrategy, RunInput, Scenario, Severity, Source, SourceKind, StateDeclaration, StateKind, Step, Stmt,
    Unaligned, presets,
};
use checkpoint_lab::trace::{AbortReason, ExecutionState, Fact, JobStatus, TraceEvent};

fn operator(uid: &str, kind: OperatorKind) -> Operator {
    serde_json::from_value(serde_json::json!({ "uid": uid, "name": uid, "kind": kind })).expect("an operator")
}

fn edge(from: &str, to: &str, partitioner: Partitioner) -> Edge {
    let edge = serde_json::json!({ "from": from, "to": to, "partitioner": partitioner });
    serde_json::from_value(edge).expect("an edge")
}

fn rows(name: &str, count: u32) -> Dataset {
    let columns = vec![Column { name: "value".into(), value_type: ValueType::String }];
    let rows = (1..=count).map(|i| Value::text(&format!("{name}{i}"))).collect();
    Dataset { name: name.into(), rows: DatasetRows::Inline { columns, rows, partitions: Vec::new() } }
}

fn source(name: &str, gated: bool) -> Operator {
    let kind = SourceKind::JavaCollection;
    let source = serde_json::json!({"kind": kind, "dataset": name, "bounded": true, "gated": gated, "every_ms": 0,
        "partitions": 1});
    operator(name, OperatorKind::Source(serde_json::from_value::<Source>(source).expect("a source")))
}

/// Remembers every record in operator state, after `sleep_ms`.
fn remembering(sleep_ms: u64) -> OperatorKind {
    let states = vec![StateDeclaration {
        name: "seen".into(),
        kind: StateKind::OperatorList,
        value_type: ValueType::String,
        initial: Value::Null,
    }];
    let update = Stmt::Update { state: "seen".into(), value: Expr::Input };
    let body = vec![Stmt::Sleep { ms: sleep_ms }, update, Stmt::Emit { value: Expr::Input }];
    let function = serde_json::json!({ "class": "Seen", "kind": FunctionKind::Map, "states": states, "body": body });
    OperatorKind::Function(serde_json::from_value::<Function>(function).expect("a function"))
}

/// A and B → op → print; unaligned checkpoints on.
fn job(count: u32, gated: bool, sleep_ms: u64, unaligned: Unaligned) -> Scenario {
    Scenario {
        name: "test".into(),
        api: Api::Java,
        data: vec![rows("A", count), rows("B", count)],
        operators: vec![
            source("A", gated),
            source("B", gated),
            operator("op", remembering(sleep_ms)),
            operator("print", OperatorKind::PrintSink),
        ],
        edges: vec![
            edge("A", "op", Partitioner::Rebalance),
            edge("B", "op", Partitioner::Rebalance),
            edge("op", "print", Partitioner::Forward),
        ],
        checkpointing: Checkpointing {
            interval_ms: Some(3_600_000),
            unaligned: Some(unaligned),
            ..Checkpointing::default()
        },
        restart: RestartStrategy::FixedDelay { attempts: 10, delay_ms: 50 },
        cluster: Cluster { buffer_timeout_ms: 0, segment_size: 4_096, ..Cluster::default() },
        ..presets::handout()
    }
}

fn timeout(ms: u64) -> Unaligned {
    Unaligned { aligned_timeout_ms: ms, ..Unaligned::default() }
}

/// What the page allows a script to do, step by step.
fn script(steps: Vec<Step>) -> Commands {
    Commands { script: steps, ..Commands::default() }
}

fn permit(source: &str, upto: u64) -> Step {
    Step::Do(Action::Permit { source: source.into(), subtask: None, upto })
}

fn hold(source: &str, on: bool) -> Step {
    Step::Do(Action::Hold { source: source.into(), on })
}

fn wait(ms: u64) -> Step {
    Step::Wait(Condition::Elapsed(ms))
}

struct Run {
    input: Arc<RunInput>,
    engine: Engine,
    trace: Vec<TraceEvent>,
}

fn run(scenario: Scenario, commands: Commands) -> Run {
    let input = serde_json::json!({ "scenario": scenario, "seed": 0, "commands": commands });
    let input: Arc<RunInput> = Arc::new(serde_json::from_value(input).expect("a run"));
    let errors = input.issues().into_iter().filter(|issue| issue.severity() == Severity::Error).collect::<Vec<_>>();
    assert_eq!(errors, []);
    let mut engine = Engine::new(input.clone());
    while engine.next_event_at().is_some_and(|next| next <= SimTime::from_millis(600_000)) {
        assert!(engine.steps() < 2_000_000, "a test run has an end");
        engine.step();
        engine.check_invariants();
    }
    let trace = engine.take_trace();
    Run { input, engine, trace }
}

impl Run {
    fn at(&self, wanted: impl Fn(&Fact) -> bool) -> Vec<u64> {
        self.trace.iter().filter(|event| wanted(&event.fact)).map(|event| event.at.millis()).collect()
    }

    fn printed(&self) -> Vec<(u64, String)> {
        let rows = self.trace.iter().filter_map(|event| match &event.fact {
            Fact::RowPrinted { text, .. } => Some((event.at.millis(), text.to_string())),
            _ => None,
        });
        rows.collect()
    }

    fn outcome(&self) -> Outcome {
        Outcome::of(&self.input, self.engine.graph(), &self.trace)
    }

    /// What op remembers at the end, sorted.
    fn remembered(&self) -> Vec<String> {
        let mut replay = Replay::new(&self.input, self.engine.graph());
        self.trace.iter().for_each(|event| replay.apply(event));
        let lists = replay.live().values().flat_map(|live| &live.states).filter_map(|state| match state {
            LiveState::List(values) => Some(values.iter().map(Value::java).collect::<Vec<_>>()),
            _ => None,
        });
        let mut all: Vec<String> = lists.flatten().collect();
        all.sort();
        all
    }
}

/// B's barrier is held back for two seconds; a3, a4 come behind A's barrier, b3, b4 before B's.
fn held_back() -> Commands {
    script(vec![
        Step::Wait(Condition::AllRunning),
        permit("A", 2),
        wait(100),
        permit("B", 2),
        wait(100),
        hold("B", true),
        wait(50),
        Step::Do(Action::TriggerCheckpoint),
        wait(100),
        permit("A", 4),
        permit("B", 4),
        wait(1_900),
        hold("B", false),
        wait(300),
        Step::Do(Action::Cancel),
    ])
}

/// BR-10 as recorded: at the timeout op takes its snapshot, b3 and b4 in it; A's channel stays blocked until B's barrier
/// comes, and so does the completion.
#[test]
fn an_alignment_that_takes_too_long_goes_on_unaligned() {
    let run = run(job(9, true, 0, timeout(500)), held_back());
    let triggered = run.at(|fact| matches!(fact, Fact::CheckpointTriggered { .. }))[0];
    let switched = run.at(|fact| matches!(fact, Fact::AlignmentTimedOut { .. }));
    assert_eq!(switched, [triggered + 500]);
    let unblocked = run.at(|fact| matches!(fact, Fact::ChannelUnblocked { .. }))[0];
    let completed = run.at(|fact| matches!(fact, Fact::CheckpointCompleted { .. }))[0];
    assert!(unblocked >= triggered + 2_000 && completed >= unblocked, "{triggered} {unblocked} {completed}");
    let before: Vec<String> =
        run.printed().into_iter().filter(|(at, _)| *at < unblocked).map(|(_, text)| text).collect();
    assert_eq!(before, ["A1", "A2", "B1", "B2", "B3", "B4"]);
    let outcome = run.outcome();
    let stored = &outcome.state.last_completed_checkpoint.as_ref().expect("it completed").operators;
    let op = stored.iter().find(|operator| operator.operator == "op/0").expect("op has state");
    assert_eq!(op.states["seen"], serde_json::json!(["A1", "A2", "B1", "B2", "B3", "B4"]));
    assert!(run.engine.coordinator().history[0].unaligned);
}

/// BR-10: in time means aligned, and nothing is persisted.
#[test]
fn an_alignment_in_time_persists_nothing() {
    let run = run(job(9, true, 0, timeout(5_000)), held_back());
    let stats = &run.engine.coordinator().history[0];
    assert!(!stats.unaligned && stats.persisted == 0 && stats.processed > 0, "{stats:?}");
    assert!(run.at(|fact| matches!(fact, Fact::BarrierOvertook { .. })).is_empty());
}

/// BR-9, BR-12: under backpressure records lie at both ends of the channels; the barrier overtakes them all, and after a
/// failure every record counts once, in-flight data first and the task INITIALIZING until then.
#[test]
fn overtaken_records_come_back_first() {
    for failing_row in [12, 60, 100, 159] {
        let mut scenario = job(160, false, 2, timeout(0));
        scenario.checkpointing.interval_ms = Some(40);
        scenario.faults.push(FaultPoint {
            operator: "op".into(),
            subtask: None,
            at: FaultAt::Record { dataset: "A".into(), row: failing_row },
            times: Some(1),
            message: "planted".into(),
        });
        let run = run(scenario, Commands::default());
        assert_eq!(run.engine.job().status, JobStatus::Finished, "row {failing_row}");
        let mut all: Vec<String> = ["A", "B"].iter().flat_map(|s| (1..=160).map(move |i| format!("{s}{i}"))).collect();
        all.sort();
        assert_eq!(run.remembered(), all, "row {failing_row}");
        let restored =
            run.trace.iter().position(|event| matches!(event.fact, Fact::InFlightRestored { records: 1.., .. }));
        let Some(restored) = restored.filter(|_| failing_row > 30) else { continue };
        let Fact::InFlightRestored { subtask, records, .. } = run.trace[restored].fact else { unreachable!() };
        let own = |fact: &Fact| matches!(fact, Fact::RecordReceived { subtask: by, .. } if *by == subtask);
        let running = |fact: &Fact| matches!(fact, Fact::TaskStateChanged { subtask: by, to: ExecutionState::Running, .. } if *by == subtask);
        let later = &run.trace[restored..];
        if let Some(running) = later.iter().position(|event| running(&event.fact)) {
            let consumed = later[..running].iter().filter(|event| own(&event.fact)).count();
            assert!(consumed as u32 <= records * 2, "row {failing_row}: {consumed} of {records}");
        }
    }
}

/// BR-11: a forward input keeps its task aligned without a word; exchanges elsewhere stay unaligned.
#[test]
fn a_task_with_a_forward_input_stays_aligned() {
    let mut scenario = job(9, true, 0, timeout(0));
    for edge in &mut scenario.edges {
        edge.partitioner = Partitioner::Forward;
    }
    scenario.chaining = false;
    assert!(scenario.issues().is_empty(), "{:?}", scenario.issues());
    let run = run(scenario, held_back());
    assert!(run.at(|fact| matches!(fact, Fact::BarrierOvertook { .. })).is_empty());
    assert!(!run.at(|fact| matches!(fact, Fact::ChannelBlocked { .. })).is_empty());
    let stats = &run.engine.coordinator().history[0];
    assert!(!stats.unaligned && stats.persisted == 0);
}

/// BR-11: with at-least-once Flink warns and switches them off; with more than one at a time it refuses the job.
#[test]
fn settings_that_flink_refuses_or_ignores() {
    let mut scenario = job(9, true, 0, timeout(0));
    scenario.checkpointing.mode = CheckpointingMode::AtLeastOnce;
    let issues = scenario.issues();
    assert_eq!(issues.len(), 1);
    assert_eq!(
        (issues[0].field.as_str(), &issues[0].kind),
        ("checkpointing.unaligned", &IssueKind::UnalignedAtLeastOnce)
    );
    assert_eq!((issues[0].severity(), issues[0].mend()), (Severity::Warning, Some(Mend::Remove)));
    let run = run(scenario, held_back());
    assert!(run.at(|fact| matches!(fact, Fact::BarrierOvertook { .. })).is_empty());

    let mut scenario = job(9, true, 0, timeout(0));
    scenario.checkpointing.max_concurrent = 2;
    let issues = scenario.issues();
    assert_eq!(
        (issues[0].field.as_str(), &issues[0].kind),
        ("checkpointing.max_concurrent", &IssueKind::UnalignedConcurrent)
    );
    assert_eq!((issues[0].severity(), issues[0].mend()), (Severity::Error, Some(Mend::Set(1))));
}

/// An unaligned checkpoint that expires lets go of everything; the next one completes.
#[test]
fn an_expired_unaligned_checkpoint_leaves_nothing_behind() {
    let mut scenario = job(9, true, 0, timeout(0));
    scenario.checkpointing.timeout_ms = 300;
    scenario.checkpointing.tolerable_failed = 5;
    let mut commands = held_back();
    commands.script.pop();
    commands.script.extend([Step::Do(Action::TriggerCheckpoint), wait(200), Step::Do(Action::Cancel)]);
    let run = run(scenario, commands);
    let expired = |fact: &Fact| matches!(fact, Fact::CheckpointAborted { reason: AbortReason::CheckpointExpired, .. });
    assert_eq!(run.at(expired).len(), 1);
    assert_eq!(run.at(|fact| matches!(fact, Fact::CheckpointCompleted { .. })).len(), 1);
    assert_eq!(run.printed().len(), 8);
}
