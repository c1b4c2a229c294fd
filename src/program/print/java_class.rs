//! A user function as a Java class.

use super::body::{Syntax, leaves, write_body};
use super::java_words::{Words, boxed, literal, primitive, quoted, record_type, type_info};
use super::notes::Note;
use super::plan::Plan;
use super::time::aggregate_class;
use super::writer::Writer;
use crate::base::{OperatorIndex, Value, ValueType};
use crate::scenario::{Expr, Fold, Function, FunctionKind, StateDeclaration, StateKind, Stmt};

/// Writes the class of a function that `operators` share.
pub(super) fn write_class(writer: &mut Writer, plan: &Plan, function: &Function, operators: &[OperatorIndex]) {
    let first = operators[0].index();
    let input = &plan.shapes.inputs[first];
    let words = Words { plan, function, input, field_types: function.field_types(input), on_timer: false };
    writer.blank();
    writer.note(&Note::Class(&function.class));
    for operator in operators {
        writer.mark_setting(format!("operators[{operator}].kind.function.class"));
    }
    writer.line(header(plan, function, first));
    writer.indent();
    fields(writer, &words, operators);
    states(writer, function, operators);
    writer.blank();
    writer.line("@Override");
    let (input, output) = (record_type(input), record_type(&plan.shapes.outputs[first]));
    writer.line(match function.kind {
        FunctionKind::Map => format!("public {output} map({input} value) throws Exception {{"),
        FunctionKind::Process => {
            format!(
                "public void processElement({input} value, Context ctx, Collector<{output}> out) throws Exception {{"
            )
        }
    });
    writer.indent();
    let next = write_body(writer, &words, function, operators, &function.body, 0);
    if function.kind == FunctionKind::Map && !leaves(function.kind, &function.body) {
        writer.line("return null;");
    }
    writer.dedent();
    writer.line("}");
    if !function.on_timer.is_empty() {
        let words = Words { on_timer: true, ..words };
        writer.blank();
        writer.note(&Note::OnTimer);
        writer.line("@Override");
        writer.line(format!(
            "public void onTimer(long timestamp, OnTimerContext ctx, Collector<{output}> out) throws Exception {{"
        ));
        writer.indent();
        write_body(writer, &words, function, operators, &function.on_timer, next);
        writer.dedent();
        writer.line("}");
    }
    open(writer, function);
    checkpointed(writer, function);
    writer.dedent();
    writer.line("}");
}

fn of_kind(function: &Function, keyed: bool) -> impl Iterator<Item = &StateDeclaration> {
    function.states.iter().filter(move |state| state.kind.is_keyed() == keyed)
}

fn header(plan: &Plan, function: &Function, operator: usize) -> String {
    let (input, output) = (&plan.shapes.inputs[operator], &plan.shapes.outputs[operator]);
    let (input, output) = (record_type(input), record_type(output));
    let has_keyed_state = of_kind(function, true).next().is_some();
    let (verb, base) = match function.kind {
        FunctionKind::Map if has_keyed_state => ("extends", format!("RichMapFunction<{input}, {output}>")),
        FunctionKind::Map => ("implements", format!("MapFunction<{input}, {output}>")),
        FunctionKind::Process if plan.key(operator).is_some() => {
            let key = plan.key_type(operator).map_or("Object", boxed);
            ("extends", format!("KeyedProcessFunction<{key}, {input}, {output}>"))
        }
        FunctionKind::Process => ("extends", format!("ProcessFunction<{input}, {output}>")),
    };
    let also = match of_kind(function, false).next() {
        None => "",
        Some(_) if verb == "implements" => ", CheckpointedFunction",
        Some(_) => " implements CheckpointedFunction",
    };
    format!("public static class {} {verb} {base}{also} {{", function.class)
}

fn fields(writer: &mut Writer, words: &Words, operators: &[OperatorIndex]) {
    for (at, field) in words.function.fields.iter().enumerate() {
        for operator in operators {
            writer.mark_setting(format!("operators[{operator}].kind.function.fields[{at}]"));
        }
        let declared = match words.field_types[at] {
            Some(value_type) => primitive(value_type),
            None => "Object",
        };
        writer.line(format!("private {declared} {} = {};", field.name, literal(&field.initial)));
        if at == 0 {
            writer.beside(&Note::Field);
        }
    }
}

/// Keyed state is a handle; operator state is a value beside its list, filled and emptied by `CheckpointedFunction`.
fn states(writer: &mut Writer, function: &Function, operators: &[OperatorIndex]) {
    for (at, state) in function.states.iter().enumerate() {
        for operator in operators {
            writer.mark_setting(format!("operators[{operator}].kind.function.states[{at}]"));
        }
        let (name, boxed) = (&state.name, boxed(state.value_type));
        match state.kind {
            kind if kind.is_keyed() => {
                writer.line(format!("private transient {} {name};", state_class(kind, state.value_type)));
            }
            StateKind::OperatorValue => {
                writer.line(format!("private {boxed} {name} = {};", literal(&state.initial)));
            }
            _ => {
                writer.line(format!("private final ArrayList<{boxed}> {name} = new ArrayList<>();"));
            }
        }
        if at == 0 {
            writer.beside(&Note::State);
        }
        if !state.kind.is_keyed() {
            writer.line(format!("private transient ListState<{boxed}> {name}State;"));
        }
    }
}

