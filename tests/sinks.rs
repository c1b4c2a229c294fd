//! Sinks with a store, against Flink's rules: what readers outside see, whatever fails (EO-2 to EO-8). The order of a sink's
//! calls is held in `tests/conformance.rs`.

use std::collections::BTreeMap;

use checkpoint_lab::base::{OperatorIndex, SimTime};
use checkpoint_lab::engine::{Store, TransactionState};
use checkpoint_lab::scenario::{
    Action, Checkpointing, Commands, CommitterSink, DeliveryGuarantee, FaultAt, FaultPhase, FaultPoint, IssueKind,
    KafkaSink, Mend, OperatorKind, Scenario, Sink, TimedAction, UpsertSink, presets,
};
use checkpoint_lab::trace::{CommitEffect, Fact, JobStatus};

mod jobs;

use jobs::{Outcome, fixed_delay, job, on_record, run, run_until, source};

const ROWS: i64 = 12;

/// Source → op → sink over twelve rows, one each 100 ms, a checkpoint each 300 ms, three restarts.
fn into(sink: Sink) -> Scenario {
    let mut scenario = job(ROWS);
    scenario.operators[0].kind = source("rows", true, 100);
    scenario.operators[2].kind = OperatorKind::Sink(sink);
    scenario.checkpointing = Checkpointing { interval_ms: Some(300), ..Checkpointing::default() };
    scenario.restart = fixed_delay(3, 200);
    scenario
}

fn kafka(timeout_ms: u64) -> Sink {
    Sink::Kafka(KafkaSink { transaction_timeout_ms: timeout_ms, ..KafkaSink::default() })
}

/// A commit of the sink fails once.
fn commit_fails(scenario: &mut Scenario, phase: FaultPhase) {
    scenario.faults.push(FaultPoint {
        operator: "print".into(),
        subtask: None,
        at: FaultAt::Checkpoint { phase, id: None, slow_ms: None },
        times: Some(1),
        message: "planted".into(),
    });
}

fn store(outcome: &Outcome) -> &Store {
    outcome.engine.outside().store(OperatorIndex(2)).expect("the sink has a store")
}

fn committed(outcome: &Outcome) -> Vec<String> {
    store(outcome).read_committed().into_iter().map(|row| row.text.to_string()).collect()
}

fn all() -> Vec<String> {
    (1..=ROWS).map(|number| number.to_string()).collect()
}

/// Sinks that give each row once, whatever fails.
fn exactly_once() -> Vec<Sink> {
    vec![
        Sink::TwoPhaseCommit,
        Sink::Committer(CommitterSink { idempotent: true }),
        Sink::File,
        kafka(900_000),
        Sink::Xa,
    ]
}

/// EO-4, EO-7: a failure at any moment, and a committed reader sees each row once, in order.
#[test]
fn transactional_sinks_give_each_row_once_whenever_the_job_fails() {
    for sink in exactly_once() {
        for at in (60..1_800).step_by(43) {
            let fail = Action::Fail { operator: "op".into(), subtask: None, message: "planted".into() };
            let command = TimedAction { at: SimTime::from_millis(at), action: fail };
            let commands = Commands { at: vec![command], when: Vec::new(), script: Vec::new() };
            let outcome = run_until(into(sink.clone()), commands, at, SimTime::from_millis(60_000));
            assert_eq!(outcome.status(), JobStatus::Finished, "{sink:?} failing at {at} ms");
            assert_eq!(committed(&outcome), all(), "{sink:?} failing at {at} ms");
        }
    }
}

/// EO-2, EO-3: commits that fail before or after they took effect are made again, and change nothing then.
#[test]
fn a_commit_that_fails_is_made_again_after_the_restore() {
    for sink in exactly_once() {
        for phase in [FaultPhase::Commit, FaultPhase::CommitDone] {
            let mut scenario = into(sink.clone());
            commit_fails(&mut scenario, phase);
            let outcome = run(scenario);
            assert_eq!((outcome.status(), outcome.delays().len()), (JobStatus::Finished, 1), "{sink:?}");
            assert_eq!(committed(&outcome), all(), "{sink:?}, {phase:?}");
        }
    }
}

/// EO-3: a committer that is not idempotent commits a batch twice.
#[test]
fn a_committer_that_is_not_idempotent_duplicates() {
    let mut scenario = into(Sink::Committer(CommitterSink { idempotent: false }));
    commit_fails(&mut scenario, FaultPhase::CommitDone);
    let outcome = run(scenario);
    let twice = store(&outcome).duplicates();
    assert!(twice > 0);
    assert_eq!(committed(&outcome).len() as u64, ROWS as u64 + twice);
}

/// EO-4: nothing becomes visible before its checkpoint is complete.
#[test]
fn rows_are_visible_only_after_a_completed_checkpoint() {
    for sink in exactly_once() {
        let outcome = run(into(sink.clone()));
        let (mut completed, mut prepared) = (0, BTreeMap::new());
        for fact in outcome.facts() {
            match fact {
                Fact::CheckpointCompleted { checkpoint, .. } => completed = checkpoint.0,
                Fact::TransactionPrepared { transaction, checkpoint, .. } => {
                    prepared.insert(*transaction, checkpoint.map_or(0, |checkpoint| checkpoint.0));
                }
                Fact::TransactionCommitted { transaction, .. } => {
                    assert!(completed > 0 && prepared[transaction] <= completed, "{sink:?}");
                }
                _ => {}
            }
        }
        assert_eq!(completed > 2, !prepared.is_empty(), "{sink:?}");
    }
}

