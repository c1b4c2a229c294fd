//! The corpora of random lock-step plans over many pipelines: one or two sources, each with a map behind it that throws on
//! chosen records, then the pipeline, then one or two print sinks.
//!
//! A step is one action: `A` or `B` releases one record and waits until all is quiet; `ckpt` completes a checkpoint;
//! `cancel` and `drain` end the job. When a record throws, all gates close and the plan goes on from the restored
//! positions. Rows of a step are compared as a set: which of several subtasks is first, and the order of the keys of one
//! watermark, are not decided by Flink.

use std::collections::BTreeMap;

use checkpoint_lab::base::{Value, ValueType};
use checkpoint_lab::scenario::{
    Action, Arithmetic, Comparison, Condition, Edge, Expr, Fold, Function, FunctionKind, OperatorKind, Partitioner,
    RunInput, SourceKind, StateDeclaration, StateKind, Stmt, TimeDomain, WatermarkStrategy, Window, WindowAssigner,
    WindowKeeps,
};
use serde_json::{Value as Json, json};

use super::Verdict;
use super::build::{Job, Script, keyed_sum, map, plus, scripted};
use super::compare::same;
use super::observe::{Happening, Observed, run, sorted};
use super::settings::settings;

/// Longer than the wait of the driver; simulated time is free.
const QUIET_MS: u64 = 500;

pub fn check(json: &Json) -> Vec<Verdict> {
    let cases = json["cases"].as_array().cloned().unwrap_or_default();
    let (mut agree, mut differences, mut waiting) = (0, Vec::new(), BTreeMap::new());
    for case in &cases {
        match check_case(json, case) {
            Ok(()) => agree += 1,
            Err(Verdict::Fail(difference)) => differences.push(format!("case {}: {difference}", case["id"])),
            Err(Verdict::Waits(feature)) => *waiting.entry(feature).or_insert(0) += 1,
            Err(Verdict::Pass(_)) => {}
        }
    }
    let all = agree + differences.len();
    let mut verdicts = Vec::new();
    match differences.first() {
        Some(first) => verdicts.push(Verdict::Fail(format!("{agree} of {all} cases agree; {first}"))),
        None if all > 0 => verdicts.push(Verdict::Pass(format!("{agree} of {all} cases agree step by step"))),
        None => {}
    }
    verdicts.extend(waiting.into_iter().map(|(feature, cases)| Verdict::Waits(format!("{feature} ({cases} cases)"))));
    verdicts
}

fn check_case(json: &Json, case: &Json) -> Result<(), Verdict> {
    let steps = case["steps_taken"].as_array().cloned().unwrap_or_default();
    let mut job = pipeline(case)?;
    plant(&mut job, case)?;
    let mut driver = Driver::new(case);
    for step in &steps {
        driver.step(step)?;
    }
    let input = finished(json, case, job, driver.script)?;
    let observed = run(input, 3_600_000).map_err(Verdict::Fail)?;
    compare(case, &steps, &driver.commands, &observed).map_err(Verdict::Fail)
}

fn compare(case: &Json, steps: &[Json], commands: &[usize], observed: &Observed) -> Result<(), String> {
    let mut happenings = Segments::new(observed);
    for (i, (step, commands)) in steps.iter().zip(commands).enumerate() {
        let engine = happenings.next_step(*commands);
        for (name, engine) in ["outputs", "snapshots", "opened"].into_iter().zip(engine) {
            let mut recorded = step[name].as_array().cloned().unwrap_or_default();
            let mut engine = engine;
            if step["action"] == "drain" && name == "snapshots" {
                without_the_end(&mut recorded);
                without_the_end(&mut engine);
            }
            let (recorded, engine) = (comparable(case, recorded), comparable(case, engine));
            same(&format!("step {} ({}) {name}", i + 1, step["action"]), &recorded, &engine)?;
        }
    }
    same("final_status", &case["final_status"], &json!(observed.outcome.job_status))?;
    same("restarts", &case["restarts"], &json!(observed.outcome.restarts))?;
    let drained = steps.iter().any(|step| step["action"] == "drain");
    for (name, engine) in json!(observed.outcome.checkpoint_counts).as_object().into_iter().flatten() {
        if !drained || name == "restored" {
            same(&format!("checkpoint_counts.{name}"), &case["checkpoint_counts"][name], engine)?;
        }
    }
    Ok(())
}

