//! Processing-time timers over a restore: src → map that fails once → keyBy → a function that sets a timer for every record.
//!
//! The first record's timer is in the checkpoint: it fires when it is due, or at once when it fell due while the job was
//! down. The second's is not: the record is read again and gets a new one.

use checkpoint_lab::base::Value;
use checkpoint_lab::scenario::{
    Condition, Expr, Function, FunctionKind, OperatorKind, Partitioner, SourceKind, Stmt, TimeDomain,
};
use serde_json::{Value as Json, json};

use super::Verdict;
use super::build::{Counter, Job, Script, fail_map, plus, scripted};
use super::compare::same;
use super::observe::{run, sorted_restores};
use super::settings::settings;

/// Longer than it takes to process a record, shorter than any timer.
const SHORT_MS: u64 = 100;

pub fn check(json: &Json) -> Result<String, Verdict> {
    let params = &json["params"];
    let records: Vec<&str> = params["records"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let after = params["processing_time_timer_after_ms"].as_u64().unwrap_or(0);
    let mut job = Job::default();
    let rows = records.iter().map(|record| Value::text(record)).collect();
    job.source("src", scripted(SourceKind::JavaCollection, false), rows);
    job.logged("map", fail_map(Counter::Field, None));
    job.operator("timers", OperatorKind::Function(timers(after)));
    job.print("sink");
    job.chain(&["src", "map"]);
    job.edge("map", "timers", Partitioner::KeyBy { column: 0 });
    job.chain(&["timers", "sink"]);
    let failing = params["fail_on"].as_str().unwrap_or("");
    let row = records.iter().position(|record| *record == failing).unwrap_or(0) as u32;
    job.fails_on("map", "src", row, 1, &format!("intentional failure on {failing}"));
    let mut script = Script::default();
    script.wait(Condition::AllRunning).permit("src", 1).sleep(SHORT_MS).checkpoint().sleep(SHORT_MS);
    script.permit("src", 2).sleep(SHORT_MS).permit("src", 3).wait(Condition::Restarted(1));
    script.cancel_after(3 * after);
    let logged = job.instrumented.clone();
    let mut settings = settings(json)?;
    settings.cluster.buffer_timeout_ms = 0;
    let observed = run(job.run(settings, 1, None, script), 300_000).map_err(Verdict::Fail)?;
    let compare = || {
        same("final_status", &json["final_status"], &json!(observed.outcome.job_status))?;
        same("outputs", &unordered_fires(&json["outputs"]), &unordered_fires(&observed.outputs()))?;
        same("restores", &sorted_restores(&json["restores"]), &observed.restores(&logged))?;
        same("checkpoint_counts", &json["checkpoint_counts"], &json!(observed.outcome.checkpoint_counts))
    };
    compare().map(|()| "which attempt fires what, and in which order".into()).map_err(Verdict::Fail)
}

/// Timers that fire one right after the other, in the order of their keys: those of one millisecond have none of their own.
fn unordered_fires(outputs: &Json) -> Json {
    let mut outputs = outputs.clone();
    for rows in outputs.as_object_mut().into_iter().flatten().filter_map(|(_, rows)| rows.as_array_mut()) {
        let fired = |row: &Json| row.as_str().is_some_and(|text| text.ends_with(" fired"));
        for block in rows.chunk_by_mut(|a, b| fired(a) && fired(b)) {
            block.sort_by_key(Json::to_string);
        }
    }
    outputs
}

/// Sets a timer for every record and passes it on; says so when one fires.
fn timers(after_ms: u64) -> Function {
    let domain = TimeDomain::ProcessingTime;
    let due = plus(Expr::ProcessingTime, Expr::Constant(Value::Long(after_ms as i64)));
    let fired = Expr::Format(vec![Expr::Key, Expr::Constant(Value::text(" fired"))]);
    Function {
        class: "Timers".into(),
        kind: FunctionKind::Process,
        fields: Vec::new(),
        states: Vec::new(),
        body: vec![Stmt::RegisterTimer { domain, at: due }, Stmt::Emit { value: Expr::Input }],
        on_timer: vec![Stmt::Emit { value: fired }],
    }
}
