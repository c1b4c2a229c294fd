//! Metrics and REST documents against recorded ones (`tests/flink/rest`): RE-1, RE-2, UI-1 to UI-5, ME-1 to ME-3, BP-4.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use checkpoint_lab::base::{CheckpointId, SimTime, SubtaskId, TaskIndex, Value, ValueType};
use checkpoint_lab::engine::{CheckpointStatus, Engine};
use checkpoint_lab::metrics::{
    TaskGauges, checkpoint_details, checkpoints, config, documents, prometheus_text, subtask_details,
};
use checkpoint_lab::scenario::{
    Action, Api, Arithmetic, CheckpointStorage, Checkpointing, Column, Commands, Condition, Dataset, DatasetRows, Expr,
    FaultAt, FaultPoint, FunctionKind, RestartStrategy, Retention, RunInput, Scenario, StateKind, Step, Stmt,
    Unaligned, presets,
};
use serde_json::{Value as Json, json};

// ---- the recorded jobs

fn recorded(name: &str) -> Json {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/flink/rest/1.20.5").join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).expect("a recording is JSON")
}

fn operator(uid: &str, kind: Json) -> Json {
    json!({ "uid": uid, "name": uid, "kind": kind })
}

/// src → keyBy → sum → sink, as the recording's README says; record 8 throws once.
fn job(parallelism: u32, unaligned: bool) -> Scenario {
    let columns = vec![
        Column { name: "key".into(), value_type: ValueType::String },
        Column { name: "amount".into(), value_type: ValueType::Long },
    ];
    let row = |i: i64| Value::list(vec![Value::text(["a", "b", "c", "d"][i as usize % 4]), Value::Long(i)]);
    let rows = DatasetRows::Inline { columns, rows: (0..20).map(row).collect(), partitions: Vec::new() };
    let state =
        json!({"name": "sum", "kind": StateKind::KeyedValue, "type": ValueType::Long, "initial": Value::Long(0)});
    let held = || Box::new(Expr::State("sum".into()));
    let value = Expr::Arithmetic(Arithmetic::Add, held(), Box::new(Expr::Column(1)));
    let body = json!([Stmt::Update { state: "sum".into(), value }, Stmt::Emit { value: *held() }]);
    let sum = json!({"class": "Sum", "kind": FunctionKind::Process, "states": [state], "body": body, "fields": []});
    let sum = json!({ "function": sum });
    let source = json!({"source": {"kind": "java_collection", "dataset": "src", "bounded": false, "gated": true}});
    let mut operators = vec![operator("src", source), operator("sum", sum), operator("sink", json!("print_sink"))];
    operators[0]["parallelism"] = json!(1);
    let edges = json!([
        {"from": "src", "to": "sum", "partitioner": {"key_by": {"column": 0}}},
        {"from": "sum", "to": "sink", "partitioner": "forward"},
    ]);
    Scenario {
        name: "Flink Streaming Job".into(),
        api: Api::Java,
        data: vec![Dataset { name: "src".into(), rows }],
        operators: serde_json::from_value(json!(operators)).expect("operators"),
        edges: serde_json::from_value(edges).expect("edges"),
        parallelism,
        checkpointing: Checkpointing {
            interval_ms: Some(36_000_000),
            timeout_ms: 6_000,
            tolerable_failed: 2,
            retention: Retention::RetainOnCancellation,
            storage: CheckpointStorage::FileSystem { dir: "file:///CHECKPOINTS".into() },
            unaligned: unaligned.then_some(Unaligned { aligned_timeout_ms: 300, ..Unaligned::default() }),
            ..Checkpointing::default()
        },
        restart: RestartStrategy::FixedDelay { attempts: 3, delay_ms: 100 },
        faults: vec![FaultPoint {
            operator: "sum".into(),
            subtask: None,
            at: FaultAt::Record { dataset: "src".into(), row: 7 },
            times: Some(1),
            message: "intentional".into(),
        }],
        ..presets::handout()
    }
}

fn script() -> Vec<Step> {
    let permit = |upto| Step::Do(Action::Permit { source: "src".into(), subtask: None, upto });
    let hold = |on| Step::Do(Action::Hold { source: "src".into(), on });
    let wait = |ms| Step::Wait(Condition::Elapsed(ms));
    let trigger = || Step::Do(Action::TriggerCheckpoint);
    vec![
        Step::Wait(Condition::AllRunning),
        wait(100),
        permit(3),
        wait(100),
        trigger(),
        Step::Wait(Condition::CheckpointDone),
        wait(100),
        hold(true),
        trigger(),
        Step::Wait(Condition::CheckpointDone),
        wait(100),
        hold(false),
        permit(6),
        wait(100),
        trigger(),
        Step::Wait(Condition::CheckpointDone),
        wait(100),
        permit(8),
        Step::Wait(Condition::Restarted(1)),
        wait(500),
    ]
}

fn engine(scenario: Scenario, script: Vec<Step>) -> Engine {
    let run = json!({ "scenario": scenario, "seed": 1, "commands": Commands { script, ..Commands::default() } });
    let input: RunInput = serde_json::from_value(run).expect("a run");
    assert!(input.scenario.can_run(), "{:?}", input.issues());
    Engine::new(Arc::new(input))
}

