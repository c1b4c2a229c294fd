//! The Java program: imports, constants, classes, `main`.

use super::data::{
    Call, ChainStyle, differs, is_large, mark_source, note_besides, row_file, used_datasets, wrapped, write_chain,
};
use super::java_class::write_class;
use super::java_imports::imports;
use super::java_words::{literal, output_tag, quoted, record_type, record_type_info, type_info};
use super::keys::{CHECKPOINT_DIR, keys};
use super::notes::Note;
use super::plan::{Plan, number_sequence};
use super::time::{java_calls, time_note, write_java_classes};
use super::writer::Writer;
use super::{CodeLanguage, Dialect, Listing, sinks};
use crate::base::{Language, OperatorIndex, ValueType};
use crate::scenario::{
    Api, CheckpointStorage, Checkpointing, CheckpointingMode, Cluster, Edge, FunctionKind, Operator, OperatorKind,
    Partitioner, RestartStrategy, Scenario, Shape, Source, SourceKind,
};

const CHAIN: ChainStyle = ChainStyle { open: "", close: None, end: ";" };

pub(super) fn print(scenario: &Scenario, dialect: Dialect, comments: Option<Language>) -> Listing {
    let plan = Plan::new(scenario);
    let class = class_name(&scenario.name);
    let mut writer = Writer::new(CodeLanguage::Java, format!("{class}.java"), scenario.operators.len(), comments);
    writer.line("");
    if matches!(scenario.api, Api::Python(_)) {
        let sink =
            |operator: &Operator| matches!(&operator.kind, OperatorKind::Sink(sink) if sinks::only_in_java(sink));
        writer.note(match scenario.operators.iter().any(sink) {
            true => &Note::JavaBecauseOfSink,
            false => &Note::JavaBecauseOfState,
        });
    }
    writer.line(format!("public class {class} {{"));
    writer.indent();
    constants(&mut writer, &plan);
    for (function, operators) in plan.classes() {
        write_class(&mut writer, &plan, function, &operators);
    }
    write_java_classes(&mut writer, &plan);
    sinks::java_classes(&mut writer, &plan, dialect, |at| record_type(&plan.shapes.inputs[at]));
    writer.blank();
    writer.line("public static void main(String[] args) throws Exception {");
    writer.indent();
    note_besides(&mut writer, &plan);
    for path in &plan.flags {
        writer.note(&Note::ForgetFlag);
        writer.line(format!("new File({}).delete();", plan.flag_name(path)));
        writer.blank();
    }
    environment(&mut writer, scenario, dialect);
    checkpointing(&mut writer, &scenario.checkpointing, dialect);
    restart(&mut writer, &scenario.restart, dialect);
    for at in used_datasets(&plan, |source| !is_sequence(&plan, source)) {
        rows(&mut writer, &plan, at);
    }
    for (at, operator) in scenario.operators.iter().enumerate() {
        write_operator(&mut writer, &plan, at, operator);
    }
    writer.step(&Note::Submit);
    writer.setting("name", format!("env.execute({});", quoted(&scenario.name)));
    writer.dedent();
    writer.line("}");
    writer.dedent();
    writer.line("}");
    let header = imports(&writer);
    writer.finish(header)
}

/// `Checkpoint Recovery Example` as `CheckpointRecoveryExample`.
fn class_name(job: &str) -> String {
    let words = job.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let name: String = words
        .map(|word| {
            let mut chars = word.chars();
            chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
        })
        .collect();
    if name.starts_with(char::is_alphabetic) { format!("{name}Job") } else { "Job".into() }
}

/// `transaction_stream` as `transactionStream`.
fn camel(name: &str) -> String {
    let mut words = name.split('_').filter(|word| !word.is_empty());
    let first = words.next().unwrap_or("stream").to_owned();
    words.fold(first, |name, word| {
        let mut chars = word.chars();
        name + &chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
    })
}

/// Every operator has a variable of its own, because types change along the way.
fn stream(plan: &Plan, at: usize) -> String {
    camel(&plan.own_streams[at])
}

