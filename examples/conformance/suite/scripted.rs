//! Scripted runs: sources that emit what a driver has released, maps that fail, checkpoints triggered by hand.
//!
//! The shapes and their parameters:
//! - `fail_when_counter` (or `fail_on`) with `records`: src → counting map → sink, the counter in a field or in state;
//! - `parallelism_of_sum`: src → keyBy → running sum → sink;
//! - `sources` A and B with an `operator`: two inputs of one operator, B's barrier held back;
//! - `sources` A and B with `checkpoints`: A ends early;
//! - `shape`: pipelines and their failover regions.

use checkpoint_lab::base::{Value, ValueType};
use checkpoint_lab::scenario::{Action, Condition, Expr, FlinkVersion, Mishap, Partitioner, RunInput, SourceKind};
use serde_json::{Map, Value as Json, json};

use super::build::{Counter, Job, Script, fail_map, keyed_sum, map, scripted, seen, texts};
use super::compare::{difference, plain_chain, said, same, within};
use super::observe::{Observed, run, sorted, sorted_restores};
use super::settings::{Settings, settings};
use super::{Recording, Verdict, transactions, windows};

/// A recorded run as a run of the engine.
struct Translation {
    input: RunInput,
    /// Operators whose calls the recording logs.
    logged: Vec<String>,
    /// The command that ends the time in which B is held.
    release: Option<usize>,
    /// Whether a record past the failing operator may or may not reach its sink before the failure.
    racing_sinks: bool,
}

/// Longer than any script.
const HORIZON_MS: u64 = 300_000;

pub fn check(recording: &Recording) -> Result<String, Verdict> {
    let json = &recording.json;
    let settings = settings(json)?;
    let later = settings.flink != FlinkVersion::V1_20;
    let translation = translate(json, settings)?;
    let observed = run(translation.input.clone(), HORIZON_MS).map_err(Verdict::Fail)?;
    let compared = if later {
        compare_later_version(json, &observed, &translation)
    } else {
        match &recording.stable {
            Some(stable) => compare_stable(json, stable, &observed, &translation),
            None => compare_recorded(json, &observed, &translation),
        }
    };
    compared.map(|()| String::new()).map_err(Verdict::Fail)
}

fn translate(json: &Json, settings: Settings) -> Result<Translation, Verdict> {
    let params = &json["params"];
    let has = |key: &str| !params[key].is_null();
    if has("window") || has("drain") {
        let (input, logged) = windows::job(json, settings, script(json))?;
        Ok(Translation { input, logged, release: None, racing_sinks: false })
    } else if has("sink") {
        let (input, logged) = transactions::translate(json, settings)?;
        Ok(Translation { input, logged, release: None, racing_sinks: false })
    } else if has("shape") {
        regions(params, settings)
    } else if has("sources") && has("operator") {
        two_inputs(json, settings)
    } else if has("sources") {
        one_source_ends(params, settings)
    } else if has("parallelism_of_sum") {
        keyed(json, settings)
    } else if has("leadership") {
        leadership(json, settings)
    } else if has("fail_when_counter") || (has("fail_on") && params["records"].is_u64()) {
        counting(json, settings)
    } else {
        Err(Verdict::Waits("unknown kind of recording: its params are not known".into()))
    }
}

/// `r7` of source `src` is row 6.
pub fn row_of(value: &str) -> Result<u32, Verdict> {
    let number = value.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    let number: u32 = number.parse().map_err(|_| Verdict::Fail(format!("no record number in '{value}'")))?;
    Ok(number - 1)
}

pub fn failure_on(value: &str) -> String {
    format!("intentional failure on {value}")
}

