//! Checkpoint knobs: interval, pause, concurrency and timeout with a slow synchronous snapshot.

use std::collections::BTreeSet;

use checkpoint_lab::engine::outcome::CheckpointOutcome;
use checkpoint_lab::scenario::{Expr, FaultAt, FaultPhase, FaultPoint, SourceKind, Stmt};
use serde_json::{Value as Json, json};

use super::Verdict;
use super::build::{Job, Script, map, scripted, texts};
use super::compare::{near, plain_chain, same};
use super::observe::{Observed, run, sorted_restores};
use super::settings::settings;

/// How far two measured times may lie apart besides a quarter.
const SLACK_MS: u64 = 150;

pub fn check(json: &Json) -> Result<String, Verdict> {
    let settings = settings(json)?;
    let params = &json["params"];
    let timeout = settings.checkpointing.timeout_ms;
    let tolerable = u64::from(settings.checkpointing.tolerable_failed);
    let mut job = Job::default();
    job.source("src", scripted(SourceKind::JavaCollection, false), texts("r", 3));
    job.logged("op", map("SlowSnapshot", vec![Stmt::Emit { value: Expr::Input }])).disable_chaining = true;
    job.print("sink");
    job.chain(&["src", "op", "sink"]);
    let slow_ms = params["snapshot_ms"].as_u64();
    let which = params["slow_for_checkpoints"].as_str().unwrap_or("all");
    let ids: Vec<Option<u64>> = match which {
        "all" => vec![None],
        list => list.trim_matches(['[', ']']).split(',').map(|id| id.trim().parse().ok()).collect(),
    };
    for id in ids {
        let at = FaultAt::Checkpoint { phase: FaultPhase::Sync, id, slow_ms };
        job.fault(FaultPoint { operator: "op".into(), subtask: None, at, times: None, message: "slow".into() });
    }
    let mut script = Script::default();
    let run_ms = params["run_ms"].as_u64().unwrap_or(6_000);
    script.permit("src", 3).cancel_after(run_ms);
    let observed = run(job.run(settings, 1, None, script), run_ms + 60_000).map_err(Verdict::Fail)?;
    match compare(json, &observed) {
        Ok(()) => Ok(String::new()),
        Err(difference) if marginal(json, timeout) => {
            by_the_rule(&observed, tolerable).map_err(|broken| Verdict::Fail(format!("{difference}; {broken}")))?;
            Ok("a recorded checkpoint met its timeout by a hair: compared by the rule".into())
        }
        Err(difference) => Err(Verdict::Fail(difference)),
    }
}

fn compare(json: &Json, observed: &Observed) -> Result<(), String> {
    same("final_status", &json["final_status"], &json!(observed.outcome.job_status))?;
    same("max_attempt_number", &json["max_attempt_number"], &json!(observed.max_attempt()))?;
    same("outputs", &json["outputs"], &observed.outputs())?;
    let logged = ["src".to_owned(), "op".to_owned()];
    same("restores", &sorted_restores(&json["restores"]), &observed.restores(&logged))?;
    let engine = json!(plain_chain(&json!(observed.outcome.failure)));
    same("failure_cause_chain", &json!(plain_chain(&json["failure_cause_chain"])), &engine)?;
    pattern(json, observed)
}

/// Statuses, durations and distances of the checkpoints, one by one, as far as both runs got; without those that the
/// cancellation cut off.
fn pattern(json: &Json, observed: &Observed) -> Result<(), String> {
    let recorded = json["checkpoints"].as_array().cloned().unwrap_or_default();
    let number = |checkpoint: &Json, key: &str| checkpoint[key].as_u64().unwrap_or(0);
    let cancelled = |reason: Option<&str>| reason == Some("Checkpoint Coordinator is suspending.");
    let engine = &observed.outcome.checkpoints;
    for (i, (left, right)) in recorded.iter().zip(engine).enumerate() {
        if cancelled(left["failure"].as_str()) || cancelled(right.failure_reason.as_deref()) {
            break;
        }
        let of = |what: &str| format!("checkpoint {}: {what}", right.id);
        same(&of("id"), &left["id"], &json!(right.id))?;
        same(&of("status"), &left["status"], &json!(right.status))?;
        same(&of("failure"), &left["failure"], &json!(right.failure_reason))?;
        near(&of("duration"), number(left, "duration_ms"), right.end_to_end_duration_ms.unwrap_or(0), SLACK_MS)?;
        if i > 0 && !restarted_between(observed, &engine[i - 1], right) {
            let distance = number(left, "trigger_t_ms") - number(&recorded[i - 1], "trigger_t_ms");
            near(&of("distance"), distance, right.trigger_time_ms - engine[i - 1].trigger_time_ms, SLACK_MS)?;
        }
    }
    let (recorded, engine) = (recorded.len() as u64, engine.len() as u64);
    near("number of checkpoints", recorded, engine, 2)
}

/// After a restart the first trigger comes at a random moment.
fn restarted_between(observed: &Observed, before: &CheckpointOutcome, after: &CheckpointOutcome) -> bool {
    let between = before.trigger_time_ms..after.trigger_time_ms;
    observed
        .outcome
        .job_status_history
        .iter()
        .any(|change| change.status == "RESTARTING" && between.contains(&change.time_ms))
}

/// Whether a recorded checkpoint completed within a twentieth of its timeout.
fn marginal(json: &Json, timeout: u64) -> bool {
    let checkpoints = json["checkpoints"].as_array().into_iter().flatten();
    checkpoints.filter(|checkpoint| checkpoint["status"] == "COMPLETED").any(|checkpoint| {
        let duration = checkpoint["duration_ms"].as_u64().unwrap_or(0);
        duration <= timeout && duration + timeout / 20 >= timeout
    })
}

/// The job restarts exactly when more than `tolerable` checkpoints in a row have expired (CP-25).
fn by_the_rule(observed: &Observed, tolerable: u64) -> Result<(), String> {
    let mut consecutive = 0;
    let mut due = BTreeSet::new();
    for checkpoint in &observed.outcome.checkpoints {
        match (checkpoint.status.as_str(), checkpoint.failure_reason.as_deref()) {
            ("COMPLETED", _) => consecutive = 0,
            (_, Some("Checkpoint expired before completing.")) => {
                consecutive += 1;
                if consecutive > tolerable {
                    due.insert(checkpoint.id);
                    consecutive = 0;
                }
            }
            _ => {}
        }
    }
    let restarts = u64::from(observed.outcome.restarts);
    if restarts == due.len() as u64 { Ok(()) } else { Err(format!("{restarts} restarts, {} due", due.len())) }
}