fn constants(writer: &mut Writer, plan: &Plan) {
    if let CheckpointStorage::FileSystem { dir } = &plan.scenario.checkpointing.storage {
        writer.note(&Note::CheckpointPath);
        let text = format!("static final String CHECKPOINT_PATH = {};", quoted(dir));
        writer.setting("checkpointing.storage.file_system.dir", text);
    }
    for path in &plan.flags {
        writer.blank();
        writer.note(&Note::Flag);
        writer.line(format!("static final String {} = {};", plan.flag_name(path), quoted(path)));
    }
}

fn environment(writer: &mut Writer, scenario: &Scenario, dialect: Dialect) {
    let mut keys = keys(scenario, dialect);
    keys.retain(|key| !key.key.starts_with("python."));
    if !keys.is_empty() {
        writer.note(&Note::Configuration);
        writer.line("Configuration config = new Configuration();");
        for key in &keys {
            let value = if key.key == CHECKPOINT_DIR { "CHECKPOINT_PATH".into() } else { quoted(&key.value) };
            writer.setting(&key.field, format!("config.setString(\"{}\", {value});", key.key));
        }
        writer.blank();
    }
    writer.note(&Note::Environment);
    let config = if keys.is_empty() { "" } else { "config" };
    let class = "StreamExecutionEnvironment";
    writer.line(format!("{class} env = {class}.getExecutionEnvironment({config});"));
    writer.setting("parallelism", format!("env.setParallelism({});", scenario.parallelism));
    writer.beside(&Note::Parallelism(scenario.parallelism));
    if let Some(groups) = scenario.max_parallelism {
        writer.setting("max_parallelism", format!("env.setMaxParallelism({groups});"));
        writer.beside(&Note::MaxParallelism(groups));
    }
    if !scenario.chaining {
        writer.setting("chaining", "env.disableOperatorChaining();");
        writer.beside(&Note::NoChaining);
    }
    if scenario.cluster.buffer_timeout_ms != Cluster::default().buffer_timeout_ms {
        let text = format!("env.setBufferTimeout({});", scenario.cluster.buffer_timeout_ms);
        writer.setting("cluster.buffer_timeout_ms", text);
    }
}

fn checkpointing(writer: &mut Writer, set: &Checkpointing, dialect: Dialect) {
    if let Some(interval) = set.interval_ms {
        writer.step(&Note::Interval(interval));
        let mode = match set.mode {
            CheckpointingMode::ExactlyOnce => "",
            CheckpointingMode::AtLeastOnce => ", CheckpointingMode.AT_LEAST_ONCE",
        };
        writer.mark_setting("checkpointing.mode");
        writer.setting("checkpointing.interval_ms", format!("env.enableCheckpointing({interval}{mode});"));
        checkpoint_config(writer, set);
    }
    if dialect == Dialect::Flink1 && matches!(set.storage, CheckpointStorage::FileSystem { .. }) {
        writer.step(&Note::Storage);
        let text = "env.getCheckpointConfig().setCheckpointStorage(CHECKPOINT_PATH);";
        writer.setting("checkpointing.storage", text);
    }
}

fn checkpoint_config(writer: &mut Writer, set: &Checkpointing) {
    let default = Checkpointing::default();
    let mut call = |field: &str, setter: &str, value: String| {
        writer.setting(format!("checkpointing.{field}"), format!("env.getCheckpointConfig().{setter}({value});"));
    };
    if set.timeout_ms != default.timeout_ms {
        call("timeout_ms", "setCheckpointTimeout", format!("{}L", set.timeout_ms));
    }
    if set.min_pause_ms != default.min_pause_ms {
        call("min_pause_ms", "setMinPauseBetweenCheckpoints", format!("{}L", set.min_pause_ms));
    }
    if set.max_concurrent != default.max_concurrent {
        call("max_concurrent", "setMaxConcurrentCheckpoints", set.max_concurrent.to_string());
    }
    if set.tolerable_failed != default.tolerable_failed {
        call("tolerable_failed", "setTolerableCheckpointFailureNumber", set.tolerable_failed.to_string());
    }
}

