//! The checkpoint coordinator, rule by rule, as a trace and the statistics tell them (CP, CS, BR). What `tests/engine.rs` and
//! the recorded runs show already is not repeated here.

use checkpoint_lab::base::{ChannelId, CheckpointId, SimTime, SubtaskId};
use checkpoint_lab::engine::CheckpointStatus;
use checkpoint_lab::scenario::{
    Action, CheckpointStorage, CheckpointingMode, Commands, FaultPhase, OperatorKind, Retention, Scenario, Stmt,
    TimedAction,
};
use checkpoint_lab::trace::{AbortReason, Fact, JobStatus, RefusalReason};

mod jobs;

use jobs::{
    Outcome, checkpoint_fault, fixed_delay, gaps, job, periodic, run, run_for, run_until, source, start, two_sources,
};

fn at(ms: u64, action: Action) -> Commands {
    Commands { at: vec![TimedAction { at: SimTime::from_millis(ms), action }], when: Vec::new(), script: Vec::new() }
}

fn count(outcome: &Outcome, wanted: impl Fn(&Fact) -> bool) -> usize {
    outcome.facts().filter(|fact| wanted(fact)).count()
}

/// Facts of a kind, with their moments in milliseconds.
fn moments(outcome: &Outcome, wanted: impl Fn(&Fact) -> bool) -> Vec<u64> {
    outcome.trace.iter().filter(|event| wanted(&event.fact)).map(|event| event.at.millis()).collect()
}

/// An endless job whose source fails at a moment, once.
fn failing_at(interval_ms: u64, ms: u64) -> (Scenario, Commands) {
    let mut scenario = periodic(interval_ms, 0);
    scenario.operators[0].kind = source("rows", false, 100);
    scenario.data = vec![jobs::rows("rows", 400)];
    scenario.restart = fixed_delay(3, 500);
    (scenario, at(ms, Action::Fail { operator: "op".into(), subtask: None, message: "by hand".into() }))
}

/// CP-1: the interval is never shorter than the pause.
#[test]
fn the_pause_stretches_the_interval() {
    let mut scenario = periodic(100, 0);
    scenario.checkpointing.min_pause_ms = 1_000;
    let outcome = run_for(scenario, 12);
    assert!(gaps(&outcome.triggers()).iter().all(|gap| *gap >= 1_000), "{:?}", outcome.triggers());
}

/// CP-2, CP-3: the scheduler stops when the job leaves RUNNING and begins anew, with a delay of its own, when it is back.
#[test]
fn the_rhythm_begins_anew_after_a_restart() {
    let (scenario, commands) = failing_at(1_000, 5_000);
    let outcome = run_until(scenario, commands, 3, SimTime::from_millis(12_000));
    let starts: Vec<u64> = outcome
        .facts()
        .filter_map(|fact| match fact {
            Fact::SchedulerStarted { first } => Some(first.millis()),
            _ => None,
        })
        .collect();
    assert_eq!(starts.len(), 2);
    assert_ne!(starts[0], starts[1]);
    let (stopped, started) = (
        moments(&outcome, |fact| matches!(fact, Fact::SchedulerStopped)),
        moments(&outcome, |fact| matches!(fact, Fact::SchedulerStarted { .. })),
    );
    let down = stopped[0]..started[1];
    assert!(outcome.triggers().iter().all(|trigger| !down.contains(trigger)));
    assert!(outcome.triggers().iter().any(|trigger| *trigger > started[1]));
}

/// CP-6: a thousand requests may wait; the next periodic one is dropped.
#[test]
fn the_queue_of_requests_has_an_end() {
    let mut scenario = periodic(10, 0);
    scenario.checkpointing.timeout_ms = 60_000;
    scenario.faults = vec![checkpoint_fault(FaultPhase::Async, Some(1), Some(1), Some(15_000))];
    let outcome = run_for(scenario, 14);
    assert_eq!(outcome.engine.coordinator().queue.len(), 1_000);
    let full = count(&outcome, |fact| {
        matches!(fact, Fact::TriggerRefused { reason: RefusalReason::TooManyCheckpointRequests, .. })
    });
    let counts = outcome.engine.coordinator().counts;
    assert!(full == 0 || counts.failed == 0, "a dropped request touches no counter");
}