/// Whether a moment of the recording is reached.
type Reached = Box<dyn Fn(&Engine) -> bool>;

fn run_until(engine: &mut Engine, reached: impl Fn(&Engine) -> bool) {
    while !reached(engine) {
        assert!(engine.steps() < 1_000_000 && engine.step(), "the moment never comes");
    }
}

// ---- comparing

/// Keys and types; numbers are all alike but for `NaN`, ids stand for themselves.
fn shape(document: &Json) -> Json {
    match document {
        Json::Object(fields) => Json::Object(fields.iter().map(|(key, value)| (key.clone(), shape(value))).collect()),
        Json::Array(items) => Json::Array(items.iter().map(shape).collect()),
        Json::Number(_) => json!("number"),
        Json::String(text) if text.starts_with("file:") => json!("path"),
        other => other.clone(),
    }
}

/// What is said in words or counts, at every depth.
fn facts(path: &str, document: &Json, found: &mut BTreeMap<String, Json>) {
    const EXACT: [&str; 13] = [
        "id",
        "status",
        "className",
        "is_savepoint",
        "savepointFormat",
        "num_subtasks",
        "num_acknowledged_subtasks",
        "checkpoint_type",
        "discarded",
        "failure_message",
        "index",
        "unaligned_checkpoint",
        "aborted",
    ];
    const COUNTS: [&str; 5] = ["restored", "total", "in_progress", "completed", "failed"];
    match document {
        Json::Object(fields) => {
            for (key, value) in fields {
                let exact = EXACT.contains(&key.as_str()) || (COUNTS.contains(&key.as_str()) && value.is_number());
                if exact && !value.is_object() {
                    found.insert(format!("{path}.{key}"), value.clone());
                } else {
                    facts(&format!("{path}.{key}"), value, found);
                }
            }
        }
        Json::Array(items) => {
            for (at, value) in items.iter().enumerate() {
                facts(&format!("{path}[{at}]"), value, found);
            }
        }
        _ => {}
    }
}

fn alike(what: &str, recorded: &Json, own: &Json) {
    assert_eq!(shape(recorded), shape(own), "{what}: shape\n{recorded:#}\n{own:#}");
    let (mut left, mut right) = (BTreeMap::new(), BTreeMap::new());
    facts("", recorded, &mut left);
    facts("", own, &mut right);
    assert_eq!(left, right, "{what}");
}

/// Vertex ids as the recording has them.
fn with_placeholders(mut document: Json, engine: &Engine) -> Json {
    if let Some(tasks) = document.get_mut("tasks").and_then(Json::as_object_mut) {
        let job = &engine.storage().job_id;
        for task in (0..engine.graph().tasks.len() as u16).map(TaskIndex) {
            if let Some(own) = tasks.remove(&checkpoint_lab::metrics::vertex_id(job, task)) {
                tasks.insert(format!("VERTEX_{}", task.0 + 1), own);
            }
        }
    }
    document
}

fn compare_moment(recorded: &Json, engine: &Engine) {
    let name = recorded["moment"].as_str().unwrap_or("");
    // Reported by the source after it had expired: Flink adds its size to the failed entry all the same.
    alike(name, &recorded["/jobs/:jobid/checkpoints"], &checkpoints(engine));
    for (id, documents) in recorded["details_by_checkpoint"].as_object().into_iter().flatten() {
        let checkpoint = CheckpointId(id.parse().expect("an id"));
        for (path, document) in documents.as_object().into_iter().flatten() {
            let own = match path.rsplit_once("/subtasks/VERTEX_") {
                Some((_, number)) => {
                    subtask_details(engine, checkpoint, TaskIndex(number.parse::<u16>().expect("a number") - 1))
                }
                None => checkpoint_details(engine, checkpoint),
            };
            alike(&format!("{name}: {path} of {id}"), document, &with_placeholders(own.expect("it is known"), engine));
        }
    }
}

/// RE-1, RE-2, and with them what the web page's tabs show: UI-1, UI-2, UI-3, UI-4.
#[test]
fn rest_documents_are_flinks_field_for_field() {
    for (file, parallelism, unaligned) in [("hashmap_p1.json", 1, false), ("hashmap_p2_unaligned.json", 2, true)] {
        let recorded = recorded(file);
        let mut engine = engine(job(parallelism, unaligned), script());
        assert_eq!(recorded["/jobs/:jobid/checkpoints/config"], config(&engine.input().scenario), "{file}");
        let ended = |id: usize, status: fn(CheckpointStatus) -> bool| {
            move |engine: &Engine| engine.coordinator().history.get(id - 1).is_some_and(|stats| status(stats.status))
        };
        let completed = |status| status == CheckpointStatus::Completed;
        let moments: [Reached; 6] = [
            Box::new(|engine| engine.subtask(SubtaskId(0)).running_since.is_some()),
            Box::new(ended(1, completed)),
            Box::new(|engine| engine.coordinator().history.len() == 2),
            Box::new(ended(2, |status| matches!(status, CheckpointStatus::Failed(_)))),
            Box::new(ended(3, completed)),
            Box::new(|engine| engine.coordinator().counts.restored == 1),
        ];
        for (at, reached) in moments.iter().enumerate() {
            run_until(&mut engine, reached);
            compare_moment(&recorded["moments"][at], &engine);
        }
        let all = documents(&engine);
        assert!(all.as_object().is_some_and(|all| all.len() > 6), "{all:#}");
    }
}