fn counting(json: &Json, settings: Settings) -> Result<Translation, Verdict> {
    let params = &json["params"];
    let mut job = Job::default();
    let forgets = params["source"].as_str().is_some_and(|source| source.starts_with("starts from record 1"));
    let kind = if forgets { SourceKind::PythonCollection } else { SourceKind::JavaCollection };
    job.source("src", scripted(kind, true), texts("r", params["records"].as_u64().unwrap_or(0)));
    let in_state = match params["counter"].as_str() {
        Some(place) => !place.starts_with("plain field"),
        None => params["checkpointing"].is_null(),
    };
    let counter = if in_state { Counter::State } else { Counter::Field };
    job.logged("map", fail_map(counter, params["fail_when_counter"].as_i64()));
    let mut chain = vec!["src", "map"];
    // "r5 then r9 (each once)": one map after the other, each failing once.
    let failing = params["fail_on"].as_str().unwrap_or("");
    let failing: Vec<&str> = failing.split(" then ").filter_map(|part| part.split_whitespace().next()).collect();
    let times = params["fail_times"].as_u64().unwrap_or(1) as u32;
    for (i, value) in failing.iter().enumerate() {
        let uid = if i == 0 { "map" } else { "map2" };
        if i == 1 {
            job.logged("map2", fail_map(counter, None));
            chain.push("map2");
        }
        job.fails_on(uid, "src", row_of(value)?, times, &failure_on(value));
    }
    job.print("sink");
    chain.push("sink");
    job.chain(&chain);
    let script = script(json);
    let logged = job.instrumented.clone();
    let input = job.run(settings, 1, None, script);
    Ok(Translation { input, logged, release: None, racing_sinks: false })
}

/// `permit` and `checkpoint` steps of the driver; between them it waited until the records were through.
pub fn script(json: &Json) -> Script {
    let mut script = Script::default();
    for step in json["script"].as_array().into_iter().flatten() {
        match step["do"].as_str() {
            Some("permit") => _ = script.permit("src", step["upto"].as_u64().unwrap_or(0)).settle(),
            Some("checkpoint") => _ = script.checkpoint(),
            // The driver let everything through before it stopped the job.
            Some("stop-with-savepoint") => {
                let all = json["params"]["records"].as_array().map_or(0, Vec::len) as u64;
                let drain = step["drain"].as_bool().unwrap_or(false);
                script.permit("src", all).settle().action(super::saves::stop("CANONICAL", drain)).settle();
            }
            Some("revoke JobMaster leadership") => _ = script.action(Action::Begin(Mishap::JobManagerKilled)),
            Some("grant JobMaster leadership") => _ = script.action(Action::End(Mishap::JobManagerKilled)),
            _ => {}
        }
    }
    script
}

/// A JobMaster that loses its leadership, and gets it again; with `then_failure`, a record fails once after that.
fn leadership(json: &Json, mut settings: Settings) -> Result<Translation, Verdict> {
    let params = &json["params"];
    settings.cluster.high_availability = true;
    let mut job = Job::default();
    job.source("src", scripted(SourceKind::JavaCollection, true), texts("r", params["records"].as_u64().unwrap_or(0)));
    job.logged("map", fail_map(Counter::State, None));
    let failed = json["failure_cause_chain"].as_array().and_then(|chain| chain.last()).and_then(Json::as_str);
    if let Some(value) = failed.and_then(|message| message.rsplit(' ').next()) {
        job.fails_on("map", "src", row_of(value)?, 1, &failure_on(value));
    }
    job.print("sink");
    job.chain(&["src", "map", "sink"]);
    let script = script(json);
    let logged = job.instrumented.clone();
    let input = job.run(settings, 1, None, script);
    Ok(Translation { input, logged, release: None, racing_sinks: false })
}

fn keyed(json: &Json, settings: Settings) -> Result<Translation, Verdict> {
    let params = &json["params"];
    let text = params["records"].as_str().unwrap_or("").trim_matches(['[', ']']).to_owned();
    let mut rows = Vec::new();
    let mut failing = None;
    for (i, tuple) in text.split("), (").enumerate() {
        let tuple = tuple.trim_matches(['(', ')']);
        let (key, amount) = tuple.split_once(',').ok_or_else(|| Verdict::Fail(format!("no pair: '{tuple}'")))?;
        let amount: i64 = amount.parse().map_err(|_| Verdict::Fail(format!("no number: '{amount}'")))?;
        rows.push(Value::list(vec![Value::text(key), Value::Long(amount)]));
        if params["fail_on"].as_str() == Some(format!("({tuple})").as_str()) {
            failing = Some(i as u32);
        }
    }
    let parallelism = params["parallelism_of_sum"].as_u64().unwrap_or(1) as u32;
    let mut job = Job::default();
    let columns = [("key", ValueType::String), ("amount", ValueType::Long)];
    job.table("src", scripted(SourceKind::JavaCollection, true), &columns, rows, Vec::new());
    let parts = vec![Expr::Column(0), Expr::Constant(Value::text("="))];
    job.operator("sum", checkpoint_lab::scenario::OperatorKind::Function(keyed_sum(1, parts)));
    job.print("sink");
    job.edge("src", "sum", Partitioner::KeyBy { column: 0 });
    job.chain(&["sum", "sink"]);
    if let Some(row) = failing {
        let times = params["fail_times"].as_u64().unwrap_or(1) as u32;
        job.fails_on("sum", "src", row, times, &failure_on(params["fail_on"].as_str().unwrap_or("")));
    }
    let logged = job.instrumented.clone();
    let input = job.run(settings, parallelism, None, script(json));
    Ok(Translation { input, logged, release: None, racing_sinks: false })
}

