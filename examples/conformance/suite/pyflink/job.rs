//! From a PyFlink recording's printed lines to the job that printed them.

use checkpoint_lab::base::{Value, ValueType};
use checkpoint_lab::scenario::presets::handout;
use checkpoint_lab::scenario::{
    Arithmetic, Column, Comparison, Dataset, DatasetRows, Edge, Expr, Field, Function, FunctionKind, Operator,
    OperatorKind, Partitioner, Scenario, Source, SourceKind, StateDeclaration, StateKind, Stmt,
};
use serde_json::Value as Json;

/// Records in the scripts.
const RECORDS: i64 = 12;
/// The file by which a script remembers that it has failed.
const FLAG: &str = "/tmp/flink-checkpoints/failed_once";

/// What the script did.
pub struct Shape {
    source: SourceKind,
    /// The handout's own rows rather than made-up ones.
    handout: bool,
    /// The counter is keyed state and shows in the rows.
    counter_in_state: bool,
    /// The exception comes only once.
    once: bool,
    /// The failure line shows the counter.
    shows_counter: bool,
    fail_at: i64,
    work_ms: u64,
}

/// Recognises the job.
pub fn shape(json: &Json) -> Result<Shape, String> {
    let timeline = json["timeline"].as_array().cloned().unwrap_or_default();
    let tasks =
        timeline.iter().filter(|event| event["event"] == "task_running").filter_map(|event| event["task"].as_str());
    let collection = tasks.clone().any(|task| task.contains("Collection Source"));
    let failures = &json["failure_line_per_attempt"];
    let line = failures["0"][0].as_str().ok_or("no failure in the first attempt")?;
    let handout = line.contains("Transaction ID");
    let record =
        digits_after(line, if handout { "tx" } else { "on " }).ok_or_else(|| format!("no record in '{line}'"))?;
    let rows = json["printed_per_attempt"].as_object().into_iter().flat_map(|all| all.values());
    let mut rows = rows.flat_map(|rows| rows.as_array().into_iter().flatten()).filter_map(Json::as_str);
    let counter_in_state = rows.any(|row| row.contains(" counter="));
    let once = collection && json["final_status"] == "FINISHED";
    Ok(Shape {
        source: if collection { SourceKind::PythonCollection } else { SourceKind::Log },
        handout,
        counter_in_state,
        once,
        shows_counter: line.contains(" counter="),
        fail_at: record - 1000,
        work_ms: work_ms(&timeline, record - 1000).ok_or("no failure after the task was running")?,
    })
}

/// The number of the record after a mark: `FAIL on ['tx1005', 5.0]`, `FAIL on 1005`, `ID: tx1005`.
fn digits_after(line: &str, mark: &str) -> Option<i64> {
    let rest = line.split_once(mark)?.1.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok()
}

/// The shortest time from RUNNING to the failure, over the records: whole seconds, else tenths of one.
fn work_ms(timeline: &[Json], records: i64) -> Option<u64> {
    let mut running = None;
    let mut shortest: Option<f64> = None;
    for event in timeline {
        let at = event["t"].as_f64().unwrap_or(0.0);
        let line = event["line"].as_str().unwrap_or("");
        if event["event"] == "task_running" {
            running = Some(at);
        } else if line.starts_with("FAIL") || line.contains("Transaction ID") {
            let each = (at - running?) * 1_000.0 / records as f64;
            shortest = Some(shortest.map_or(each, |shortest| shortest.min(each)));
        }
    }
    let each = shortest? as u64;
    Some(if each >= 800 { (each + 200) / 1_000 * 1_000 } else { (each + 20) / 100 * 100 })
}

/// A function that hands every row on.
fn pass() -> Function {
    let body = vec![Stmt::Emit { value: Expr::Input }];
    Function {
        class: "KeyBy".into(),
        kind: FunctionKind::Map,
        fields: Vec::new(),
        states: Vec::new(),
        body,
        on_timer: Vec::new(),
    }
}

impl Shape {
    /// Whether the rows do not depend on when checkpoints complete: a collection is read from its start every time.
    pub fn deterministic(&self) -> bool {
        self.source == SourceKind::PythonCollection
    }

    /// Whether each row is printed before the next one is done: 1.20 sends a worker's results once a second.
    pub fn prints_each_row(&self) -> bool {
        self.work_ms >= 1_000
    }