/// CP-10: a pause does not keep checkpoints from overlapping: it only looks at the last completion.
#[test]
fn a_pause_does_not_mean_one_at_a_time() {
    let mut scenario = periodic(300, 0);
    (scenario.checkpointing.min_pause_ms, scenario.checkpointing.max_concurrent) = (100, 3);
    scenario.faults = vec![checkpoint_fault(FaultPhase::Async, None, None, Some(1_000))];
    let outcome = run_for(scenario, 2);
    assert!(outcome.engine.coordinator().pending.len() > 1);
}

/// CP-13, CP-16: ids begin at 1, one more for each attempt, and are never used again, also not after a restart.
#[test]
fn ids_are_never_used_again() {
    let (mut scenario, commands) = failing_at(400, 3_000);
    scenario.checkpointing.tolerable_failed = 9;
    scenario.faults = vec![checkpoint_fault(FaultPhase::Async, Some(2), Some(1), None)];
    let outcome = run_until(scenario, commands, 1, SimTime::from_millis(8_000));
    let ids: Vec<u64> = outcome
        .facts()
        .filter_map(|fact| match fact {
            Fact::CheckpointTriggered { checkpoint, .. } => Some(checkpoint.0),
            _ => None,
        })
        .collect();
    assert!(ids.len() > 10 && ids.iter().copied().eq(1..=ids.len() as u64), "{ids:?}");
    assert_eq!(outcome.aborted()[0].0, 2);
}

/// CP-18: a checkpoint completes when the last subtask has acknowledged, not before.
#[test]
fn every_subtask_has_to_acknowledge() {
    let mut scenario = periodic(500, 0);
    (scenario.chaining, scenario.parallelism) = (false, 2);
    let OperatorKind::Source(reader) = &mut scenario.operators[0].kind else { unreachable!("it is a source") };
    reader.partitions = 2;
    let outcome = run_for(scenario, 3);
    let facts: Vec<&Fact> = outcome.facts().collect();
    let completed =
        facts.iter().position(|fact| matches!(fact, Fact::CheckpointCompleted { .. })).expect("it completes");
    let done: Vec<(u32, u32)> = facts[..completed]
        .iter()
        .filter_map(|fact| match fact {
            Fact::CheckpointAcknowledged { checkpoint: CheckpointId(1), done, of, .. } => Some((*done, *of)),
            _ => None,
        })
        .collect();
    assert_eq!(done, (1..=6).map(|done| (done, 6)).collect::<Vec<_>>());
}

/// CP-17, CP-19: what comes after the timeout is discarded.
#[test]
fn a_late_acknowledgement_changes_nothing() {
    let mut scenario = periodic(500, 0);
    (scenario.checkpointing.timeout_ms, scenario.checkpointing.tolerable_failed) = (300, 9);
    // The abort is told at once, but what is being written is written.
    scenario.cluster.latencies.rpc_us = 100_000;
    scenario.faults = vec![checkpoint_fault(FaultPhase::Async, Some(1), Some(1), Some(120))];
    let outcome = run_for(scenario, 4);
    assert_eq!(outcome.aborted()[0], (1, AbortReason::CheckpointExpired, 0));
    assert!(count(&outcome, |fact| matches!(fact, Fact::LateAcknowledge { checkpoint: CheckpointId(1), .. })) > 0);
    let stats = &outcome.engine.coordinator().history[0];
    assert_eq!(stats.status, CheckpointStatus::Failed(AbortReason::CheckpointExpired));
}

