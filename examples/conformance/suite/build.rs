//! The recorded drivers' building blocks as scenarios: scripted sources, maps that fail, sums, sinks, and the drivers'
//! waits as script steps.

use checkpoint_lab::base::{Value, ValueType};
use checkpoint_lab::scenario::{
    Action, Api, Arithmetic, Column, Commands, Comparison, Condition, Dataset, DatasetRows, Edge, Expr, FaultAt,
    FaultPoint, Field, Function, FunctionKind, Operator, OperatorKind, Partitioner, RunInput, SCENARIO_VERSION,
    Scenario, Source, SourceKind, StateDeclaration, StateKind, Step, Stmt,
};

use super::settings::Settings;

/// A job under construction.
#[derive(Default)]
pub struct Job {
    data: Vec<Dataset>,
    operators: Vec<Operator>,
    edges: Vec<Edge>,
    faults: Vec<FaultPoint>,
    /// Operators whose calls the recording logs.
    pub instrumented: Vec<String>,
}

/// `r1`, `r2` … up to `count`, with another prefix when wanted.
pub fn texts(prefix: &str, count: u64) -> Vec<Value> {
    (1..=count).map(|i| Value::text(&format!("{prefix}{i}"))).collect()
}

/// A scripted source: gated, one partition.
pub fn scripted(kind: SourceKind, bounded: bool) -> Source {
    Source { kind, dataset: String::new(), bounded, gated: true, every_ms: 0, partitions: 1 }
}

impl Job {
    /// Adds a source of its own dataset; lone values.
    pub fn source(&mut self, uid: &str, source: Source, rows: Vec<Value>) {
        self.table(uid, source, &[("value", ValueType::String)], rows, Vec::new());
    }

    /// Adds a source of its own dataset.
    pub fn table(
        &mut self,
        uid: &str,
        source: Source,
        columns: &[(&str, ValueType)],
        rows: Vec<Value>,
        partitions: Vec<u32>,
    ) {
        let columns = columns.iter().map(|(name, of)| Column { name: (*name).into(), value_type: *of }).collect();
        self.data.push(Dataset { name: uid.into(), rows: DatasetRows::Inline { columns, rows, partitions } });
        let source = Source { dataset: uid.into(), ..source };
        self.operator(uid, OperatorKind::Source(source));
        self.instrumented.push(uid.into());
    }

    /// Adds an operator and gives it to be changed.
    pub fn operator(&mut self, uid: &str, kind: OperatorKind) -> &mut Operator {
        self.operators.push(Operator {
            uid: uid.into(),
            name: uid.into(),
            kind,
            parallelism: None,
            disable_chaining: false,
            without_uid: false,
        });
        self.operators.last_mut().expect("just pushed")
    }

    /// Adds a function whose calls the recording logs.
    pub fn logged(&mut self, uid: &str, function: Function) -> &mut Operator {
        self.instrumented.push(uid.into());
        self.operator(uid, OperatorKind::Function(function))
    }

    /// Adds a print sink.
    pub fn print(&mut self, uid: &str) -> &mut Operator {
        self.operator(uid, OperatorKind::PrintSink)
    }

    /// Connects two operators.
    pub fn edge(&mut self, from: &str, to: &str, partitioner: Partitioner) {
        self.edges.push(Edge::new(from, to, partitioner));
    }

    /// Gives an operator a parallelism of its own.
    pub fn only(&mut self, uid: &str, parallelism: u32) -> &mut Self {
        for operator in self.operators.iter_mut().filter(|operator| operator.uid == uid) {
            operator.parallelism = Some(parallelism);
        }
        self
    }

    /// Adds an edge as it is.
    pub fn connect(&mut self, edge: Edge) {
        self.edges.push(edge);
    }

    /// Connects operators forward, one after the other.
    pub fn chain(&mut self, uids: &[&str]) {
        for pair in uids.windows(2) {
            self.edge(pair[0], pair[1], Partitioner::Forward);
        }
    }

    /// Plants an exception on a given row of a dataset.
    pub fn fails_on(&mut self, operator: &str, dataset: &str, row: u32, times: u32, message: &str) {
        self.faults.push(FaultPoint {
            operator: operator.into(),
            subtask: None,
            at: FaultAt::Record { dataset: dataset.into(), row },
            times: Some(times),
            message: message.into(),
        });
    }

    /// Plants a fault.
    pub fn fault(&mut self, fault: FaultPoint) {
        self.faults.push(fault);
    }

    /// The finished run: a Java job with the settings of the recording.
    pub fn run(self, settings: Settings, parallelism: u32, max_parallelism: Option<u32>, script: Script) -> RunInput {
        let scenario = Scenario {
            version: SCENARIO_VERSION,
            name: "recorded".into(),
            flink: settings.flink,
            api: Api::Java,
            data: self.data,
            operators: self.operators,
            edges: self.edges,
            parallelism,
            max_parallelism,
            chaining: true,
            checkpointing: settings.checkpointing,
            recovery: Default::default(),
            restart: settings.restart,
            cluster: settings.cluster,
            faults: self.faults,
        };
        input(scenario, script)
    }
}

/// A run with seed 1.
pub fn input(scenario: Scenario, script: Script) -> RunInput {
    let commands = Commands { at: Vec::new(), when: Vec::new(), script: script.0 };
    let text = serde_json::json!({ "scenario": scenario, "seed": 1, "commands": commands });
    serde_json::from_value(text).expect("a run input is plain data")
}

