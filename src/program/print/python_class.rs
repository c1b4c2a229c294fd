//! A user function as a Python class.

use super::body::{Syntax, write_body};
use super::notes::Note;
use super::plan::Plan;
use super::python_words::{Words, literal, output_tag, type_info};
use super::writer::Writer;
use crate::base::OperatorIndex;
use crate::scenario::{Expr, Function, FunctionKind, StateKind, Stmt};

/// The class that a function extends.
pub(super) const fn base_class(kind: FunctionKind, keyed: bool) -> &'static str {
    match (kind, keyed) {
        (FunctionKind::Map, _) => "MapFunction",
        (FunctionKind::Process, true) => "KeyedProcessFunction",
        (FunctionKind::Process, false) => "ProcessFunction",
    }
}

/// Writes the class of a function that `operators` share.
pub(super) fn write_class(writer: &mut Writer, plan: &Plan, function: &Function, operators: &[OperatorIndex]) {
    let first = operators[0].index();
    let keyed = plan.key(first).is_some();
    let words = Words { plan, function, input: &plan.shapes.inputs[first] };
    writer.blank();
    writer.note(&Note::Class(&function.class));
    for operator in operators {
        writer.mark_setting(format!("operators[{operator}].kind.function.class"));
    }
    writer.line(format!("class {}({}):", function.class, base_class(function.kind, keyed)));
    writer.indent();
    fields(writer, function, operators);
    states(writer, function, operators);
    writer.blank();
    writer.line(match function.kind {
        FunctionKind::Map => "def map(self, value):",
        FunctionKind::Process => "def process_element(self, value, ctx):",
    });
    writer.indent();
    write_body(writer, &words, function, operators);
    writer.dedent();
    writer.dedent();
}

fn fields(writer: &mut Writer, function: &Function, operators: &[OperatorIndex]) {
    if function.fields.is_empty() {
        return;
    }
    writer.line("def __init__(self):");
    writer.indent();
    for (at, field) in function.fields.iter().enumerate() {
        for operator in operators {
            writer.mark_setting(format!("operators[{operator}].kind.function.fields[{at}]"));
        }
        writer.line(format!("self.{} = {}", field.name, literal(&field.initial)));
        if at == 0 {
            writer.beside(&Note::Field);
        }
    }
    writer.dedent();
}

fn states(writer: &mut Writer, function: &Function, operators: &[OperatorIndex]) {
    if function.states.is_empty() {
        return;
    }
    writer.blank();
    writer.line("def open(self, runtime_context: RuntimeContext):");
    writer.indent();
    writer.note(&Note::State);
    for (at, state) in function.states.iter().enumerate() {
        for operator in operators {
            writer.mark_setting(format!("operators[{operator}].kind.function.states[{at}]"));
        }
        debug_assert!(state.kind == StateKind::KeyedValue, "operator state is printed as Java");
        let descriptor = format!("ValueStateDescriptor(\"{}\", {})", state.name, type_info(state.value_type));
        writer.line(format!("self.{} = runtime_context.get_state({descriptor})", state.name));
    }
    writer.dedent();
}

impl Syntax for Words<'_> {
    fn statement(&self, stmt: &Stmt, written: &[bool]) -> String {
        let alone = |expr: &Expr| self.alone(expr, written);
        match stmt {
            Stmt::Set { field, value } => self.assignment(field, value, written),
            Stmt::Update { state, value } => format!("self.{state}.update({})", alone(value)),
            Stmt::Sleep { ms } => format!("time.sleep({})", seconds(*ms)),
            Stmt::Print { text } => format!("print({})", alone(text)),
            Stmt::Raise { message } => format!("raise Exception({})", alone(message)),
            Stmt::Emit { value } if self.function.kind == FunctionKind::Map => format!("return {}", alone(value)),
            Stmt::Emit { value } => format!("yield {}", alone(value)),
            Stmt::EmitTo { tag, value } => format!("yield {}, {}", output_tag(tag), alone(value)),
            Stmt::TouchFile { path } => format!("open({}, \"w\").close()", self.plan.flag_name(path)),
            Stmt::If { .. } => unreachable!("an if is written by its lines"),
        }
    }

    fn if_line(&self, condition: &Expr, after_else: bool, written: &[bool]) -> String {
        format!("{} {}:", if after_else { "elif" } else { "if" }, self.alone(condition, written))
    }

    fn else_line(&self) -> &'static str {
        "else:"
    }

    fn end_line(&self) -> Option<&'static str> {
        None
    }

    fn empty_line(&self) -> Option<&'static str> {
        Some("pass")
    }

    fn refuses_unreachable(&self) -> bool {
        false
    }
}

/// Seconds as Python's `sleep` takes them.
fn seconds(ms: u64) -> String {
    if ms.is_multiple_of(1_000) { (ms / 1_000).to_string() } else { format!("{:?}", ms as f64 / 1_000.0) }
}
