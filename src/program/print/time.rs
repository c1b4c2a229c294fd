//! Watermark strategies, windows and running results, in either language: the calls, and the small classes that they need.

use super::data::Call;
use super::java_words::{boxed, output_tag as java_tag, record_type};
use super::notes::Note;
use super::plan::Plan;
use super::python_words::output_tag as python_tag;
use super::writer::Writer;
use crate::base::ValueType;
use crate::scenario::{
    Fold, OperatorKind, Reduce, Shape, StateKind, WatermarkStrategy, Window, WindowAssigner, WindowKeeps,
};

/// The functions of reducing and aggregating state, each once.
fn state_folds(plan: &Plan) -> Vec<(Fold, bool)> {
    let mut folds = Vec::new();
    for (function, _) in plan.classes() {
        for state in &function.states {
            let fold = match state.kind {
                StateKind::KeyedReducing(fold) => (fold, true),
                StateKind::KeyedAggregating(fold) => (fold, false),
                _ => continue,
            };
            if !folds.contains(&fold) {
                folds.push(fold);
            }
        }
    }
    folds
}

/// Writes the classes that these operators need, before `main`.
pub(super) fn write_python_classes(writer: &mut Writer, plan: &Plan) {
    for (fold, reduces) in state_folds(plan) {
        writer.blank();
        let name = capital(fold.name());
        if reduces {
            let body = if fold == Fold::Sum { "a + b".into() } else { format!("{}(a, b)", fold.name()) };
            writer.line(format!(
                "class {name}Reduce(ReduceFunction):\n    def reduce(self, a, b):\n        return {body}"
            ));
        } else {
            python_aggregate(writer, &format!("{name}Aggregate"), None, fold, "value");
        }
    }
    for (at, operator) in plan.scenario.operators.iter().enumerate() {
        match &operator.kind {
            OperatorKind::Watermarks(strategy) => {
                writer.blank();
                writer.note(&Note::Timestamps);
                let class = class_name(&operator.uid, "Timestamps");
                let value = python_column(plan, at, "value", strategy.column);
                writer.line(format!("class {class}(TimestampAssigner):"));
                writer.line("    def extract_timestamp(self, value, record_timestamp):");
                writer.setting(field(at, "watermarks.column"), format!("        return {value}"));
            }
            OperatorKind::Window(window) => python_window_classes(writer, plan, at, window),
            _ => {}
        }
    }
}

fn python_window_classes(writer: &mut Writer, plan: &Plan, at: usize, window: &Window) {
    let uid = &plan.scenario.operators[at].uid;
    let column = |of: &str| python_column(plan, at, of, window.column);
    if window.keeps == WindowKeeps::Accumulator {
        writer.blank();
        writer.note(&Note::Aggregate);
        let (class, fold) = (class_name(uid, "Aggregate"), window.fold);
        python_aggregate(writer, &class, Some(field(at, "window.fold")), fold, &column("value"));
    }
    let result = match (window.keeps, window.fold) {
        (WindowKeeps::Accumulator, _) => "next(iter(elements))".into(),
        (WindowKeeps::Reduced, _) => column("next(iter(elements))"),
        (WindowKeeps::Records, Fold::Count) => "len(list(elements))".into(),
        (WindowKeeps::Records, Fold::Average) => format!("statistics.fmean({} for row in elements)", column("row")),
        (WindowKeeps::Records, fold) => format!("{}({} for row in elements)", fold.name(), column("row")),
    };
    writer.blank();
    writer.note(&Note::WindowResult);
    writer.line(format!("class {}(ProcessWindowFunction):", class_name(uid, "Result")));
    writer.line("    def process(self, key, context, elements):");
    writer.line("        window = context.window()");
    writer.line(format!("        yield [key, window.start, window.end, {result}]"));
}

fn python_aggregate(writer: &mut Writer, class: &str, field: Option<String>, fold: Fold, value: &str) {
    let (first, add, result, merge) = python_accumulator(fold, value);
    if let Some(field) = field {
        writer.mark_setting(field);
    }
    writer.line(format!("class {class}(AggregateFunction):"));
    for (head, body) in [
        ("create_accumulator(self)", first),
        ("add(self, value, accumulator)", add.as_str()),
        ("get_result(self, accumulator)", result),
        ("merge(self, a, b)", merge),
    ] {
        writer.line(format!("    def {head}:\n        return {body}"));
    }
}