/// `A: a1..a5, B: b1..b4 …`, `A (3 records a1..a3, …) and B (8 records b1..b8)`: the last record of each.
fn last_records(text: &str) -> Vec<u64> {
    let parts = text.split("..").skip(1).map(|part| part.trim_start_matches(|letter: char| letter.is_alphabetic()));
    let digits = |part: &str| part.chars().take_while(char::is_ascii_digit).collect::<String>();
    parts.filter_map(|part| digits(part).parse().ok()).collect()
}

fn two_inputs(json: &Json, settings: Settings) -> Result<Translation, Verdict> {
    let params = &json["params"];
    let pointwise = json["edge"].as_str().is_some_and(|edge| edge.starts_with("FORWARD"));
    let partitioner = if pointwise { Partitioner::Forward } else { Partitioner::Rebalance };
    let count = last_records(params["sources"].as_str().unwrap_or(""));
    let [a, b] = count[..] else { return Err(Verdict::Fail("two sources expected".into())) };
    let mut job = Job::default();
    job.source("A", scripted(SourceKind::JavaCollection, true), texts("a", a));
    job.source("B", scripted(SourceKind::JavaCollection, true), texts("b", b));
    job.logged("op", seen());
    job.print("sink");
    job.edge("A", "op", partitioner);
    job.edge("B", "op", partitioner);
    job.chain(&["op", "sink"]);
    let failing = params["fail_on"].as_str().unwrap_or("a5");
    job.fails_on("op", "A", row_of(failing)?, 1, &failure_on(failing));
    let mut script = Script::default();
    let hold = |on: bool| Action::Hold { source: "B".into(), on };
    script.permit("A", 2).settle().permit("B", 2).settle().wait(Condition::AllRunning);
    script.action(hold(true)).sleep(50).action(Action::TriggerCheckpoint).sleep(150);
    script.permit("A", a - 1).sleep(250).permit("B", b).sleep(700);
    script.action(hold(false)).wait(Condition::CheckpointDone).sleep(300);
    script.permit("A", a).settle();
    let logged = job.instrumented.clone();
    let input = job.run(settings, 1, None, script);
    Ok(Translation { input, logged, release: Some(7), racing_sinks: false })
}

fn one_source_ends(params: &Json, settings: Settings) -> Result<Translation, Verdict> {
    let count = last_records(params["sources"].as_str().unwrap_or(""));
    let [a, b] = count[..] else { return Err(Verdict::Fail("two sources expected".into())) };
    let mut job = Job::default();
    job.source("A", scripted(SourceKind::JavaCollection, true), texts("a", a));
    job.source("B", scripted(SourceKind::JavaCollection, true), texts("b", b));
    job.logged("map", fail_map(Counter::State, None));
    job.print("sink");
    job.edge("A", "map", Partitioner::Forward);
    job.edge("B", "map", Partitioner::Forward);
    job.chain(&["map", "sink"]);
    let failing = params["fail_on"].as_str().unwrap_or("");
    job.fails_on("map", "B", row_of(failing)?, 1, &failure_on(failing));
    let mut script = Script::default();
    script.permit("A", a).settle().permit("B", 3).settle().checkpoint().sleep(400);
    if params["checkpoints"].as_str().is_some_and(|text| text.contains("2: after A's task is FINISHED")) {
        script.permit("B", 4).settle().checkpoint().sleep(300);
    }
    script.permit("B", b).settle();
    let logged = job.instrumented.clone();
    let input = job.run(settings, 1, None, script);
    Ok(Translation { input, logged, release: None, racing_sinks: false })
}

