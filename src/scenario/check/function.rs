//! User functions: every name resolves, every column exists, nothing is nested without bound. A function without errors
//! here compiles in `program`.

use super::found::Found;
use crate::base::Value;
use crate::scenario::shape::{Shape, value_type};
use crate::scenario::{Counted, Expr, Function, FunctionKind, IssueKind, Named, StateKind, Stmt, limits};

pub(super) fn check(field: &str, function: &Function, input: &Shape, keyed: bool, found: &mut Found) {
    found.identifier(format!("{field}.class"), &function.class);
    found.count(&format!("{field}.fields"), Counted::Fields, function.fields.len(), limits::MEMBERS);
    found.count(&format!("{field}.states"), Counted::States, function.states.len(), limits::MEMBERS);
    for (at, declared) in function.fields.iter().enumerate() {
        found.identifier(format!("{field}.fields[{at}].name"), &declared.name);
        constant(format!("{field}.fields[{at}].initial"), &declared.initial, 0, found);
    }
    for (at, declared) in function.states.iter().enumerate() {
        found.identifier(format!("{field}.states[{at}].name"), &declared.name);
        let initial = &declared.initial;
        constant(format!("{field}.states[{at}].initial"), initial, 0, found);
        if let StateKind::KeyedReducing(fold) = declared.kind
            && !fold.keeps_type()
        {
            found.add(format!("{field}.states[{at}].kind.keyed_reducing"), IssueKind::ReduceChangesType { fold });
        }
        if *initial != Value::Null && value_type(initial) != Some(declared.value_type) {
            let kind = IssueKind::WrongType { expected: declared.value_type };
            found.add(format!("{field}.states[{at}].initial"), kind);
        }
    }
    members(field, function, found);
    let mut statements = 0;
    function.for_each_statement(&mut |_| statements += 1);
    if statements > limits::STATEMENTS {
        return found.count(&format!("{field}.body"), Counted::Statements, statements, limits::STATEMENTS);
    }
    let mut check = Check { function, columns: input.width(), keyed, found };
    check.block(&format!("{field}.body"), &function.body, 0);
    check.block(&format!("{field}.on_timer"), &function.on_timer, 0);
}

/// A column that records with `columns` columns must have.
pub(super) fn column(field: String, column: usize, columns: Option<usize>, found: &mut Found) {
    if let Some(columns) = columns.filter(|columns| column >= *columns) {
        found.add(field, IssueKind::NoSuchColumn { column: column as u64, columns: columns as u64 });
    }
}

/// In the printed class fields and states share one name space.
fn members(field: &str, function: &Function, found: &mut Found) {
    let fields: Vec<&str> = function.fields.iter().map(|declared| declared.name.as_str()).collect();
    found.distinct(Named::Field, &fields, |at| format!("{field}.fields[{at}].name"));
    let states: Vec<&str> = function.states.iter().map(|declared| declared.name.as_str()).collect();
    found.distinct(Named::State, &states, |at| format!("{field}.states[{at}].name"));
    for (at, name) in states.iter().enumerate().filter(|(_, name)| fields.contains(name)) {
        let kind = IssueKind::Duplicate { what: Named::Field, name: (*name).into() };
        found.add(format!("{field}.states[{at}].name"), kind);
    }
}

fn constant(field: String, value: &Value, depth: usize, found: &mut Found) {
    match value {
        Value::Double(number) if !number.is_finite() => found.add(field, IssueKind::NotFinite),
        Value::String(text) => found.text(field, text),
        Value::List(_) if depth == limits::DEPTH => {
            found.add(field, IssueKind::TooDeep { limit: limits::DEPTH as u64 })
        }
        Value::List(values) => {
            for (at, value) in values.iter().enumerate() {
                constant(format!("{field}.list[{at}]"), value, depth + 1, found);
            }
        }
        _ => {}
    }
}

struct Check<'a> {
    function: &'a Function,
    columns: Option<usize>,
    keyed: bool,
    found: &'a mut Found,
}