/// CP-20: the completion of a newer checkpoint aborts older pending ones and tells the tasks.
#[test]
fn a_newer_checkpoint_subsumes_older_ones() {
    let mut scenario = periodic(300, 0);
    scenario.checkpointing.max_concurrent = 3;
    scenario.checkpointing.tolerable_failed = 0;
    scenario.faults = vec![checkpoint_fault(FaultPhase::Async, Some(1), Some(1), Some(2_000))];
    let outcome = run_for(scenario, 3);
    assert_eq!(outcome.aborted(), [(1, AbortReason::CheckpointSubsumed, 0)]);
    assert!(outcome.global_failures().is_empty(), "being subsumed does not count");
    assert!(count(&outcome, |fact| matches!(fact, Fact::CompletionNotified { .. })) > 0);
}

/// CP-24: which reasons count towards the tolerable failures, and in which words they are told.
#[test]
fn five_reasons_count() {
    use AbortReason::{
        CheckpointAsyncException, CheckpointCoordinatorSuspend, CheckpointDeclined, CheckpointDeclinedSubsumed,
        CheckpointExpired, CheckpointSubsumed, FinalizeCheckpointFailure, IoException, JobFailoverRegion, TaskFailure,
    };
    for counts in
        [IoException, CheckpointAsyncException, CheckpointExpired, CheckpointDeclined, FinalizeCheckpointFailure]
    {
        assert!(counts.counts(), "{counts:?}");
    }
    for other in
        [CheckpointSubsumed, CheckpointDeclinedSubsumed, CheckpointCoordinatorSuspend, JobFailoverRegion, TaskFailure]
    {
        assert!(!other.counts(), "{other:?}");
    }
    assert_eq!(CheckpointExpired.message(), "Checkpoint expired before completing.");
    assert_eq!(CheckpointAsyncException.message(), "Asynchronous task checkpoint failed.");
}

/// CP-23: a failure that is not newer than the last success is ignored.
#[test]
fn old_failures_do_not_count() {
    let mut scenario = periodic(300, 0);
    (scenario.checkpointing.max_concurrent, scenario.checkpointing.timeout_ms) = (2, 1_000);
    scenario.faults = vec![checkpoint_fault(FaultPhase::Async, Some(1), Some(1), Some(5_000))];
    let outcome = run_for(scenario, 4);
    assert!(outcome.engine.coordinator().counts.completed > 3);
    assert_eq!(outcome.engine.coordinator().failures, 0);
}

/// CP-31: with the feature off no checkpoint is taken after a task has finished.
#[test]
fn without_the_feature_a_finished_task_ends_all_checkpoints() {
    let mut scenario = two_sources(CheckpointingMode::ExactlyOnce);
    scenario.data[1] = jobs::rows("b", 4);
    scenario.checkpointing.interval_ms = Some(300);
    scenario.checkpointing.after_tasks_finish = false;
    let outcome = run(scenario);
    assert_eq!(outcome.status(), JobStatus::Finished);
    let refused = moments(&outcome, |fact| {
        matches!(fact, Fact::TriggerRefused { reason: RefusalReason::NotAllRequiredTasksRunning, .. })
    });
    let finished = moments(
        &outcome,
        |fact| matches!(fact, Fact::TaskStateChanged { subtask: SubtaskId(1), to, .. } if to.is_terminal()),
    );
    assert!(refused.iter().filter(|at| **at > finished[0]).count() > 5);
    assert!(outcome.triggers().iter().all(|trigger| *trigger <= finished[0]));
}

/// CP-35: as many are kept as `num-retained` says, the newest ones; CP-36: the newest is restored.
#[test]
fn the_newest_checkpoints_are_kept() {
    for retained in [1_u32, 3] {
        let (mut scenario, commands) = failing_at(400, 4_000);
        scenario.checkpointing.num_retained = retained;
        let outcome = run_until(scenario, commands, 1, SimTime::from_millis(8_000));
        let kept: Vec<u64> = outcome.engine.coordinator().completed.iter().map(|kept| kept.id.0).collect();
        assert_eq!(kept.len(), retained as usize);
        assert!(kept.windows(2).all(|pair| pair[0] < pair[1]));
        let newest =
            outcome.facts().take_while(|fact| !matches!(fact, Fact::RestartScheduled { .. })).filter_map(|fact| {
                match fact {
                    Fact::CheckpointCompleted { checkpoint, .. } => Some(checkpoint.0),
                    _ => None,
                }
            });
        assert_eq!(outcome.restores().last().copied().flatten(), newest.last());
    }
}