/// Six records a source; a checkpoint after three of each, then a5 fails once.
fn regions(params: &Json, settings: Settings) -> Result<Translation, Verdict> {
    let shape = params["shape"].as_str().unwrap_or("");
    let mut job = Job::default();
    let mut script = Script::default();
    let parallel = shape.starts_with("parallelism 2");
    if parallel {
        parallel_pipeline(&mut job, shape.contains("keyBy"));
    } else {
        two_pipelines(&mut job, shape.contains("union"));
    }
    let permit = |script: &mut Script, a: bool, upto: u64| {
        if parallel {
            script.permit_subtask("P", u32::from(!a), upto);
        } else {
            script.permit(if a { "A" } else { "B" }, upto);
        }
    };
    permit(&mut script, true, 3);
    permit(&mut script, false, 3);
    script.settle().checkpoint();
    permit(&mut script, false, 5);
    script.settle();
    permit(&mut script, true, 6);
    script.settle();
    permit(&mut script, false, 6);
    script.settle();
    let logged = job.instrumented.clone();
    let input = job.run(settings, if parallel { 2 } else { 1 }, None, script);
    Ok(Translation { input, logged, release: None, racing_sinks: true })
}

fn two_pipelines(job: &mut Job, union: bool) {
    for (source, map, prefix) in [("A", "mapA", "a"), ("B", "mapB", "b")] {
        job.source(source, scripted(SourceKind::JavaCollection, true), texts(prefix, 6));
        job.logged(map, fail_map(Counter::State, None)).disable_chaining = true;
        job.chain(&[source, map]);
        if !union {
            let sink = if source == "A" { "sinkA" } else { "sinkB" };
            job.print(sink);
            job.chain(&[map, sink]);
        }
    }
    if union {
        let pass = map("Pass", vec![checkpoint_lab::scenario::Stmt::Emit { value: Expr::Input }]);
        job.operator("u", checkpoint_lab::scenario::OperatorKind::Function(pass));
        job.print("sinkU");
        job.chain(&["mapA", "u", "sinkU"]);
        job.chain(&["mapB", "u"]);
    }
    job.fails_on("mapA", "A", 4, 1, &failure_on("a5"));
}

fn parallel_pipeline(job: &mut Job, keyed: bool) {
    let mut rows = texts("a", 6);
    rows.extend(texts("b", 6));
    let partitions = (0..12).map(|i| i / 6).collect();
    let source = checkpoint_lab::scenario::Source { partitions: 2, ..scripted(SourceKind::Log, true) };
    job.table("P", source, &[("value", ValueType::String)], rows, partitions);
    job.logged("mapP", fail_map(Counter::State, None)).disable_chaining = !keyed;
    job.print("sinkP");
    let partitioner = if keyed { Partitioner::KeyBy { column: 0 } } else { Partitioner::Forward };
    job.edge("P", "mapP", partitioner);
    job.chain(&["mapP", "sinkP"]);
    job.fails_on("mapP", "P", 4, 1, &failure_on("a5"));
}

/// Flink's counters: exact in 1.20; in 2.3 the start of the job decides about one checkpoint more or less.
fn counts(json: &Json, observed: &Observed, reach: u64) -> Result<(), String> {
    let engine = json!(observed.outcome.checkpoint_counts);
    for (name, recorded) in json["checkpoint_counts"].as_object().into_iter().flatten() {
        let (recorded, engine) = (recorded.as_u64().unwrap_or(0), engine[name].as_u64().unwrap_or(0));
        let reach = if name == "restored" { 0 } else { reach };
        within(&format!("checkpoint_counts.{name}"), engine, recorded.saturating_sub(reach), recorded + reach)?;
    }
    Ok(())
}

/// The facts of the engine's run under the names of `conformance.json`.
fn fact(name: &str, json: &Json, observed: &Observed, translation: &Translation) -> Option<Json> {
    let lists = || observed.lists("op");
    Some(match name {
        "final_status" => json!(observed.outcome.job_status),
        "max_attempt_number" => json!(observed.max_attempt()),
        "outputs" => observed.outputs(),
        "restores" => observed.restores(&translation.logged),
        "checkpoints_id_status" => observed.checkpoints_id_status(),
        "snapshots" => observed.snapshots(&translation.logged),
        "fires" => json!(windows::fires(observed)),
        "last_result_per_key_and_window" => windows::last_results(observed),
        "failure_cause_class" => observed.failure_class(),
        "processed_while_B_held" => json!(observed.rows_before_command("sink", translation.release?)),
        "op_state_in_checkpoint_1" => json!(lists().into_iter().find(|(id, _)| *id == 1)?.1),
        "op_state_in_last_snapshot_sorted" => {
            let mut last = lists().pop()?.1;
            last.sort();
            json!(last)
        }
        "external_db_at_end" => transactions::external_db(observed),
        "transaction_events" => transactions::events(observed),
        // What the translation was made from.
        "edge" => json["edge"].clone(),
        "times_opened_per_op_and_subtask" => times_opened(observed, &translation.logged),
        _ => return None,
    })
}

