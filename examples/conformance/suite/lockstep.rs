//! The corpus of random lock-step jobs: a source with its position in state → keyBy → running sum → print sink, and beside
//! it a transactional sink.
//!
//! `plan` is what the driver does: `rec` releases one record and waits until it is out or throws, `ckpt` completes a
//! checkpoint; afterwards the remaining records are released one by one. Record i throws the first n times it is
//! processed, before the state changes; a restart goes on from the restored position.
//!
//! Compared are rows, restores, offsets, counters, and the transactions in the order of their commits.

use std::collections::BTreeMap;

use checkpoint_lab::base::{Value, ValueType};
use checkpoint_lab::scenario::{Condition, Expr, OperatorKind, Partitioner, RunInput, Sink, SourceKind};
use checkpoint_lab::trace::{CommitEffect, Fact};
use serde_json::{Map, Value as Json, json};

use super::build::{Job, Script, keyed_sum, scripted};
use super::compare::same;
use super::observe::{Happening, Observed, run};
use super::settings::settings;
use super::{Verdict, transactions};

pub fn check(json: &Json) -> Vec<Verdict> {
    let cases = json["cases"].as_array().cloned().unwrap_or_default();
    let mut differences = Vec::new();
    for case in &cases {
        if let Err(difference) = check_case(json, case) {
            differences.push(format!("case {}: {difference}", case["id"]));
        }
    }
    let (agree, all) = (cases.len() - differences.len(), cases.len());
    match differences.first() {
        None => vec![Verdict::Pass(format!("{all} jobs"))],
        Some(first) => vec![Verdict::Fail(format!("{agree} of {all} cases agree; {first}"))],
    }
}

fn check_case(json: &Json, case: &Json) -> Result<(), String> {
    let input = translate(json, case)?;
    let observed = run(input, 3_600_000)?;
    let outcome = &observed.outcome;
    same("final_status", &case["final_status"], &json!(outcome.job_status))?;
    same("restarts", &case["restarts"], &json!(outcome.restarts))?;
    same("printed", &case["printed"], &printed(&observed))?;
    same("source_opens", &case["source_opens"], &source_opens(&observed))?;
    same("snapshots", &case["snapshots"], &snapshots(&observed))?;
    same("committed_transactions_in_order", &case["committed_transactions_in_order"], &committed(&observed))?;
    let database = transactions::external_db(&observed);
    same("external_db_at_end", &case["external_db_at_end"], &database["committed"])?;
    same("uncommitted_at_end", &case["uncommitted_at_end"], &database["open_or_prepared_transactions"])?;
    same("checkpoint_counts", &case["checkpoint_counts"], &json!(outcome.checkpoint_counts))
}

fn translate(json: &Json, case: &Json) -> Result<RunInput, String> {
    let number = |json: &Json| json.as_u64().unwrap_or(0);
    let config = json!({
        "execution.checkpointing.interval": "36000 s",
        "execution.checkpointing.storage": "filesystem",
        "execution.checkpointing.dir": "file:///tmp/flink-checkpoints/java",
        "restart-strategy.type": "fixed-delay",
        "restart-strategy.fixed-delay.attempts": case["max_restarts"].to_string(),
        "restart-strategy.fixed-delay.delay": "60 ms",
    });
    let parallelism = number(&case["parallelism"]) as u32;
    let config = json!({ "flink_version": json["flink_version"], "slots_per_tm": parallelism, "config": config });
    let mut settings = settings(&config).map_err(|verdict| format!("{verdict:?}"))?;
    settings.cluster.buffer_timeout_ms = 0;

    let mut job = Job::default();
    let records = case["records"].as_array().cloned().unwrap_or_default();
    let row = |(i, record): (usize, &Json)| {
        let key = record[0].as_str().unwrap_or("");
        Value::list(vec![Value::Int(i as i32 + 1), Value::text(key), Value::Long(record[1].as_i64().unwrap_or(0))])
    };
    let rows = records.iter().enumerate().map(row).collect();
    let columns = [("index", ValueType::Int), ("key", ValueType::String), ("amount", ValueType::Long)];
    job.table("src", scripted(SourceKind::JavaCollection, true), &columns, rows, Vec::new());
    let text = |text: &str| Expr::Constant(Value::text(text));
    let parts = vec![Expr::Column(0), text(":"), Expr::Column(1), text("=")];
    job.operator("sum", OperatorKind::Function(keyed_sum(2, parts)));
    job.print("print");
    job.operator("tpc", OperatorKind::Sink(Sink::TwoPhaseCommit)).parallelism = Some(1);
    job.edge("src", "sum", Partitioner::KeyBy { column: 1 });
    job.chain(&["sum", "print"]);
    job.chain(&["sum", "tpc"]);
    let mut fails = BTreeMap::new();
    for (record, times) in case["record_index_fails_first_n_times"].as_object().into_iter().flatten() {
        let record: u64 = record.parse().map_err(|_| format!("no record: '{record}'"))?;
        fails.insert(record, number(times));
        let message = format!("intentional failure on record {record}");
        job.fails_on("sum", "src", record as u32 - 1, number(times) as u32, &message);
    }
    let script = Driver::new(case, fails, records.len() as u64).script();
    Ok(job.run(settings, parallelism, Some(number(&case["max_parallelism"]) as u32), script))
}

