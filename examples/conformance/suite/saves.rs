//! Jobs that stop with a savepoint and go on as another job: with uids or without, with an operator more or less, with
//! another parallelism; and how operator state is dealt out.

use std::sync::Arc;

use checkpoint_lab::base::{OperatorId, SimTime, Value, ValueType};
use checkpoint_lab::engine::Engine;
use checkpoint_lab::graph::ExecutionGraph;
use checkpoint_lab::scenario::{
    Action, Condition, Expr, ListMode, OperatorKind, OperatorList, Partitioner, RunInput, SavepointFormat, Scenario,
    Snapshot, SnapshotPart, Source, SourceKind, StateDeclaration, StateKind, StateRecovery, Stmt,
};
use checkpoint_lab::trace::Fact;
use serde_json::{Map, Value as Json, json};

use super::Verdict;
use super::build::{Counter, Job, Script, fail_map, keyed_sum, map, scripted, texts};
use super::compare::same;
use super::observe::{Observed, observe_from, run};
use super::settings::settings;

const HORIZON_MS: u64 = 200_000;
const SAVEPOINTS: &str = "file:///tmp/flink-checkpoints/sp";

pub fn check(json: &Json, stable: Option<&Json>) -> Result<String, Verdict> {
    if json["table"].is_array() {
        return redistribution(json);
    }
    if !json["params"]["parallelism_sequence"].is_null() {
        return rescale(json);
    }
    two_jobs(json, stable)
}

pub fn stop(format: &str, drain: bool) -> Action {
    let format = if format == "NATIVE" { SavepointFormat::Native } else { SavepointFormat::Canonical };
    Action::StopWithSavepoint { format, drain, dir: Some(SAVEPOINTS.into()) }
}

/// Runs a job to its end and gives what it did and the savepoint that it left.
fn run_to_savepoint(input: &RunInput) -> Result<(Observed, Snapshot), Verdict> {
    let input = Arc::new(input.clone());
    let mut engine = Engine::new(input.clone());
    engine.run_until(SimTime::from_millis(HORIZON_MS), u64::MAX);
    let savepoint = engine.coordinator().savepoints.last().and_then(|savepoint| engine.snapshot(savepoint));
    let savepoint = savepoint.ok_or_else(|| Verdict::Fail("the job left no savepoint".into()))?;
    Ok((observe_from(&input, &engine), savepoint))
}

// ---- one job after the other

/// `src -> cnt -> sink`, as the driver builds it.
fn pipeline(json: &Json, second: bool) -> Job {
    let params = &json["params"];
    let yes = |key: &str| params[key].as_bool().unwrap_or(false);
    let mut job = Job::default();
    job.source("src", scripted(SourceKind::JavaCollection, false), texts("r", 12));
    let mut chain = vec!["src"];
    if second && yes("second_job_inserts_extra_map") {
        job.operator("extra", OperatorKind::Function(map("Extra", vec![Stmt::Emit { value: Expr::Input }])));
        chain.push("extra");
    }
    if !second || yes("second_job_keeps_cnt") {
        job.logged("cnt", fail_map(Counter::State, None));
        chain.push("cnt");
    }
    job.print("sink");
    chain.push("sink");
    job.chain(&chain);
    job
}

/// Operator ids as the recording lists them: the last of the chain first.
fn ids(scenario: &Scenario) -> Vec<String> {
    let graph = ExecutionGraph::new(scenario);
    graph.operators.iter().rev().map(|operator| operator.id.to_string()).collect()
}

fn recorded_ids(job: &Json) -> Vec<String> {
    let ids = job["operator_ids_tail_to_head"].as_array().into_iter().flatten();
    ids.filter_map(|id| id["generated"].as_str()).map(str::to_owned).collect()
}

/// The recordings of one job name the sinks and counters of both by number.
fn renamed(observed: &Observed, number: u32, outputs: &mut Map<String, Json>, restores: &mut Vec<Json>) {
    for (place, rows) in observed.outputs().as_object().into_iter().flatten() {
        outputs.insert(place.replacen("sink", &format!("sink{number}"), 1), rows.clone());
    }
    let ops = ["src".to_owned(), "cnt".to_owned()];
    for opened in observed.restores(&ops).as_object().into_iter().flat_map(|all| all.values()) {
        for entry in opened.as_array().into_iter().flatten() {
            let mut entry = entry.clone();
            if entry["op"] == json!("cnt") {
                entry["op"] = json!(format!("cnt{number}"));
            }
            restores.push(entry);
        }
    }
}

