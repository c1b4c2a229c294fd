//! What holds for every run: random jobs, settings, faults and commands.
//!
//! The random runs are the same ones each time. `PROPTEST_RNG_SEED=7 PROPTEST_CASES=2000 cargo test --test properties`
//! tries others, and more of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use checkpoint_lab::base::{SimTime, Value};
use checkpoint_lab::engine::outcome::{LiveState, Outcome, Replay};
use checkpoint_lab::engine::{Engine, Stop};
use checkpoint_lab::scenario::{CheckpointingMode, RunInput, Severity, from_json};
use checkpoint_lab::trace::{ExecutionState, Fact, line};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngSeed, TestError, TestRunner};

mod random_runs;

use random_runs::{KeyedJob, keyed_job, runs};

/// Simulated time that a run gets, and the events that it may need for it.
const HORIZON: SimTime = SimTime::from_millis(20_000);
const BUDGET: u64 = 3_000_000;
/// Checking every event is slow; this many are enough to get past restarts and checkpoints.
const CHECKED_EVENTS: u64 = 6_000;

fn config() -> ProptestConfig {
    let default = ProptestConfig::default();
    let rng_seed = match default.rng_seed {
        RngSeed::Random => RngSeed::Fixed(20_261_122),
        given => given,
    };
    ProptestConfig { cases: cases(400), failure_persistence: None, rng_seed, ..default }
}

fn cases(default: u32) -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(default)
}

fn is_valid(input: &RunInput) -> bool {
    input.issues().iter().all(|issue| issue.severity() != Severity::Error)
}

fn start(input: &RunInput) -> Engine {
    Engine::new(Arc::new(input.clone()))
}

fn trace_text(engine: &Engine) -> String {
    engine.trace().iter().map(|event| line(event) + "\n").collect()
}