/// Once all data has ended Flink asks for a checkpoint of the end, which meets tasks that are finishing after the
/// savepoint: whether it is triggered, and how far it gets, is a race. Only the savepoint counts.
fn without_the_end(snapshots: &mut Vec<Json>) {
    let savepoint = snapshots.iter().filter_map(|snapshot| snapshot["checkpoint"].as_u64()).min();
    snapshots.retain(|snapshot| snapshot["checkpoint"].as_u64() == savepoint);
}

/// Rows without their order; where the first goes after a rebalance is left to chance by Flink. A recorded window also
/// counts its records, and a sum that was cleared is `null`: the engine's rows say neither.
fn comparable(case: &Json, mut rows: Vec<Json>) -> Json {
    if case["pipeline"] == "stateless" {
        for row in &mut rows {
            if let Some(subtask) = row.get_mut(1) {
                *subtask = Json::Null;
            }
        }
    }
    for value in rows.iter_mut().filter_map(|row| row.get_mut(2)) {
        let shown = value.as_str().unwrap_or("");
        let shown = if shown.contains('[') { shown.split('#').next().unwrap_or("") } else { shown };
        *value = json!(shown.replace("=null", "=0"));
    }
    sorted(rows)
}

fn finished(json: &Json, case: &Json, job: Job, script: Script) -> Result<RunInput, Verdict> {
    let number = |name: &str| case[name].as_u64().unwrap_or(1) as u32;
    let config = json!({
        "execution.checkpointing.interval": "36000 s",
        "execution.checkpointing.storage": "filesystem",
        "execution.checkpointing.dir": "file:///tmp/flink-checkpoints/java",
        "restart-strategy.type": "fixed-delay",
        "restart-strategy.fixed-delay.attempts": case["max_restarts"].to_string(),
        "restart-strategy.fixed-delay.delay": "60 ms",
    });
    let recorded =
        json!({ "flink_version": json["flink_version"], "slots_per_tm": number("parallelism"), "config": config });
    let mut settings = settings(&recorded)?;
    settings.cluster.buffer_timeout_ms = 0;
    Ok(job.run(settings, number("parallelism"), Some(number("max_parallelism")), script))
}

/// `key@timestamp=value`.
fn row(record: &str) -> Option<Value> {
    let (key, rest) = record.split_once('@')?;
    let (at, value) = rest.split_once('=')?;
    Some(Value::list(vec![Value::text(key), Value::Long(at.parse().ok()?), Value::Long(value.parse().ok()?)]))
}

fn records<'a>(case: &'a Json, source: &str) -> Vec<&'a str> {
    case["sources"][source].as_array().into_iter().flatten().filter_map(Json::as_str).collect()
}

/// A source and the map behind it that may throw.
fn source(job: &mut Job, case: &Json, name: &str) -> Result<String, Verdict> {
    let rows: Option<Vec<Value>> = records(case, name).into_iter().map(row).collect();
    let rows = rows.ok_or_else(|| Verdict::Fail(format!("a record of source {name} can't be read")))?;
    let columns = [("key", ValueType::String), ("at", ValueType::Long), ("value", ValueType::Long)];
    job.table(name, scripted(SourceKind::JavaCollection, false), &columns, rows, Vec::new());
    let boom = format!("boom{name}");
    let pass = map("Boom", vec![Stmt::Emit { value: Expr::Input }]);
    job.operator(&boom, OperatorKind::Function(pass)).parallelism = Some(1);
    job.chain(&[name, &boom]);
    Ok(boom)
}

