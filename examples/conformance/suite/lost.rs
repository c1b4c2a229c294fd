//! TaskManagers that were killed: a cluster of several processes, a source of a record every 100 ms, a keyed count, and a
//! driver that kills one TaskManager as soon as some checkpoints are complete.
//!
//! How long the loss goes unnoticed is timing: it is compared as a range of heartbeats; so are the numbers of attempts and
//! of duplicates. What is exact: which checkpoint is restored, the counts, the kinds of failures and their order, and where
//! the job waits for slots.

use checkpoint_lab::base::{Value, ValueType};
use checkpoint_lab::scenario::{
    Action, Condition, Expr, Function, FunctionKind, Mishap, Partitioner, RestartStrategy, RunInput, Source,
    SourceKind, StateDeclaration, StateKind, Stmt,
};
use serde_json::{Map, Value as Json, json};

use super::Verdict;
use super::build::{Job, Script, plus};
use super::compare::same;
use super::observe::{Observed, run};
use super::settings::{millis, settings};

const RECORDS: i64 = 150;

pub fn check(json: &Json) -> Result<String, Verdict> {
    let kill = event(json, "kill -9").ok_or_else(|| Verdict::Fail("no kill".into()))?;
    let input = translate(json, kill)?;
    let observed = run(input.clone(), 200_000).map_err(Verdict::Fail)?;
    compare(json, kill, &observed).map_err(Verdict::Fail)?;
    Ok("detection, attempts and duplicates as ranges".into())
}

fn event<'a>(json: &'a Json, name: &str) -> Option<&'a Json> {
    json["timeline"].as_array()?.iter().find(|entry| entry["event"] == name)
}

/// The slot of the victim: the index of a subtask that ran in it.
fn victims_slot(kill: &Json) -> Option<u32> {
    let placement = kill["placement"].as_object()?;
    let mut slots = placement.iter().filter(|(_, manager)| **manager == kill["victim"]);
    slots.find_map(|(task, _)| task.rsplit_once('/')?.1.parse().ok())
}

fn translate(json: &Json, kill: &Json) -> Result<RunInput, Verdict> {
    let params = &json["params"];
    let number = |key: &str| params[key].as_u64().unwrap_or(0);
    let mut settings = settings(&json!({
        "flink_version": json["flink_version"],
        "slots_per_tm": params["slots_per_tm"],
        "task_managers": params["task_managers"],
        "config": {
            "execution.checkpointing.interval": format!("{} ms", number("checkpoint_interval_ms")),
            "execution.checkpointing.storage": "filesystem",
            "execution.checkpointing.dir": "file:///tmp/flink-checkpoints/lost",
        },
    }))?;
    settings.restart = restart(params["restart"].as_str().unwrap_or(""))?;
    let placed = kill["placement"].as_object().into_iter().flatten().map(|(_, manager)| manager);
    let cluster = &mut settings.cluster;
    cluster.spread_out_slots = placed.clone().any(|manager| *manager != kill["victim"]);
    cluster.timeouts.heartbeat_interval_ms = number("heartbeat_interval_ms");
    cluster.timeouts.heartbeat_timeout_ms = number("heartbeat_timeout_ms");
    if let Some(patience) = params["slot_request_timeout_ms"].as_u64() {
        // The recorded cluster was older than its job; the engine's begins with it.
        let age = event(json, "job submitted").and_then(|entry| entry["t"].as_f64()).unwrap_or(0.0);
        cluster.timeouts.slot_request_ms = patience.saturating_sub((age * 1_000.0) as u64).max(1);
    }
    let parallelism = number("parallelism") as u32;
    let slot = victims_slot(kill).ok_or_else(|| Verdict::Fail("the victim ran nothing".into()))?;
    let victim = cluster.home_of_slot(slot, parallelism);
    let mut script = Script::default();
    // One may have completed between the driver's last look and the kill.
    let completed = json["latest_restored"].as_u64().unwrap_or(0);
    script.wait(Condition::CompletedCheckpoints(completed)).sleep(200);
    script.action(Action::Begin(Mishap::TaskManagerKilled(victim)));
    if let Some(after) = params["new_tm_started_after_s"].as_f64().filter(|after| *after >= 0.0) {
        // Another one, rather than the same again; its name is all that differs.
        script.sleep((after * 1_000.0) as u64).action(Action::End(Mishap::TaskManagerKilled(victim)));
    }
    Ok(job().run(settings, parallelism, None, script))
}

