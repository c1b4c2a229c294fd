//! Checkpoint storages that are slow, unreachable, full or forbidden, and files that are lost (CS-2, CS-3, CS-5, CS-6,
//! CP-37, HA-6).

use std::sync::Arc;

use checkpoint_lab::base::SimTime;
use checkpoint_lab::engine::Engine;
use checkpoint_lab::scenario::{
    CheckpointStorage, Commands, FileSystem, Incident, Mishap, RunInput, Scenario, StorageTrouble, presets,
};
use checkpoint_lab::scene::checkpoints::CheckpointsView;
use checkpoint_lab::trace::{AbortReason, Fact, FailurePhase, JobStatus, TraceEvent};

fn job(file_system: FileSystem, incidents: Vec<Incident>) -> Scenario {
    let mut scenario = presets::storage_outage();
    scenario.cluster.file_system = file_system;
    scenario.checkpointing.storage = CheckpointStorage::FileSystem { dir: file_system.usual_dir().into() };
    scenario.cluster.incidents = incidents;
    scenario
}

fn from(what: Mishap, from_ms: u64, until_ms: Option<u64>) -> Incident {
    Incident { what, from_ms, until_ms }
}

fn run(scenario: Scenario) -> (Engine, Vec<TraceEvent>) {
    assert!(scenario.can_run(), "{:?}", scenario.issues());
    let input = RunInput { scenario, seed: 1, commands: Commands::default(), snapshot: None };
    let mut engine = Engine::new(Arc::new(input));
    while engine.next_event_at().is_some_and(|next| next <= SimTime::from_millis(600_000)) {
        engine.step();
        engine.check_invariants();
    }
    let trace = engine.trace().to_vec();
    (engine, trace)
}

fn aborted(trace: &[TraceEvent]) -> Vec<AbortReason> {
    let reasons = trace.iter().filter_map(|event| match event.fact {
        Fact::CheckpointAborted { reason, .. } => Some(reason),
        _ => None,
    });
    reasons.collect()
}

fn restores_failed(trace: &[TraceEvent]) -> usize {
    let failed = |event: &&TraceEvent| matches!(event.fact, Fact::ExceptionThrown { phase: FailurePhase::Restore, .. });
    trace.iter().filter(failed).count()
}

/// CS-6: nothing can be made, nothing can be written, or only the directory can.
#[test]
fn each_trouble_fails_checkpoints_in_its_phase() {
    for (trouble, expected) in [
        (StorageTrouble::Unreachable, AbortReason::IoException),
        (StorageTrouble::NoPermission, AbortReason::IoException),
        (StorageTrouble::Full, AbortReason::CheckpointAsyncException),
    ] {
        let mut scenario = job(FileSystem::S3, vec![from(Mishap::Storage(trouble), 7_000, Some(12_000))]);
        scenario.faults.clear();
        let (engine, trace) = run(scenario.clone());
        let reasons = aborted(&trace);
        assert!(!reasons.is_empty() && reasons.iter().all(|reason| *reason == expected), "{trouble:?}: {reasons:?}");
        assert_eq!(engine.job().status, JobStatus::Finished, "{trouble:?} is tolerated");
        scenario.checkpointing.tolerable_failed = 0;
        let (engine, _) = run(scenario.clone());
        assert!(engine.job().restarts > 0, "{trouble:?} is not tolerated");
        // State that lies in `_metadata` is the JobManager's to write.
        scenario.checkpointing.inline_threshold = 20_480;
        scenario.checkpointing.tolerable_failed = 10;
        let inline = aborted(&run(scenario).1);
        let expected = if trouble == StorageTrouble::Full { AbortReason::FinalizeCheckpointFailure } else { expected };
        assert!(inline.iter().all(|reason| *reason == expected), "{trouble:?} inline: {inline:?}");
    }
}

/// CS-5: a storage that is not there from the start keeps the job from starting; so does a missing plugin.
#[test]
fn a_job_does_not_start_without_its_storage() {
    let (engine, _) = run(job(FileSystem::Hdfs, vec![from(Mishap::Storage(StorageTrouble::Unreachable), 0, None)]));
    assert_eq!(engine.job().status, JobStatus::Failed);
    assert!(engine.job().failure[1].contains("Failed to create checkpoint storage at checkpoint coordinator side"));
    let mut scenario = job(FileSystem::S3, Vec::new());
    scenario.cluster.file_system = FileSystem::Hdfs;
    let (engine, _) = run(scenario);
    assert!(engine.job().failure.last().is_some_and(|cause| cause.contains("scheme 's3'")));
}