/// Plants the exceptions: `boomA/a@1=3` throws the first n times.
fn plant(job: &mut Job, case: &Json) -> Result<(), Verdict> {
    for (place, times) in case["throws_first_n_times"].as_object().into_iter().flatten() {
        let (boom, record) = place.split_once('/').unwrap_or(("", place));
        let source = boom.trim_start_matches("boom");
        let row = records(case, source).iter().position(|other| *other == record);
        let row = row.ok_or_else(|| Verdict::Fail(format!("source {source} has no record {record}")))?;
        let times = times.as_u64().unwrap_or(1) as u32;
        job.fails_on(boom, source, row as u32, times, &format!("intentional failure on {record}"));
    }
    Ok(())
}

fn text(text: &str) -> Expr {
    Expr::Constant(Value::text(text))
}

/// The record as it was written: `key@timestamp=value`.
fn written() -> Expr {
    Expr::Format(vec![Expr::Column(0), text("@"), Expr::Column(1), text("="), Expr::Column(2)])
}

/// Sources, operator and sinks of a pipeline.
fn pipeline(case: &Json) -> Result<Job, Verdict> {
    let kind = case["pipeline"].as_str().unwrap_or("");
    let mut job = Job::default();
    let a = source(&mut job, case, "A")?;
    match kind {
        "stateless" => {
            job.operator("op", OperatorKind::Function(map("Id", vec![Stmt::Emit { value: written() }])));
            job.edge(&a, "op", Partitioner::Rebalance);
        }
        "union_sum" => {
            let b = source(&mut job, case, "B")?;
            let parts = vec![Expr::Column(0), text("=")];
            job.operator("op", OperatorKind::Function(keyed_sum(2, parts)));
            job.edge(&a, "op", Partitioner::KeyBy { column: 0 });
            job.edge(&b, "op", Partitioner::KeyBy { column: 0 });
        }
        "reduce" => {
            job.operator("op", OperatorKind::Function(reduce()));
            job.edge(&a, "op", Partitioner::KeyBy { column: 0 });
        }
        "side_output" => {
            job.operator("op", OperatorKind::Function(side()));
            job.chain(&[&a, "op"]);
        }
        "event_timers" => {
            let wm = watermarks(&mut job, &a);
            job.operator("op", OperatorKind::Function(timers()));
            job.edge(wm, "op", Partitioner::KeyBy { column: 0 });
        }
        other => match assigner(other) {
            Some(assigner) => {
                let wm = watermarks(&mut job, &a);
                windows(&mut job, wm, assigner, if other.ends_with("late5") { 5 } else { 0 });
                return Ok(job);
            }
            None => return Err(Verdict::Waits(other.replace('_', " "))),
        },
    }
    job.print("sink");
    job.chain(&["op", "sink"]);
    if kind == "side_output" {
        job.print("side");
        let side_output = Some("side".to_owned());
        job.connect(Edge { side_output, ..Edge::new("op", "side", Partitioner::Forward) });
    }
    Ok(job)
}

fn assigner(kind: &str) -> Option<WindowAssigner> {
    match kind {
        "tumbling" | "tumbling_late5" => Some(WindowAssigner::Tumbling { size_ms: 10 }),
        "sliding" => Some(WindowAssigner::Sliding { size_ms: 10, slide_ms: 5 }),
        "session" | "session_late5" => Some(WindowAssigner::Session { gap_ms: 5 }),
        _ => None,
    }
}

/// The generator of the recorded jobs: the greatest timestamp less 1, after every record.
fn watermarks(job: &mut Job, after: &str) -> &'static str {
    let strategy = WatermarkStrategy { column: 1, out_of_orderness_ms: 0, idle_after_ms: None, every_record: true };
    job.operator("wm", OperatorKind::Watermarks(strategy)).parallelism = Some(1);
    job.chain(&[after, "wm"]);
    "wm"
}

