//! The engine against Flink's rules, seen from outside: what a run's trace says. Recorded runs are held in
//! `tests/conformance.rs`; here are the rules that no recording shows alone.

use std::sync::Arc;

use checkpoint_lab::base::{CheckpointId, SimDuration, SimTime, Value, ValueType};
use checkpoint_lab::engine::{Engine, Stop};
use checkpoint_lab::scenario::{
    Action, Api, CheckpointStorage, Checkpointing, CheckpointingMode, Commands, Condition, FaultPhase, Function,
    FunctionKind, OperatorKind, RestartStrategy, RunInput, Source, SourceKind, Step, Stmt, TimedAction, presets,
};
use checkpoint_lab::scenario::{Expr, StateDeclaration, StateKind};
use checkpoint_lab::trace::{AbortReason, Fact, JobStatus, RefusalReason};

mod jobs;

use jobs::{
    Outcome, always_failing, checkpoint_fault, exponential, fixed_delay, gaps, job, on_record, pass, periodic, rows,
    run, run_for, run_until, source, two_sources,
};

// ---- restart strategies (RS)

/// RS-3, RS-5, RS-12: n restarts, and failure n + 1 ends the job with the strategy's own words.
#[test]
fn fixed_delay_gives_as_many_restarts_as_attempts() {
    for attempts in 0..4 {
        let outcome = run(always_failing(fixed_delay(attempts, 200), 1));
        assert_eq!(outcome.status(), JobStatus::Failed);
        assert_eq!(outcome.delays(), vec![200; attempts as usize]);
        let expected = format!(
            "org.apache.flink.runtime.JobException: Recovery is suppressed by \
             FixedDelayRestartBackoffTimeStrategy(maxNumberRestartAttempts={attempts}, backoffTimeMS=200)"
        );
        assert_eq!(&*outcome.engine.job().failure[0], expected);
    }
}

/// RS-7, RS-8: whole milliseconds, rounded down, never above the largest.
#[test]
fn exponential_delay_grows_as_flink_computes_it() {
    let outcome = run(always_failing(exponential(1_000, 60_000, 1_500, 3_600_000, 0, Some(12)), 1));
    let expected = [1000, 1500, 2250, 3375, 5062, 7593, 11390, 17085, 25628, 38443, 57665, 60000];
    assert_eq!(outcome.delays(), expected);
    assert_eq!(outcome.status(), JobStatus::Failed);
}

/// RS-7, RS-10: the quiet time counts from the planned restart.
#[test]
fn exponential_delay_starts_again_after_a_quiet_time() {
    let outcome = run_for(always_failing(exponential(100, 10_000, 2_000, 1_000, 0, None), 1_200), 9);
    assert!(outcome.delays().len() > 3);
    assert!(outcome.delays().iter().all(|delay| *delay == 100), "{:?}", outcome.delays());
}

/// RS-9.
#[test]
fn jitter_stays_within_a_tenth_and_never_below_the_initial_backoff() {
    let outcome = run(always_failing(exponential(1_000, 60_000, 1_500, 3_600_000, 100, Some(8)), 1));
    let plain = [1000, 1500, 2250, 3375, 5062, 7593, 11390, 17085];
    for (delay, plain) in outcome.delays().into_iter().zip(plain) {
        assert!(delay >= 1_000 && delay.abs_diff(plain) <= plain / 10, "{delay} for {plain}");
    }
    assert_ne!(outcome.delays(), plain, "a jitter that never shows is none");
}

/// RS-6.
#[test]
fn failure_rate_counts_failures_in_its_window() {
    let rate = |max_failures, interval_ms| RestartStrategy::FailureRate { max_failures, interval_ms, delay_ms: 100 };
    let quick = run(always_failing(rate(2, 60_000), 1));
    assert_eq!((quick.status(), quick.delays().len()), (JobStatus::Failed, 2));
    let slow = run_for(always_failing(rate(2, 1_000), 700), 8);
    assert!(!slow.status().is_terminal() && slow.delays().len() > 6, "slower than the rate goes on for ever");
}