/// `fixed-delay 3 x 2 s`.
fn restart(text: &str) -> Result<RestartStrategy, Verdict> {
    let parsed = text.strip_prefix("fixed-delay ").and_then(|rest| rest.split_once(" x "));
    let Some((attempts, delay)) = parsed else { return Err(Verdict::Waits(format!("restart strategy {text}"))) };
    let attempts = attempts.parse().map_err(|_| Verdict::Fail(format!("no number: {attempts}")))?;
    Ok(RestartStrategy::FixedDelay { attempts, delay_ms: millis(delay)? })
}

fn job() -> Job {
    let mut job = Job::default();
    let rows = (1..=RECORDS).map(|i| {
        Value::list(vec![Value::text(&format!("k{}", (1_000 + i) % 5)), Value::text(&format!("tx{}", 1_000 + i))])
    });
    let source = Source {
        kind: SourceKind::JavaCollection,
        dataset: String::new(),
        bounded: true,
        gated: false,
        every_ms: 100,
        partitions: 1,
    };
    let columns = [("key", ValueType::String), ("tx", ValueType::String)];
    job.table("src", source, &columns, rows.collect(), Vec::new());
    let count = Expr::State("n".into());
    let parts = vec![
        Expr::Column(0),
        Expr::Constant(Value::text("=")),
        count.clone(),
        Expr::Constant(Value::text(" (")),
        Expr::Column(1),
        Expr::Constant(Value::text(")")),
    ];
    let function = Function {
        on_timer: Vec::new(),
        class: "Count".into(),
        kind: FunctionKind::Process,
        fields: Vec::new(),
        states: vec![StateDeclaration {
            name: "n".into(),
            kind: StateKind::KeyedValue,
            value_type: ValueType::Long,
            initial: Value::Long(0),
        }],
        body: vec![
            Stmt::Update { state: "n".into(), value: plus(count, Expr::Constant(Value::Long(1))) },
            Stmt::Emit { value: Expr::Format(parts) },
        ],
    };
    job.logged("cnt", function);
    job.print("sink");
    job.edge("src", "cnt", Partitioner::KeyBy { column: 0 });
    job.edge("cnt", "sink", Partitioner::Forward);
    job
}

fn compare(json: &Json, kill: &Json, observed: &Observed) -> Result<(), String> {
    let outcome = &observed.outcome;
    same("final_status", &json["final_status"], &json!(outcome.job_status))?;
    same("latest_restored", &json["latest_restored"], &json!(observed.latest_restored))?;
    let finished = outcome.job_status == "FINISHED";
    if finished {
        same("final_count_per_key", &json["final_count_per_key"], &counts(observed))?;
        same("distinct_records", &json["distinct_records"], &json!(outcome.outside.rows.len()))?;
    }
    same("keys of each subtask", &keys(&outputs(json)), &keys(&engine_outputs(observed)))?;
    if json["exceptions"].is_array() {
        same("kinds of failures", &failures(json), &engine_failures(observed))?;
    }
    waits_for_slots(json, observed)?;
    noticed(json, kill, observed)
}

/// The last count of each key.
fn counts(observed: &Observed) -> Json {
    let mut counts: Map<String, Json> = Map::new();
    for row in &observed.outcome.outside.rows {
        let (key, rest) = row.text.split_once('=').unwrap_or_default();
        let count: u64 = rest.split(' ').next().and_then(|text| text.parse().ok()).unwrap_or(0);
        let most = counts.get(key).and_then(Json::as_u64).unwrap_or(0);
        counts.insert(key.into(), json!(most.max(count)));
    }
    Json::Object(counts)
}