/// Tries a property on many values. The smallest value for which it does not hold is kept as a file that the page opens.
fn hold<T: Clone + std::fmt::Debug>(
    values: impl Strategy<Value = T>,
    run: impl Fn(&T) -> RunInput,
    property: impl Fn(T) -> Result<(), TestCaseError>,
) {
    match TestRunner::new(config()).run(&values, property) {
        Ok(()) => {}
        Err(TestError::Fail(why, value)) => {
            let thread = std::thread::current();
            let name = thread.name().unwrap_or("property").replace(':', "_");
            let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.json"));
            std::fs::write(&file, run(&value).to_json()).expect("the run can be written");
            panic!("{why}\nThe page opens the smallest run that shows it: {}", file.display());
        }
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
}

/// No run that passes validation panics or goes past its budget; its trace is the same every time; and a run that went
/// through JSON is the same run.
#[test]
fn a_run_is_a_pure_function_of_its_input() {
    hold(runs(), RunInput::clone, |input| {
        prop_assume!(is_valid(&input));
        let mut first = start(&input);
        prop_assert_ne!(first.run_until(HORIZON, BUDGET), Stop::BudgetSpent, "at {} s", first.now());
        let read = from_json(&input.to_json());
        prop_assert_eq!(read.as_ref(), Ok(&input));
        let mut second = start(&read.expect("just compared"));
        second.run_until(HORIZON, BUDGET);
        prop_assert_eq!(trace_text(&first), trace_text(&second));
        Ok(())
    });
}

/// What must hold inside the engine holds after every event.
#[test]
fn invariants_hold_after_every_event() {
    hold(runs(), RunInput::clone, |input| {
        prop_assume!(is_valid(&input));
        let mut engine = start(&input);
        engine.check_invariants();
        while engine.steps() < CHECKED_EVENTS && engine.now() < HORIZON && engine.step() {
            engine.check_invariants();
        }
        Ok(())
    });
}

/// A clone is a keyframe: from any event on, it does what the run itself does, in steps as in one go.
#[test]
fn a_clone_goes_on_as_the_run_does() {
    hold(
        (runs(), 0u64..4_000),
        |(input, _)| input.clone(),
        |(input, at)| {
            prop_assume!(is_valid(&input));
            let mut straight = start(&input);
            straight.run_until(HORIZON, BUDGET);
            let mut engine = start(&input);
            while engine.steps() < at && engine.next_event_at().is_some_and(|next| next <= HORIZON) && engine.step() {}
            let mut keyframe = engine.clone();
            engine.run_until(HORIZON, BUDGET);
            keyframe.run_until(HORIZON, BUDGET);
            prop_assert_eq!(trace_text(&keyframe), trace_text(&straight));
            prop_assert_eq!(trace_text(&engine), trace_text(&straight));
            let outcome = |engine: &Engine| Outcome::of(engine.input(), engine.graph(), engine.trace());
            prop_assert_eq!(outcome(&keyframe), outcome(&straight));
            Ok(())
        },
    );
}

/// Recording a trace changes nothing.
#[test]
fn a_run_without_a_trace_ends_at_the_same_place() {
    hold(runs(), RunInput::clone, |input| {
        prop_assume!(is_valid(&input));
        let mut with = start(&input);
        let mut without = start(&input);
        without.record_trace(false);
        with.run_until(HORIZON, BUDGET);
        without.run_until(HORIZON, BUDGET);
        prop_assert_eq!(
            (with.now(), with.steps(), with.job().status),
            (without.now(), without.steps(), without.job().status)
        );
        Ok(())
    });
}

/// What a trace says never contradicts itself: time does not go back, states follow one another as in Flink (JS-3), ids
/// have no gaps, counters add up.
#[test]
fn an_outcome_is_consistent() {
    hold(runs(), RunInput::clone, |input| {
        prop_assume!(is_valid(&input));
        let mut engine = start(&input);
        engine.run_until(HORIZON, BUDGET);
        prop_assert!(engine.trace().is_sorted_by_key(|event| (event.at, event.step)));
        for event in engine.trace() {
            if let Fact::TaskStateChanged { from, to, .. } = event.fact {
                prop_assert!(may_follow(from, to), "{} s: {} to {}", event.at, from, to);
            }
        }
        let outcome = Outcome::of(&input, engine.graph(), engine.trace());
        prop_assert_eq!(outcome.job_status.as_str(), engine.job().status.name());
        let counts = outcome.checkpoint_counts;
        prop_assert_eq!(counts.total, counts.completed + counts.failed + counts.in_progress);
        let ids: Vec<u64> = outcome.checkpoints.iter().map(|checkpoint| checkpoint.id).collect();
        prop_assert!(ids.iter().copied().eq(1..=ids.len() as u64), "ids have gaps: {:?}", ids);
        let printed: u64 = outcome.outside.rows.iter().map(|row| row.times).sum();
        let rows: usize = outcome.attempts.iter().flat_map(|attempt| attempt.printed.values()).map(Vec::len).sum();
        prop_assert_eq!(printed, rows as u64);
        Ok(())
    });
}

/// Exactly-once state (EO-1): with a source that can be read again and barriers that align, keyed state after a run
/// with failures is that of a run without.
#[test]
fn failures_leave_no_trace_in_keyed_state() {
    hold(keyed_job(), KeyedJob::troubled, |job| {
        let calm = keyed_state(&job.calm());
        prop_assert_eq!(&keyed_state(&job.troubled()), &calm);
        prop_assert_eq!(calm, job.sums());
        Ok(())
    });
}

/// The ways of a task's states; an attempt that is over is followed by a new one.
fn may_follow(from: ExecutionState, to: ExecutionState) -> bool {
    use ExecutionState::{Canceled, Canceling, Created, Deploying, Failed, Finished, Initializing, Running, Scheduled};
    match to {
        Created => from.is_terminal(),
        Scheduled => from == Created,
        Deploying => from == Scheduled,
        Initializing => from == Deploying,
        Running => from == Initializing,
        Finished => from == Running,
        Canceling => !from.is_terminal() && from != Canceling,
        Canceled => from == Canceling,
        Failed => !from.is_terminal() && from != Canceling,
    }
}

/// The values of all keys at the end of a run, which must finish.
fn keyed_state(input: &RunInput) -> BTreeMap<String, i64> {
    let mut engine = start(input);
    let stop = engine.run_until(SimTime::from_millis(3_600_000), 20_000_000);
    assert_eq!((stop, engine.job().status.name()), (Stop::Quiet, "FINISHED"));
    let mut replay = Replay::new(input, engine.graph());
    engine.trace().iter().for_each(|event| replay.apply(event));
    let mut sums = BTreeMap::new();
    for live in replay.live().values() {
        for state in &live.states {
            if let LiveState::Keyed(values) = state {
                for (key, value) in values {
                    let Value::Long(sum) = value else { panic!("a sum is a number: {value}") };
                    assert!(sums.insert(key.java(), *sum).is_none(), "two subtasks hold key {key}");
                }
            }
        }
    }
    sums
}

/// The same holds at least once where barriers do not align: no key's sum is too small.
#[test]
fn at_least_once_never_loses() {
    hold(keyed_job(), KeyedJob::troubled, |job| {
        let mut input = job.troubled();
        input.scenario.checkpointing.mode = CheckpointingMode::AtLeastOnce;
        let held = keyed_state(&input);
        for (key, sum) in job.sums() {
            prop_assert!(held[&key] >= sum, "key {} holds {} of {}", key, held[&key], sum);
        }
        Ok(())
    });
}

/// The generators make what they are for: most runs are valid, and among them are restarts, completed and failed
/// checkpoints, all endings.
#[test]
fn random_runs_are_worth_it() {
    let mut runner = TestRunner::new(ProptestConfig { cases: 1, ..config() });
    let (mut valid, mut restarted, mut completed, mut failed) = (0, 0, 0, 0);
    let mut endings: BTreeMap<String, u32> = BTreeMap::new();
    for _ in 0..150 {
        let input = runs().new_tree(&mut runner).expect("a run").current();
        if !is_valid(&input) {
            continue;
        }
        let mut engine = start(&input);
        engine.run_until(HORIZON, BUDGET);
        let outcome = Outcome::of(&input, engine.graph(), engine.trace());
        valid += 1;
        restarted += u32::from(outcome.restarts > 0);
        completed += u32::from(outcome.checkpoint_counts.completed > 0);
        failed += u32::from(outcome.checkpoints.iter().any(|checkpoint| checkpoint.status == "FAILED"));
        *endings.entry(outcome.job_status).or_default() += 1;
    }
    assert!(valid > 130, "{valid} of 150 are valid");
    assert!(restarted > 20 && completed > 20 && failed > 20, "{restarted} {completed} {failed}");
    for ending in ["FINISHED", "FAILED", "CANCELED", "RUNNING"] {
        assert!(endings.get(ending).is_some_and(|count| *count > 0), "{endings:?}");
    }
}