/// RS-1, RS-2, RS-11.
#[test]
fn without_a_strategy_checkpointing_decides() {
    let off = run(always_failing(RestartStrategy::NotSet, 1));
    assert_eq!((off.status(), off.delays().len()), (JobStatus::Failed, 0));
    assert!(off.engine.job().failure[0].ends_with("NoRestartBackoffTimeStrategy"));
    let mut on = always_failing(RestartStrategy::NotSet, 1);
    on.checkpointing.interval_ms = Some(10_000);
    let on = run_for(on, 30);
    assert!(!on.status().is_terminal() && on.delays().len() > 3);
}

// ---- the periodic scheduler (CP-1 to CP-9)

/// CP-4, CP-5.
#[test]
fn the_first_trigger_is_random_within_the_interval_and_then_the_rate_is_fixed() {
    let mut firsts = Vec::new();
    for seed in 0..20 {
        let outcome = run_until(periodic(5_000, 0), Commands::default(), seed, SimTime::from_millis(30_000));
        let running = 60;
        let first = outcome.facts().find_map(|fact| match fact {
            Fact::SchedulerStarted { first } => Some(first.millis()),
            _ => None,
        });
        let first = first.expect("the scheduler starts");
        assert!(first <= 5_000);
        let ticks = outcome.triggers();
        assert!(ticks.iter().all(|tick| (tick - running - first) % 5_000 == 0), "{ticks:?} from {first}");
        firsts.push(first);
    }
    firsts.sort_unstable();
    firsts.dedup();
    assert!(firsts.len() > 15, "drawn, not fixed: {firsts:?}");
}

/// CP-8.
#[test]
fn missed_ticks_queue_up_and_checkpoints_run_back_to_back() {
    let outcome = run_for(periodic(1_000, 3_500), 40);
    let gaps = gaps(&outcome.triggers());
    assert!(gaps.iter().all(|gap| (3_500..3_700).contains(gap)), "{gaps:?}");
    let waits: Vec<u64> = outcome
        .facts()
        .filter_map(|fact| match fact {
            Fact::TriggerQueued { waited } => Some(waited.millis()),
            _ => None,
        })
        .collect();
    assert!(waits.len() > 5 && waits.is_sorted(), "{waits:?}");
}

/// CP-7, CP-9.
#[test]
fn min_pause_spaces_checkpoints_from_the_last_completion() {
    let mut scenario = periodic(400, 300);
    scenario.checkpointing.min_pause_ms = 500;
    let gaps = gaps(&run_for(scenario, 20).triggers());
    assert!(gaps.len() > 10 && gaps.iter().all(|gap| (800..900).contains(gap)), "{gaps:?}");
}

/// CP-7.
#[test]
fn as_many_checkpoints_at_once_as_allowed() {
    let mut scenario = periodic(300, 0);
    scenario.checkpointing.max_concurrent = 3;
    scenario.faults.push(checkpoint_fault(FaultPhase::Async, None, None, Some(1_000)));
    let outcome = run_for(scenario, 10);
    let most = outcome.trace.iter().fold((0_i32, 0), |(now, most), event| match event.fact {
        Fact::CheckpointTriggered { .. } => (now + 1, most.max(now + 1)),
        Fact::CheckpointCompleted { .. } | Fact::CheckpointAborted { .. } => (now - 1, most),
        _ => (now, most),
    });
    assert_eq!(most.1, 3);
}

/// CP-14, CP-15, UI-5.
#[test]
fn ticks_before_the_tasks_run_are_refused_and_counted_as_failed() {
    let mut scenario = periodic(50, 0);
    scenario.cluster.latencies.initialize_us = 1_000_000;
    let outcome = run_for(scenario, 2);
    let refused = outcome
        .facts()
        .filter(|fact| matches!(fact, Fact::TriggerRefused { reason: RefusalReason::NotAllRequiredTasksRunning, .. }));
    let refused = refused.count() as u32;
    assert!(refused > 15);
    let counts = outcome.engine.coordinator().counts;
    assert_eq!(counts.failed, refused);
    assert_eq!(counts.total, refused + outcome.triggers().len() as u32);
    assert_eq!(outcome.engine.coordinator().history[0].id, CheckpointId(1), "a refused request takes no id");
}

