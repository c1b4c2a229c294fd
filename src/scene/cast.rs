//! Who takes part in a run: names, labels and colours of operators and records, worked out once a run.

use std::sync::Arc;

use crate::base::{OperatorIndex, RecordId, Row, SubtaskId, Value};
use crate::engine::Engine;
use crate::graph::{ExecutionGraph, java_hash, murmur};
use crate::scenario::WindowAssigner;
use crate::scenario::{
    Comparison, Expr, Function, Operator, OperatorKind, Partitioner, Scenario, Sink, SourceKind, StateKind, Stmt,
};

/// How many colours records have.
pub const KEY_HUES: u32 = 6;

/// Everyone.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Cast {
    /// Operators, by index.
    pub operators: Vec<Role>,
    /// Subtasks as a heading names them, by id: `1/2 Collection Source → Map`.
    pub subtasks: Vec<String>,
    /// The same as briefly as can be: `1/2 Source → Map`.
    pub lanes: Vec<String>,
    labels: Vec<Arc<str>>,
    hues: Vec<u8>,
}

/// An operator.
#[derive(Clone, PartialEq, Debug)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: RoleKind,
}

/// What an operator is.
#[derive(Clone, PartialEq, Debug)]
pub enum RoleKind {
    /// A source.
    Source {
        /// Which kind.
        kind: SourceKind,
        /// Name of what it reads.
        dataset: String,
        /// The records of each partition, in order.
        partitions: Vec<Vec<RecordId>>,
    },
    /// A user function.
    Function {
        /// Name of its class.
        class: String,
        /// Instance fields.
        fields: Vec<FieldRole>,
        /// Flink states.
        states: Vec<(String, StateKind)>,
    },
    /// The print sink.
    Print,
    /// A sink with a store.
    Sink(Sink),
}

/// An instance field.
#[derive(Clone, PartialEq, Debug)]
pub struct FieldRole {
    /// Its name.
    pub name: String,
    /// The value at which the function raises, where its code says so plainly.
    pub raises_at: Option<Value>,
}

impl Cast {
    /// The cast of a run.
    pub fn of(engine: &Engine) -> Cast {
        let (scenario, graph) = (&engine.input().scenario, engine.graph());
        let (subtasks, lanes) =
            (subtask_labels(scenario, graph, full_name), subtask_labels(scenario, graph, brief_name));
        let mut cast = Cast { subtasks, lanes, ..Cast::default() };
        let key = key_column(scenario);
        for at in 0..scenario.operators.len() {
            let operator = OperatorIndex(at as u16);
            if let Some((first, rows)) = engine.source_rows(operator) {
                cast.add_records(first, rows, key);
            }
            cast.operators.push(role(engine, scenario, operator));
        }
        cast
    }

    fn add_records(&mut self, first: RecordId, rows: &[Row], key: Option<usize>) {
        let needed = first.index() + rows.len();
        if self.labels.len() < needed {
            self.labels.resize(needed, Arc::from(""));
            self.hues.resize(needed, 0);
        }
        for (at, row) in rows.iter().enumerate() {
            let id = first.index() + at;
            self.labels[id] = label(row);
            let hue = match key {
                Some(column) => murmur(java_hash(row.column(column))) as u32,
                None => id as u32,
            };
            self.hues[id] = (hue % KEY_HUES) as u8;
        }
    }

    /// A record by its first column.
    pub fn label(&self, record: RecordId) -> Arc<str> {
        self.labels.get(record.index()).cloned().unwrap_or_default()
    }

    /// A record's colour: by its key where the job has one, else by its place in the input.
    pub fn hue(&self, record: RecordId) -> u8 {
        self.hues.get(record.index()).copied().unwrap_or(0)
    }
}

fn label(row: &Row) -> Arc<str> {
    match row.column(0) {
        Value::String(text) => text.clone(),
        other => Arc::from(other.python()),
    }
}

fn full_name(operator: &Operator, _chained: bool) -> &str {
    &operator.name
}

/// In a chain, what it is says enough of a source or a sink.
fn brief_name(operator: &Operator, chained: bool) -> &str {
    match &operator.kind {
        OperatorKind::Source(_) if chained => "Source",
        OperatorKind::PrintSink if chained => "Print",
        _ => &operator.name,
    }
}

