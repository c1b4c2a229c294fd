//! Restart strategies: the first record of every attempt fails, after some work when the recording says so.

use checkpoint_lab::scenario::{Expr, FlinkVersion, RestartStrategy, SourceKind, Stmt};
use serde_json::{Value as Json, json};

use super::Verdict;
use super::build::{Counter, Job, Script, fail_map, map, scripted, texts};
use super::compare::{near, plain_chain, same, within};
use super::observe::{Observed, run};
use super::settings::settings;

/// What a restart may take besides its delay, on the recording machine and in the model.
const SLACK_MS: u64 = 150;

pub fn check(json: &Json) -> Result<String, Verdict> {
    let settings = settings(json)?;
    let checkpointing = settings.checkpointing.interval_ms.is_some();
    let (flink, strategy) = (settings.flink, settings.restart.in_force(checkpointing));
    let mut job = Job::default();
    let mut source = scripted(SourceKind::JavaCollection, true);
    source.gated = false;
    job.source("src", source, texts("r", 3));
    let work = json["params"]["work_before_failure_ms"].as_u64().unwrap_or(0);
    let body = vec![Stmt::Sleep { ms: work }, Stmt::Emit { value: Expr::Input }];
    job.operator("w", checkpoint_lab::scenario::OperatorKind::Function(map("Work", body)));
    job.logged("map", fail_map(Counter::Field, Some(1)));
    job.print("sink");
    job.chain(&["src", "w", "map", "sink"]);
    let mut script = Script::default();
    let stopped = json["stopped_by_driver_after_ms"].as_u64();
    if let Some(ms) = stopped {
        script.cancel_after(ms);
    }
    let observed = run(job.run(settings, 1, None, script), 600_000).map_err(Verdict::Fail)?;
    let jitter = jitter_thousandths(&strategy);
    compare(json, &observed, flink, stopped.is_some(), jitter).map_err(Verdict::Fail)?;
    Ok(String::new())
}

fn jitter_thousandths(strategy: &RestartStrategy) -> u64 {
    match strategy {
        RestartStrategy::ExponentialDelay { jitter_thousandths, .. } => u64::from(*jitter_thousandths),
        _ => 0,
    }
}

/// Counts are exact for a job that ended by itself and near for one that the driver stopped; delays are near.
fn compare(json: &Json, observed: &Observed, flink: FlinkVersion, stopped: bool, jitter: u64) -> Result<(), String> {
    same("final_status", &json["final_status"], &json!(observed.outcome.job_status))?;
    let engine = [
        ("executions_started", observed.opens("map").len() as u64),
        ("failures_thrown", observed.throws().len() as u64),
        ("max_attempt_number", u64::from(observed.max_attempt())),
    ];
    for (name, engine) in engine {
        let recorded = json[name].as_u64().unwrap_or(0);
        if stopped { near(name, recorded, engine, 1)? } else { same(name, &json!(recorded), &json!(engine))? }
    }
    same("outputs", &json["outputs"], &observed.outputs())?;
    delays(json, observed, jitter)?;
    failure(json, observed, flink)
}

/// From each exception to the next opening: the delay of the strategy and a little more.
fn delays(json: &Json, observed: &Observed, jitter: u64) -> Result<(), String> {
    let recorded = json["gap_ms_throw_to_next_open"].as_array().cloned().unwrap_or_default();
    let opens: Vec<u64> = observed.opens("map").into_iter().skip(1).map(|(at, ..)| at).collect();
    let gaps = observed.throws().into_iter().zip(opens).map(|(throw, open)| open - throw);
    for (i, (recorded, gap)) in recorded.iter().zip(gaps).enumerate() {
        let recorded = recorded.as_u64().unwrap_or(0);
        let reach = SLACK_MS + recorded * 2 * jitter / 1_000;
        within(&format!("delay {}", i + 1), gap, recorded.saturating_sub(reach), recorded + reach)?;
    }
    Ok(())
}

/// In 2.3 a checkpoint may complete while the first record is being worked on, so that a later one fails next.
fn failure(json: &Json, observed: &Observed, flink: FlinkVersion) -> Result<(), String> {
    let plain = |chain: &Json| -> Vec<String> {
        let links = plain_chain(chain).into_iter().map(|link| match link.split_once("failure on r") {
            Some((before, _)) if flink != FlinkVersion::V1_20 => format!("{before}failure on one of the records"),
            _ => link,
        });
        links.collect()
    };
    let (recorded, engine) = (plain(&json["failure_cause_chain"]), plain(&json!(observed.outcome.failure)));
    same("failure_cause_chain", &json!(recorded), &json!(engine))
}