/// First accumulator, with a value more, result, two as one.
fn python_accumulator(fold: Fold, value: &str) -> (&'static str, String, &'static str, &'static str) {
    match fold {
        Fold::Count => ("0", "accumulator + 1".into(), "accumulator", "a + b"),
        Fold::Sum => ("0", format!("accumulator + {value}"), "accumulator", "a + b"),
        Fold::Min | Fold::Max => {
            let name = fold.name();
            let add = format!("{value} if accumulator is None else {name}(accumulator, {value})");
            ("None", add, "accumulator", if fold == Fold::Min { "min(a, b)" } else { "max(a, b)" })
        }
        Fold::Average => (
            "(0, 0)",
            format!("(accumulator[0] + {value}, accumulator[1] + 1)"),
            "accumulator[0] / accumulator[1]",
            "(a[0] + b[0], a[1] + b[1])",
        ),
    }
}

/// The calls of one of these operators in Python.
pub(super) fn python_calls(plan: &Plan, at: usize) -> Vec<Call> {
    let uid = &plan.scenario.operators[at].uid;
    match &plan.scenario.operators[at].kind {
        OperatorKind::Watermarks(strategy) => {
            let class = class_name(uid, "Timestamps");
            let mut text = match strategy.out_of_orderness_ms {
                0 => "WatermarkStrategy.for_monotonous_timestamps()".into(),
                ms => format!("WatermarkStrategy.for_bounded_out_of_orderness(Duration.of_millis({ms}))"),
            };
            text.push_str(&format!("\n    .with_timestamp_assigner({class}())"));
            if let Some(ms) = strategy.idle_after_ms {
                text.push_str(&format!("\n    .with_idleness(Duration.of_millis({ms}))"));
            }
            vec![Call::operator(format!(".assign_timestamps_and_watermarks({text})"))]
        }
        OperatorKind::Window(window) => {
            let time = |ms: u64| format!("Time.milliseconds({ms})");
            let mut calls = vec![Call::setting(
                format!(".window({})", assigner(window.assigner, time, "with_gap")),
                field(at, "window.assigner"),
            )];
            if window.lateness_ms > 0 {
                let text = format!(".allowed_lateness({})", window.lateness_ms);
                calls.push(Call::setting(text, field(at, "window.lateness_ms")));
            }
            if let Some(tag) = &window.late_output {
                let text = format!(".side_output_late_data({})", python_tag(tag));
                calls.push(Call::setting(text, field(at, "window.late_output")));
            }
            let result = class_name(uid, "Result");
            calls.push(Call::operator(match window.keeps {
                WindowKeeps::Reduced => {
                    let lambda = python_reduce(plan, at, window.fold, window.column);
                    format!(".reduce({lambda}, window_function={result}())")
                }
                WindowKeeps::Accumulator => {
                    format!(".aggregate({}(), window_function={result}())", class_name(uid, "Aggregate"))
                }
                WindowKeeps::Records => format!(".process({result}())"),
            }));
            calls
        }
        OperatorKind::Reduce(reduce) => {
            let lambda = python_reduce(plan, at, reduce.fold, reduce.column);
            vec![Call::operator(format!(".reduce({lambda})"))]
        }
        _ => Vec::new(),
    }
}

fn python_reduce(plan: &Plan, at: usize, fold: Fold, column: usize) -> String {
    let (a, b) = (python_column(plan, at, "a", column), python_column(plan, at, "b", column));
    let folded = match fold {
        Fold::Min | Fold::Max => format!("{}({a}, {b})", fold.name()),
        _ => format!("{a} + {b}"),
    };
    match &plan.shapes.inputs[at] {
        Shape::Lone(_) => format!("lambda a, b: {folded}"),
        _ => {
            let before = if column == 0 { String::new() } else { format!("a[:{column}] + ") };
            format!("lambda a, b: {before}[{folded}] + a[{}:]", column + 1)
        }
    }
}