fn times_opened(observed: &Observed, logged: &[String]) -> Json {
    let mut times: Map<String, Json> = Map::new();
    for entry in observed.restores(logged).as_object().into_iter().flat_map(|all| all.values()) {
        for opened in entry.as_array().into_iter().flatten() {
            let place = format!("{}/{}", opened["op"].as_str().unwrap_or(""), opened["subtask"]);
            let count = times.get(&place).and_then(Json::as_u64).unwrap_or(0);
            times.insert(place, json!(count + 1));
        }
    }
    Json::Object(times)
}

/// Every stable fact, and the text of the failure.
fn compare_stable(json: &Json, stable: &Json, observed: &Observed, translation: &Translation) -> Result<(), String> {
    for (name, recorded) in stable.as_object().into_iter().flatten() {
        match name.as_str() {
            "outputs_stable_part" => stable_part(recorded, observed)?,
            "file_listings_visible_and_lines" => same(name, recorded, &transactions::files(observed, recorded))?,
            "outputs_multiset_per_attempt" => same(name, recorded, &multisets(&observed.outputs()))?,
            "restores" => {
                let engine = fact(name, json, observed, translation).unwrap_or(Json::Null);
                same(name, &sorted_restores(recorded), &engine)?;
            }
            "snapshots" => {
                let engine = fact(name, json, observed, translation).unwrap_or(Json::Null);
                same(name, &sorted(recorded.as_array().cloned().unwrap_or_default()), &engine)?;
            }
            _ => {
                let engine = fact(name, json, observed, translation);
                let engine = engine.ok_or_else(|| format!("{name}: the engine's run has no such fact"))?;
                same(name, recorded, &engine)?;
            }
        }
    }
    counts(json, observed, 0)?;
    failure_chain(json, observed)
}

fn stable_part(recorded: &Json, observed: &Observed) -> Result<(), String> {
    let engine = observed.outputs();
    for (place, rows) in recorded.as_object().into_iter().flatten() {
        same(&format!("outputs.{place}"), rows, &engine[place])?;
    }
    Ok(())
}

fn multisets(outputs: &Json) -> Json {
    let mut all: Map<String, Json> = Map::new();
    for (place, rows) in outputs.as_object().into_iter().flatten() {
        let attempt = attempt_of(place).to_string();
        let mut rows = rows.as_array().cloned().unwrap_or_default();
        let list = all.entry(attempt).or_insert_with(|| json!([])).as_array_mut().expect("a list");
        list.append(&mut rows);
        list.sort_by_key(|row| row.as_str().unwrap_or("").to_owned());
    }
    Json::Object(all)
}

/// A recording without an entry in `conformance.json`: the same facts, from its own log.
fn compare_recorded(json: &Json, observed: &Observed, translation: &Translation) -> Result<(), String> {
    for name in ["final_status", "max_attempt_number"] {
        same(name, &json[name], &fact(name, json, observed, translation).unwrap_or(Json::Null))?;
    }
    outputs_alike(json, observed, translation.racing_sinks, false)?;
    same("restores", &sorted_restores(&json["restores"]), &observed.restores(&translation.logged))?;
    let statuses = json["checkpoints"].as_array().into_iter().flatten();
    let statuses: Vec<Json> = statuses.map(|checkpoint| json!([checkpoint["id"], checkpoint["status"]])).collect();
    same("checkpoints", &json!(statuses), &observed.checkpoints_id_status())?;
    for name in
        ["processed_while_B_held", "op_state_in_checkpoint_1", "op_state_in_last_snapshot_sorted", "external_db_at_end"]
    {
        if !json[name].is_null() {
            same(name, &json[name], &fact(name, json, observed, translation).unwrap_or(Json::Null))?;
        }
    }
    failure_chain(json, observed)
}

