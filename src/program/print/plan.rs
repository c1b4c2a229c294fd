//! What both languages need to know before they print: the look of records, names of variables, files that functions touch.

use crate::base::{OperatorIndex, Value, ValueType};
use crate::scenario::{
    Dataset, DatasetRows, Edge, Expr, Function, Operator, OperatorKind, Partitioner, Scenario, Shape, Shapes,
    SinkStyle, Stmt, Table,
};

pub(super) struct Plan<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) shapes: Shapes,
    pub(super) tables: Vec<Table>,
    /// The variable of each dataset.
    pub(super) data_names: Vec<String>,
    /// The variable of each operator's stream, in snake case: along a line of operators one is used again and again.
    pub(super) streams: Vec<String>,
    /// The same, but for each operator one of its own.
    pub(super) own_streams: Vec<String>,
    /// The variable of each source.
    pub(super) sources: Vec<String>,
    /// Paths of files that functions look for or write.
    pub(super) flags: Vec<String>,
}

/// Rows that a program holds itself; more are read from a file.
pub(super) const MOST_INLINE_ROWS: usize = 1_000;

impl<'a> Plan<'a> {
    pub(super) fn new(scenario: &'a Scenario) -> Plan<'a> {
        let empty = Table { columns: Vec::new(), rows: Vec::new(), partitions: Vec::new(), dropped: 0 };
        let tables = scenario.data.iter().map(|dataset| dataset.table().unwrap_or_else(|_| empty.clone())).collect();
        let mut taken: Vec<String> = ["env", "config", "df", "main", "args", "line", "fields"].map(String::from).into();
        let data_names: Vec<String> =
            scenario.data.iter().map(|dataset| unique(&identifier(&dataset.name), &mut taken)).collect();
        let mut plan = Plan {
            scenario,
            shapes: scenario.shapes(),
            tables,
            data_names,
            streams: Vec::new(),
            own_streams: Vec::new(),
            sources: Vec::new(),
            flags: flags(scenario),
        };
        for (at, operator) in scenario.operators.iter().enumerate() {
            let base = plan.base_name(operator);
            let own = unique(&format!("{base}_stream"), &mut taken);
            plan.sources.push(unique(&format!("{base}_source"), &mut taken));
            plan.streams.push(plan.shared_stream(at).unwrap_or_else(|| own.clone()));
            plan.own_streams.push(own);
        }
        plan
    }

    /// Indices of the edges into an operator.
    pub(super) fn inputs(&self, operator: usize) -> Vec<&'a Edge> {
        let uid = &self.scenario.operators[operator].uid;
        self.scenario.edges.iter().filter(|edge| edge.to == *uid).collect()
    }

    /// The producer of an edge.
    pub(super) fn producer(&self, edge: &Edge) -> usize {
        self.scenario.operator(&edge.from).map_or(0, OperatorIndex::index)
    }

    /// The key that all inputs of an operator share, when each has one.
    pub(super) fn key(&self, operator: usize) -> Option<Partitioner> {
        let uid = &self.scenario.operators[operator].uid;
        let keyed = self.scenario.is_keyed(uid);
        keyed.then(|| self.inputs(operator)[0].partitioner)
    }

    /// The type of the key, where known.
    pub(super) fn key_type(&self, operator: usize) -> Option<ValueType> {
        match self.key(operator)? {
            Partitioner::KeyBy { column } => self.shapes.inputs[operator].column(column),
            _ => Some(ValueType::String),
        }
    }

    /// The first operator with each class, and all operators that share it.
    pub(super) fn classes(&self) -> Vec<(&'a Function, Vec<OperatorIndex>)> {
        let mut classes: Vec<(&Function, Vec<OperatorIndex>)> = Vec::new();
        for (at, operator) in self.scenario.operators.iter().enumerate() {
            if let OperatorKind::Function(function) = &operator.kind {
                let at = OperatorIndex(at as u16);
                match classes.iter_mut().find(|(before, _)| before.class == function.class) {
                    Some((_, operators)) => operators.push(at),
                    None => classes.push((function, vec![at])),
                }
            }
        }
        classes
    }

    /// The constant that holds a flag file's path.
    pub(super) fn flag_name(&self, path: &str) -> String {
        match self.flags.iter().position(|flag| flag == path) {
            None | Some(0) => "FLAG_FILE".into(),
            Some(at) => format!("FLAG_FILE_{}", at + 1),
        }
    }

    /// Whether an operator's uid matters: whether it has state that is mapped by it.
    pub(super) fn is_stateful(&self, operator: &Operator) -> bool {
        match &operator.kind {
            OperatorKind::Source(source) => source.kind.keeps_position(),
            OperatorKind::Function(function) => !function.states.is_empty() || !function.on_timer.is_empty(),
            OperatorKind::Window(_) | OperatorKind::Reduce(_) => true,
            OperatorKind::Watermarks(_) | OperatorKind::PrintSink => false,
            OperatorKind::Sink(sink) => sink.style() != SinkStyle::Direct,
        }
    }

    /// What an operator's variables are called after: a source after its dataset, as the handout does.
    fn base_name(&self, operator: &Operator) -> String {
        let OperatorKind::Source(source) = &operator.kind else { return identifier(&operator.uid) };
        let dataset = identifier(&source.dataset);
        let singular = dataset.strip_suffix('s').filter(|rest| rest.len() > 1 && !rest.ends_with('s'));
        singular.unwrap_or(&dataset).to_owned()
    }