fn restart(writer: &mut Writer, strategy: &RestartStrategy, dialect: Dialect) {
    let call = match strategy {
        RestartStrategy::None => "noRestart()".into(),
        RestartStrategy::FixedDelay { attempts, delay_ms } => format!("fixedDelayRestart({attempts}, {delay_ms}L)"),
        RestartStrategy::FailureRate { max_failures, interval_ms, delay_ms } => {
            let time = |ms: &u64| format!("Time.milliseconds({ms}L)");
            format!("failureRateRestart({max_failures}, {}, {})", time(interval_ms), time(delay_ms))
        }
        RestartStrategy::NotSet | RestartStrategy::ExponentialDelay { .. } => return,
    };
    if dialect == Dialect::Flink1 {
        writer.step(&Note::Restart(strategy));
        writer.setting("restart", format!("env.setRestartStrategy(RestartStrategies.{call});"));
    }
}

fn is_sequence(plan: &Plan, source: &Source) -> bool {
    let dataset = plan.scenario.data.iter().find(|dataset| dataset.name == source.dataset);
    source.kind == SourceKind::Log && dataset.is_some_and(|dataset| number_sequence(dataset).is_some())
}

/// A list of rows in the program, or one read from a file where there are many.
fn rows(writer: &mut Writer, plan: &Plan, at: usize) {
    let table = &plan.tables[at];
    let name = camel(&plan.data_names[at]);
    let shape = table.shape();
    let record = record_type(&shape);
    writer.step(&Note::Rows);
    writer.mark_setting(format!("data[{at}].rows"));
    if is_large(table) {
        let (file, delimiter) = row_file(&plan.data_names[at], table);
        writer.line(format!("List<{record}> {name} = new ArrayList<>();"));
        let lines = format!("Files.readAllLines(Path.of({}))", quoted(&file.path));
        writer.line(format!("for (String line : {lines}.subList(1, {})) {{", table.rows.len() + 1));
        let split = quoted(&format!("\\{delimiter}"));
        let values: Vec<String> =
            table.columns.iter().enumerate().map(|(at, column)| parse(at, column.value_type)).collect();
        let row = match shape {
            Shape::Columns(columns) => format!("Tuple{}.of({})", columns.len(), values.join(", ")),
            _ => values.concat(),
        };
        writer.line(format!("    String[] fields = line.split({split}, -1);\n    {name}.add({row});\n}}"));
        writer.file(file);
        return;
    }
    let texts: Vec<String> = table.rows.iter().map(literal).collect();
    writer.line(format!("List<{record}> {name} = List.of("));
    writer.indent();
    wrapped(&texts, 92).iter().for_each(|line| writer.line(line));
    writer.dedent();
    writer.line(");");
}

fn parse(at: usize, value_type: ValueType) -> String {
    match value_type {
        ValueType::Boolean => format!("Boolean.valueOf(fields[{at}])"),
        ValueType::Int => format!("Integer.valueOf(fields[{at}])"),
        ValueType::Long => format!("Long.valueOf(fields[{at}])"),
        ValueType::Double => format!("Double.valueOf(fields[{at}])"),
        ValueType::String => format!("fields[{at}]"),
    }
}

