//! Savepoints, stopping with one, and commands that wait for something (CP-6, CP-11, SP-1 to SP-5).

use std::sync::Arc;

use checkpoint_lab::base::SimTime;
use checkpoint_lab::engine::Engine;
use checkpoint_lab::engine::outcome::Outcome;
use checkpoint_lab::i18n::{ConsoleText, Language, Names, Transcript, explain};
use checkpoint_lab::scenario::{
    Action, CheckpointStorage, Condition, FaultAt, FaultPhase, FaultPoint, IssueKind, OperatorKind, RunInput,
    SavepointFormat, Severity, WaitingAction, presets,
};
use checkpoint_lab::trace::{Fact, StopMode};

const DIR: &str = "file:///tmp/savepoints";

/// The running sum per account without failures.
fn summing() -> RunInput {
    let mut input = presets::run("keyed-sum").expect("a preset");
    input.scenario.faults.clear();
    input.scenario.checkpointing.interval_ms = Some(3_600_000);
    input.scenario.checkpointing.savepoint_dir = Some(DIR.into());
    input.scenario.checkpointing.storage = CheckpointStorage::FileSystem { dir: "file:///tmp/kept".into() };
    for operator in &mut input.scenario.operators {
        if let OperatorKind::Source(source) = &mut operator.kind {
            source.bounded = false;
        }
    }
    input
}

fn head(input: &RunInput) -> String {
    input.scenario.operators[0].uid.clone()
}

fn savepoint() -> Action {
    Action::TriggerSavepoint { format: SavepointFormat::Canonical, dir: None }
}

fn stop(drain: bool) -> Action {
    Action::StopWithSavepoint { format: SavepointFormat::Native, drain, dir: None }
}

fn when(condition: Condition, action: Action) -> WaitingAction {
    WaitingAction { when: condition, action }
}

struct Run {
    engine: Engine,
    outcome: Outcome,
    facts: Vec<Fact>,
}