    /// The producer's variable, where it has this one consumer and the consumer this one producer.
    fn shared_stream(&self, at: usize) -> Option<String> {
        let inputs = self.inputs(at);
        let [only] = inputs.as_slice() else { return None };
        let consumers = self.scenario.edges.iter().filter(|edge| edge.from == only.from).count();
        if consumers == 1 { self.streams.get(self.producer(only)).cloned() } else { None }
    }
}

/// The rows as a rising sequence of whole numbers: its first and last.
pub(super) fn number_sequence(dataset: &Dataset) -> Option<(i64, i64)> {
    let DatasetRows::Inline { rows, .. } = &dataset.rows else { return None };
    let numbers: Option<Vec<i64>> = rows
        .iter()
        .map(|row| match row {
            Value::Long(number) => Some(*number),
            _ => None,
        })
        .collect();
    let numbers = numbers?;
    let rising = numbers.windows(2).all(|pair| pair[0].checked_add(1) == Some(pair[1]));
    rising.then(|| Some((*numbers.first()?, *numbers.last()?))).flatten()
}

/// A name for programs: what may not stand in one becomes `_`.
fn identifier(name: &str) -> String {
    let mut text: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    if !text.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        text.insert_str(0, "data_");
    }
    text
}

fn unique(name: &str, taken: &mut Vec<String>) -> String {
    let name = if is_python_word(name) { format!("{name}_") } else { name.to_owned() };
    let free = (1..).map(|n| if n == 1 { name.clone() } else { format!("{name}_{n}") });
    let free = free.into_iter().find(|name| !taken.contains(name)).expect("names without end");
    taken.push(free.clone());
    free
}

/// Words that a dataset may well be called but a variable may not.
fn is_python_word(name: &str) -> bool {
    matches!(
        name,
        "class"
            | "from"
            | "import"
            | "in"
            | "is"
            | "lambda"
            | "list"
            | "len"
            | "print"
            | "range"
            | "return"
            | "time"
            | "os"
            | "pd"
            | "yield"
            | "None"
            | "True"
            | "False"
            | "def"
            | "global"
            | "default"
            | "new"
            | "int"
            | "long"
            | "double"
            | "if"
            | "else"
            | "for"
            | "while"
            | "not"
            | "and"
            | "or"
            | "as"
            | "try"
            | "with"
            | "pass"
            | "public"
            | "static"
            | "void"
            | "case"
            | "char"
            | "this"
            | "package"
            | "private"
            | "interface"
            | "switch"
            | "null"
            | "true"
            | "false"
            | "await"
            | "async"
            | "assert"
            | "break"
            | "continue"
            | "del"
            | "elif"
            | "except"
            | "finally"
            | "nonlocal"
            | "raise"
            | "str"
            | "open"
            | "float"
            | "boolean"
            | "byte"
            | "short"
            | "final"
            | "do"
            | "enum"
            | "super"
    )
}

/// Paths in the order in which they are met.
fn flags(scenario: &Scenario) -> Vec<String> {
    fn look(expr: &Expr, found: &mut Vec<String>) {
        match expr {
            Expr::FileExists(path) => add(path, found),
            Expr::Arithmetic(_, a, b) | Expr::Compare(_, a, b) | Expr::And(a, b) => {
                look(a, found);
                look(b, found);
            }
            Expr::Not(inner) => look(inner, found),
            Expr::Format(parts) | Expr::Row(parts) => parts.iter().for_each(|part| look(part, found)),
            Expr::Get(_, inner) | Expr::Length(inner) => look(inner, found),
            Expr::Constant(_)
            | Expr::Input
            | Expr::Column(_)
            | Expr::Field(_)
            | Expr::State(_)
            | Expr::Key
            | Expr::Timestamp
            | Expr::Watermark
            | Expr::ProcessingTime => {}
        }
    }
    fn add(path: &str, found: &mut Vec<String>) {
        if !found.iter().any(|before| before == path) {
            found.push(path.to_owned());
        }
    }
    let mut found = Vec::new();
    for operator in &scenario.operators {
        let OperatorKind::Function(function) = &operator.kind else { continue };
        function.for_each_statement(&mut |stmt| match stmt {
            Stmt::TouchFile { path } => add(path, &mut found),
            Stmt::Set { value, .. } | Stmt::Update { value, .. } => look(value, &mut found),
            Stmt::Emit { value } | Stmt::EmitTo { value, .. } => look(value, &mut found),
            Stmt::Print { text: expr } | Stmt::Raise { message: expr } | Stmt::If { condition: expr, .. } => {
                look(expr, &mut found);
            }
            Stmt::Put { key, value, .. } => {
                look(key, &mut found);
                look(value, &mut found);
            }
            Stmt::RegisterTimer { at, .. } | Stmt::DeleteTimer { at, .. } => look(at, &mut found),
            Stmt::Sleep { .. } | Stmt::Clear { .. } => {}
        });
    }
    found
}

/// The type of a lone record, where known.
pub(super) fn lone_type(shape: &Shape) -> Option<ValueType> {
    match shape {
        Shape::Lone(value_type) => *value_type,
        Shape::Unknown | Shape::Columns(_) => None,
    }
}