fn write_operator(writer: &mut Writer, plan: &Plan, at: usize, operator: &Operator) {
    let index = OperatorIndex(at as u16);
    // Only the more special class has side outputs.
    let class = if operator.kind.side_outputs().is_empty() { "DataStream" } else { "SingleOutputStreamOperator" };
    let target = format!("{class}<{}> {} = ", record_type(&plan.shapes.outputs[at]), stream(plan, at));
    match &operator.kind {
        OperatorKind::Source(source) => {
            writer.step(&Note::Stream(source.kind));
            let mut calls = vec![Call::operator(source_call(writer, plan, at, operator, source))];
            calls.extend(suffixes(plan, at, operator));
            write_chain(writer, index, &target, "env", &calls, &CHAIN);
        }
        OperatorKind::Function(function) => {
            writer.step(&Note::Apply(&function.class));
            let (head, mut calls) = inputs(plan, at);
            let verb = if function.kind == FunctionKind::Map { "map" } else { "process" };
            calls.push(Call::operator(format!(".{verb}(new {}())", function.class)));
            calls.extend(suffixes(plan, at, operator));
            write_chain(writer, index, &target, &head, &calls, &CHAIN);
        }
        OperatorKind::Watermarks(_) | OperatorKind::Window(_) | OperatorKind::Reduce(_) => {
            writer.step(&time_note(&operator.kind));
            let (head, mut calls) = inputs(plan, at);
            calls.extend(java_calls(plan, at));
            calls.extend(suffixes(plan, at, operator));
            write_chain(writer, index, &target, &head, &calls, &CHAIN);
        }
        OperatorKind::PrintSink => {
            writer.step(&Note::Print);
            let (head, mut calls) = inputs(plan, at);
            calls.push(Call::operator(".print()".into()));
            calls.extend(suffixes(plan, at, operator));
            write_chain(writer, index, "", &head, &calls, &CHAIN);
        }
        OperatorKind::Sink(sink) => {
            let (head, mut calls) = inputs(plan, at);
            let record = record_type(&plan.shapes.inputs[at]);
            calls.extend(sinks::calls(writer, plan, at, sink, CodeLanguage::Java, &record));
            calls.extend(suffixes(plan, at, operator));
            write_chain(writer, index, "", &head, &calls, &CHAIN);
        }
    }
}

fn source_call(writer: &mut Writer, plan: &Plan, at: usize, operator: &Operator, source: &Source) -> String {
    if differs(plan, operator, source, true) {
        writer.note(&Note::Source(source, plan.scenario.parallelism_of(operator)));
    }
    let dataset = plan.scenario.data.iter().position(|dataset| dataset.name == source.dataset).unwrap_or(0);
    let name = camel(&plan.data_names[dataset]);
    let types = record_type_info(&plan.shapes.outputs[at]);
    if source.kind != SourceKind::Log {
        if source.kind == SourceKind::PythonCollection {
            writer.note(&Note::Rewritten);
        }
        mark_source(writer, at);
        return format!(".fromCollection({name}, {types})");
    }
    let rate = match source.every_ms {
        0 => None,
        ms => Some(format!("RateLimiterStrategy.perSecond({:?})", 1_000.0 / ms as f64)),
    };
    let (class, arguments) = match (number_sequence(&plan.scenario.data[dataset]), rate) {
        (Some((first, last)), None) => ("NumberSequenceSource".to_owned(), format!("{first}L, {last}L")),
        (Some((first, last)), Some(rate)) => {
            (generator(plan, at), format!("index -> {first}L + index, {}L, {rate}, {types}", last - first + 1))
        }
        (None, rate) => {
            let rate = rate.map_or(String::new(), |rate| format!(" {rate},"));
            let row = format!("index -> {name}.get(index.intValue())");
            (generator(plan, at), format!("{row}, {name}.size(),{rate} {types}"))
        }
    };
    let variable = camel(&plan.sources[at]);
    let diamond = if class.contains('<') { "<>" } else { "" };
    let bare = class.split('<').next().unwrap_or_default();
    mark_source(writer, at);
    let (open, close) = if arguments.len() <= 40 { ("", "") } else { ("\n    ", "\n") };
    writer.line(format!("{class} {variable} = new {bare}{diamond}({open}{arguments}{close});"));
    format!(".fromSource({variable}, WatermarkStrategy.noWatermarks(), {})", quoted(&operator.name))
}

fn generator(plan: &Plan, at: usize) -> String {
    format!("DataGeneratorSource<{}>", record_type(&plan.shapes.outputs[at]))
}