    /// The job, with default settings.
    pub fn scenario(&self) -> Scenario {
        let mut scenario = handout();
        let source = Source {
            kind: self.source,
            dataset: "rows".into(),
            bounded: true,
            gated: false,
            every_ms: 0,
            partitions: 1,
        };
        let operator = |uid: &str, kind: OperatorKind| Operator {
            uid: uid.into(),
            name: uid.into(),
            kind,
            parallelism: None,
            disable_chaining: false,
            without_uid: false,
        };
        scenario.data = vec![Dataset { name: "rows".into(), rows: self.rows() }];
        scenario.operators = vec![
            operator("source", OperatorKind::Source(source)),
            operator("map", OperatorKind::Function(self.function())),
            operator("print", OperatorKind::PrintSink),
        ];
        let edge = Edge::new;
        scenario.edges = match self.counter_in_state {
            // The key is computed by a Python operator of its own, chained to the source.
            true => {
                scenario.operators.insert(1, operator("key", OperatorKind::Function(pass())));
                vec![edge("source", "key", Partitioner::Forward), edge("key", "map", Partitioner::KeyByConstant)]
            }
            false => vec![edge("source", "map", Partitioner::Forward)],
        };
        scenario.edges.push(edge("map", "print", Partitioner::Forward));
        scenario
    }

    fn rows(&self) -> DatasetRows {
        if self.handout {
            return DatasetRows::Sample;
        }
        let column = |name: &str, value_type| Column { name: name.into(), value_type };
        if self.source == SourceKind::Log {
            let rows = (1..=RECORDS).map(|i| Value::Long(1_000 + i)).collect();
            return DatasetRows::Inline {
                columns: vec![column("value", ValueType::Long)],
                rows,
                partitions: Vec::new(),
            };
        }
        let row = |i: i64| Value::list(vec![Value::text(&format!("tx{}", 1_000 + i)), Value::Double(i as f64)]);
        let columns = vec![column("id", ValueType::String), column("amount", ValueType::Double)];
        DatasetRows::Inline { columns, rows: (1..=RECORDS).map(row).collect(), partitions: Vec::new() }
    }

    /// `counter += 1; sleep; if counter == n: print, raise; return value`.
    fn function(&self) -> Function {
        let (counter, count, fields, states) = self.counter();
        let text = |text: &str| Expr::Constant(Value::text(text));
        let mut line = match self.handout {
            true => vec![text("Checkpoint 실패 발생! Transaction ID: "), Expr::Column(0)],
            false => vec![text("FAIL on "), Expr::Input],
        };
        if self.shows_counter {
            line.extend([text(" counter="), counter.clone()]);
        }
        let at = Expr::Constant(Value::Long(self.fail_at));
        let mut condition = Expr::Compare(Comparison::Equal, Box::new(counter.clone()), Box::new(at));
        let mut then = vec![Stmt::Print { text: Expr::Format(line) }, Stmt::Raise { message: text("intentional") }];
        if self.once {
            let flag = Expr::Not(Box::new(Expr::FileExists(FLAG.into())));
            condition = Expr::And(Box::new(condition), Box::new(flag));
            then.insert(0, Stmt::TouchFile { path: FLAG.into() });
        }
        let row = match self.counter_in_state {
            true => Expr::Format(vec![Expr::Input, text(" counter="), counter]),
            false => Expr::Input,
        };
        let body = vec![
            count,
            Stmt::Sleep { ms: self.work_ms },
            Stmt::If { condition, then, otherwise: Vec::new() },
            Stmt::Emit { value: row },
        ];
        let kind = if self.counter_in_state { FunctionKind::Process } else { FunctionKind::Map };
        Function { class: "Failing".into(), kind, fields, states, body, on_timer: Vec::new() }
    }

    fn counter(&self) -> (Expr, Stmt, Vec<Field>, Vec<StateDeclaration>) {
        let zero = Value::Long(0);
        let plus_one = |of: &Expr| {
            let one = Expr::Constant(Value::Long(1));
            Expr::Arithmetic(Arithmetic::Add, Box::new(of.clone()), Box::new(one))
        };
        if self.counter_in_state {
            let counter = Expr::State("cnt".into());
            let count = Stmt::Update { state: "cnt".into(), value: plus_one(&counter) };
            let kind = StateKind::KeyedValue;
            let state = StateDeclaration { name: "cnt".into(), kind, value_type: ValueType::Long, initial: zero };
            return (counter, count, Vec::new(), vec![state]);
        }
        let counter = Expr::Field("counter".into());
        let count = Stmt::Set { field: "counter".into(), value: plus_one(&counter) };
        (counter, count, vec![Field { name: "counter".into(), initial: zero }], Vec::new())
    }

    /// Rows of an attempt follow one another without a gap, and an attempt leaves none out: it begins at the first record
    /// when the source keeps no position, else at the latest where the attempt before got to.
    pub fn rows_follow_the_rule(&self, attempts: &[Vec<String>]) -> Result<(), String> {
        let number = |row: &String| digits_after(row, "").unwrap_or(0);
        let mut reached = 1_000;
        for (attempt, rows) in attempts.iter().enumerate() {
            let Some(first) = rows.first().map(number) else { continue };
            let starts_well = if self.deterministic() { first == 1_001 } else { first <= reached + 1 };
            let without_gap = rows.iter().enumerate().all(|(i, row)| number(row) == first + i as i64);
            if !starts_well || !without_gap {
                return Err(format!("attempt {attempt} printed {rows:?} after record {reached}"));
            }
            reached = reached.max(first + rows.len() as i64 - 1);
        }
        Ok(())
    }
}