fn python_column(plan: &Plan, at: usize, of: &str, column: usize) -> String {
    match &plan.shapes.inputs[at] {
        Shape::Lone(_) => of.into(),
        _ => format!("{of}[{column}]"),
    }
}

fn assigner(assigner: WindowAssigner, time: impl Fn(u64) -> String, with_gap: &str) -> String {
    match assigner {
        WindowAssigner::Tumbling { size_ms } => format!("TumblingEventTimeWindows.of({})", time(size_ms)),
        WindowAssigner::Sliding { size_ms, slide_ms } => {
            format!("SlidingEventTimeWindows.of({}, {})", time(size_ms), time(slide_ms))
        }
        WindowAssigner::Session { gap_ms } => format!("EventTimeSessionWindows.{with_gap}({})", time(gap_ms)),
    }
}

/// The class of an aggregate function over values of a type: `SumOfLong`.
pub(super) fn aggregate_class(fold: Fold, value_type: ValueType) -> String {
    format!("{}Of{}", capital(fold.name()), boxed(value_type))
}

/// Writes the Java classes that these operators need.
pub(super) fn write_java_classes(writer: &mut Writer, plan: &Plan) {
    let mut written = Vec::new();
    for (function, _) in plan.classes() {
        for state in &function.states {
            let StateKind::KeyedAggregating(fold) = state.kind else { continue };
            let name = aggregate_class(fold, state.value_type);
            if !written.contains(&name) {
                writer.blank();
                let result = fold.result_type(Some(state.value_type)).map_or("Object", boxed);
                java_aggregate(writer, &name, None, fold, (boxed(state.value_type), result, "value"));
                written.push(name);
            }
        }
    }
    let own_generator =
        |kind: &OperatorKind| matches!(kind, OperatorKind::Watermarks(strategy) if strategy.every_record);
    if plan.scenario.operators.iter().any(|operator| own_generator(&operator.kind)) {
        writer.blank();
        writer.note(&Note::OwnGenerator);
        writer.line(OWN_GENERATOR);
    }
    for (at, operator) in plan.scenario.operators.iter().enumerate() {
        if let OperatorKind::Window(window) = &operator.kind {
            java_window_classes(writer, plan, at, window);
        }
    }
}

/// Emits after every record whose timestamp is the greatest so far.
const OWN_GENERATOR: &str = "public static class AfterEveryRecord<T> implements WatermarkGenerator<T> {
    private final long outOfOrderness;
    private long greatest = Long.MIN_VALUE;

    public AfterEveryRecord(long outOfOrderness) {
        this.outOfOrderness = outOfOrderness;
    }

    @Override
    public void onEvent(T value, long timestamp, WatermarkOutput output) {
        if (timestamp > greatest) {
            greatest = timestamp;
            output.emitWatermark(new Watermark(greatest - outOfOrderness - 1));
        }
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
    }
}";

fn java_window_classes(writer: &mut Writer, plan: &Plan, at: usize, window: &Window) {
    let uid = &plan.scenario.operators[at].uid;
    let (input, output) = (&plan.shapes.inputs[at], record_type(&plan.shapes.outputs[at]));
    let key = plan.key_type(at).map_or("Object", boxed);
    let row = record_type(input);
    let of = input.column(window.column);
    let result = window.fold.result_type(of).map_or("Object", boxed);
    if window.keeps == WindowKeeps::Accumulator {
        let value = java_column(plan, at, "value", window.column);
        writer.blank();
        writer.note(&Note::Aggregate);
        let (name, fold) = (class_name(uid, "Aggregate"), window.fold);
        java_aggregate(writer, &name, Some(field(at, "window.fold")), fold, (&row, result, &value));
    }
    let taken = if window.keeps == WindowKeeps::Accumulator { result.to_owned() } else { row.clone() };
    writer.blank();
    writer.note(&Note::WindowResult);
    let name = class_name(uid, "Result");
    writer.line(format!(
        "public static class {name} extends ProcessWindowFunction<{taken}, {output}, {key}, TimeWindow> {{"
    ));
    writer.line("    @Override");
    writer.line(format!(
        "    public void process({key} key, Context context, Iterable<{taken}> elements, Collector<{output}> out) {{"
    ));
    let shown = java_result(writer, plan, at, window, &taken, result);
    writer.line("        TimeWindow window = context.window();");
    writer.line(format!("        out.collect(Tuple4.of(key, window.getStart(), window.getEnd(), {shown}));"));
    writer.line("    }\n}");
}