impl Check<'_> {
    fn block(&mut self, field: &str, stmts: &[Stmt], depth: usize) {
        if depth > limits::DEPTH {
            return self.found.add(field, IssueKind::TooDeep { limit: limits::DEPTH as u64 });
        }
        for (at, stmt) in stmts.iter().enumerate() {
            self.statement(&format!("{field}[{at}]"), stmt, depth);
        }
    }

    fn statement(&mut self, field: &str, stmt: &Stmt, depth: usize) {
        match stmt {
            Stmt::Set { field: name, value } => {
                self.known(format!("{field}.set.field"), Named::Field, name);
                self.expression(&format!("{field}.set.value"), value, 0);
            }
            Stmt::Update { state, value } => {
                self.known(format!("{field}.update.state"), Named::State, state);
                self.expression(&format!("{field}.update.value"), value, 0);
            }
            Stmt::Put { state, key, value } => {
                self.known(format!("{field}.put.state"), Named::State, state);
                self.of_kind(format!("{field}.put.state"), state, "MapState", |kind| kind == StateKind::KeyedMap);
                self.expression(&format!("{field}.put.key"), key, 0);
                self.expression(&format!("{field}.put.value"), value, 0);
            }
            Stmt::Clear { state } => {
                self.known(format!("{field}.clear.state"), Named::State, state);
                self.of_kind(format!("{field}.clear.state"), state, "keyed", StateKind::is_keyed);
            }
            Stmt::RegisterTimer { at, .. } => self.timer(&format!("{field}.register_timer"), at),
            Stmt::DeleteTimer { at, .. } => self.timer(&format!("{field}.delete_timer"), at),
            Stmt::Sleep { ms } => self.found.range(format!("{field}.sleep.ms"), *ms, &limits::SLEEP_MS),
            Stmt::Print { text } => self.expression(&format!("{field}.print.text"), text, 0),
            Stmt::If { condition, then, otherwise } => {
                self.expression(&format!("{field}.if.condition"), condition, 0);
                self.block(&format!("{field}.if.then"), then, depth + 1);
                self.block(&format!("{field}.if.else"), otherwise, depth + 1);
            }
            Stmt::Raise { message } => self.expression(&format!("{field}.raise.message"), message, 0),
            Stmt::Emit { value } => self.expression(&format!("{field}.emit.value"), value, 0),
            Stmt::EmitTo { tag, value } => {
                self.found.name(format!("{field}.emit_to.tag"), tag);
                if self.function.kind == FunctionKind::Map {
                    self.found.add(format!("{field}.emit_to"), IssueKind::SideOutputOfMap);
                }
                self.expression(&format!("{field}.emit_to.value"), value, 0);
            }
            Stmt::TouchFile { path } => self.path(format!("{field}.touch_file.path"), path),
        }
    }

    fn expression(&mut self, field: &str, expr: &Expr, depth: usize) {
        if depth >= limits::DEPTH {
            return self.found.add(field, IssueKind::TooDeep { limit: limits::DEPTH as u64 });
        }
        let mut all = |name: &str, parts: &[&Expr], first: usize| {
            for (at, part) in parts.iter().enumerate() {
                self.expression(&format!("{field}.{name}[{}]", at + first), part, depth + 1);
            }
        };
        match expr {
            Expr::Constant(value) => constant(format!("{field}.constant"), value, depth, self.found),
            Expr::Input => {}
            Expr::Column(at) => column(format!("{field}.column"), *at, self.columns, self.found),
            Expr::Field(name) => self.known(format!("{field}.field"), Named::Field, name),
            Expr::State(name) => self.known(format!("{field}.state"), Named::State, name),
            Expr::Get(name, key) => {
                self.known(format!("{field}.get[0]"), Named::State, name);
                self.of_kind(format!("{field}.get[0]"), name, "MapState", |kind| kind == StateKind::KeyedMap);
                self.expression(&format!("{field}.get[1]"), key, depth + 1);
            }
            Expr::Length(inner) => self.expression(&format!("{field}.length"), inner, depth + 1),
            Expr::Key | Expr::Timestamp | Expr::Watermark | Expr::ProcessingTime => {
                if self.function.kind == FunctionKind::Map {
                    self.found.add(field, IssueKind::ContextOfMap);
                }
            }
            Expr::Arithmetic(_, a, b) => all("arithmetic", &[a, b], 1),
            Expr::Compare(_, a, b) => all("compare", &[a, b], 1),
            Expr::And(a, b) => all("and", &[a, b], 0),
            Expr::Not(inner) => self.expression(&format!("{field}.not"), inner, depth + 1),
            Expr::Format(parts) => all("format", &parts.iter().collect::<Vec<_>>(), 0),
            Expr::Row(parts) => all("row", &parts.iter().collect::<Vec<_>>(), 0),
            Expr::FileExists(path) => self.path(format!("{field}.file_exists"), path),
        }
    }

    /// Timers are keyed state: only a process function after a keyBy has them.
    fn timer(&mut self, field: &str, at: &Expr) {
        if self.function.kind == FunctionKind::Map || !self.keyed {
            self.found.add(field, IssueKind::TimerWithoutKey);
        }
        self.expression(&format!("{field}.at"), at, 0);
    }

    fn of_kind(&mut self, field: String, name: &str, wanted: &'static str, fits: impl Fn(StateKind) -> bool) {
        if self.function.states.iter().any(|state| state.name == name && !fits(state.kind)) {
            self.found.add(field, IssueKind::StateOfOtherKind { state: name.into(), wanted: wanted.into() });
        }
    }

    fn known(&mut self, field: String, what: Named, name: &str) {
        let names = self.function.fields.iter().map(|declared| &declared.name);
        let states = self.function.states.iter().map(|declared| &declared.name);
        let known: Vec<String> =
            if what == Named::Field { names.cloned().collect() } else { states.cloned().collect() };
        if !known.iter().any(|declared| declared == name) {
            self.found.add(field, IssueKind::Unknown { what, name: name.into(), known });
        }
    }

    fn path(&mut self, field: String, path: &str) {
        if path.is_empty() {
            self.found.add(field, IssueKind::Empty);
        } else if !path.starts_with('/') {
            self.found.add(field, IssueKind::PathNotAbsolute { absolute: format!("/{path}") });
        } else {
            self.found.text(field, path);
        }
    }
}