/// CP-37: a restore that can't read fails its task, and the same checkpoint is tried again, until it can be read.
#[test]
fn the_same_checkpoint_is_tried_again() {
    let (engine, trace) = run(presets::storage_outage());
    assert!(restores_failed(&trace) > 1);
    let restored: Vec<_> = trace
        .iter()
        .filter_map(|event| match &event.fact {
            Fact::RestoreAssigned { checkpoint, .. } => Some(*checkpoint),
            _ => None,
        })
        .collect();
    assert!(restored.len() > 2 && restored[1..].iter().all(|checkpoint| *checkpoint == restored[1]), "{restored:?}");
    assert_eq!(engine.job().status, JobStatus::Finished);
    for lost in [Mishap::CheckpointLost, Mishap::CheckpointDamaged] {
        let (engine, trace) = run(job(FileSystem::Nfs, vec![from(lost.clone(), 9_800, None)]));
        assert_eq!(restores_failed(&trace) > 0, engine.job().status == JobStatus::Failed, "{lost:?}");
        assert_eq!(engine.job().status, JobStatus::Failed, "{lost:?} uses up every restart");
        // State within `_metadata` is in the JobManager's memory.
        let mut inline = job(FileSystem::Nfs, vec![from(lost, 9_800, None)]);
        inline.checkpointing.inline_threshold = 20_480;
        assert_eq!(run(inline).0.job().status, JobStatus::Finished);
    }
}

/// HA-6: a new leader has to read the newest checkpoint's metadata; nothing is skipped.
#[test]
fn a_new_leader_needs_the_newest_checkpoint() {
    let lost = from(Mishap::CheckpointLost, 9_000, None);
    let mut scenario = job(FileSystem::Minio, vec![lost, from(Mishap::JobManagerKilled, 9_100, Some(12_000))]);
    scenario.cluster.high_availability = true;
    scenario.checkpointing.num_retained = 3;
    let (engine, _) = run(scenario);
    assert_eq!(engine.job().status, JobStatus::Failed);
    assert!(engine.job().failure[1].contains("Could not retrieve checkpoint"), "{:?}", engine.job().failure);
}

/// CS-3: the dearer a storage's requests and mebibytes, the longer the asynchronous part; the heap costs nothing.
#[test]
fn storages_differ_in_what_they_cost() {
    let duration = |storage: Option<FileSystem>, slow: bool| {
        let incidents = if slow { vec![from(Mishap::Storage(StorageTrouble::Slow), 0, None)] } else { Vec::new() };
        let mut scenario = job(storage.unwrap_or_default(), incidents);
        scenario.faults.clear();
        if storage.is_none() {
            scenario.checkpointing.storage = CheckpointStorage::JobManager;
        }
        let (engine, _) = run(scenario);
        engine.coordinator().history[2].duration.expect("it is complete")
    };
    let [local, nfs, hdfs, s3, minio] = FileSystem::ALL.map(|system| duration(Some(system), false));
    assert!(local < nfs && nfs < minio && minio <= hdfs && hdfs < s3, "{local:?} {nfs:?} {hdfs:?} {s3:?} {minio:?}");
    assert!(duration(None, false) <= local);
    assert!(duration(Some(FileSystem::S3), true).millis() > 20 * s3.millis());
}

/// CS-3: what is small lies in `_metadata`; what is above the inline threshold is a file of its own.
#[test]
fn large_state_is_a_file_of_its_own() {
    for (threshold, of_its_own) in [(0, true), (20_480, false)] {
        let mut scenario = job(FileSystem::Local, Vec::new());
        scenario.faults.clear();
        scenario.checkpointing.inline_threshold = threshold;
        let input = RunInput { scenario, seed: 1, commands: Commands::default(), snapshot: None };
        let mut engine = Engine::new(Arc::new(input));
        engine.run_until(SimTime::from_millis(12_000), u64::MAX);
        let files = CheckpointsView::of(&engine, engine.trace()).files;
        assert!(files[0].path.ends_with("/_metadata"));
        assert_eq!(files.len() > 1, of_its_own, "{files:?}");
        let whole: u64 = engine.coordinator().latest().map_or(0, |latest| latest.bytes);
        assert_eq!(files.iter().map(|file| file.bytes).sum::<u64>(), whole);
    }
}
