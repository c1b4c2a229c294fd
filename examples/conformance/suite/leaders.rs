//! A JobMaster that loses its leadership and gets it back: src → counting map → sink, a checkpoint, some records more, then
//! nothing runs until there is a leader again.
//!
//! The new leader goes on from the newest checkpoint and knows nothing else of the old one: attempt numbers, Flink's
//! statistics of checkpoints and the restarts that are left begin anew. The recorded statistics are the new leader's.

use checkpoint_lab::scenario::{Action, Condition, Mishap, SourceKind};
use serde_json::{Value as Json, json};

use super::Verdict;
use super::build::{Counter, Job, Script, fail_map, scripted, texts};
use super::compare::same;
use super::observe::{run, sorted_restores};
use super::settings::settings;

/// How long there was no leader.
const GONE_MS: u64 = 1_500;

pub fn check(json: &Json) -> Result<String, Verdict> {
    let params = &json["params"];
    let records = params["records"].as_u64().unwrap_or(0);
    let mut job = Job::default();
    job.source("src", scripted(SourceKind::JavaCollection, true), texts("r", records));
    job.logged("map", fail_map(Counter::State, None));
    job.print("sink");
    job.chain(&["src", "map", "sink"]);
    if params["leadership"].as_str().is_some_and(|text| text.ends_with("failure")) {
        job.fails_on("map", "src", 8, 1, "intentional failure on r9");
    }
    let checkpoint_after = params["checkpoint_after_records"][0].as_u64().unwrap_or(0);
    let mut script = Script::default();
    script.permit("src", checkpoint_after).settle().checkpoint();
    script.permit("src", params["lost_after_records"].as_u64().unwrap_or(0)).settle();
    script.action(Action::Begin(Mishap::JobManagerKilled)).sleep(GONE_MS);
    script.action(Action::End(Mishap::JobManagerKilled)).wait(Condition::AllRunning).settle();
    script.permit("src", records).settle();
    let logged = job.instrumented.clone();
    let mut settings = settings(json)?;
    settings.cluster.high_availability = true;
    let observed = run(job.run(settings, 1, None, script), 300_000).map_err(Verdict::Fail)?;
    let compare = || {
        same("final_status", &json["final_status"], &json!(observed.outcome.job_status))?;
        same("outputs", &json["outputs"], &observed.outputs())?;
        same("restores", &sorted_restores(&json["restores"]), &observed.restores(&logged))?;
        let newest = observed.checkpoints_id_status().as_array().and_then(|all| all.last().cloned());
        let recorded = json["checkpoints"].as_array().and_then(|all| all.last().cloned()).unwrap_or(Json::Null);
        same("newest checkpoint", &json!([recorded["id"], recorded["status"]]), &newest.unwrap_or(Json::Null))
    };
    compare().map(|()| String::new()).map_err(Verdict::Fail)
}