/// All rows of each subtask, whatever the attempt.
fn outputs(json: &Json) -> Vec<(String, String)> {
    let attempts = json["outputs"].as_object().into_iter().flatten();
    let places = attempts.flat_map(|(_, places)| places.as_object().into_iter().flatten());
    let rows = places.flat_map(|(place, rows)| {
        let place = place.trim_start_matches("subtask=");
        rows.as_array().into_iter().flatten().map(|row| (place.to_owned(), row.as_str().unwrap_or("").to_owned()))
    });
    rows.collect()
}

fn engine_outputs(observed: &Observed) -> Vec<(String, String)> {
    let printed = observed.outcome.attempts.iter().flat_map(|attempt| &attempt.printed);
    let rows = printed.flat_map(|(place, rows)| {
        let index = place.rsplit_once('/').map_or("", |(_, index)| index);
        rows.iter().map(|row| (index.to_owned(), row.clone()))
    });
    rows.collect()
}

fn keys(rows: &[(String, String)]) -> Json {
    let mut keys: Map<String, Json> = Map::new();
    for (place, row) in rows {
        keys.insert(row.split('=').next().unwrap_or("").into(), json!(place));
    }
    json!(keys.iter().collect::<std::collections::BTreeMap<_, _>>())
}

/// The classes of the recorded failures, oldest first, neighbours that are the same counted once.
fn failures(json: &Json) -> Json {
    let mut kinds: Vec<String> = Vec::new();
    for exception in json["exceptions"].as_array().into_iter().flatten().rev() {
        let message = exception["message"].as_str().or_else(|| exception["first_lines"][0].as_str()).unwrap_or("");
        let innermost = match message.split(": ").filter(|part| !part.contains(' ')).last().unwrap_or("") {
            // ResourceManager and JobMaster each have their heartbeats with a TaskManager: which of them is first is timing.
            "org.apache.flink.runtime.resourcemanager.exceptions.ResourceManagerException" => {
                "org.apache.flink.runtime.jobmaster.JobMasterException"
            }
            other => other,
        };
        if kinds.last().is_none_or(|last| last != innermost) && !innermost.ends_with("JobException") {
            kinds.push(innermost.into());
        }
    }
    json!(kinds)
}

fn engine_failures(observed: &Observed) -> Json {
    let mut kinds: Vec<String> = Vec::new();
    for failure in &observed.failures {
        if kinds.last() != Some(failure) {
            kinds.push(failure.clone());
        }
    }
    json!(kinds)
}

/// The job is RUNNING while its tasks are CREATED or SCHEDULED: it was seen so for seconds, or not at all.
fn waits_for_slots(json: &Json, observed: &Observed) -> Result<(), String> {
    let started = json["params"]["new_tm_started_after_s"].as_f64().unwrap_or(-1.0) >= 0.0;
    let refused = observed.outcome.job_status == "FAILED";
    same("waits for slots", &json!(started || refused), &json!(observed.waited_for_slots))
}

/// From the kill to the loss: between one and two heartbeats, as in the recording.
fn noticed(json: &Json, kill: &Json, observed: &Observed) -> Result<(), String> {
    let interval = json["params"]["heartbeat_interval_ms"].as_f64().unwrap_or(0.0) / 1_000.0;
    let (Some(killed), Some(lost)) = (observed.killed_ms, observed.lost_ms) else {
        return Err("the engine never noticed the loss".into());
    };
    let engine = (lost - killed) as f64 / 1_000.0;
    let after = |entry: &&Json| entry["t"].as_f64() > kill["t"].as_f64();
    let fewer = |entry: &&Json| entry["taskmanagers"].as_u64() < json["params"]["task_managers"].as_u64();
    let timeline = json["timeline"].as_array().into_iter().flatten();
    let seen = timeline.filter(after).find(|entry| entry["taskmanagers"].is_u64() && fewer(entry));
    let recorded = seen.and_then(|entry| Some(entry["t"].as_f64()? - kill["t"].as_f64()?));
    // The recording polled, and saw the ResourceManager's view, whose heartbeats come at other moments.
    let within = |seconds: f64| seconds >= interval && seconds <= 2.0 * interval + 1.5;
    match recorded {
        Some(recorded) if within(recorded) && within(engine) => Ok(()),
        recorded => Err(format!("noticed after {engine} s, recorded {recorded:?}, heartbeats every {interval} s")),
    }
}