/// Runs for a minute; everything in it can be said and logged.
fn run(input: RunInput) -> Run {
    let errors: Vec<_> = input.issues().into_iter().filter(|issue| issue.severity() == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let input = Arc::new(input);
    let mut engine = Engine::new(input.clone());
    while engine.now() < SimTime::from_millis(60_000) && engine.step() {
        engine.check_invariants();
    }
    let names = Names::of(&input, engine.graph(), &engine.storage().job_id);
    for event in engine.trace() {
        for language in Language::ALL {
            assert!(!explain(language, event, &names).text.is_empty());
        }
    }
    let outcome = Outcome::of(&input, engine.graph(), engine.trace());
    let facts = engine.trace().iter().map(|event| event.fact.clone()).collect();
    Run { engine, outcome, facts }
}

impl Run {
    fn has(&self, wanted: impl Fn(&Fact) -> bool) -> bool {
        self.facts.iter().any(wanted)
    }

    fn position(&self, wanted: impl Fn(&Fact) -> bool) -> usize {
        self.facts.iter().position(wanted).expect("it happens")
    }
}

/// SP-1, SP-3: of the same sequence, in its own directory, not in the store, heard of by nobody.
#[test]
fn a_savepoint_is_no_checkpoint_of_the_store() {
    let mut input = summing();
    let uid = head(&input);
    input.commands.when = vec![
        when(Condition::Records { operator: uid.clone(), count: 3 }, Action::TriggerCheckpoint),
        when(Condition::CheckpointCompleted(1), savepoint()),
    ];
    let run = run(input);
    assert_eq!(
        run.outcome.checkpoints.iter().map(|c| (c.id, c.savepoint.is_some())).collect::<Vec<_>>(),
        [(1, false), (2, true)]
    );
    assert_eq!(run.engine.coordinator().latest().map(|latest| latest.id.0), Some(1));
    let taken = &run.engine.coordinator().savepoints[0];
    let job = &run.engine.storage().job_id[..6];
    let path = taken.path.clone().expect("it lies somewhere");
    assert!(path.starts_with(&format!("file:/tmp/savepoints/savepoint-{job}-")), "{path}");
    assert!(run.has(|fact| matches!(fact, Fact::SavepointCompleted { stop: None, .. })));
    assert!(!run.has(|fact| matches!(fact, Fact::CompletionNotified { checkpoint, .. } if checkpoint.0 == 2)));
    assert_eq!(run.outcome.storage.checkpoints, [1]);
}

/// CP-11: a savepoint does not wait for the checkpoint on its way, and is not given up for a newer one (SP-3).
#[test]
fn a_savepoint_is_forced() {
    let mut input = summing();
    let uid = input.scenario.operators.last().expect("there are some").uid.clone();
    input.scenario.faults = vec![FaultPoint {
        operator: uid.clone(),
        subtask: None,
        at: FaultAt::Checkpoint { phase: FaultPhase::Async, id: Some(1), slow_ms: Some(5_000) },
        times: Some(1),
        message: String::new(),
    }];
    input.commands.when = vec![
        when(Condition::Records { operator: head(&input), count: 3 }, Action::TriggerCheckpoint),
        when(Condition::CheckpointTriggered(1), savepoint()),
        when(Condition::CheckpointTriggered(2), Action::TriggerCheckpoint),
    ];
    let run = run(input);
    let completed = |id: u64| {
        run.position(|fact| matches!(fact, Fact::CheckpointCompleted { checkpoint, .. } if checkpoint.0 == id))
    };
    assert!(completed(2) < completed(1), "the savepoint overtakes the slow checkpoint");
    assert!(
        completed(1) < run.position(|f| matches!(f, Fact::CheckpointTriggered { checkpoint, .. } if checkpoint.0 == 3))
    );
}

/// SP-4: the source stops first, nothing follows the savepoint, the job is FINISHED, and another goes on from there.
#[test]
fn a_job_that_stops_with_a_savepoint_goes_on_as_another() {
    for drain in [false, true] {
        let mut input = summing();
        let uid = head(&input);
        input.commands.when = vec![when(Condition::Records { operator: uid, count: 5 }, stop(drain))];
        let first = run(input.clone());
        assert_eq!(first.outcome.job_status, "FINISHED", "drain {drain}");
        let mode = if drain { StopMode::Drain } else { StopMode::NoDrain };
        assert!(first.has(|fact| matches!(fact, Fact::SavepointStarted { stop: Some(stop), .. } if *stop == mode)));
        let ended = first.position(|fact| matches!(fact, Fact::EndOfData { .. }));
        assert!(ended < first.position(|fact| matches!(fact, Fact::BarrierSent { .. } | Fact::SnapshotStarted { .. })));
        let snapshot = first.engine.snapshot(&first.engine.coordinator().savepoints[0]).expect("it lies somewhere");
        let offset: u64 =
            snapshot.operators[0].parts.iter().flat_map(|part| &part.splits).map(|split| split.offset).sum();
        assert_eq!(offset, 5);
        input.commands.when.clear();
        input.snapshot = Some(Arc::new(snapshot));
        let second = run(input);
        let position = second.facts.iter().find_map(|fact| match fact {
            Fact::RecordEmitted { position, .. } => Some(*position),
            _ => None,
        });
        assert_eq!(position, Some(6), "the next record is the sixth");
    }
}

/// The rescaling command is both halves: the job stops, and its successor has the state and the parallelism.
#[test]
fn rescaling_gives_the_next_run() {
    let mut input = summing();
    let uid = head(&input);
    input.scenario.cluster.task_managers = 4;
    input.scenario.operators.iter_mut().for_each(|operator| operator.parallelism = None);
    let rescale = Action::Rescale { parallelism: 3, dir: None };
    input.commands.when = vec![when(Condition::Records { operator: uid, count: 6 }, rescale)];
    let first = run(input);
    let next = first.engine.successor().expect("it has stopped to be rescaled");
    assert_eq!(next.scenario.parallelism, 3);
    let second = run(next);
    assert!(second.has(|fact| matches!(fact, Fact::StartedFromSnapshot { .. })));
    assert!(second.has(|fact| matches!(fact, Fact::RecordEmitted { position: 7, .. })));
    assert!(first.engine.successor().is_some() && second.engine.successor().is_none());
}

/// SP-1: without a directory nothing happens but a refusal; the scenario is told beforehand.
#[test]
fn a_savepoint_needs_a_directory() {
    let mut input = summing();
    input.scenario.checkpointing.savepoint_dir = None;
    input.commands.when = vec![when(Condition::AllRunning, stop(false))];
    assert!(input.issues().iter().any(|issue| issue.kind == IssueKind::NoSavepointDirectory));
    let run = run(input);
    assert!(run.has(|fact| *fact == Fact::SavepointRefused));
    assert!(!run.has(|fact| matches!(fact, Fact::SavepointStarted { .. })));
    assert_eq!(run.outcome.job_status, "RUNNING");
}

/// SP-5, CP-23: a task that can't write a synchronous savepoint fails the job; it starts again and goes on.
#[test]
fn a_failing_savepoint_does_not_stop_the_job() {
    let mut input = summing();
    let uid = input.scenario.operators[1].uid.clone();
    input.scenario.faults = vec![FaultPoint {
        operator: uid,
        subtask: None,
        at: FaultAt::Checkpoint { phase: FaultPhase::Async, id: Some(1), slow_ms: None },
        times: Some(1),
        message: "disk full".into(),
    }];
    input.commands.when = vec![when(Condition::Records { operator: head(&input), count: 3 }, stop(false))];
    let run = run(input);
    assert!(run.has(|fact| *fact == Fact::StopFailed));
    assert!(run.has(|fact| matches!(fact, Fact::GlobalFailure { cause } if &*cause.message == "Asynchronous task checkpoint failed.")));
    assert_eq!((run.outcome.job_status.as_str(), run.outcome.restarts), ("RUNNING", 1));
}

/// SP-5: the savepoint is written, but a task fails on its way to the end: the savepoint stays, the job starts again.
#[test]
fn a_task_that_fails_after_the_savepoint_restarts_the_job() {
    let mut input = summing();
    let uid = input.scenario.operators[1].uid.clone();
    input.scenario.faults = vec![FaultPoint {
        operator: uid,
        subtask: None,
        at: FaultAt::Checkpoint { phase: FaultPhase::Notify, id: Some(1), slow_ms: None },
        times: Some(1),
        message: "commit refused".into(),
    }];
    input.commands.when = vec![when(Condition::Records { operator: head(&input), count: 3 }, stop(false))];
    let run = run(input);
    assert!(run.has(|fact| matches!(fact, Fact::GlobalFailure { cause } if cause.class.ends_with("StopWithSavepointStoppingException"))));
    assert_eq!(run.engine.coordinator().savepoints.len(), 1);
    assert_eq!(run.outcome.job_status, "RUNNING");
}

/// A slowed operator takes its time until it is released again.
#[test]
fn an_operator_can_be_slowed_down() {
    let mut input = summing();
    let uid = input.scenario.operators[1].uid.clone();
    let slow = |ms| Action::SlowDown { operator: uid.clone(), subtask: None, ms };
    let plain = run(input.clone());
    input.commands.when = vec![when(Condition::Elapsed(0), slow(20_000))];
    let slowed = run(input);
    let records = |run: &Run| run.facts.iter().filter(|fact| matches!(fact, Fact::RowPrinted { .. })).count();
    assert!(records(&slowed) < records(&plain), "{} {}", records(&slowed), records(&plain));
}

/// The console shows Flink's own lines.
#[test]
fn the_console_says_what_flink_says() {
    let mut input = summing();
    input.commands.when = vec![when(Condition::Records { operator: head(&input), count: 3 }, stop(true))];
    let run = run(input);
    let names = Names::of(run.engine.input(), run.engine.graph(), &run.engine.storage().job_id);
    let mut transcript = Transcript::default();
    transcript.extend(run.engine.trace(), &names);
    let logged = |part: &str| {
        transcript.rows.iter().any(|row| matches!(&row.text, ConsoleText::Log(line) if line.text.contains(part)))
    };
    assert!(logged("Triggering stop-with-savepoint for job"));
    assert!(logged(
        "(type=SavepointType{name='Terminate Savepoint', postCheckpointAction=TERMINATE, formatType=NATIVE})"
    ));
    assert!(logged("Completed checkpoint 1 for job"));
    assert!(logged("reached terminal state FINISHED."));
}