/// EO-2, CP-33: without checkpointing a two-phase sink never commits, while a committer does at the end of the input (EO-3).
#[test]
fn without_checkpoints_only_committers_commit() {
    for sink in exactly_once() {
        let mut scenario = into(sink.clone());
        scenario.checkpointing.interval_ms = None;
        let outcome = run(scenario);
        assert_eq!(outcome.status(), JobStatus::Finished);
        let expected = if matches!(sink, Sink::TwoPhaseCommit | Sink::Xa) { Vec::new() } else { all() };
        assert_eq!(committed(&outcome), expected, "{sink:?}");
    }
}

/// EO-5: a transaction that the broker takes back after it was prepared is lost, though its checkpoint is complete.
#[test]
fn a_transaction_that_times_out_loses_rows() {
    let mut scenario = into(kafka(900));
    scenario.restart = fixed_delay(3, 2_000);
    commit_fails(&mut scenario, FaultPhase::Commit);
    let outcome = run(scenario.clone());
    assert_eq!(outcome.status(), JobStatus::Finished, "the job does not notice");
    let lost: Vec<String> = store(&outcome).lost().into_iter().map(|row| row.text.to_string()).collect();
    assert!(!lost.is_empty());
    let mut seen = committed(&outcome);
    seen.extend(lost);
    seen.sort_by_key(|row| row.parse::<i64>().unwrap_or(0));
    assert_eq!(seen, all(), "the others are there once");
    let is_lost = |fact: &Fact| matches!(fact, Fact::TransactionCommitted { effect: CommitEffect::Lost, .. });
    assert!(outcome.facts().any(is_lost));
    scenario.operators[2].kind = OperatorKind::Sink(kafka(900_000));
    assert_eq!(committed(&run(scenario)), all(), "a longer timeout loses nothing");
}

/// EO-5: a timeout above the broker's is refused at every start, and named at the field with a mend.
#[test]
fn a_broker_refuses_a_timeout_above_its_own() {
    let scenario = into(kafka(3_600_000));
    let outcome = run(scenario.clone());
    assert_eq!((outcome.status(), outcome.delays().len()), (JobStatus::Failed, 3));
    assert!(outcome.engine.job().failure[1].contains("transaction.max.timeout.ms"));
    let issues = scenario.issues();
    let issue = issues.iter().find(|issue| matches!(issue.kind, IssueKind::TransactionTimeoutAboveBroker { .. }));
    assert_eq!(issue.and_then(|issue| issue.mend()), Some(Mend::Set(900_000)));
}

/// EO-2, EO-5: a reader of committed rows waits for every older transaction that is undecided.
#[test]
fn an_open_transaction_holds_back_readers_of_a_topic() {
    let mut scenario = into(kafka(900_000));
    commit_fails(&mut scenario, FaultPhase::Commit);
    scenario.restart = fixed_delay(3, 2_000);
    let outcome = run_until(scenario, Commands::default(), 0, SimTime::from_millis(2_000));
    let store = store(&outcome);
    assert!(store.tally(TransactionState::Prepared).0 > 0);
    assert_eq!(store.read_committed().len(), 0);
    assert!(!store.read_uncommitted().is_empty(), "others see what is not committed");
}

/// EO-6, EO-7: without transactions rows come again; written over by key they do not.
#[test]
fn at_least_once_repeats_and_an_upsert_writes_over() {
    let plain = KafkaSink { guarantee: DeliveryGuarantee::AtLeastOnce, ..KafkaSink::default() };
    let failing = |sink| {
        let mut scenario = into(sink);
        scenario.faults.push(on_record(7, Some(1)));
        scenario.checkpointing.interval_ms = Some(500);
        run(scenario)
    };
    let repeated = failing(Sink::Kafka(plain));
    assert!(store(&repeated).duplicates() > 0);
    let upserted = failing(Sink::Upsert(UpsertSink { key: 0 }));
    assert!(store(&upserted).log.len() > ROWS as usize, "rows were written again");
    assert_eq!((store(&upserted).duplicates(), committed(&upserted).len()), (0, ROWS as usize));
}

/// EO-3: the file that a failed attempt was writing stays behind, hidden.
#[test]
fn files_of_a_failed_attempt_stay_behind() {
    let mut scenario = into(Sink::File);
    scenario.faults.push(on_record(7, Some(1)));
    let outcome = run(scenario);
    assert_eq!(committed(&outcome), all());
    assert!(store(&outcome).tally(TransactionState::Orphaned).0 <= 1);
    assert_eq!(store(&outcome).tally(TransactionState::Open).0, 0);
}

/// EO-8: a bad record goes to a side output and into a store of its own; nothing fails.
#[test]
fn dead_letters_do_not_fail_the_job() {
    let outcome = run(presets::dead_letters());
    assert_eq!((outcome.status(), outcome.delays().len()), (JobStatus::Finished, 0));
    let stores: Vec<usize> = outcome.engine.outside().stores().map(|(_, store)| store.read_committed().len()).collect();
    assert_eq!(stores, [1], "one record is bad");
    assert_eq!(outcome.texts().len(), 11, "the others are printed");
}

/// EO-6, EO-7: one failure, three sinks beside each other.
#[test]
fn the_comparison_of_sinks_shows_its_point() {
    let outcome = run(presets::end_to_end());
    assert_eq!((outcome.status(), outcome.delays().len()), (JobStatus::Finished, 1));
    assert!(outcome.texts().len() > 12, "print repeats");
    for (_, store) in outcome.engine.outside().stores() {
        assert_eq!((store.read_committed().len(), store.duplicates()), (12, 0));
    }
}

/// EO-5.
#[test]
fn the_lost_transaction_is_lost() {
    let outcome = run(presets::transaction_timeout());
    let lost: usize = outcome.engine.outside().stores().map(|(_, store)| store.lost().len()).sum();
    assert!(lost > 0 && outcome.status() == JobStatus::Finished);
}