/// `left + right`.
pub fn plus(left: Expr, right: Expr) -> Expr {
    Expr::Arithmetic(Arithmetic::Add, Box::new(left), Box::new(right))
}

fn number(value: i64) -> Expr {
    Expr::Constant(Value::Long(value))
}

/// A `map` without fields or state.
pub fn map(class: &str, body: Vec<Stmt>) -> Function {
    Function {
        class: class.into(),
        kind: FunctionKind::Map,
        fields: Vec::new(),
        states: Vec::new(),
        body,
        on_timer: Vec::new(),
    }
}

/// Where a counting map keeps its counter.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Counter {
    /// In an instance field; the map registers an operator state all the same, and leaves it empty.
    Field,
    /// In operator state.
    State,
}

/// The drivers' pass-through map: it counts its records and fails at a count when told to.
pub fn fail_map(counter: Counter, fail_at: Option<i64>) -> Function {
    let (read, write) = match counter {
        Counter::Field => {
            let read = Expr::Field("counter".into());
            (read.clone(), Stmt::Set { field: "counter".into(), value: plus(read, number(1)) })
        }
        Counter::State => {
            let read = Expr::State("cnt".into());
            (read.clone(), Stmt::Update { state: "cnt".into(), value: plus(read, number(1)) })
        }
    };
    let mut body = vec![write];
    if let Some(count) = fail_at {
        let message = Expr::Format(vec![Expr::Constant(Value::text("intentional failure on ")), Expr::Input]);
        body.push(Stmt::If {
            condition: Expr::Compare(Comparison::Equal, Box::new(read), Box::new(number(count))),
            then: vec![Stmt::Raise { message }],
            otherwise: Vec::new(),
        });
    }
    body.push(Stmt::Emit { value: Expr::Input });
    let kind = if counter == Counter::State { StateKind::OperatorValue } else { StateKind::OperatorList };
    let fields = match counter {
        Counter::Field => vec![Field { name: "counter".into(), initial: Value::Long(0) }],
        Counter::State => Vec::new(),
    };
    let states =
        vec![StateDeclaration { name: "cnt".into(), kind, value_type: ValueType::Long, initial: Value::Long(0) }];
    Function { class: "FailMap".into(), kind: FunctionKind::Map, fields, states, body, on_timer: Vec::new() }
}

/// A map that remembers every record in operator list state.
pub fn seen() -> Function {
    let states = vec![StateDeclaration {
        name: "seen".into(),
        kind: StateKind::OperatorList,
        value_type: ValueType::String,
        initial: Value::Null,
    }];
    let body = vec![Stmt::Update { state: "seen".into(), value: Expr::Input }, Stmt::Emit { value: Expr::Input }];
    Function { class: "Seen".into(), kind: FunctionKind::Map, fields: Vec::new(), states, body, on_timer: Vec::new() }
}

/// A running sum per key: emits `parts` with the new sum in place of the last.
pub fn keyed_sum(amount: usize, mut parts: Vec<Expr>) -> Function {
    let states = vec![StateDeclaration {
        name: "sum".into(),
        kind: StateKind::KeyedValue,
        value_type: ValueType::Long,
        initial: Value::Long(0),
    }];
    parts.push(Expr::State("sum".into()));
    let body = vec![
        Stmt::Update { state: "sum".into(), value: plus(Expr::State("sum".into()), Expr::Column(amount)) },
        Stmt::Emit { value: Expr::Format(parts) },
    ];
    Function {
        class: "Sum".into(),
        kind: FunctionKind::Process,
        fields: Vec::new(),
        states,
        body,
        on_timer: Vec::new(),
    }
}

/// The steps of a driver.
#[derive(Default)]
pub struct Script(pub Vec<Step>);

/// Longer than anything that a driver waited for: records, a failure, a restart.
const SETTLED_MS: u64 = 3_000;

impl Script {
    pub fn action(&mut self, action: Action) -> &mut Self {
        self.0.push(Step::Do(action));
        self
    }

    pub fn wait(&mut self, condition: Condition) -> &mut Self {
        self.0.push(Step::Wait(condition));
        self
    }

    pub fn sleep(&mut self, ms: u64) -> &mut Self {
        self.wait(Condition::Elapsed(ms))
    }

    /// Waits until nothing happens any more.
    pub fn settle(&mut self) -> &mut Self {
        self.sleep(SETTLED_MS)
    }

    /// The first `upto` records of a source are released.
    pub fn permit(&mut self, source: &str, upto: u64) -> &mut Self {
        self.action(Action::Permit { source: source.into(), subtask: None, upto })
    }

    /// The same for one subtask.
    pub fn permit_subtask(&mut self, source: &str, subtask: u32, upto: u64) -> &mut Self {
        self.action(Action::Permit { source: source.into(), subtask: Some(subtask), upto })
    }

    /// The drivers' `checkpoint()`: triggers one when all tasks run, and waits for it.
    pub fn checkpoint(&mut self) -> &mut Self {
        self.wait(Condition::AllRunning).action(Action::TriggerCheckpoint).wait(Condition::CheckpointDone).sleep(60)
    }

    /// Cancels the job after so many milliseconds.
    pub fn cancel_after(&mut self, ms: u64) -> &mut Self {
        self.sleep(ms).action(Action::Cancel)
    }
}