/// The driver: which record is next follows from the plan, the failures and the last checkpoint.
struct Driver {
    plan: Vec<String>,
    fails: BTreeMap<u64, u64>,
    records: u64,
    max_restarts: u64,
    position: u64,
    checkpointed: u64,
    failures: u64,
    script: Script,
}

impl Driver {
    fn new(case: &Json, fails: BTreeMap<u64, u64>, records: u64) -> Driver {
        let plan = case["plan"].as_array().into_iter().flatten();
        Driver {
            plan: plan.filter_map(Json::as_str).map(str::to_owned).collect(),
            fails,
            records,
            max_restarts: case["max_restarts"].as_u64().unwrap_or(0),
            position: 0,
            checkpointed: 0,
            failures: 0,
            script: Script::default(),
        }
    }

    fn script(mut self) -> Script {
        self.script.wait(Condition::AllRunning);
        let plan = std::mem::take(&mut self.plan);
        let mut actions = plan.into_iter();
        while self.position < self.records && self.failures <= self.max_restarts {
            match actions.next().as_deref() {
                Some("ckpt") => {
                    self.script.checkpoint();
                    self.checkpointed = self.position;
                }
                _ => self.record(),
            }
        }
        self.script
    }

    /// One record: out, or an exception after which the gate is closed at once and the job starts again.
    fn record(&mut self) {
        let wanted = self.position + 1;
        self.script.permit("src", wanted);
        match self.fails.get_mut(&wanted).filter(|left| **left > 0) {
            Some(left) => {
                *left -= 1;
                self.failures += 1;
                self.position = self.checkpointed;
                self.script.wait(Condition::Thrown(self.failures)).permit("src", 0).settle();
            }
            None => {
                self.position = wanted;
                self.script.settle();
            }
        }
    }
}

fn printed(observed: &Observed) -> Json {
    let mut all = Map::new();
    for attempt in &observed.outcome.attempts {
        let own = attempt
            .printed
            .iter()
            .filter_map(|(place, rows)| Some((format!("subtask{}", place.strip_prefix("print/")?), json!(rows))));
        let own: Map<String, Json> = own.collect();
        if !own.is_empty() {
            all.insert(format!("attempt{}", attempt.attempt), Json::Object(own));
        }
    }
    Json::Object(all)
}

fn source_opens(observed: &Observed) -> Json {
    let mut opens = Vec::new();
    for (_, happening) in &observed.happenings {
        let Happening::Open { op, attempt, restored_from, live, .. } = happening else { continue };
        if op == "src" {
            opens.push(json!({ "attempt": attempt, "restored_from": restored_from, "offset": live.position }));
        }
    }
    json!(opens)
}

/// The rows of each commit that took effect, in order.
fn committed(observed: &Observed) -> Json {
    let commits = observed.facts.iter().filter_map(|fact| match fact {
        Fact::TransactionCommitted { effect: CommitEffect::Visible, rows, .. } => {
            Some(rows.iter().map(|row| row.text.to_string()).collect::<Vec<_>>())
        }
        _ => None,
    });
    json!(commits.collect::<Vec<_>>())
}

fn snapshots(observed: &Observed) -> Json {
    let mut snapshots = Vec::new();
    for (_, happening) in &observed.happenings {
        let Happening::Snapshot { op, checkpoint, live, .. } = happening else { continue };
        if op == "src" {
            snapshots.push(json!({ "id": checkpoint, "attempt": live.attempt.0, "source_offset": live.position }));
        }
    }
    json!(snapshots)
}
