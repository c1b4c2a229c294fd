//! Checkpoint directories that can't be used.
//!
//! What lay at those paths on the recording machine is not in the recordings; this table says it:
//! - a component named `afile` is a regular file, made by the driver before its runs;
//! - `/proc` takes no directories;
//! - the directory of a run that is meant to turn bad `after_start` was left as a regular file by an earlier repetition,
//!   unless the driver's script says that it replaced the directory during this run.

use checkpoint_lab::scenario::{Action, Cluster, Condition, PathNature, SourceKind, WorldPath};
use serde_json::{Value as Json, json};

use super::Verdict;
use super::build::{Counter, Job, Script, fail_map, scripted, texts};
use super::compare::{plain_chain, same};
use super::observe::run;
use super::settings::settings;

/// When the driver replaces the directory: the job runs and has printed its records.
const REPLACED_MS: u64 = 3_000;

pub fn check(json: &Json) -> Result<String, Verdict> {
    let mut settings = settings(json)?;
    let params = &json["params"];
    let dir = params["checkpoint_dir"].as_str().unwrap_or("");
    let replaced = json["script"]
        .as_array()
        .into_iter()
        .flatten()
        .any(|step| step["do"].as_str().is_some_and(|text| text.starts_with("replace the checkpoint directory")));
    let turns_bad_ms = match params["when"].as_str() {
        Some("after_start") if replaced => Some(REPLACED_MS),
        Some("after_start") => Some(0),
        _ => None,
    };
    world(&mut settings.cluster, dir, turns_bad_ms);
    let mut job = Job::default();
    job.source("src", scripted(SourceKind::JavaCollection, false), texts("r", 6));
    job.logged("map", fail_map(Counter::State, None));
    job.print("sink");
    job.chain(&["src", "map", "sink"]);
    let mut script = Script::default();
    script.permit("src", 3).settle();
    if replaced {
        script.sleep(100).action(Action::TriggerCheckpoint).wait(Condition::CheckpointDone).cancel_after(3_000);
    }
    let observed = run(job.run(settings, 1, None, script), 60_000).map_err(Verdict::Fail)?;
    let compared = same("final_status", &json["final_status"], &json!(observed.outcome.job_status)).and_then(|()| {
        let engine = json!(plain_chain(&json!(observed.outcome.failure)));
        same("failure_cause_chain", &json!(plain_chain(&json["failure_cause_chain"])), &engine)?;
        same("outputs", &json["outputs"], &observed.outputs())?;
        same("restores", &json["restores"], &observed.restores(&["src".to_owned(), "map".to_owned()]))?;
        if !replaced {
            same("checkpoint_counts", &json["checkpoint_counts"], &json!(observed.outcome.checkpoint_counts))?;
        }
        let recorded = json["job_status_history_polled"].as_array().cloned().unwrap_or_default();
        let recorded: Vec<&Json> = recorded.iter().map(|change| &change["status"]).collect();
        let engine = observed.polled();
        same("job_status_history", &json!(recorded), &json!(engine))
    });
    compared.map(|()| String::new()).map_err(Verdict::Fail)
}

fn world(cluster: &mut Cluster, dir: &str, turns_bad_ms: Option<u64>) {
    let Some(path) = dir.strip_prefix("file://") else { return };
    let mut special = |path: &str, nature: PathNature, from_ms: Option<u64>| {
        cluster.paths.push(WorldPath { path: path.into(), nature, from_ms });
    };
    special("/proc", PathNature::ReadOnly, None);
    let mut walked = String::new();
    for component in path.split('/').filter(|component| !component.is_empty()) {
        walked = format!("{walked}/{component}");
        if component == "afile" {
            special(&walked, PathNature::RegularFile, None);
        }
    }
    if turns_bad_ms.is_some() {
        special(path, PathNature::RegularFile, turns_bad_ms);
    }
}