/// Version 2.3 takes checkpoints of its own as soon as the tasks run, so that ids and what a restart goes back to depend
/// on timing: outputs of later attempts may begin earlier or later, all else is the same.
fn compare_later_version(json: &Json, observed: &Observed, translation: &Translation) -> Result<(), String> {
    for name in [
        "final_status",
        "max_attempt_number",
        "processed_while_B_held",
        "op_state_in_last_snapshot_sorted",
        "last_result_per_key_and_window",
        "external_db_at_end",
    ] {
        if !json[name].is_null() {
            same(name, &json[name], &fact(name, json, observed, translation).unwrap_or(Json::Null))?;
        }
    }
    outputs_alike(json, observed, translation.racing_sinks, true)?;
    restored_alike(json, observed, translation)?;
    counts(json, observed, if json["params"]["drain"].is_null() { 1 } else { 2 })?;
    failure_chain(json, observed)
}

/// Outputs are equal; with `restarts_vary`, later attempts may have gone back to another checkpoint: one list then ends as
/// the other; with `racing_sinks`, sources race each other, and attempts that failed may have printed a record more or
/// less.
fn outputs_alike(json: &Json, observed: &Observed, racing_sinks: bool, restarts_vary: bool) -> Result<(), String> {
    let engine = observed.outputs();
    let Some(recorded) = json["outputs"].as_object() else { return Ok(()) };
    let last = json["max_attempt_number"].as_u64().unwrap_or(0);
    let places: Vec<&String> = recorded.keys().chain(engine.as_object().into_iter().flat_map(Map::keys)).collect();
    for place in places {
        let of = |outputs: &Json| outputs.get(place).and_then(Json::as_array).cloned().unwrap_or_default();
        let (left, right) = (of(&json["outputs"]), of(&engine));
        let attempt = attempt_of(place);
        let ends = left.ends_with(&right) || right.ends_with(&left);
        let alike = left == right
            || (racing_sinks && strangers(&left, &right) <= usize::from(attempt < last))
            || (restarts_vary && attempt > 0 && !left.is_empty() && ends);
        if !alike {
            return Err(said(&format!("outputs.{place}"), &json!(left), &json!(right)));
        }
    }
    Ok(())
}

/// `sink attempt=1 subtask=0`: 1.
fn attempt_of(place: &str) -> u64 {
    place.split("attempt=").nth(1).and_then(|rest| rest.split(' ').next()?.parse().ok()).unwrap_or(0)
}

/// How many rows one list has and the other has not, whatever their order.
fn strangers(left: &[Json], right: &[Json]) -> usize {
    let mut rest = right.to_vec();
    let missing = left.iter().filter(|row| match rest.iter().position(|other| other == *row) {
        Some(at) => {
            rest.remove(at);
            false
        }
        None => true,
    });
    missing.count() + rest.len()
}

/// Whoever was opened in both was restored in both, once the driver had completed a checkpoint.
fn restored_alike(json: &Json, observed: &Observed, translation: &Translation) -> Result<(), String> {
    let steps = json["script"].as_array().into_iter().flatten();
    let checkpointed = steps.clone().any(|step| step["completed"].is_u64());
    let engine = observed.restores(&translation.logged);
    let plain = |restores: &Json, attempt: &str| -> Vec<Json> {
        let list = restores[attempt].as_array().cloned().unwrap_or_default();
        let entry = |entry: Json| {
            let restored = checkpointed && attempt != "attempt=0" && !entry["restored_from"].is_null();
            json!([entry["op"], entry["subtask"], restored])
        };
        list.into_iter().map(entry).collect()
    };
    for (attempt, _) in json["restores"].as_object().into_iter().flatten() {
        let (left, right) = (plain(&sorted_restores(&json["restores"]), attempt), plain(&engine, attempt));
        let known =
            |opened: &Json, list: &[Json]| list.iter().any(|other| other[0] == opened[0] && other[1] == opened[1]);
        let both = left.iter().filter(|opened| known(opened, &right));
        if let Some(missing) = both.into_iter().find(|opened| !right.contains(opened)) {
            return Err(format!("restores.{attempt}: recorded {missing}, engine {}", json!(right)));
        }
    }
    Ok(())
}

fn failure_chain(json: &Json, observed: &Observed) -> Result<(), String> {
    let engine = plain_chain(&json!(observed.outcome.failure));
    difference("failure_cause_chain", &json!(plain_chain(&json["failure_cause_chain"])), &json!(engine))
        .map_or(Ok(()), Err)
}