/// CP-11.
#[test]
fn a_manual_checkpoint_ignores_min_pause() {
    let mut scenario = periodic(3_600_000, 0);
    scenario.checkpointing.min_pause_ms = 3_600_000;
    let at = |ms| TimedAction { at: SimTime::from_millis(ms), action: Action::TriggerCheckpoint };
    let commands = Commands { at: vec![at(1_000), at(1_500)], when: Vec::new(), script: Vec::new() };
    let outcome = run_until(scenario, commands, 0, SimTime::from_millis(5_000));
    assert_eq!(outcome.triggers(), [1_000, 1_500]);
}

// ---- failure accounting (CP-23 to CP-29)

/// CP-17, CP-25, CP-26, CP-27, JS-11.
#[test]
fn one_expired_checkpoint_more_than_tolerated_restarts_the_job() {
    let mut scenario = periodic(2_000, 3_000);
    scenario.checkpointing.timeout_ms = 1_000;
    scenario.checkpointing.tolerable_failed = 1;
    scenario.restart = fixed_delay(1, 100);
    let outcome = run_for(scenario, 12);
    let expired: Vec<_> = outcome.aborted().into_iter().take(2).collect();
    assert_eq!(expired, [(1, AbortReason::CheckpointExpired, 0), (2, AbortReason::CheckpointExpired, 1)]);
    assert!(outcome.global_failures()[0].starts_with("Exceeded checkpoint tolerable failure threshold."));
}

/// CP-25.
#[test]
fn a_success_starts_the_count_of_failures_anew() {
    let mut scenario = periodic(1_000, 0);
    scenario.checkpointing.tolerable_failed = 1;
    for id in [1, 3, 5] {
        scenario.faults.push(checkpoint_fault(FaultPhase::Async, Some(id), None, None));
    }
    let outcome = run_for(scenario, 10);
    assert_eq!(outcome.aborted().len(), 3);
    assert!(outcome.aborted().iter().all(|(_, _, failures)| *failures == 0));
    assert_eq!(outcome.status(), JobStatus::Running);
}

/// CP-28.
#[test]
fn an_exception_while_writing_state_fails_the_checkpoint_not_the_task() {
    let mut scenario = periodic(1_000, 0);
    scenario.checkpointing.tolerable_failed = 1;
    scenario.faults.push(checkpoint_fault(FaultPhase::Async, Some(2), None, None));
    let outcome = run_for(scenario, 5);
    assert_eq!(outcome.aborted(), [(2, AbortReason::CheckpointAsyncException, 0)]);
    assert_eq!(outcome.engine.job().restarts, 0);
}

/// CP-28.
#[test]
fn an_exception_in_the_synchronous_part_fails_the_task_whatever_is_tolerated() {
    let mut scenario = periodic(1_000, 0);
    scenario.checkpointing.tolerable_failed = 5;
    scenario.restart = fixed_delay(1, 100);
    scenario.faults.push(checkpoint_fault(FaultPhase::Sync, Some(2), None, None));
    let outcome = run_for(scenario, 5);
    assert_eq!(outcome.aborted()[0], (2, AbortReason::TaskFailure, 0));
    assert_eq!(outcome.restores(), [None, Some(1)]);
    let next = outcome.engine.coordinator().history[2].id;
    assert_eq!(next, CheckpointId(3), "ids go on after a restart");
}

/// CP-22.
#[test]
fn an_exception_in_a_notification_fails_the_task() {
    let mut scenario = periodic(1_000, 0);
    scenario.restart = fixed_delay(1, 100);
    scenario.faults.push(checkpoint_fault(FaultPhase::Notify, Some(1), None, None));
    let outcome = run_for(scenario, 5);
    assert_eq!(outcome.engine.job().restarts, 1);
    assert_eq!(outcome.restores(), [None, Some(1)], "the checkpoint had completed");
}