/// Windows that keep their records and sum them; late ones go to the sink `side`.
fn windows(job: &mut Job, after: &str, assigner: WindowAssigner, lateness_ms: u64) {
    let late_output = Some("late".to_owned());
    let window = Window {
        assigner,
        lateness_ms,
        late_output: late_output.clone(),
        keeps: WindowKeeps::Records,
        fold: Fold::Sum,
        column: 2,
    };
    job.operator("op", OperatorKind::Window(window));
    job.edge(after, "op", Partitioner::KeyBy { column: 0 });
    let column = Expr::Column;
    let shown = vec![column(0), text("["), column(1), text(","), column(2), text(")="), column(3)];
    job.operator("shown", OperatorKind::Function(map("Shown", vec![Stmt::Emit { value: Expr::Format(shown) }])));
    job.operator("text", OperatorKind::Function(map("Text", vec![Stmt::Emit { value: written() }])));
    job.print("sink");
    job.print("side");
    job.chain(&["op", "shown", "sink"]);
    job.connect(Edge { side_output: late_output, ..Edge::new("op", "text", Partitioner::Forward) });
    job.chain(&["text", "side"]);
}

fn equal(left: Expr, right: i64) -> Expr {
    Expr::Compare(Comparison::Equal, Box::new(left), Box::new(Expr::Constant(Value::Long(right))))
}

fn modulo(left: Expr, right: i64) -> Expr {
    Expr::Arithmetic(Arithmetic::Modulo, Box::new(left), Box::new(Expr::Constant(Value::Long(right))))
}

/// A sum per key; a timer 10 ms after each record emits it and clears it; a value that seven divides deletes the timer that
/// was set last. No timer is -1.
fn timers() -> Function {
    let state = |name: &str| Expr::State(name.into());
    let (domain, none) = (TimeDomain::EventTime, -1);
    let due = plus(Expr::Timestamp, Expr::Constant(Value::Long(10)));
    let deletes = Expr::And(
        Box::new(equal(modulo(Expr::Column(2), 7), 0)),
        Box::new(Expr::Not(Box::new(equal(state("last"), none)))),
    );
    let body = vec![
        Stmt::Update { state: "sum".into(), value: plus(state("sum"), Expr::Column(2)) },
        Stmt::If {
            condition: deletes,
            then: vec![Stmt::DeleteTimer { domain, at: state("last") }, Stmt::Clear { state: "last".into() }],
            otherwise: vec![
                Stmt::RegisterTimer { domain, at: due.clone() },
                Stmt::Update { state: "last".into(), value: due },
            ],
        },
    ];
    let shown = Expr::Format(vec![Expr::Key, text("!"), Expr::Timestamp, text("="), state("sum")]);
    let on_timer = vec![Stmt::Emit { value: shown }, Stmt::Clear { state: "sum".into() }];
    let last = StateDeclaration { initial: Value::Long(none), ..keyed("last") };
    let (fields, states) = (Vec::new(), vec![keyed("sum"), last]);
    Function { class: "Timers".into(), kind: FunctionKind::Process, fields, states, body, on_timer }
}

fn keyed(name: &str) -> StateDeclaration {
    let kind = StateKind::KeyedValue;
    StateDeclaration { name: name.into(), kind, value_type: ValueType::Long, initial: Value::Long(0) }
}

/// Java's `reduce((x, y) -> key@max(timestamps)=sum)`.
fn reduce() -> Function {
    let state = |name: &str| Expr::State(name.into());
    let later = Expr::Compare(Comparison::Greater, Box::new(Expr::Column(1)), Box::new(state("at")));
    let body = vec![
        Stmt::If {
            condition: later,
            then: vec![Stmt::Update { state: "at".into(), value: Expr::Column(1) }],
            otherwise: Vec::new(),
        },
        Stmt::Update { state: "sum".into(), value: plus(state("sum"), Expr::Column(2)) },
        Stmt::Emit { value: Expr::Format(vec![Expr::Column(0), text("@"), state("at"), text("="), state("sum")]) },
    ];
    let states = vec![keyed("at"), keyed("sum")];
    Function {
        class: "Reduce".into(),
        kind: FunctionKind::Process,
        fields: Vec::new(),
        states,
        body,
        on_timer: Vec::new(),
    }
}