/// An aggregate function: the types that it takes and gives, and how the value is read.
fn java_aggregate(writer: &mut Writer, name: &str, field: Option<String>, fold: Fold, of: (&str, &str, &str)) {
    let (row, result, value) = of;
    let (class, first, add, get, merge) = java_accumulator(fold, result, value);
    if let Some(field) = field {
        writer.mark_setting(field);
    }
    writer.line(format!("public static class {name} implements AggregateFunction<{row}, {class}, {result}> {{"));
    for (head, body) in [
        (format!("{class} createAccumulator()"), first),
        (format!("{class} add({row} value, {class} accumulator)"), add),
        (format!("{result} getResult({class} accumulator)"), get),
        (format!("{class} merge({class} a, {class} b)"), merge),
    ] {
        writer.line(format!("    @Override\n    public {head} {{\n        return {body};\n    }}"));
    }
    writer.line("}");
}

/// Writes what puts the elements together and says what the result is called.
fn java_result(writer: &mut Writer, plan: &Plan, at: usize, window: &Window, taken: &str, result: &str) -> String {
    let column = |of: &str| java_column(plan, at, of, window.column);
    let first = "elements.iterator().next()";
    match window.keeps {
        WindowKeeps::Accumulator => first.into(),
        WindowKeeps::Reduced => column(first),
        WindowKeeps::Records => {
            let (start, step) = match window.fold {
                Fold::Count => ("0L".to_owned(), "result += 1;".to_owned()),
                Fold::Sum => (zero(result).into(), format!("result += {};", column("element"))),
                Fold::Min | Fold::Max => {
                    let step = format!("result = Math.{}(result, {});", window.fold.name(), column("element"));
                    (column(first), step)
                }
                Fold::Average => {
                    let step = format!("result += {}; count++;", column("element"));
                    ("0.0".into(), step)
                }
            };
            if window.fold == Fold::Average {
                writer.line("        long count = 0;");
            }
            writer.line(format!("        {result} result = {start};"));
            writer.line(format!("        for ({taken} element : elements) {{\n            {step}\n        }}"));
            if window.fold == Fold::Average { "result / count".into() } else { "result".into() }
        }
    }
}

fn zero(class: &str) -> &'static str {
    match class {
        "Long" => "0L",
        "Double" => "0.0",
        "String" => "\"\"",
        _ => "0",
    }
}

/// Class of the accumulator, first one, with a value more, result, two as one.
fn java_accumulator(fold: Fold, result: &str, value: &str) -> (String, String, String, String, String) {
    let text = |text: &str| text.to_owned();
    match fold {
        Fold::Count => (text("Long"), text("0L"), text("accumulator + 1"), text("accumulator"), text("a + b")),
        Fold::Sum => {
            (text(result), text(zero(result)), format!("accumulator + {value}"), text("accumulator"), text("a + b"))
        }
        Fold::Min | Fold::Max => {
            let name = fold.name();
            let add = format!("accumulator == null ? {value} : ({result}) Math.{name}(accumulator, {value})");
            (text(result), text("null"), add, text("accumulator"), format!("Math.{name}(a, b)"))
        }
        Fold::Average => (
            text("Tuple2<Double, Long>"),
            text("Tuple2.of(0.0, 0L)"),
            format!("Tuple2.of(accumulator.f0 + {value}, accumulator.f1 + 1)"),
            text("accumulator.f0 / accumulator.f1"),
            text("Tuple2.of(a.f0 + b.f0, a.f1 + b.f1)"),
        ),
    }
}