fn inputs(plan: &Plan, at: usize) -> (String, Vec<Call>) {
    let edges = plan.inputs(at);
    let field = |edge: &Edge| {
        let position = plan.scenario.edges.iter().position(|other| std::ptr::eq(other, edge)).unwrap_or(0);
        format!("edges[{position}].partitioner")
    };
    let of = |edge: &Edge| {
        let from = plan.producer(edge);
        match &edge.side_output {
            None => stream(plan, from),
            Some(tag) => {
                let side = plan.scenario.operators[from].kind.side_outputs().iter().position(|other| other == tag);
                let shape = side.and_then(|side| plan.shapes.sides[from].get(side)).unwrap_or(&Shape::Unknown);
                format!("{}.getSideOutput({})", stream(plan, from), output_tag(tag, shape))
            }
        }
    };
    let key = plan.key(at);
    let mut calls = Vec::new();
    let Some((first, others)) = edges.split_first() else { return (String::new(), calls) };
    let apart = |edge: &Edge| if key.is_some() { String::new() } else { partition(plan, at, edge.partitioner) };
    if !others.is_empty() {
        let others: Vec<String> = others.iter().map(|edge| format!("{}{}", of(edge), apart(edge))).collect();
        let own = apart(first);
        if !own.is_empty() {
            calls.push(Call::setting(own, field(first)));
        }
        calls.push(Call::plain(format!(".union({})", others.join(", "))));
    }
    let last = if others.is_empty() { Some(first.partitioner) } else { key };
    if let Some(partitioner) = last {
        let call = partition(plan, at, partitioner);
        if !call.is_empty() {
            calls.push(Call::setting(call, field(first)));
        }
    }
    (of(first), calls)
}

fn partition(plan: &Plan, at: usize, partitioner: Partitioner) -> String {
    let types = type_info(plan.key_type(at));
    match partitioner {
        Partitioner::Forward => String::new(),
        Partitioner::Rebalance => ".rebalance()".into(),
        Partitioner::KeyBy { column } => match &plan.shapes.inputs[at] {
            Shape::Columns(_) => format!(".keyBy(value -> value.f{column}, {types})"),
            Shape::Lone(_) => format!(".keyBy(value -> value, {types})"),
            Shape::Unknown => format!(".keyBy(value -> ((Tuple) value).getField({column}), {types})"),
        },
        Partitioner::KeyByConstant => format!(".keyBy(value -> {}, {types})", quoted(Partitioner::CONSTANT_KEY)),
    }
}

/// Name, uid, parallelism and chaining, where they are not Flink's own.
fn suffixes(plan: &Plan, at: usize, operator: &Operator) -> Vec<Call> {
    let field = |name: &str| format!("operators[{at}].{name}");
    let mut calls = Vec::new();
    let usual = match &operator.kind {
        OperatorKind::Source(source) if source.kind == SourceKind::Log => &operator.name,
        OperatorKind::Source(_) => "Collection Source",
        OperatorKind::Function(function) => function.kind.default_operator_name(plan.key(at).is_some(), &Api::Java),
        OperatorKind::Watermarks(_) => "Timestamps/Watermarks",
        OperatorKind::Window(_) => "",
        OperatorKind::Reduce(_) => "Keyed Aggregation",
        OperatorKind::PrintSink => "Print to Std. Out",
        OperatorKind::Sink(_) => "",
    };
    if operator.name != usual {
        calls.push(Call::setting(format!(".name({})", quoted(&operator.name)), field("name")));
    }
    if plan.is_stateful(operator) && !operator.without_uid {
        calls.push(Call::setting(format!(".uid({})", quoted(&operator.uid)), field("uid")));
    }
    if let Some(parallelism) = operator.parallelism {
        calls.push(Call::setting(format!(".setParallelism({parallelism})"), field("parallelism")));
    }
    if operator.disable_chaining {
        calls.push(Call::setting(".disableChaining()".into(), field("disable_chaining")));
    }
    calls
}