/// CP-21, CP-29.
#[test]
fn a_failing_task_takes_its_pending_checkpoint_along() {
    let mut scenario = periodic(1_000, 0);
    scenario.operators[0].kind = source("rows", false, 900);
    scenario.faults.push(on_record(2, Some(1)));
    scenario.faults.push(checkpoint_fault(FaultPhase::Async, None, None, Some(5_000)));
    scenario.restart = fixed_delay(1, 100);
    let outcome = run_for(scenario, 5);
    assert_eq!(outcome.aborted()[0].1, AbortReason::CheckpointCoordinatorSuspend);
}

// ---- storage (CS)

/// CS-1, CS-2.
#[test]
fn the_job_managers_heap_takes_five_mebibytes_from_one_task() {
    let mut scenario = job(6);
    scenario.checkpointing = Checkpointing { interval_ms: Some(60_000), ..Checkpointing::default() };
    let big = "x".repeat(1_000_000);
    scenario.operators[1].kind = OperatorKind::Function(Function {
        on_timer: Vec::new(),
        class: "Hoard".into(),
        kind: FunctionKind::Map,
        fields: Vec::new(),
        states: vec![StateDeclaration {
            name: "all".into(),
            kind: StateKind::OperatorList,
            value_type: ValueType::String,
            initial: Value::Null,
        }],
        body: vec![
            Stmt::Update { state: "all".into(), value: Expr::Constant(Value::text(&big)) },
            Stmt::Emit { value: Expr::Input },
        ],
    });
    let outcome = run_for(scenario.clone(), 10);
    assert_eq!(outcome.aborted()[0].1, AbortReason::CheckpointAsyncException);
    scenario.checkpointing.storage = CheckpointStorage::FileSystem { dir: "file:///tmp/checkpoints".into() };
    assert_eq!(run_for(scenario, 10).status(), JobStatus::Finished, "a directory has room");
}

#[test]
fn a_directory_that_cannot_be_used_fails_the_job_before_any_task_runs() {
    for (dir, expected) in [
        ("/tmp/checkpoints", "The scheme (hdfs://, file://, etc) is null"),
        ("file:///", "Cannot use the root directory for checkpoints."),
        ("s3://bucket/x", "Could not find a file system implementation for scheme 's3'"),
    ] {
        let mut scenario = periodic(1_000, 0);
        scenario.checkpointing.storage = CheckpointStorage::FileSystem { dir: dir.into() };
        let outcome = run_for(scenario, 5);
        assert_eq!(outcome.status(), JobStatus::Failed, "{dir}");
        assert!(outcome.engine.job().failure.iter().any(|cause| cause.contains(expected)), "{dir}");
        assert!(outcome.printed().is_empty());
    }
}

// ---- the end of bounded jobs (CP-33, CP-34)

/// CP-34.
#[test]
fn a_bounded_job_ends_with_a_checkpoint_at_once() {
    let mut scenario = job(3);
    scenario.checkpointing.interval_ms = Some(36_000_000);
    let outcome = run_for(scenario, 5);
    assert_eq!(outcome.status(), JobStatus::Finished);
    assert_eq!(outcome.triggers().len(), 1);
    assert_eq!(outcome.texts(), ["1", "2", "3"]);
}

/// CP-33.
#[test]
fn without_checkpoints_after_the_end_nobody_waits() {
    let mut scenario = job(3);
    scenario.checkpointing.interval_ms = Some(36_000_000);
    scenario.checkpointing.after_tasks_finish = false;
    let outcome = run_for(scenario, 5);
    assert_eq!((outcome.status(), outcome.triggers().len()), (JobStatus::Finished, 0));
}