/// CS-3, CS-4: a job has a directory of its own, with a directory for each checkpoint.
#[test]
fn a_job_writes_below_its_own_id() {
    let mut scenario = periodic(500, 0);
    scenario.checkpointing.storage = CheckpointStorage::FileSystem { dir: "file:///tmp/checkpoints".into() };
    let listing = |seed| {
        let outcome = run_until(scenario.clone(), Commands::default(), seed, SimTime::from_millis(4_000));
        (outcome.engine.storage().job_id.clone(), outcome.engine.storage().listing())
    };
    let (job, files) = listing(1);
    assert_eq!(job.len(), 32);
    assert!(
        files.iter().any(|file| file.starts_with(&format!("{job}/chk-")) && file.ends_with("/_metadata")),
        "{files:?}"
    );
    assert!(files.contains(&format!("{job}/shared")) && files.contains(&format!("{job}/taskowned")));
    assert_ne!(listing(2).0, job, "another submission is another job");
}

/// CS-8: what is left in the directory when a job is cancelled or fails.
#[test]
fn retention_says_what_outlives_the_job() {
    use Retention::{DeleteOnCancellation, NoExternalizedCheckpoints, RetainOnCancellation};
    let kept = |retention, cancel: bool| {
        let (mut scenario, fail) = failing_at(400, 4_000);
        scenario.checkpointing.storage = CheckpointStorage::FileSystem { dir: "file:///tmp/checkpoints".into() };
        scenario.checkpointing.retention = retention;
        scenario.restart = fixed_delay(0, 0);
        let commands = if cancel { at(4_000, Action::Cancel) } else { fail };
        let outcome = run_until(scenario, commands, 1, SimTime::from_millis(9_000));
        assert_eq!(outcome.status(), if cancel { JobStatus::Canceled } else { JobStatus::Failed });
        !outcome.engine.storage().checkpoints.is_empty()
    };
    let table = [
        (NoExternalizedCheckpoints, [false, false]),
        (DeleteOnCancellation, [true, false]),
        (RetainOnCancellation, [true, true]),
    ];
    for (retention, expected) in table {
        assert_eq!([kept(retention, false), kept(retention, true)], expected, "{retention:?}: FAILED, CANCELED");
    }
}

/// BR-1, BR-3: a task's barrier leaves before its own snapshot is taken, behind all earlier records of each channel.
#[test]
fn the_barrier_leaves_before_the_snapshot() {
    let outcome = run_for(two_sources(CheckpointingMode::ExactlyOnce), 4);
    let facts: Vec<&Fact> = outcome.facts().collect();
    for at in (0..facts.len()).filter(|at| matches!(facts[*at], Fact::SnapshotTaken { subtask: SubtaskId(0), .. })) {
        let Fact::SnapshotTaken { checkpoint, .. } = facts[at] else { unreachable!("just asked") };
        let sent = |fact: &&&Fact| matches!(fact, Fact::BarrierSent { checkpoint: sent, .. } if sent == checkpoint);
        assert!(facts[..at].iter().any(|fact| sent(&fact)), "{checkpoint}");
    }
    let of_channel = |channel: ChannelId| {
        let sent = facts.iter().filter_map(move |fact| match fact {
            Fact::RecordSent { channel: at, .. } if *at == channel => Some('r'),
            Fact::BarrierSent { channel: at, .. } if *at == channel => Some('b'),
            _ => None,
        });
        sent.collect::<String>()
    };
    assert!(of_channel(ChannelId(0)).contains("rb") && of_channel(ChannelId(0)).contains("br"));
}