fn two_jobs(json: &Json, stable: Option<&Json>) -> Result<String, Verdict> {
    let params = &json["params"];
    let yes = |key: &str| params[key].as_bool().unwrap_or(false);
    let mut script = Script::default();
    script.permit("src", 5).settle().wait(Condition::AllRunning);
    script.action(stop(params["format"].as_str().unwrap_or(""), yes("drain")));
    let mut first = pipeline(json, false).run(settings(json)?, 1, None, script);
    first.scenario.operators.iter_mut().for_each(|operator| operator.without_uid = !yes("uids_in_first_job"));
    let (before, savepoint) = run_to_savepoint(&first)?;

    let mut script = Script::default();
    script.permit("src", 12).settle().cancel_after(500);
    let mut second = pipeline(json, true).run(settings(json)?, 1, None, script);
    second.scenario.operators.iter_mut().for_each(|operator| operator.without_uid = !yes("uids_in_second_job"));
    second.scenario.recovery.ignore_unclaimed_state = yes("allowNonRestoredState");
    second.snapshot = Some(Arc::new(savepoint));
    let after = run(second.clone(), HORIZON_MS).map_err(Verdict::Fail)?;

    let (mut outputs, mut restores) = (Map::new(), Vec::new());
    renamed(&before, 1, &mut outputs, &mut restores);
    renamed(&after, 2, &mut outputs, &mut restores);
    let savepoint_id = json!(second.snapshot.as_ref().map(|snapshot| snapshot.checkpoint));
    let order =
        |list: Vec<Json>, id: &Json| super::observe::sorted(list.into_iter().map(|it| by_savepoint(it, id)).collect());
    let recorded = stable.unwrap_or(json);
    let recorded_savepoint = first_job_savepoint(json)["id"].clone();
    let recorded_restores = recorded["restores"]["attempt=0"].as_array().cloned().unwrap_or_default();
    let chain = |job: &str| json!(recorded_ids(&json[job]));
    same("job1_operator_ids", &chain("job1_operator_ids"), &json!(ids(&first.scenario)))
        .and_then(|()| same("job2_operator_ids", &chain("job2_operator_ids"), &json!(ids(&second.scenario))))
        .and_then(|()| {
            let status = &json["first_job_final_status"];
            same("first_job_final_status", status, &json!(before.outcome.job_status))
        })
        .and_then(|()| same("final_status", &recorded["final_status"], &json!(after.outcome.job_status)))
        .and_then(|()| same("outputs", &recorded["outputs"], &Json::Object(outputs)))
        .and_then(|()| {
            let recorded = order(recorded_restores, &recorded_savepoint);
            same("restores", &recorded, &order(restores, &savepoint_id))
        })
        .and_then(|()| first_savepoint(json, &before))
        .and_then(|()| restored_count(json, &after))
        .and_then(|()| failure(&json["failure_cause_chain"], &after))
        .map_err(Verdict::Fail)?;
    Ok(String::new())
}

/// How many checkpoints version 2.3 takes by itself before the savepoint is a race: a restore says whether it is from the
/// savepoint, not from which id.
fn by_savepoint(mut restore: Json, savepoint: &Json) -> Json {
    if !restore["restored_from"].is_null() && restore["restored_from"] == *savepoint {
        restore["restored_from"] = json!("the savepoint");
    }
    restore
}

fn first_job_savepoint(json: &Json) -> Json {
    let mut all = json["first_job_checkpoints"].as_array().into_iter().flatten();
    all.find(|row| row["savepoint"] == json!(true)).cloned().unwrap_or(Json::Null)
}

/// The savepoint completed, in 1.20 with the first id. Whether a checkpoint of the end still follows it is a race.
fn first_savepoint(json: &Json, before: &Observed) -> Result<(), String> {
    let recorded = first_job_savepoint(json);
    let savepoint = before.outcome.checkpoints.iter().find(|checkpoint| checkpoint.savepoint.is_some());
    let savepoint = savepoint.ok_or("the engine's first job has no savepoint")?;
    same("first_job savepoint", &recorded["status"], &json!(savepoint.status))?;
    match json["flink_version"].as_str() {
        Some(version) if version.starts_with("1.20") => {
            same("first_job savepoint id", &recorded["id"], &json!(savepoint.id))
        }
        _ => Ok(()),
    }
}