/// CP-30, CP-32, CP-33.
#[test]
fn a_source_that_ends_early_waits_for_a_checkpoint_and_is_finished_in_later_ones() {
    let mut scenario = two_sources(CheckpointingMode::ExactlyOnce);
    scenario.data[0] = rows("a", 3);
    scenario.operators[1].kind = source("b", true, 200);
    scenario.checkpointing.interval_ms = Some(500);
    let outcome = run_for(scenario, 30);
    assert_eq!(outcome.status(), JobStatus::Finished);
    let mut texts = outcome.texts();
    texts.sort();
    assert_eq!(texts.len(), 3 + 40);
    let smaller = outcome.engine.coordinator().history.iter().filter(|row| row.subtasks == 2).count();
    assert!(smaller > 2, "checkpoints without the finished source");
}

// ---- barriers (BR)

/// BR-4, BR-5, BR-8.
#[test]
fn aligned_barriers_block_their_channel_and_at_least_once_blocks_nothing() {
    let blocked =
        |outcome: &Outcome| outcome.facts().filter(|fact| matches!(fact, Fact::ChannelBlocked { .. })).count();
    let exactly = run_for(two_sources(CheckpointingMode::ExactlyOnce), 20);
    let least = run_for(two_sources(CheckpointingMode::AtLeastOnce), 20);
    assert!(blocked(&exactly) > 0);
    assert_eq!(blocked(&least), 0);
    for outcome in [&exactly, &least] {
        assert_eq!(outcome.status(), JobStatus::Finished);
        assert!(outcome.engine.coordinator().counts.completed > 2);
    }
    let unblocked = exactly.facts().filter(|fact| matches!(fact, Fact::ChannelUnblocked { .. })).count();
    assert_eq!(blocked(&exactly), unblocked);
}

/// BP-1, BP-2.
#[test]
fn a_slow_operator_holds_its_source_back_through_real_buffers() {
    let mut scenario = job(3_000);
    scenario.chaining = false;
    scenario.cluster.segment_size = 256;
    scenario.operators[1].kind = pass(vec![Stmt::Sleep { ms: 1 }]);
    let outcome = run_for(scenario, 20);
    assert_eq!(outcome.status(), JobStatus::Finished);
    assert_eq!(outcome.texts().len(), 3_000);
    let held = outcome.facts().any(|fact| matches!(fact, Fact::BackpressureChanged { on: true, .. }));
    assert!(held, "the source never had to wait");
    let (mut emitted, mut received, mut most) = (0_i64, 0, 0);
    for fact in outcome.facts() {
        match fact {
            Fact::RecordEmitted { .. } => emitted += 1,
            Fact::RecordReceived { operator, .. } if operator.index() == 1 => received += 1,
            _ => {}
        }
        most = most.max(emitted - received);
    }
    // 12 bytes a record, 21 records a segment; 10 buffers at the sender, 2 + 8 at the receiver, one record in hand.
    assert!((200..=21 * 21).contains(&most), "{most} records under way");
}

// ---- restart and replay (JS, SR, EO)

/// CP-36, EO-7, SR-3.
#[test]
fn a_restart_replays_from_the_completed_checkpoint() {
    let mut scenario = job(10);
    scenario.operators[0].kind = source("rows", true, 100);
    scenario.checkpointing.interval_ms = Some(36_000_000);
    scenario.restart = fixed_delay(3, 100);
    scenario.faults.push(on_record(6, Some(1)));
    let script = vec![
        Step::Wait(Condition::Printed { sink: "print".into(), count: 4 }),
        Step::Do(Action::TriggerCheckpoint),
        Step::Wait(Condition::CheckpointDone),
    ];
    let outcome =
        run_until(scenario, Commands { at: Vec::new(), when: Vec::new(), script }, 0, SimTime::from_millis(60_000));
    assert_eq!(outcome.status(), JobStatus::Finished);
    let first: Vec<_> = outcome.printed().into_iter().filter(|(attempt, _)| *attempt == 0).map(|(_, t)| t).collect();
    let second: Vec<_> = outcome.printed().into_iter().filter(|(attempt, _)| *attempt == 1).map(|(_, t)| t).collect();
    assert_eq!(first, ["1", "2", "3", "4", "5", "6"]);
    assert_eq!(second, ["5", "6", "7", "8", "9", "10"]);
}

