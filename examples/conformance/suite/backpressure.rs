//! A fast and a slow source into an operator that takes a millisecond a record: a barrier waits behind full buffers.

use checkpoint_lab::base::Value;
use checkpoint_lab::engine::outcome::CheckpointOutcome;
use checkpoint_lab::scenario::{Expr, OperatorKind, Partitioner, SourceKind, Stmt};
use serde_json::{Value as Json, json};

use super::Verdict;
use super::build::{Job, Script, map, scripted, texts};
use super::compare::{same, within};
use super::observe::run;
use super::settings::settings;

pub fn check(json: &Json) -> Result<String, Verdict> {
    let mut settings = settings(json)?;
    // All in one TaskManager.
    settings.cluster.local_channels = true;
    let run_ms = json["params"]["run_ms"].as_u64().unwrap_or(0);
    let pad = "x".repeat(90);
    let mut job = Job::default();
    let mut fast = scripted(SourceKind::Log, false);
    fast.gated = false;
    let mut slow = fast.clone();
    slow.every_ms = 200;
    let records = (1..=run_ms + 4_000).map(|i| Value::text(&format!("f{i}{pad}"))).collect();
    job.source("f", fast, records);
    job.source("s", slow, texts("s", run_ms / 200 + 20));
    let body = vec![Stmt::Sleep { ms: 1 }, Stmt::Emit { value: Expr::Input }];
    job.operator("op", OperatorKind::Function(map("Slow", body)));
    job.print("sink");
    job.edge("f", "op", Partitioner::Rebalance);
    job.edge("s", "op", Partitioner::Rebalance);
    job.chain(&["op", "sink"]);
    let mut script = Script::default();
    script.cancel_after(run_ms);
    let observed = run(job.run(settings, 1, None, script), run_ms + 60_000).map_err(Verdict::Fail)?;
    let compared = same("final_status", &json["final_status"], &json!(observed.outcome.job_status))
        .and_then(|()| ranges(json, &observed.outcome.checkpoints));
    compared.map(|()| "durations as ranges".into()).map_err(Verdict::Fail)
}

/// Duration, alignment and persisted in-flight data lie around the recorded ones.
fn ranges(json: &Json, engine: &[CheckpointOutcome]) -> Result<(), String> {
    let recorded = json["checkpoints"].as_array().cloned().unwrap_or_default();
    let engine: Vec<_> = engine.iter().filter(|checkpoint| checkpoint.status == "COMPLETED").collect();
    within("completed checkpoints", engine.len() as u64, recorded.len() as u64 - 2, recorded.len() as u64 + 2)?;
    let number = |json: &Json, key: &str| json[key].as_u64().unwrap_or(0);
    let durations = recorded.iter().map(|checkpoint| number(checkpoint, "duration_ms")).collect();
    around("duration", durations, engine.iter().map(|it| it.end_to_end_duration_ms.unwrap_or(0)).collect())?;
    let longest = |checkpoint: &Json| {
        let subtasks = checkpoint["subtask_stats"].as_array().into_iter().flatten();
        subtasks.map(|subtask| number(subtask, "alignment_ms")).max().unwrap_or(0)
    };
    let own = |checkpoint: &&CheckpointOutcome| {
        checkpoint.subtask_details.iter().map(|subtask| subtask.alignment_duration_ms).max().unwrap_or(0)
    };
    around("alignment", recorded.iter().map(longest).collect(), engine.iter().map(own).collect())?;
    let persisted = |checkpoint: &&CheckpointOutcome| {
        checkpoint.subtask_details.iter().map(|subtask| subtask.persisted_data).sum::<u64>()
    };
    let recorded: Vec<u64> = recorded.iter().map(|checkpoint| number(checkpoint, "persisted_data")).collect();
    around("persisted", recorded, engine.iter().map(persisted).collect())
}

/// The median of the engine within a factor of two and a half of the recorded one; what took a few milliseconds on a busy
/// machine may take none.
fn around(what: &str, recorded: Vec<u64>, engine: Vec<u64>) -> Result<(), String> {
    let median = |mut numbers: Vec<u64>| {
        numbers.sort_unstable();
        numbers.get(numbers.len() / 2).copied().unwrap_or(0)
    };
    let recorded = median(recorded);
    let least = if recorded < 10 { 0 } else { recorded * 2 / 5 };
    within(&format!("median {what}"), median(engine), least, recorded * 5 / 2)
}