fn restored_count(json: &Json, after: &Observed) -> Result<(), String> {
    let engine = json!(after.outcome.checkpoint_counts.restored);
    same("checkpoint_counts.restored", &json["checkpoint_counts"]["restored"], &engine)
}

/// A cause chain without what is drawn by lot: the savepoint's directory.
fn failure(recorded: &Json, after: &Observed) -> Result<(), String> {
    let plain = |link: &str| match link.split_once("savepoint-") {
        Some((before, rest)) => format!("{before}savepoint-{}", rest.get(19..).unwrap_or("")),
        None => link.to_owned(),
    };
    let links = recorded.as_array().into_iter().flatten();
    let recorded: Vec<String> = links.filter_map(Json::as_str).map(plain).collect();
    let engine: Vec<String> = after.outcome.failure.iter().map(|link| plain(link)).collect();
    same("failure_cause_chain", &json!(recorded), &json!(engine))
}

// ---- keyed state over four parallelisms

fn counting_keys(json: &Json, run: usize, keys: &[Json], parallelism: u32) -> Result<RunInput, Verdict> {
    let uid = format!("src{run}");
    let mut job = Job::default();
    let rows: Vec<Value> = keys.iter().filter_map(Json::as_str).map(Value::text).collect();
    job.source(&uid, scripted(SourceKind::JavaCollection, false), rows);
    let parts = vec![Expr::Input, Expr::Constant(Value::text("="))];
    let mut sum = keyed_sum(0, parts);
    let one = Expr::Constant(Value::Long(1));
    sum.body[0] = Stmt::Update { state: "sum".into(), value: super::build::plus(Expr::State("sum".into()), one) };
    job.operator("ksum", OperatorKind::Function(sum));
    job.print("sink");
    job.edge(&uid, "ksum", Partitioner::KeyBy { column: 0 });
    job.chain(&["ksum", "sink"]);
    let mut script = Script::default();
    script.permit(&uid, keys.len() as u64).settle().wait(Condition::AllRunning).action(stop("CANONICAL", false));
    let mut input = job.run(settings(json)?, parallelism, Some(128), script);
    // The sources' uids differ from run to run, and the driver lets their state stay behind.
    input.scenario.recovery = StateRecovery { ignore_unclaimed_state: true, ..StateRecovery::default() };
    Ok(input)
}

fn rescale(json: &Json) -> Result<String, Verdict> {
    let keys = json["params"]["keys"].as_array().cloned().unwrap_or_default();
    let sequence = json["params"]["parallelism_sequence"].as_array().cloned().unwrap_or_default();
    let mut savepoint: Option<Snapshot> = None;
    let mut outputs = Map::new();
    for (at, parallelism) in sequence.iter().enumerate() {
        let mut input = counting_keys(json, at, &keys, parallelism.as_u64().unwrap_or(1) as u32)?;
        input.snapshot = savepoint.take().map(Arc::new);
        let (observed, next) = run_to_savepoint(&input)?;
        for (place, rows) in observed.outputs().as_object().into_iter().flatten() {
            outputs.insert(place.replacen("sink", &format!("sink#{at}"), 1), rows.clone());
        }
        savepoint = Some(next);
    }
    same("outputs", &json["outputs"], &Json::Object(outputs)).map_err(Verdict::Fail)?;
    let mut other = counting_keys(json, 0, &keys, 2)?;
    other.scenario.max_parallelism = Some(64);
    other.snapshot = savepoint.map(Arc::new);
    let refused = run(other, HORIZON_MS).map_err(Verdict::Fail)?;
    let key = |rest: &str| json[format!("max_parallelism_changed_128_to_64_{rest}").as_str()].clone();
    same("final_status", &key("final_status"), &json!(refused.outcome.job_status))
        .and_then(|()| failure(&key("failure_cause_chain"), &refused))
        .map_err(Verdict::Fail)?;
    Ok(String::new())
}

// ---- operator list state