fn subtask_labels(scenario: &Scenario, graph: &ExecutionGraph, name_of: fn(&Operator, bool) -> &str) -> Vec<String> {
    let name = |subtask: SubtaskId| {
        let task = graph.task_of(subtask);
        let chained = task.operators.len() > 1;
        let operators = task.operators.iter().map(|operator| name_of(&scenario.operators[operator.index()], chained));
        let names: Vec<&str> = operators.collect();
        match task.parallelism {
            1 => names.join(" → "),
            several => format!("{}/{several} {}", graph.subtasks[subtask.index()].index + 1, names.join(" → ")),
        }
    };
    (0..graph.subtasks.len() as u32).map(|id| name(SubtaskId(id))).collect()
}

/// The column of the first keyBy of the job.
fn key_column(scenario: &Scenario) -> Option<usize> {
    scenario.edges.iter().find_map(|edge| match edge.partitioner {
        Partitioner::KeyBy { column } => Some(column),
        _ => None,
    })
}

fn role(engine: &Engine, scenario: &Scenario, operator: OperatorIndex) -> Role {
    let described = &scenario.operators[operator.index()];
    let kind = match &described.kind {
        OperatorKind::PrintSink => RoleKind::Print,
        OperatorKind::Sink(sink) => RoleKind::Sink(sink.clone()),
        OperatorKind::Function(function) => RoleKind::Function {
            class: function.class.clone(),
            fields: function
                .fields
                .iter()
                .map(|field| FieldRole { name: field.name.clone(), raises_at: raises_at(function, &field.name) })
                .collect(),
            states: function.states.iter().map(|state| (state.name.clone(), state.kind)).collect(),
        },
        OperatorKind::Watermarks(_) | OperatorKind::Window(_) | OperatorKind::Reduce(_) => RoleKind::Function {
            class: built_in(&described.kind),
            fields: Vec::new(),
            states: match described.kind {
                OperatorKind::Reduce(_) => vec![("_op_state".into(), StateKind::KeyedValue)],
                _ => Vec::new(),
            },
        },
        OperatorKind::Source(source) => {
            let (first, rows) = engine.source_rows(operator).unwrap_or((RecordId(0), &[]));
            let count = if source.kind == SourceKind::Log { source.partitions.max(1) } else { 1 };
            let table = scenario.data.iter().find(|dataset| dataset.name == source.dataset);
            let own = table.and_then(|dataset| dataset.table().ok()).map(|table| table.partitions).unwrap_or_default();
            let mut partitions = vec![Vec::new(); count as usize];
            for row in 0..rows.len() as u32 {
                let partition = own.get(row as usize).map_or(row % count, |own| own % count);
                partitions[partition as usize].push(RecordId(first.0 + row));
            }
            RoleKind::Source { kind: source.kind, dataset: source.dataset.clone(), partitions }
        }
    };
    Role { name: described.name.clone(), kind }
}

/// What an operator of Flink's own is called, and what it is set to.
fn built_in(kind: &OperatorKind) -> String {
    match kind {
        OperatorKind::Watermarks(strategy) if strategy.every_record => "WatermarkGenerator".into(),
        OperatorKind::Watermarks(_) => "BoundedOutOfOrderness".into(),
        OperatorKind::Window(window) => match window.assigner {
            WindowAssigner::Tumbling { size_ms } => format!("TumblingEventTimeWindows {size_ms}"),
            WindowAssigner::Sliding { size_ms, slide_ms } => format!("SlidingEventTimeWindows {size_ms}/{slide_ms}"),
            WindowAssigner::Session { gap_ms } => format!("EventTimeSessionWindows {gap_ms}"),
        },
        OperatorKind::Reduce(reduce) => format!("{}({})", reduce.fold.name(), reduce.column),
        _ => String::new(),
    }
}

/// Looks for `if self.field == constant: … raise`.
fn raises_at(function: &Function, field: &str) -> Option<Value> {
    fn search(block: &[Stmt], field: &str) -> Option<Value> {
        block.iter().find_map(|stmt| match stmt {
            Stmt::If { condition: Expr::Compare(Comparison::Equal, a, b), then, otherwise } => match (&**a, &**b) {
                (Expr::Field(name), Expr::Constant(value)) | (Expr::Constant(value), Expr::Field(name))
                    if name == field && then.iter().any(|stmt| matches!(stmt, Stmt::Raise { .. })) =>
                {
                    Some(value.clone())
                }
                _ => search(then, field).or_else(|| search(otherwise, field)),
            },
            Stmt::If { then, otherwise, .. } => search(then, field).or_else(|| search(otherwise, field)),
            _ => None,
        })
    }
    search(&function.body, field)
}
