//! Event-time windows: src → map → timestamps → keyBy → window → sink, and a sink for late records. Besides what all
//! scripted runs are compared by, every firing of a window is: key, window, sum, elements, watermark.

use checkpoint_lab::base::{EventTime, Value, ValueType};
use checkpoint_lab::scenario::{
    Edge, Expr, Fold, OperatorKind, Partitioner, RunInput, SourceKind, Stmt, WatermarkStrategy, Window, WindowAssigner,
    WindowKeeps,
};
use serde_json::{Value as Json, json};

use super::Verdict;
use super::build::{Counter, Job, Script, fail_map, map, scripted};
use super::observe::{Happening, Observed};
use super::settings::Settings;

/// The job of such a recording, with the operators whose calls it logs.
pub fn job(json: &Json, settings: Settings, script: Script) -> Result<(RunInput, Vec<String>), Verdict> {
    let params = &json["params"];
    let records: Vec<&str> = params["records"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let rows: Vec<Value> = records.iter().map(|record| row(record)).collect::<Result<_, _>>()?;
    let columns = [
        ("key", ValueType::String),
        ("time", ValueType::Long),
        ("amount", ValueType::Long),
        ("text", ValueType::String),
    ];
    let mut job = Job::default();
    let bounded = params["drain"].is_null();
    job.table("src", scripted(SourceKind::JavaCollection, bounded), &columns, rows, Vec::new());
    job.logged("map", fail_map(Counter::Field, None));
    let strategy = WatermarkStrategy { column: 1, out_of_orderness_ms: 0, idle_after_ms: None, every_record: true };
    job.operator("wm", OperatorKind::Watermarks(strategy));
    let window = Window {
        assigner: WindowAssigner::Tumbling { size_ms: 10 },
        lateness_ms: 0,
        late_output: Some("late".into()),
        keeps: WindowKeeps::Records,
        fold: Fold::Sum,
        column: 2,
    };
    let parallelism = params["window_parallelism"].as_u64().unwrap_or(1) as u32;
    job.operator("win", OperatorKind::Window(window));
    let text = |text: &str| Expr::Constant(Value::text(text));
    let shown = Expr::Format(vec![
        Expr::Column(0),
        text("["),
        Expr::Column(1),
        text(","),
        Expr::Column(2),
        text(")="),
        Expr::Column(3),
    ]);
    job.operator("shown", OperatorKind::Function(map("Shown", vec![Stmt::Emit { value: shown }])));
    job.print("sink");
    job.operator("text", OperatorKind::Function(map("Text", vec![Stmt::Emit { value: Expr::Column(3) }])));
    job.print("late");
    job.only("map", 1).only("wm", 1);
    job.chain(&["src", "map", "wm"]);
    job.edge("wm", "win", Partitioner::KeyBy { column: 0 });
    job.chain(&["win", "shown", "sink"]);
    job.connect(Edge { side_output: Some("late".into()), ..Edge::new("win", "text", Partitioner::Forward) });
    job.chain(&["text", "late"]);
    if let Some(failing) = params["fail_on"].as_str() {
        let at = records.iter().position(|record| *record == failing).unwrap_or(0) as u32;
        let times = params["fail_times"].as_u64().unwrap_or(1) as u32;
        job.fails_on("map", "src", at, times, &format!("intentional failure on {failing}"));
    }
    let logged = job.instrumented.clone();
    Ok((job.run(settings, parallelism, None, script), logged))
}

/// `a@12=3`: key, timestamp, amount, and the text itself.
fn row(record: &str) -> Result<Value, Verdict> {
    let unreadable = || Verdict::Fail(format!("no key@time=amount: '{record}'"));
    let (key, rest) = record.split_once('@').ok_or_else(unreadable)?;
    let (time, amount) = rest.split_once('=').ok_or_else(unreadable)?;
    let number = |text: &str| text.parse().map(Value::Long).map_err(|_| unreadable());
    Ok(Value::list(vec![Value::text(key), number(time)?, number(amount)?, Value::text(record)]))
}

/// Every firing, in order.
pub fn fires(observed: &Observed) -> Vec<Json> {
    let fire = |happening: &Happening| match happening {
        Happening::Fire { attempt, key, window, sum, elements, watermark } => Some(json!({
            "attempt": attempt,
            "key": key,
            "window": [window.start.0, window.end.0],
            "sum": sum,
            "elements": elements,
            "watermark": if *watermark == EventTime::MAX { json!("MAX") } else { json!(watermark.0) },
        })),
        _ => None,
    };
    observed.happenings.iter().filter_map(|(_, happening)| fire(happening)).collect()
}

/// `{"a[0, 10]": 3}`: what each window gave last.
pub fn last_results(observed: &Observed) -> Json {
    let named = |fire: Json| {
        let name = format!("{}[{}, {}]", fire["key"].as_str().unwrap_or(""), fire["window"][0], fire["window"][1]);
        (name, fire["sum"].clone())
    };
    Json::Object(fires(observed).into_iter().map(named).collect())
}
