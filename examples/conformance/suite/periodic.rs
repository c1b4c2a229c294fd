//! When the periodic scheduler triggers: an idle job, no trigger by hand, cancelled after a while.
//!
//! Every run of the recording and of the engine, with several seeds, is held to the same rule: in 1.20 the first trigger
//! comes at a random moment between RUNNING and one interval later, and again after each restart; in 2.3 at once when the
//! tasks run, mostly with a second one right behind; from then on at a fixed rate.

use checkpoint_lab::scenario::{Action, FlinkVersion, RunInput, SourceKind};
use serde_json::{Value as Json, json};

use super::Verdict;
use super::build::{Counter, Job, Script, fail_map, scripted, texts};
use super::compare::{same, within};
use super::observe::{Observed, run};
use super::settings::settings;

/// What a timer may be late on a small machine.
const SLACK_MS: u64 = 250;
const SEEDS: u64 = 24;

/// One idle run: when the job became RUNNING, when tasks were opened (per attempt), and the checkpoints.
struct Idle {
    running: Vec<u64>,
    opened: Vec<(u64, Option<u64>)>,
    triggers: Vec<(u64, u64)>,
    refused: u64,
    statuses: Vec<String>,
}

pub fn check(json: &Json) -> Result<String, Verdict> {
    let runs = json["runs"].as_array().cloned().unwrap_or_default();
    let settings = settings(json)?;
    let interval = settings.checkpointing.interval_ms.unwrap_or(0);
    let flink = settings.flink;
    for (i, recorded) in runs.iter().enumerate() {
        let recorded = read(recorded);
        let who = format!("recorded run {}", i + 1);
        rule(&recorded, interval, flink).map_err(|broken| Verdict::Fail(format!("{who} breaks the rule: {broken}")))?;
        for seed in 1..=SEEDS {
            let mut input = translate(json, &recorded)?;
            input.seed = seed;
            let engine = observed(&run(input, 600_000).map_err(Verdict::Fail)?);
            let compared = rule(&engine, interval, flink).and_then(|()| alike(&recorded, &engine));
            compared.map_err(|broken| Verdict::Fail(format!("run {} with seed {seed}: {broken}", i + 1)))?;
        }
    }
    Ok(String::new())
}

/// The run lasted from its first state until it was cancelled; a run that was opened twice failed half way, on its second
/// record.
fn translate(json: &Json, recorded: &Idle) -> Result<RunInput, Verdict> {
    let settings = settings(json)?;
    let mut job = Job::default();
    job.source("src", scripted(SourceKind::JavaCollection, false), texts("r", 3));
    job.logged("map", fail_map(Counter::Field, None));
    job.print("sink");
    job.chain(&["src", "map", "sink"]);
    let lasted = recorded.running.last().copied().unwrap_or(0);
    let mut script = Script::default();
    script.permit("src", 1);
    if recorded.opened.len() > 1 {
        job.fails_on("map", "src", 1, 1, "intentional failure on r2");
        script.sleep(lasted / 2).permit("src", 2).sleep(lasted / 2);
    } else {
        script.sleep(lasted);
    }
    script.action(Action::Cancel);
    Ok(job.run(settings, 1, None, script))
}

/// The last entry of `running` is how long the run lasted.
fn read(row: &Json) -> Idle {
    let number = |json: &Json| json.as_u64().unwrap_or(0);
    let states = row["job_status_polled"].as_array().cloned().unwrap_or_default();
    let at = |name: &str| -> Vec<u64> {
        states.iter().filter(|state| state["status"] == name).map(|state| number(&state["t_ms"])).collect()
    };
    let first = states.first().map_or(0, |state| number(&state["t_ms"]));
    let mut running = at("RUNNING");
    running.push(at("CANCELLING").first().map_or(0, |end| end - first));
    let opened = row["task_open"].as_array().into_iter().flatten();
    let checkpoints = row["checkpoints_id_trigger_ms_duration_ms_status"].as_array().cloned().unwrap_or_default();
    Idle {
        running,
        opened: opened.map(|open| (number(&open["t_ms"]), open["restored_from"].as_u64())).collect(),
        triggers: checkpoints.iter().map(|row| (number(&row[0]), number(&row[1]))).collect(),
        refused: number(&row["counts"]["total"]) - checkpoints.len() as u64,
        statuses: states.iter().map(|state| state["status"].as_str().unwrap_or("").to_owned()).collect(),
    }
}

