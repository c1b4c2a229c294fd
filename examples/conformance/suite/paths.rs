//! Checkpoint directories that can't be used.
//!
//! What lay at those paths on the recording machine is not in the recordings; this table says it:
//! - a component named `afile` is a regular file, made by the driver before its runs;
//! - `/proc` takes no directories;
//! - the directory of a run that is meant to turn bad `after_start` was left as a regular file by an earlier repetition,
//!   unless the driver's script says that it replaced the directory during this run.

use checkpoint_lab::scenario::{Cluster, PathNature, SourceKind, WorldPath};
use serde_json::{Value as Json, json};

use super::Verdict;
use super::build::{Counter, Job, Script, fail_map, scripted, texts};
use super::compare::{plain_chain, same};
use super::observe::run;
use super::settings::settings;

pub fn check(json: &Json) -> Result<String, Verdict> {
    let mut settings = settings(json)?;
    let params = &json["params"];
    let dir = params["checkpoint_dir"].as_str().unwrap_or("");
    let replaced = json["script"]
        .as_array()
        .into_iter()
        .flatten()
        .any(|step| step["do"].as_str().is_some_and(|text| text.starts_with("replace the checkpoint directory")));
    if replaced {
        return Err(Verdict::Waits("a directory that turns bad during the run".into()));
    }
    world(&mut settings.cluster, dir, params["when"].as_str() == Some("after_start"));
    let mut job = Job::default();
    job.source("src", scripted(SourceKind::JavaCollection, false), texts("r", 6));
    job.logged("map", fail_map(Counter::State, None));
    job.print("sink");
    job.chain(&["src", "map", "sink"]);
    let mut script = Script::default();
    script.permit("src", 3).settle();
    let observed = run(job.run(settings, 1, None, script), 60_000).map_err(Verdict::Fail)?;
    let compared = same("final_status", &json["final_status"], &json!(observed.outcome.job_status)).and_then(|()| {
        let engine = json!(plain_chain(&json!(observed.outcome.failure)));
        same("failure_cause_chain", &json!(plain_chain(&json["failure_cause_chain"])), &engine)?;
        same("outputs", &json["outputs"], &observed.outputs())?;
        same("restores", &json["restores"], &observed.restores(&["src".to_owned(), "map".to_owned()]))?;
        same("checkpoint_counts", &json["checkpoint_counts"], &json!(observed.outcome.checkpoint_counts))?;
        let recorded = json["job_status_history_polled"].as_array().cloned().unwrap_or_default();
        let recorded: Vec<&Json> = recorded.iter().map(|change| &change["status"]).collect();
        let engine: Vec<&String> = observed.outcome.job_status_history.iter().map(|change| &change.status).collect();
        same("job_status_history", &json!(recorded), &json!(engine))
    });
    compared.map(|()| String::new()).map_err(Verdict::Fail)
}

fn world(cluster: &mut Cluster, dir: &str, turns_bad: bool) {
    let Some(path) = dir.strip_prefix("file://") else { return };
    let mut special = |path: &str, nature: PathNature| {
        cluster.paths.push(WorldPath { path: path.into(), nature, from_ms: None });
    };
    special("/proc", PathNature::ReadOnly);
    let mut walked = String::new();
    for component in path.split('/').filter(|component| !component.is_empty()) {
        walked = format!("{walked}/{component}");
        if component == "afile" {
            special(&walked, PathNature::RegularFile);
        }
    }
    if turns_bad {
        special(path, PathNature::RegularFile);
    }
}
