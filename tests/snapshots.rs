//! Starting from a snapshot: operator ids, what a start takes over, what keeps a job from starting (KG-5, KG-6, SP-6 to SP-9).

use std::sync::Arc;

use checkpoint_lab::base::{CheckpointId, OperatorId, SimTime};
use checkpoint_lab::engine::Engine;
use checkpoint_lab::engine::outcome::Outcome;
use checkpoint_lab::graph::{ExecutionGraph, id_of_uid};
use checkpoint_lab::scenario::{
    CheckpointStorage, ClaimMode, Retention, RunInput, Scenario, Severity, Snapshot, SourceKind, presets,
};
use checkpoint_lab::trace::Fact;

fn ids(scenario: &Scenario) -> Vec<String> {
    ExecutionGraph::new(scenario).operators.iter().map(|operator| operator.id.to_string()).collect()
}

/// A job whose first three operators are one chain: src → cnt → sink, as recorded.
fn chain(without_uid: bool) -> Scenario {
    let mut scenario = presets::handout();
    for (operator, uid) in scenario.operators.iter_mut().zip(["src", "cnt", "sink"]) {
        operator.without_uid = without_uid;
        for edge in &mut scenario.edges {
            for end in [&mut edge.from, &mut edge.to] {
                if *end == operator.uid {
                    *end = uid.into();
                }
            }
        }
        operator.uid = uid.into();
    }
    scenario.faults.clear();
    scenario
}

/// Recorded in `tests/flink/k5d_uids_map_inserted` and `tests/flink/k5c_no_uids_map_inserted_allow_non_restored`.
#[test]
fn operator_ids_are_flinks() {
    let recorded =
        ["f362c87ffabe89c8a91fa7d0a523ba6c", "f3972bd41bae29c99f67c3c4998870ba", "2e588ce1c86a9d46e2e85186773ce4fd"];
    assert_eq!(ids(&chain(false)), recorded);
    assert_eq!(id_of_uid("extra").to_string(), "12768d937fdeee0d13c3317f2bafabe8");
    let recorded =
        ["cbc357ccb763df2852fee8c4fc7d55f2", "570f707193e0fe32f4d86d067aba243b", "b728d985904d42b0fdd945a9e3253fca"];
    assert_eq!(ids(&chain(true)), recorded);
    let id = id_of_uid("src");
    assert_eq!(OperatorId::from_hex(&id.to_string()), Some(id));
    assert_eq!(OperatorId::from_hex("12"), None);
}

/// The running sum per account, endless enough to be cancelled with a checkpoint that is kept.
fn summing() -> RunInput {
    let mut input = presets::run("keyed-sum").expect("a preset");
    let checkpointing = &mut input.scenario.checkpointing;
    checkpointing.retention = Retention::RetainOnCancellation;
    checkpointing.storage = CheckpointStorage::FileSystem { dir: "file:///tmp/kept".into() };
    checkpointing.interval_ms = Some(1_000);
    input.scenario.cluster.task_managers = 8;
    input
}

/// A checkpoint of a run that is stopped at its first completed one.
fn kept(input: &RunInput) -> Snapshot {
    let mut engine = Engine::new(Arc::new(input.clone()));
    while engine.coordinator().latest().is_none() {
        assert!(engine.step(), "the run ends without a checkpoint");
    }
    let latest = engine.coordinator().latest().expect("one has completed");
    engine.snapshot(latest).expect("it lies in a directory")
}