/// The calls of one of these operators in Java.
pub(super) fn java_calls(plan: &Plan, at: usize) -> Vec<Call> {
    let uid = &plan.scenario.operators[at].uid;
    let row = record_type(&plan.shapes.inputs[at]);
    match &plan.scenario.operators[at].kind {
        OperatorKind::Watermarks(strategy) => vec![Call::operator(java_strategy(plan, at, strategy, &row))],
        OperatorKind::Window(window) => {
            let time = |ms: u64| format!("Duration.ofMillis({ms})");
            let mut calls = vec![Call::setting(
                format!(".window({})", assigner(window.assigner, time, "withGap")),
                field(at, "window.assigner"),
            )];
            if window.lateness_ms > 0 {
                let text = format!(".allowedLateness({})", time(window.lateness_ms));
                calls.push(Call::setting(text, field(at, "window.lateness_ms")));
            }
            if let Some(tag) = &window.late_output {
                let text = format!(".sideOutputLateData({})", java_tag(tag, &plan.shapes.inputs[at]));
                calls.push(Call::setting(text, field(at, "window.late_output")));
            }
            let result = class_name(uid, "Result");
            calls.push(Call::operator(match window.keeps {
                WindowKeeps::Reduced => {
                    format!(".reduce({}, new {result}())", java_reduce(plan, at, window.fold, window.column))
                }
                WindowKeeps::Accumulator => {
                    format!(".aggregate(new {}(), new {result}())", class_name(uid, "Aggregate"))
                }
                WindowKeeps::Records => format!(".process(new {result}())"),
            }));
            calls
        }
        OperatorKind::Reduce(Reduce { fold, column }) => vec![Call::operator(format!(".{}({column})", fold.name()))],
        _ => Vec::new(),
    }
}

fn java_strategy(plan: &Plan, at: usize, strategy: &WatermarkStrategy, row: &str) -> String {
    let ms = strategy.out_of_orderness_ms;
    let generator = match (strategy.every_record, ms) {
        (true, ms) => format!("forGenerator(context -> new AfterEveryRecord<>({ms}))"),
        (false, 0) => "forMonotonousTimestamps()".into(),
        (false, ms) => format!("forBoundedOutOfOrderness(Duration.ofMillis({ms}))"),
    };
    let value = java_column(plan, at, "value", strategy.column);
    let idle =
        strategy.idle_after_ms.map_or(String::new(), |ms| format!("\n    .withIdleness(Duration.ofMillis({ms}))"));
    format!(
        ".assignTimestampsAndWatermarks(WatermarkStrategy.<{row}>{generator}\n    .withTimestampAssigner((value, before) -> \
         {value}){idle})"
    )
}

fn java_reduce(plan: &Plan, at: usize, fold: Fold, column: usize) -> String {
    let (a, b) = (java_column(plan, at, "a", column), java_column(plan, at, "b", column));
    let folded = match fold {
        Fold::Min | Fold::Max => format!("Math.{}({a}, {b})", fold.name()),
        _ => format!("{a} + {b}"),
    };
    match &plan.shapes.inputs[at] {
        Shape::Columns(columns) => {
            let parts = (0..columns.len()).map(|at| if at == column { folded.clone() } else { format!("a.f{at}") });
            format!("(a, b) -> Tuple{}.of({})", columns.len(), parts.collect::<Vec<_>>().join(", "))
        }
        _ => format!("(a, b) -> {folded}"),
    }
}

fn java_column(plan: &Plan, at: usize, of: &str, column: usize) -> String {
    match &plan.shapes.inputs[at] {
        Shape::Columns(_) => format!("{of}.f{column}"),
        _ => of.into(),
    }
}

/// What is said before one of these operators.
pub(super) fn time_note(kind: &OperatorKind) -> Note<'static> {
    match kind {
        OperatorKind::Watermarks(_) => Note::Watermarks,
        OperatorKind::Window(_) => Note::Window,
        _ => Note::Running,
    }
}

fn field(at: usize, rest: &str) -> String {
    format!("operators[{at}].kind.{rest}")
}

/// `sum` as `Sum`.
pub(super) fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

/// `win` and `Result` as `WinResult`.
fn class_name(uid: &str, role: &str) -> String {
    let words = uid.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let name: String = words.map(capital).collect();
    if name.starts_with(char::is_alphabetic) { format!("{name}{role}") } else { format!("Time{name}{role}") }
}
