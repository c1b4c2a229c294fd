//! Which checkpoint directories remain: retention × how the job ends × how many are kept; and a new job that starts from
//! a retained checkpoint.

use std::sync::Arc;

use checkpoint_lab::base::SimTime;
use checkpoint_lab::engine::Engine;
use checkpoint_lab::engine::outcome::Replay;
use checkpoint_lab::scenario::{Action, RunInput, SourceKind};
use serde_json::{Value as Json, json};

use super::Verdict;
use super::build::{Counter, Job, Script, fail_map, scripted, texts};
use super::compare::same;
use super::observe::{Observed, observe, run};
use super::settings::settings;

const HORIZON_MS: u64 = 200_000;
const DIR: &str = "file:///tmp/flink-checkpoints/retention";

pub fn check(json: &Json) -> Result<String, Verdict> {
    for row in json["rows"].as_array().into_iter().flatten() {
        let name = format!("{}, {}, {}", row["num_retained"], row["retention"], row["ending"]);
        check_row(json, row).map_err(|verdict| match verdict {
            Verdict::Fail(text) => Verdict::Fail(format!("row {name}: {text}")),
            other => other,
        })?;
    }
    let resumed = &json["resume_from_retained_checkpoint"];
    if resumed.is_object() {
        check_resume(json, resumed)?;
    }
    Ok(String::new())
}

/// The settings that the driver gives every job.
fn config(json: &Json, retention: &str, num_retained: u64) -> Json {
    let mut config = json!({
        "execution.checkpointing.interval": "36000 s",
        "execution.checkpointing.storage": "filesystem",
        "execution.checkpointing.dir": DIR,
        "execution.checkpointing.num-retained": num_retained.to_string(),
        "restart-strategy.type": "none",
    });
    if !retention.starts_with('(') {
        config["execution.checkpointing.externalized-checkpoint-retention"] = json!(retention);
    }
    json!({ "flink_version": json["flink_version"], "slots_per_tm": 1, "config": config })
}

fn check_row(json: &Json, row: &Json) -> Result<(), Verdict> {
    let ending = row["ending"].as_str().unwrap_or("");
    let config = config(json, row["retention"].as_str().unwrap_or("("), row["num_retained"].as_u64().unwrap_or(1));
    let job = |script: Script| -> Result<Observed, Verdict> {
        let mut job = pipeline(ending == "finish", 4);
        if ending == "fail" {
            job.fails_on("map", "src", 3, 1, "intentional failure on r4");
        }
        run(job.run(settings(&config)?, 1, None, script), HORIZON_MS).map_err(Verdict::Fail)
    };
    let mut script = Script::default();
    for i in 1..=3 {
        script.permit("src", i).settle().checkpoint().sleep(80);
    }
    let before = job(Script(script.0.clone()))?;
    script.permit("src", 4).settle();
    if ending == "cancel" {
        script.action(Action::Cancel);
    }
    let after = job(script)?;
    same("dirs_after_3_checkpoints", &row["dirs_after_3_checkpoints"], &listing(&before))
        .and_then(|()| same("final_status", &row["final_status"], &json!(after.outcome.job_status)))
        .and_then(|()| same("dirs_after_end", &row["dirs_after_end"], &listing(&after)))
        .map_err(Verdict::Fail)
}

fn pipeline(bounded: bool, records: u64) -> Job {
    let mut job = Job::default();
    job.source("src", scripted(SourceKind::JavaCollection, bounded), texts("r", records));
    job.logged("map", fail_map(Counter::State, None));
    job.print("sink");
    job.chain(&["src", "map", "sink"]);
    job
}

fn listing(observed: &Observed) -> Json {
    json!(observed.outcome.storage.entries.iter().map(|entry| format!("JOBID/{entry}")).collect::<Vec<_>>())
}

/// The first job fails on r6 with checkpoint 1 after r4; the second, the same program, starts from that checkpoint, and
/// the failure does not come back.
fn check_resume(json: &Json, recorded: &Json) -> Result<(), Verdict> {
    let config = config(json, "RETAIN_ON_CANCELLATION", 1);
    let mut first = pipeline(true, 8);
    first.fails_on("map", "src", 5, 1, "intentional failure on r6");
    let mut script = Script::default();
    script.permit("src", 4).settle().checkpoint().permit("src", 8).settle();
    let first: RunInput = first.run(settings(&config)?, 1, None, script);
    let mut failed = Engine::new(Arc::new(first.clone()));
    failed.run_until(SimTime::from_millis(HORIZON_MS), u64::MAX);
    let retained = failed.coordinator().latest().and_then(|checkpoint| failed.snapshot(checkpoint));
    let retained = retained.ok_or_else(|| Verdict::Fail("the first job left no checkpoint".into()))?;
    let first = observe(&first, failed.graph(), failed.trace(), Replay::new(&first, failed.graph()));

    let mut script = Script::default();
    script.permit("src", 8).settle();
    let mut second: RunInput = pipeline(true, 8).run(settings(&config)?, 1, None, script);
    second.snapshot = Some(Arc::new(retained));
    let second = run(second, HORIZON_MS).map_err(Verdict::Fail)?;
    let rows = |observed: &Observed| -> Vec<String> {
        observed.outcome.attempts.iter().flat_map(|attempt| attempt.printed["sink/0"].clone()).collect()
    };
    let opens = [opens(&first), opens(&second)].concat();
    same("resume.outputs", &recorded["outputs"], &json!({ "sink1": rows(&first), "sink2": rows(&second) }))
        .and_then(|()| same("resume.opens", &sorted_pairs(&recorded["opens"]), &json!(opens)))
        .and_then(|()| same("resume.status", &recorded["second_job_status"], &json!(second.outcome.job_status)))
        .and_then(|()| {
            // Both jobs' directories: the retained checkpoint of the first outlives the second.
            let mut entries: Vec<String> = Vec::new();
            for observed in [&first, &second] {
                entries.extend(observed.outcome.storage.entries.iter().map(|entry| format!("JOBID/{entry}")));
            }
            entries.sort();
            same("resume.dirs", &recorded["dirs_after_second_job"], &json!(entries))
        })
        .map_err(Verdict::Fail)
}

/// `map` before `src` in each job, as recorded: `{op, restored_from, offset, counter}`.
fn opens(observed: &Observed) -> Vec<Json> {
    let mut opens = Vec::new();
    for (_, happening) in &observed.happenings {
        let super::observe::Happening::Open { op, restored_from, live, .. } = happening else { continue };
        if op == "map" || op == "src" {
            let counter = super::observe::counter(live);
            opens
                .push(json!({ "op": op, "restored_from": restored_from, "offset": live.position, "counter": counter }));
        }
    }
    opens.sort_by_key(|open| open["op"].as_str().unwrap_or("").to_owned());
    opens
}

fn sorted_pairs(opens: &Json) -> Json {
    let mut opens = opens.as_array().cloned().unwrap_or_default();
    for job in opens.chunks_mut(2) {
        job.sort_by_key(|open| open["op"].as_str().unwrap_or("").to_owned());
    }
    json!(opens)
}