/// Values that three divides leave by the side output.
fn side() -> Function {
    let divides = equal(modulo(Expr::Column(2), 3), 0);
    let body = vec![Stmt::If {
        condition: divides,
        then: vec![Stmt::EmitTo { tag: "side".into(), value: written() }],
        otherwise: vec![Stmt::Emit { value: written() }],
    }];
    Function {
        class: "Side".into(),
        kind: FunctionKind::Process,
        fields: Vec::new(),
        states: Vec::new(),
        body,
        on_timer: Vec::new(),
    }
}

/// Replays the driver from the steps that it took.
struct Driver {
    sources: Vec<String>,
    max_restarts: u64,
    failures: u64,
    script: Script,
    commands: Vec<usize>,
}

impl Driver {
    fn new(case: &Json) -> Driver {
        let sources = case["sources"].as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
        let max_restarts = case["max_restarts"].as_u64().unwrap_or(0);
        let mut driver = Driver { sources, max_restarts, failures: 0, script: Script::default(), commands: Vec::new() };
        driver.script.wait(Condition::AllRunning).sleep(QUIET_MS);
        driver
    }

    fn step(&mut self, step: &Json) -> Result<(), Verdict> {
        let commands = match step["action"].as_str().unwrap_or("") {
            "ckpt" => {
                self.script.checkpoint().sleep(QUIET_MS);
                1
            }
            "cancel" => {
                self.script.action(Action::Cancel).sleep(QUIET_MS);
                1
            }
            "drain" => {
                self.script.action(super::saves::stop("CANONICAL", true)).sleep(QUIET_MS);
                1
            }
            source => {
                let more = Action::PermitMore { source: source.into(), subtask: None, records: 1 };
                self.script.action(more);
                if step["threw"] == json!(true) { self.threw() } else { self.quiet() }
            }
        };
        self.commands.push(commands);
        Ok(())
    }

    fn quiet(&mut self) -> usize {
        self.script.sleep(QUIET_MS);
        1
    }

    /// All gates close at once, so that what is read again is released one by one too.
    fn threw(&mut self) -> usize {
        self.failures += 1;
        self.script.wait(Condition::Thrown(self.failures));
        for source in &self.sources {
            self.script.permit(source, 0);
        }
        if self.failures <= self.max_restarts {
            self.script.wait(Condition::Restarted(self.failures as u32));
        }
        self.script.sleep(QUIET_MS);
        1 + self.sources.len()
    }
}

/// The engine's happenings, step by step.
struct Segments<'a> {
    happenings: std::iter::Peekable<std::slice::Iter<'a, (checkpoint_lab::base::SimTime, Happening)>>,
}

impl<'a> Segments<'a> {
    fn new(observed: &'a Observed) -> Self {
        let mut happenings = observed.happenings.iter().peekable();
        while happenings.next_if(|(_, happening)| !matches!(happening, Happening::Command)).is_some() {}
        Segments { happenings }
    }

    /// Rows, snapshots of sources and opened sources from this step's first command to the next step's.
    fn next_step(&mut self, commands: usize) -> [Vec<Json>; 3] {
        let mut seen = 0;
        let mut found = [Vec::new(), Vec::new(), Vec::new()];
        let last = |happening: &Happening, seen: usize| matches!(happening, Happening::Command) && seen == commands;
        while let Some((_, happening)) = self.happenings.next_if(|(_, happening)| !last(happening, seen)) {
            match happening {
                Happening::Command => seen += 1,
                Happening::Row { op, subtask, text } => found[0].push(json!([op, subtask, text])),
                Happening::Snapshot { op, checkpoint, live, .. } if live.position.is_some() => {
                    found[1].push(json!({ "checkpoint": checkpoint, "source": op, "offset": live.position }));
                }
                Happening::Open { op, restored_from, live, .. } if live.position.is_some() => {
                    found[2].push(json!({ "source": op, "restored_from": restored_from, "offset": live.position }));
                }
                _ => {}
            }
        }
        found
    }
}
