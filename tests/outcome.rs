//! What `--example replay` prints: the outcome of a run, and its schema.

use std::sync::Arc;

use checkpoint_lab::base::SimTime;
use checkpoint_lab::engine::outcome::{CheckpointCounts, Outcome};
use checkpoint_lab::engine::{Engine, Stop};
use checkpoint_lab::scenario::{Action, CheckpointStorage, Retention, RunInput, TimedAction, presets};

fn outcome(input: RunInput) -> Outcome {
    let mut engine = Engine::new(Arc::new(input));
    assert_ne!(engine.run_until(SimTime::from_millis(600_000), 5_000_000), Stop::BudgetSpent);
    Outcome::of(engine.input(), engine.graph(), engine.trace())
}

fn preset(name: &str) -> Outcome {
    outcome(presets::run(name).expect("a preset"))
}

#[test]
fn the_handout_fails_after_four_attempts_with_the_same_rows() {
    let outcome = preset("handout");
    assert_eq!(outcome.job_status, "FAILED");
    assert_eq!(outcome.restarts, 3);
    assert_eq!(outcome.attempts.len(), 4);
    let rows = ["['tx1001', 2500.0]", "['tx1002', 3100.0]", "['tx1003', 4000.0]", "['tx1004', 2900.0]"];
    for attempt in &outcome.attempts {
        assert_eq!(attempt.printed.values().flatten().collect::<Vec<_>>(), rows.iter().collect::<Vec<_>>());
    }
    assert_eq!(outcome.outside.duplicates, 12);
    assert!(outcome.outside.rows.iter().all(|row| row.times == 4));
    let own = outcome.console.iter().filter(|line| !line.row);
    assert_eq!(
        own.map(|line| line.text.as_str()).collect::<Vec<_>>(),
        ["Checkpoint 실패 발생! Transaction ID: tx1005"; 4]
    );
    assert_eq!(
        outcome.failure[0],
        "org.apache.flink.runtime.JobException: Recovery is suppressed by \
         FixedDelayRestartBackoffTimeStrategy(maxNumberRestartAttempts=3, backoffTimeMS=5000)"
    );
    assert_eq!(outcome.storage.entries, ["shared", "taskowned"]);
}

#[test]
fn counts_add_up_and_details_cover_every_acknowledgement() {
    for (name, _) in presets::ALL {
        let outcome = preset(name);
        let CheckpointCounts { total, completed, failed, in_progress, .. } = outcome.checkpoint_counts;
        assert_eq!(total, completed + failed + in_progress, "{name}");
        for checkpoint in &outcome.checkpoints {
            let acknowledged = checkpoint.subtask_details.iter().filter(|part| part.ack_time_ms.is_some()).count();
            assert_eq!(acknowledged as u32, checkpoint.acknowledged_subtasks, "{name}, checkpoint {}", checkpoint.id);
            assert_eq!(checkpoint.status == "FAILED", checkpoint.failure_reason.is_some(), "{name}");
        }
    }
}

#[test]
fn state_at_the_end_and_in_the_last_checkpoint() {
    let mut input = presets::run("keyed-sum").expect("a preset");
    input.scenario.faults.clear();
    let outcome = outcome(input);
    assert_eq!(outcome.job_status, "FINISHED");
    let last = outcome.state.last_completed_checkpoint.expect("a bounded job ends with a checkpoint");
    let held: Vec<_> = last.operators.iter().filter(|state| !state.states.is_empty()).collect();
    let at_end: Vec<_> = outcome.state.at_end.iter().filter(|state| !state.states.is_empty()).collect();
    assert!(!held.is_empty());
    assert_eq!(held, at_end);
}

#[test]
fn a_cancelled_job_keeps_what_its_retention_says() {
    let mut input = presets::run("keyed-sum").expect("a preset");
    input.scenario.faults.clear();
    input.scenario.checkpointing.retention = Retention::RetainOnCancellation;
    input.scenario.checkpointing.storage = CheckpointStorage::FileSystem { dir: "file:///tmp/kept".into() };
    input.scenario.checkpointing.interval_ms = Some(50);
    input.commands.at.push(TimedAction { at: SimTime::from_millis(2_000), action: Action::Cancel });
    let outcome = outcome(input);
    assert_eq!(outcome.job_status, "CANCELED");
    let kept = outcome.storage.checkpoints.last().expect("one is kept");
    assert!(outcome.storage.entries.contains(&format!("chk-{kept}/_metadata")));
}

/// The schema file is what the types say. To write it anew: `UPDATE_EXPECT=1 cargo test --test outcome schema`.
#[test]
fn schema_is_that_of_the_types() {
    let mut schema = serde_json::to_value(schemars::schema_for!(Outcome)).expect("a schema is JSON");
    schema["title"] = "What came of a run of Checkpoint Lab".into();
    let text = serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n";
    expect_test::expect_file!["../schemas/outcome.schema.json"].assert_eq(&text);
}