/// BR-6, BR-13: a checkpoint that was aborted before its barrier came is passed over, with a cancel marker downstream.
#[test]
fn an_aborted_checkpoint_is_passed_over() {
    let mut scenario = two_sources(CheckpointingMode::ExactlyOnce);
    scenario.checkpointing.timeout_ms = 150;
    scenario.checkpointing.tolerable_failed = 99;
    scenario.chaining = false;
    let commands = Commands {
        at: vec![
            TimedAction { at: SimTime::from_millis(900), action: Action::Hold { source: "b".into(), on: true } },
            TimedAction { at: SimTime::from_millis(2_600), action: Action::Hold { source: "b".into(), on: false } },
        ],
        script: Vec::new(),
        when: Vec::new(),
    };
    let outcome = run_until(scenario, commands, 1, SimTime::from_millis(10_000));
    assert!(outcome.aborted().iter().any(|(_, reason, _)| *reason == AbortReason::CheckpointExpired));
    assert!(count(&outcome, |fact| matches!(fact, Fact::CancelMarkerReceived { .. })) > 0);
    assert_eq!(outcome.status(), JobStatus::Finished);
}

/// BR-14, BR-15: what a subtask and a checkpoint report about their times.
#[test]
fn times_add_up() {
    let outcome = run_for(two_sources(CheckpointingMode::ExactlyOnce), 4);
    let completed =
        outcome.engine.coordinator().history.iter().filter(|stats| stats.status == CheckpointStatus::Completed);
    let mut seen = 0;
    for stats in completed {
        let latest = stats.latest_ack.expect("it was acknowledged");
        for (subtask, part) in stats.parts.iter() {
            let timing = &part.timing;
            let end_to_end = timing.acknowledged_at.since(stats.triggered_at);
            let sum = timing.start_delay + timing.alignment + timing.sync + timing.async_part;
            assert!(sum <= end_to_end, "subtask {subtask:?}");
            assert!(end_to_end <= latest.since(stats.triggered_at));
            if subtask.index() < 2 {
                assert_eq!(timing.alignment.micros(), 0, "a source aligns nothing");
            }
            seen += 1;
        }
        assert!(stats.duration.expect("it completed") >= latest.since(stats.triggered_at));
    }
    assert!(seen > 4);
}

/// RS-4, CP-26: a failure that a restart has overtaken restarts nothing.
#[test]
fn a_failure_while_restarting_is_met_once() {
    let (scenario, _) = failing_at(400, 0);
    let mut engine = start(scenario);
    engine.run_until(SimTime::from_millis(2_000), u64::MAX);
    assert!(engine.fail_now(SubtaskId(0), "first"));
    assert!(!engine.fail_now(SubtaskId(0), "again"), "its attempt is over");
    engine.run_until(SimTime::from_millis(6_000), u64::MAX);
    assert_eq!(engine.job().restarts, 1);
}

/// BR-2: a trigger waits until the record in hand has passed the whole chain.
#[test]
fn a_trigger_waits_for_the_record_in_hand() {
    let mut scenario = job(8);
    scenario.operators[1].kind = jobs::pass(vec![Stmt::Sleep { ms: 700 }]);
    scenario.checkpointing.interval_ms = Some(500);
    let outcome = run_for(scenario, 8);
    let (mut emitted, mut printed, mut snapshots) = (0, 0, 0);
    for fact in outcome.facts() {
        match fact {
            Fact::RecordEmitted { .. } => emitted += 1,
            Fact::RowPrinted { .. } => printed += 1,
            Fact::SnapshotStarted { .. } => {
                assert_eq!(emitted, printed, "a record is in the chain");
                snapshots += 1;
            }
            _ => {}
        }
    }
    assert!(snapshots > 5);
}

/// SB-1: on the heap every checkpoint is full: state that does not change is written again and again.
#[test]
fn the_heaps_checkpoints_are_full() {
    let outcome = run_for(periodic(500, 0), 6);
    let sizes: Vec<u64> = outcome
        .facts()
        .filter_map(|fact| match fact {
            Fact::CheckpointCompleted { bytes, .. } => Some(*bytes),
            _ => None,
        })
        .collect();
    assert!(sizes.len() > 5 && sizes[0] > 0 && sizes.iter().all(|size| *size == sizes[0]), "{sizes:?}");
}