fn started(mut input: RunInput, snapshot: &Snapshot) -> (Outcome, Vec<Fact>) {
    input.snapshot = Some(Arc::new(snapshot.clone()));
    let errors: Vec<_> = input.issues().into_iter().filter(|issue| issue.severity() == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let input = Arc::new(input);
    let mut engine = Engine::new(input.clone());
    engine.run_until(SimTime::from_millis(600_000), 2_000_000);
    let outcome = Outcome::of(&input, engine.graph(), engine.trace());
    (outcome, engine.take_trace().into_iter().map(|event| event.fact).collect())
}

fn keys_of(facts: &[Fact]) -> u32 {
    let opened = facts.iter().filter_map(|fact| match fact {
        Fact::OperatorOpened { restored_from: Some(_), position: None, values, attempt, .. } if attempt.0 == 0 => {
            Some(*values)
        }
        _ => None,
    });
    opened.sum()
}

/// KG-6, SP-6, CP-16: the same keys arrive whatever the parallelism is, and ids go on.
#[test]
fn a_start_with_another_parallelism_keeps_every_key() {
    let input = summing();
    let snapshot = kept(&input);
    let held: usize = snapshot.operators.iter().flat_map(|operator| &operator.parts).map(|part| part.keyed.len()).sum();
    assert!(held > 0);
    for parallelism in [1, 2, 3, 5] {
        let mut other = input.clone();
        other.scenario.parallelism = parallelism;
        other.scenario.operators.iter_mut().for_each(|operator| operator.parallelism = None);
        let (outcome, facts) = started(other, &snapshot);
        assert_eq!(keys_of(&facts), held as u32, "parallelism {parallelism}");
        assert!(outcome.checkpoints.iter().all(|checkpoint| checkpoint.id > snapshot.checkpoint));
        assert!(outcome.checkpoint_counts.restored >= 1);
    }
}

/// SP-9: a snapshot is plain data, and a run that starts from one is written and read like any other.
#[test]
fn a_run_with_its_snapshot_survives_json() {
    let input = summing();
    let input = RunInput { snapshot: Some(Arc::new(kept(&input))), ..input };
    let read: RunInput = serde_json::from_str(&serde_json::to_string(&input).expect("plain data")).expect("reads");
    assert_eq!(read, input);
}

/// SP-7, JS-15: state without its operator keeps the job from starting, unless it may stay behind.
#[test]
fn state_without_an_operator_needs_a_word() {
    let input = summing();
    let mut snapshot = kept(&input);
    let stateful = snapshot.operators.iter().position(|old| old.parts.iter().any(|part| !part.keyed.is_empty()));
    snapshot.operators[stateful.expect("the sum has state")].id = id_of_uid("gone");
    let (outcome, facts) = started(input.clone(), &snapshot);
    assert_eq!(outcome.job_status, "FAILED");
    assert!(outcome.failure[0].ends_with("Could not start the JobMaster."));
    assert!(outcome.failure[2].contains("--allowNonRestoredState option on the CLI."), "{:?}", outcome.failure);
    assert!(!facts.iter().any(|fact| matches!(fact, Fact::TaskStateChanged { .. })));
    let mut allowed = input;
    allowed.scenario.recovery.ignore_unclaimed_state = true;
    let (_, facts) = started(allowed, &snapshot);
    assert!(facts.contains(&Fact::SnapshotStateSkipped { operator: id_of_uid("gone"), stateful: true }));
    assert_eq!(keys_of(&facts), 0);
}

/// KG-5: a set max parallelism must be the snapshot's, a derived one becomes it; nobody gets wider than it.
#[test]
fn max_parallelism_is_fixed_once_there_is_state() {
    let input = summing();
    let snapshot = kept(&input);
    let mut set = input.clone();
    set.scenario.max_parallelism = Some(64);
    let (outcome, _) = started(set, &snapshot);
    assert!(outcome.failure[2].contains("with max parallelism 128 to new program with max parallelism 64."));

    let mut narrow = snapshot.clone();
    narrow.operators.iter_mut().for_each(|operator| operator.max_parallelism = 2);
    let adopting = RunInput { snapshot: Some(Arc::new(narrow.clone())), ..input.clone() };
    assert_eq!(ExecutionGraph::of(&adopting).max_parallelism, 2);
    let mut wide = input;
    wide.scenario.parallelism = 3;
    wide.scenario.operators.iter_mut().for_each(|operator| operator.parallelism = None);
    let (outcome, _) = started(wide, &narrow);
    assert!(outcome.failure[2].contains("The maximum parallelism (2) of the restored state is lower than"));
}

/// SP-8: only a claimed snapshot is deleted when a newer checkpoint takes its place.
#[test]
fn who_claims_a_snapshot_deletes_it() {
    let input = summing();
    let snapshot = kept(&input);
    for (claim_mode, deleted) in [(ClaimMode::NoClaim, false), (ClaimMode::Claim, true), (ClaimMode::Legacy, false)] {
        let mut other = input.clone();
        other.scenario.recovery.claim_mode = claim_mode;
        let (_, facts) = started(other, &snapshot);
        let gone = Fact::CheckpointDiscarded { checkpoint: CheckpointId(snapshot.checkpoint) };
        assert_eq!(facts.contains(&gone), deleted, "{claim_mode:?}");
    }
}

/// SP-7: a collection source goes on where the snapshot stands.
#[test]
fn a_source_goes_on_at_its_position() {
    let input = summing();
    let keeps = |operator: &checkpoint_lab::scenario::Operator| match &operator.kind {
        checkpoint_lab::scenario::OperatorKind::Source(source) => source.kind != SourceKind::PythonCollection,
        _ => false,
    };
    assert!(input.scenario.operators.iter().any(keeps));
    let snapshot = kept(&input);
    let offset: u64 =
        snapshot.operators.iter().flat_map(|old| &old.parts).flat_map(|part| &part.splits).map(|s| s.offset).sum();
    let (_, facts) = started(input, &snapshot);
    let position = facts.iter().find_map(|fact| match fact {
        Fact::OperatorOpened { position: Some(position), .. } => Some(*position),
        _ => None,
    });
    assert_eq!(position, Some(offset));
}