/// Every metric that is written is one of Flink's, with Flink's labels and type; those that a job's page shows are there.
/// ME-1, ME-2, ME-3.
#[test]
fn prometheus_metrics_are_flinks() {
    let mut engine = engine(job(1, false), script());
    run_until(&mut engine, |engine| engine.job().restarts == 1 && engine.subtask(SubtaskId(1)).running_since.is_some());
    engine.run_until(engine.now() + checkpoint_lab::base::SimDuration::from_millis(400), 1_000_000);
    let own = prometheus_text(&engine);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/flink/rest/1.20.5/hashmap_p1.prom");
    let recorded = std::fs::read_to_string(path).expect("the scrape is there");
    let (recorded, written) = (described(&recorded), described(&own));
    for (line, labels) in &written {
        assert_eq!(recorded.get(line), Some(labels), "{line}");
    }
    for name in ["numRestarts", "downtime", "lastCheckpointPersistedData", "lastCheckpointRestoreTimestamp"] {
        assert!(own.contains(&format!("# TYPE flink_jobmanager_job_{name} gauge")), "{name}");
    }
    for name in ["busyTimeMsPerSecond", "checkpointAlignmentTime", "checkpointStartDelayNanos", "numRecordsIn"] {
        assert!(own.contains(&format!("# TYPE flink_taskmanager_job_task_{name} gauge")), "{name}");
    }
    assert!(own.contains("flink_jobmanager_job_numRestarts{") && own.contains(",} 1.0\n"));
    promtool(&own);
}

/// `# HELP` and `# TYPE` of each metric with the names of its labels.
fn described(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in text.lines() {
        if line.starts_with('#') {
            all.entry(line.into()).or_default();
        } else if let Some((name, rest)) = line.split_once('{') {
            let labels = rest.split("\",").filter_map(|label| label.split_once('=')).map(|(label, _)| label.to_owned());
            all.entry(name.into()).or_default().extend(labels);
        }
    }
    all
}

/// `promtool check metrics` reads it. Its linter dislikes camelCase, and says so of every one of Flink's own names too.
fn promtool(text: &str) {
    let tool = Command::new("promtool").args(["check", "metrics"]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(mut tool) = tool else {
        eprintln!("promtool is not here: the text was not checked with it (Debian's package: prometheus)");
        return;
    };
    tool.stdin.take().expect("it is piped").write_all(text.as_bytes()).expect("it reads");
    let checked = tool.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&checked.stderr).into_owned();
    let only_names =
        said.lines().all(|line| line.ends_with("metric names should be written in 'snake_case' not 'camelCase'"));
    assert!(checked.status.success() || (checked.status.code() == Some(3) && only_names), "{said}");
}

/// BP-4: the shares of a second add up; a slow operator is busy, its source is held back, and neither is idle.
#[test]
fn a_slow_operator_is_busy_and_holds_its_source_back() {
    let mut scenario = job(1, false);
    scenario.faults.clear();
    let rows = (0..4_000).map(|i| Value::list(vec![Value::text(&"x".repeat(200)), Value::Long(i)])).collect();
    if let DatasetRows::Inline { rows: own, .. } = &mut scenario.data[0].rows {
        *own = rows;
    }
    let mut plain = serde_json::to_value(&scenario).expect("plain data");
    plain["operators"][0]["kind"]["source"]["gated"] = json!(false);
    plain["operators"][0]["kind"]["source"]["kind"] = json!("log");
    let body = &mut plain["operators"][1]["kind"]["function"]["body"];
    body.as_array_mut().expect("a body").insert(0, json!(Stmt::Sleep { ms: 5 }));
    plain["cluster"]["segment_size"] = json!(4_096);
    let mut engine = engine(serde_json::from_value(plain).expect("a scenario"), Vec::new());
    engine.run_until(SimTime::from_millis(9_000), 5_000_000);
    let gauges = TaskGauges::all(&engine);
    for task in &gauges {
        let load = task.load;
        assert!((990..=1_000).contains(&(load.idle + load.busy + load.back_pressured())), "{load:?}");
    }
    let [source, sum] = &gauges[..] else { panic!("two subtasks") };
    assert!(source.load.back_pressured() > 900 && source.is_back_pressured, "{source:?}");
    assert!(sum.load.busy > 950 && sum.load.back_pressured() == 0, "{sum:?}");
    assert!(source.records_out > sum.records_in && sum.records_in > 1_000, "{source:?} {sum:?}");
    assert!(source.bytes_out > sum.bytes_in, "{source:?} {sum:?}");
    let notes = engine.subtask(sum.subtask).notes();
    assert_eq!(notes.len(), 2, "one at the start, one after five seconds");
}