fn observed(observed: &Observed) -> Idle {
    let outcome = &observed.outcome;
    let running = outcome.job_status_history.iter().filter(|change| change.status == "RUNNING");
    let opened = observed.opens("src").into_iter().map(|(at, _, restored)| (at, restored));
    let mut running: Vec<u64> = running.map(|change| change.time_ms).collect();
    running.push(outcome.end_time_ms);
    Idle {
        running,
        opened: opened.collect(),
        triggers: outcome.checkpoints.iter().map(|checkpoint| (checkpoint.id, checkpoint.trigger_time_ms)).collect(),
        refused: outcome.checkpoint_counts.total - outcome.checkpoints.len() as u64,
        statuses: observed.polled(),
    }
}

fn rule(idle: &Idle, interval: u64, flink: FlinkVersion) -> Result<(), String> {
    let executions = idle.opened.len();
    for (i, running) in idle.running.iter().take(executions).enumerate() {
        let end = if i + 1 < executions { idle.running[i + 1] } else { u64::MAX };
        let of_execution = |at: &u64| *at >= *running && *at < end;
        let triggers: Vec<u64> = idle.triggers.iter().map(|(_, at)| *at).filter(of_execution).collect();
        match flink {
            FlinkVersion::V1_20 => random_start(*running, &triggers, interval, idle.refused)?,
            FlinkVersion::V2_3 => start_at_once(idle.opened[i].0, &triggers, interval)?,
        }
    }
    Ok(())
}

/// A first tick while tasks are starting is refused, and the second one is the first checkpoint.
fn random_start(running: u64, triggers: &[u64], interval: u64, refused: u64) -> Result<(), String> {
    let Some(first) = triggers.first() else { return Ok(()) };
    within("first trigger after RUNNING", first - running, 0, interval * (1 + refused) + SLACK_MS)?;
    steady(triggers, interval)
}

fn start_at_once(opened: u64, triggers: &[u64], interval: u64) -> Result<(), String> {
    let first = *triggers.first().ok_or("no checkpoint at the start")?;
    within("first trigger after the tasks were opened", first - opened, 0, SLACK_MS)?;
    let behind = |second: &&u64| *second - first < (interval / 2).min(1_000);
    match triggers.get(1).filter(behind) {
        Some(_) => steady(&[&triggers[..1], &triggers[2..]].concat(), interval),
        None => steady(triggers, interval),
    }
}

fn steady(triggers: &[u64], interval: u64) -> Result<(), String> {
    for (i, at) in triggers.iter().enumerate() {
        let planned = triggers[0] + i as u64 * interval;
        within(&format!("trigger {}", i + 1), *at, planned.saturating_sub(SLACK_MS), planned + SLACK_MS)?;
    }
    Ok(())
}

/// What does not depend on the random start: the states, and whether a restart found a checkpoint.
fn alike(recorded: &Idle, engine: &Idle) -> Result<(), String> {
    let mut before = engine.triggers.iter().filter(|(_, at)| engine.opened.last().is_some_and(|(open, _)| at < open));
    let restored = engine.opened.last().and_then(|(_, restored)| *restored);
    if engine.opened.len() > 1 && before.next().is_some() && restored.is_none() {
        return Err("a checkpoint was there, but the restart did not use it".into());
    }
    same("executions", &json!(recorded.opened.len()), &json!(engine.opened.len()))?;
    same("job_status_history", &json!(recorded.statuses), &json!(engine.statuses))
}
