//! A user function as a Python class.

use super::body::{Syntax, write_body};
use super::notes::Note;
use super::plan::Plan;
use super::python_words::{Words, literal, output_tag, type_info};
use super::time::capital;
use super::writer::Writer;
use crate::base::OperatorIndex;
use crate::scenario::{Expr, Function, FunctionKind, StateKind, Stmt, TimeDomain};

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
    let words = Words { plan, function, input: &plan.shapes.inputs[first], on_timer: false };
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
    let next = write_body(writer, &words, function, operators, &function.body, 0);
    writer.dedent();
    if !function.on_timer.is_empty() {
        let words = Words { on_timer: true, ..words };
        writer.blank();
        writer.note(&Note::OnTimer);
        writer.line("def on_timer(self, timestamp, ctx):");
        writer.indent();
        write_body(writer, &words, function, operators, &function.on_timer, next);
        writer.dedent();
    }
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
        debug_assert!(state.kind.is_keyed(), "operator state is printed as Java");
        let (name, types) = (&state.name, type_info(state.value_type));
        let (getter, descriptor) = match state.kind {
            StateKind::KeyedList => ("list_state", format!("ListStateDescriptor(\"{name}\", {types})")),
            StateKind::KeyedMap => {
                ("map_state", format!("MapStateDescriptor(\"{name}\", Types.PICKLED_BYTE_ARRAY(), {types})"))
            }
            StateKind::KeyedReducing(fold) => {
                let function = format!("{}Reduce()", capital(fold.name()));
                ("reducing_state", format!("ReducingStateDescriptor(\"{name}\", {function}, {types})"))
            }
            StateKind::KeyedAggregating(fold) => {
                let function = format!("{}Aggregate()", capital(fold.name()));
                let types = "Types.PICKLED_BYTE_ARRAY()";
                ("aggregating_state", format!("AggregatingStateDescriptor(\"{name}\", {function}, {types})"))
            }
            _ => ("state", format!("ValueStateDescriptor(\"{name}\", {types})")),
        };
        writer.line(format!("self.{name} = runtime_context.get_{getter}({descriptor})"));
    }
    writer.dedent();
}

impl Syntax for Words<'_> {
    fn statement(&self, stmt: &Stmt, written: &[bool]) -> String {
        let alone = |expr: &Expr| self.alone(expr, written);
        match stmt {
            Stmt::Set { field, value } => self.assignment(field, value, written),
            Stmt::Update { state, value } => {
                let adds = self.function.states.iter().any(|declared| {
                    declared.name == *state && !matches!(declared.kind, StateKind::KeyedValue | StateKind::KeyedMap)
                });
                format!("self.{state}.{}({})", if adds { "add" } else { "update" }, alone(value))
            }
            Stmt::Put { state, key, value } => format!("self.{state}.put({}, {})", alone(key), alone(value)),
            Stmt::Clear { state } => format!("self.{state}.clear()"),
            Stmt::RegisterTimer { domain, at } => {
                format!("ctx.timer_service().register_{}_timer({})", clock(*domain), alone(at))
            }
            Stmt::DeleteTimer { domain, at } => {
                format!("ctx.timer_service().delete_{}_timer({})", clock(*domain), alone(at))
            }
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

/// `event_time`.
const fn clock(domain: TimeDomain) -> &'static str {
    match domain {
        TimeDomain::EventTime => "event_time",
        TimeDomain::ProcessingTime => "processing_time",
    }
}

/// Seconds as Python's `sleep` takes them.
fn seconds(ms: u64) -> String {
    if ms.is_multiple_of(1_000) { (ms / 1_000).to_string() } else { format!("{:?}", ms as f64 / 1_000.0) }
}