fn open(writer: &mut Writer, function: &Function) {
    if of_kind(function, true).next().is_none() {
        return;
    }
    writer.blank();
    writer.line("@Override\npublic void open(OpenContext context) {");
    writer.indent();
    for state in of_kind(function, true) {
        let (name, types) = (quoted(&state.name), type_info(Some(state.value_type)));
        let (getter, descriptor) = match state.kind {
            StateKind::KeyedList => ("ListState", format!("new ListStateDescriptor<>({name}, {types})")),
            StateKind::KeyedMap => {
                ("MapState", format!("new MapStateDescriptor<>({name}, Types.GENERIC(Object.class), {types})"))
            }
            StateKind::KeyedReducing(fold) => {
                let function = match fold {
                    Fold::Sum => "(a, b) -> a + b".into(),
                    other => {
                        format!("(a, b) -> a.compareTo(b) {} 0 ? a : b", if other == Fold::Min { "<=" } else { ">=" })
                    }
                };
                ("ReducingState", format!("new ReducingStateDescriptor<>({name}, {function}, {types})"))
            }
            StateKind::KeyedAggregating(fold) => {
                let function = format!("new {}()", aggregate_class(fold, state.value_type));
                let types = "Types.GENERIC(Object.class)";
                (
                    "AggregatingState",
                    format!("new AggregatingStateDescriptor<>({name}, {function}, (TypeInformation) {types})"),
                )
            }
            _ => ("State", format!("new ValueStateDescriptor<>({name}, {types})")),
        };
        writer.line(format!("{} = getRuntimeContext().get{getter}({descriptor});", state.name));
    }
    writer.dedent();
    writer.line("}");
}

/// `ValueState<Long>`.
fn state_class(kind: StateKind, value_type: ValueType) -> String {
    let class = boxed(value_type);
    match kind {
        StateKind::KeyedList => format!("ListState<{class}>"),
        StateKind::KeyedMap => format!("MapState<Object, {class}>"),
        StateKind::KeyedReducing(_) => format!("ReducingState<{class}>"),
        StateKind::KeyedAggregating(fold) => {
            format!("AggregatingState<{class}, {}>", fold.result_type(Some(value_type)).map_or("Object", boxed))
        }
        _ => format!("ValueState<{class}>"),
    }
}

fn checkpointed(writer: &mut Writer, function: &Function) {
    if of_kind(function, false).next().is_none() {
        return;
    }
    writer.blank();
    writer.line("@Override\npublic void snapshotState(FunctionSnapshotContext context) throws Exception {");
    writer.indent();
    for state in of_kind(function, false) {
        let name = &state.name;
        writer.line(match (state.kind, &state.initial) {
            (kind, _) if kind.is_list() => format!("{name}State.update({name});"),
            (_, Value::Null) => format!("{name}State.update({name} == null ? List.of() : List.of({name}));"),
            _ => format!("{name}State.update(List.of({name}));"),
        });
    }
    writer.dedent();
    writer.line("}");
    writer.blank();
    writer.line("@Override\npublic void initializeState(FunctionInitializationContext context) throws Exception {");
    writer.indent();
    for state in of_kind(function, false) {
        let (name, boxed) = (&state.name, boxed(state.value_type));
        let descriptor = format!("new ListStateDescriptor<>({}, {})", quoted(name), type_info(Some(state.value_type)));
        let get = if state.kind == StateKind::OperatorUnion { "getUnionListState" } else { "getListState" };
        writer.line(format!("{name}State = context.getOperatorStateStore().{get}({descriptor});"));
        let take = if state.kind.is_list() { format!("{name}.add(restored);") } else { format!("{name} = restored;") };
        writer.line(format!("for ({boxed} restored : {name}State.get()) {{\n    {take}\n}}"));
    }
    writer.dedent();
    writer.line("}");
}

impl Syntax for Words<'_> {
    fn statement(&self, stmt: &Stmt, written: &[bool]) -> String {
        self.simple(stmt, written, self.function.kind == FunctionKind::Map)
    }

    fn if_line(&self, condition: &Expr, after_else: bool, written: &[bool]) -> String {
        format!("{}if ({}) {{", if after_else { "} else " } else { "" }, self.alone(condition, written))
    }

    fn else_line(&self) -> &'static str {
        "} else {"
    }

    fn end_line(&self) -> Option<&'static str> {
        Some("}")
    }

    fn empty_line(&self) -> Option<&'static str> {
        None
    }

    fn refuses_unreachable(&self) -> bool {
        true
    }
}