/// SR-4, SR-7: the counter is a field, so the fifth call of each attempt fails.
#[test]
fn the_java_lab_fails_for_good_wherever_its_checkpoints_fall() {
    for seed in 0..10 {
        let mut scenario = presets::handout();
        scenario.api = Api::Java;
        scenario.data = vec![rows("transactions", 20)];
        let OperatorKind::Source(source) = &mut scenario.operators[0].kind else { unreachable!() };
        source.kind = SourceKind::JavaCollection;
        let outcome = run_until(scenario, Commands::default(), seed, SimTime::from_millis(600_000));
        assert_eq!(outcome.engine.job().restarts, 3, "seed {seed}");
        for attempt in 0..4 {
            let rows: Vec<i64> = outcome
                .printed()
                .iter()
                .filter(|(by, _)| *by == attempt)
                .map(|(_, text)| text.parse().expect("a number"))
                .collect();
            assert_eq!(rows.len(), 4, "the fifth call of each attempt fails");
            assert!(rows.windows(2).all(|pair| pair[1] == pair[0] + 1));
        }
        assert_eq!(outcome.status(), JobStatus::Failed);
    }
}

/// JS-1, JS-6.
#[test]
fn a_job_can_be_cancelled_while_it_waits_for_its_restart() {
    let mut scenario = always_failing(fixed_delay(3, 60_000), 10);
    scenario.checkpointing.interval_ms = Some(1_000);
    let commands = Commands {
        when: Vec::new(),
        at: vec![TimedAction { at: SimTime::from_millis(5_000), action: Action::Cancel }],
        script: Vec::new(),
    };
    let outcome = run_until(scenario, commands, 0, SimTime::from_millis(10_000));
    assert_eq!(outcome.status(), JobStatus::Canceled);
    let history: Vec<_> = outcome
        .facts()
        .filter_map(|fact| match fact {
            Fact::JobStatusChanged { to, .. } => Some(*to),
            _ => None,
        })
        .collect();
    let expected =
        [JobStatus::Created, JobStatus::Running, JobStatus::Restarting, JobStatus::Cancelling, JobStatus::Canceled];
    assert_eq!(history, expected);
}

/// JS-9, RS-4.
#[test]
fn regions_that_fail_together_restart_apart() {
    let mut scenario = job(8);
    scenario.chaining = false;
    scenario.parallelism = 2;
    scenario.operators[0].kind = OperatorKind::Source(Source {
        kind: SourceKind::Log,
        dataset: "rows".into(),
        bounded: true,
        gated: false,
        every_ms: 100,
        partitions: 2,
    });
    scenario.faults = vec![on_record(2, Some(1)), on_record(3, Some(1))];
    scenario.restart = fixed_delay(5, 500);
    let outcome = run_for(scenario, 20);
    assert_eq!(outcome.status(), JobStatus::Finished);
    assert_eq!(outcome.engine.job().restarts, 2, "two regions, two failures");
    let mut texts = outcome.texts();
    texts.sort();
    texts.dedup();
    assert_eq!(texts.len(), 8);
}

// ---- running

#[test]
fn a_run_stops_where_it_is_told_and_goes_on_from_there() {
    let input =
        Arc::new(RunInput { scenario: presets::handout(), seed: 7, commands: Commands::default(), snapshot: None });
    let mut straight = Engine::new(input.clone());
    assert_eq!(straight.run_until(SimTime::MAX, u64::MAX), Stop::Quiet);
    let mut pieces = Engine::new(input);
    let mut trace = Vec::new();
    for at in (0..60_000).step_by(137) {
        let mut fork = pieces.clone();
        let _ = fork.run_until(SimTime::from_millis(at + 5_000), 50);
        let _ = pieces.run_until(SimTime::from_millis(at), u64::MAX);
        trace.append(&mut pieces.take_trace());
    }
    assert!(trace == straight.trace(), "a fork or a stop left a mark");
    assert!(SimDuration::ZERO < straight.now().since(SimTime::ZERO));
}