fn lists(json: &Json, parallelism: u64) -> Result<RunInput, Verdict> {
    let mut settled = json.clone();
    settled["slots_per_tm"] = json!(4);
    settled["config"] = json!({
        "execution.checkpointing.interval": "36000 s",
        "execution.checkpointing.dir": "file:///tmp/flink-checkpoints/java",
        "restart-strategy.type": "none",
    });
    let state = |name: &str, kind| StateDeclaration {
        name: name.into(),
        kind,
        value_type: ValueType::String,
        initial: Value::Null,
    };
    let mut function = map("Lists", vec![Stmt::Emit { value: Expr::Input }]);
    function.states = vec![state("split", StateKind::OperatorList), state("union", StateKind::OperatorUnion)];
    let mut job = Job::default();
    let source = Source { every_ms: 0, ..scripted(SourceKind::JavaCollection, false) };
    job.source("src", source, texts("r", 1));
    job.operator("lists", OperatorKind::Function(function));
    job.print("sink");
    job.edge("src", "lists", Partitioner::Rebalance);
    job.chain(&["lists", "sink"]);
    let mut script = Script::default();
    script.permit("src", 1).settle().wait(Condition::AllRunning).action(stop("CANONICAL", false));
    Ok(job.run(settings(&settled)?, parallelism as u32, None, script))
}

/// For each row: a savepoint of a job of the old parallelism with the recorded items, and what the job of the new
/// parallelism gets back. Which items each subtask has is Flink's rule; their order inside a list is not.
fn redistribution(json: &Json) -> Result<String, Verdict> {
    for row in json["table"].as_array().into_iter().flatten() {
        let (old, new) = (&row["from_parallelism"], &row["to_parallelism"]);
        let counts = row["elements_written_by_old_subtask"].as_str().unwrap_or("").trim_matches(['[', ']']);
        let counts: Vec<usize> = counts.split(", ").filter_map(|count| count.parse().ok()).collect();
        let (_, mut savepoint) = run_to_savepoint(&lists(json, old.as_u64().unwrap_or(1))?)?;
        fill(&mut savepoint, &counts);
        let mut input = lists(json, new.as_u64().unwrap_or(1))?;
        input.snapshot = Some(Arc::new(savepoint));
        let restored = restored_lists(input);
        for (slot, name) in ["restored_split_per_new_subtask", "restored_union_per_new_subtask"].iter().enumerate() {
            let recorded: Vec<Json> = row[*name].as_array().into_iter().flatten().map(sorted).collect();
            let engine: Vec<Json> = restored.iter().map(|lists| sorted(&lists[slot])).collect();
            let what = format!("{counts:?} from {old} to {new}: {name}");
            same(&what, &json!(recorded), &json!(engine)).map_err(Verdict::Fail)?;
        }
    }
    Ok("as sets: the order inside a list varies".into())
}

fn sorted(items: &Json) -> Json {
    super::observe::sorted(items.as_array().cloned().unwrap_or_default())
}

fn fill(savepoint: &mut Snapshot, counts: &[usize]) {
    let wanted: OperatorId = checkpoint_lab::graph::id_of_uid("lists");
    let operator = savepoint.operators.iter_mut().find(|operator| operator.id == wanted).expect("it is in the job");
    for (at, (part, count)) in operator.parts.iter_mut().zip(counts).enumerate() {
        let items: Vec<Value> = (0..*count).map(|item| Value::text(&format!("s{at}-{item}"))).collect();
        let list = |state: &str, mode| OperatorList { state: state.into(), mode, items: items.clone() };
        let lists = vec![list("split", ListMode::SplitDistribute), list("union", ListMode::Union)];
        *part = SnapshotPart { lists, ..SnapshotPart::default() };
    }
}

/// What each subtask of `lists` has when it opens.
fn restored_lists(input: RunInput) -> Vec<[Json; 2]> {
    let mut engine = Engine::new(Arc::new(input));
    engine.run_until(SimTime::from_millis(2_000), u64::MAX);
    let graph = engine.graph();
    let operator = graph.operator_with_id(checkpoint_lab::graph::id_of_uid("lists")).expect("it is in the job");
    let node = &graph.operators[operator.index()];
    let opened = |fact: &Fact| matches!(fact, Fact::OperatorOpened { operator: of, .. } if *of == operator);
    assert!(engine.trace().iter().any(|event| opened(&event.fact)), "the job does not start");
    let items = |subtask| {
        let runtime = &engine.subtask(subtask).operators[node.position];
        let list = |slot: usize| json!(runtime.state.lists[slot].iter().map(Value::java).collect::<Vec<_>>());
        [list(0), list(1)]
    };
    graph.subtasks_of(node.task).map(items).collect()
}
