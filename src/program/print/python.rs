//! The PyFlink script: imports, constants, classes, `main`.

use super::data::{
    Call, ChainStyle, csv_file, differs, is_large, mark_source, note_besides, row_file, used_datasets, wrapped,
    write_chain,
};
use super::keys::{CHECKPOINT_DIR, keys};
use super::notes::Note;
use super::plan::{Plan, lone_type, number_sequence};
use super::python_class::write_class;
use super::python_words::{literal, output_tag, quoted, type_info};
use super::time::{python_calls, time_note, write_python_classes};
use super::writer::Writer;
use super::{CodeLanguage, Dialect, Listing, sinks};
use crate::base::{Language, OperatorIndex, Value};
use crate::scenario::{
    CheckpointStorage, Checkpointing, CheckpointingMode, Cluster, Dataset, DatasetRows, Function, FunctionKind,
    Operator, OperatorKind, Partitioner, RestartStrategy, Scenario, Shape, Source, SourceKind,
};

const CHAIN: ChainStyle = ChainStyle { open: "(", close: Some(")"), end: "" };

pub(super) fn print(scenario: &Scenario, dialect: Dialect, comments: Option<Language>) -> Listing {
    let plan = Plan::new(scenario);
    let mut writer = Writer::new(CodeLanguage::Python, "job.py".into(), scenario.operators.len(), comments);
    constants(&mut writer, &plan);
    for (function, operators) in plan.classes() {
        write_class(&mut writer, &plan, function, &operators);
    }
    write_python_classes(&mut writer, &plan);
    writer.blank();
    writer.line("def main():");
    writer.indent();
    note_besides(&mut writer, &plan);
    forget_flags(&mut writer, &plan);
    environment(&mut writer, scenario, dialect);
    checkpointing(&mut writer, &scenario.checkpointing, dialect);
    restart(&mut writer, &scenario.restart, dialect);
    datasets(&mut writer, &plan);
    for (at, operator) in scenario.operators.iter().enumerate() {
        write_operator(&mut writer, &plan, at, operator);
    }
    submit(&mut writer, scenario);
    let header = imports(&writer);
    writer.finish(header)
}

fn constants(writer: &mut Writer, plan: &Plan) {
    writer.line("");
    if let CheckpointStorage::FileSystem { dir } = &plan.scenario.checkpointing.storage {
        writer.note(&Note::CheckpointPath);
        writer.setting("checkpointing.storage.file_system.dir", format!("CHECKPOINT_PATH = {}", quoted(dir)));
    }
    for path in &plan.flags {
        writer.blank();
        writer.note(&Note::Flag);
        writer.line(format!("{} = {}", plan.flag_name(path), quoted(path)));
    }
}

fn forget_flags(writer: &mut Writer, plan: &Plan) {
    for path in &plan.flags {
        let name = plan.flag_name(path);
        writer.note(&Note::ForgetFlag);
        writer.line(format!("if os.path.exists({name}):\n    os.remove({name})"));
        writer.blank();
    }
}

fn environment(writer: &mut Writer, scenario: &Scenario, dialect: Dialect) {
    let keys = keys(scenario, dialect);
    if !keys.is_empty() {
        writer.note(&Note::Configuration);
        writer.line("config = Configuration()");
        for key in &keys {
            let value = if key.key == CHECKPOINT_DIR { "CHECKPOINT_PATH".into() } else { quoted(&key.value) };
            writer.setting(&key.field, format!("config.set_string(\"{}\", {value})", key.key));
        }
        writer.blank();
    }
    writer.note(&Note::Environment);
    let config = if keys.is_empty() { "" } else { "config" };
    writer.line(format!("env = StreamExecutionEnvironment.get_execution_environment({config})"));
    writer.setting("parallelism", format!("env.set_parallelism({})", scenario.parallelism));
    writer.beside(&Note::Parallelism(scenario.parallelism));
    if let Some(groups) = scenario.max_parallelism {
        writer.setting("max_parallelism", format!("env.set_max_parallelism({groups})"));
        writer.beside(&Note::MaxParallelism(groups));
    }
    if !scenario.chaining {
        writer.setting("chaining", "env.disable_operator_chaining()");
        writer.beside(&Note::NoChaining);
    }
    if scenario.cluster.buffer_timeout_ms != Cluster::default().buffer_timeout_ms {
        let text = format!("env.set_buffer_timeout({})", scenario.cluster.buffer_timeout_ms);
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
        writer.setting("checkpointing.interval_ms", format!("env.enable_checkpointing({interval}{mode})"));
        checkpoint_config(writer, set);
    }
    if dialect == Dialect::Flink1 && matches!(set.storage, CheckpointStorage::FileSystem { .. }) {
        writer.step(&Note::Storage);
        writer.setting("checkpointing.storage", "env.get_checkpoint_config().set_checkpoint_storage(");
        writer.line("    FileSystemCheckpointStorage(CHECKPOINT_PATH)\n)");
    }
}

/// What differs from Flink's defaults.
fn checkpoint_config(writer: &mut Writer, set: &Checkpointing) {
    let default = Checkpointing::default();
    let mut call = |field: &str, setter: &str, value: String| {
        let text = format!("env.get_checkpoint_config().{setter}({value})");
        writer.setting(format!("checkpointing.{field}"), text);
    };
    if set.timeout_ms != default.timeout_ms {
        call("timeout_ms", "set_checkpoint_timeout", set.timeout_ms.to_string());
    }
    if set.min_pause_ms != default.min_pause_ms {
        call("min_pause_ms", "set_min_pause_between_checkpoints", set.min_pause_ms.to_string());
    }
    if set.max_concurrent != default.max_concurrent {
        call("max_concurrent", "set_max_concurrent_checkpoints", set.max_concurrent.to_string());
    }
    if set.tolerable_failed != default.tolerable_failed {
        call("tolerable_failed", "set_tolerable_checkpoint_failure_number", set.tolerable_failed.to_string());
    }
}

/// The setter of 1.20, which knows all strategies but exponential-delay.
fn restart(writer: &mut Writer, strategy: &RestartStrategy, dialect: Dialect) {
    let call = match strategy {
        RestartStrategy::None => "no_restart()".into(),
        RestartStrategy::FixedDelay { attempts, delay_ms } => format!("fixed_delay_restart({attempts}, {delay_ms})"),
        RestartStrategy::FailureRate { max_failures, interval_ms, delay_ms } => {
            format!("failure_rate_restart({max_failures}, {interval_ms}, {delay_ms})")
        }
        RestartStrategy::NotSet | RestartStrategy::ExponentialDelay { .. } => return,
    };
    if dialect == Dialect::Flink1 {
        writer.step(&Note::Restart(strategy));
        writer.setting("restart", format!("env.set_restart_strategy(RestartStrategies.{call})"));
    }
}

/// Whether a source is printed as a bare sequence of numbers and needs no list.
fn is_sequence(plan: &Plan, source: &Source) -> bool {
    let dataset = plan.scenario.data.iter().find(|dataset| dataset.name == source.dataset);
    source.kind == SourceKind::Log && dataset.is_some_and(|dataset| number_sequence(dataset).is_some())
}

fn datasets(writer: &mut Writer, plan: &Plan) {
    for at in used_datasets(plan, |source| !is_sequence(plan, source)) {
        let dataset = &plan.scenario.data[at];
        let name = &plan.data_names[at];
        if let Some(file) = csv_file(dataset) {
            csv_dataset(writer, at, dataset, name, &file.path);
            writer.file(file);
        } else if is_large(&plan.tables[at]) && number_sequence(dataset).is_none() {
            let (file, delimiter) = row_file(name, &plan.tables[at]);
            let lone = plan.tables[at].columns.len() == 1;
            let values = if lone { ".iloc[:, 0].tolist()" } else { ".values.tolist()" };
            writer.step(&Note::LoadCsv);
            writer.setting(format!("data[{at}].rows"), format!("{name} = {}{values}", read_csv(&file.path, delimiter)));
            writer.file(file);
        } else {
            writer.step(&Note::Rows);
            writer.mark_setting(format!("data[{at}].rows"));
            list(writer, name, dataset, &plan.tables[at].rows);
        }
    }
}

/// As the handout reads its file.
fn csv_dataset(writer: &mut Writer, at: usize, dataset: &Dataset, name: &str, path: &str) {
    let (id, amount, delimiter) = match &dataset.rows {
        DatasetRows::Csv(csv) => (csv.id_column.as_str(), csv.amount_column.as_str(), csv.delimiter()),
        _ => ("transaction_id", "amount", ','),
    };
    writer.step(&Note::LoadCsv);
    writer.setting(format!("data[{at}].rows"), format!("df = {}", read_csv(path, delimiter)));
    writer.step(&Note::Columns(id, amount));
    let columns = Value::list(vec![Value::text(id), Value::text(amount)]).python_repr();
    for column in ["id_column", "amount_column"] {
        writer.mark_setting(format!("data[{at}].rows.csv.{column}"));
    }
    writer.line(format!("{name} = df[{columns}].dropna().values.tolist()"));
}

fn read_csv(path: &str, delimiter: char) -> String {
    match delimiter {
        ',' => format!("pd.read_csv({})", quoted(path)),
        other => format!("pd.read_csv({}, sep={})", quoted(path), quoted(&other.to_string())),
    }
}

fn list(writer: &mut Writer, name: &str, dataset: &Dataset, rows: &[Value]) {
    if let Some((first, last)) = number_sequence(dataset).filter(|(first, last)| last - first > 3) {
        return writer.line(format!("{name} = list(range({first}, {}))", last + 1));
    }
    let texts: Vec<String> = rows.iter().map(literal).collect();
    let whole = format!("{name} = [{}]", texts.join(", "));
    if whole.chars().count() <= 100 {
        return writer.line(whole);
    }
    writer.line(format!("{name} = ["));
    writer.indent();
    wrapped(&texts, 92).iter().for_each(|line| writer.line(line));
    writer.dedent();
    writer.line("]");
}

fn write_operator(writer: &mut Writer, plan: &Plan, at: usize, operator: &Operator) {
    let index = OperatorIndex(at as u16);
    let target = format!("{} = ", plan.streams[at]);
    match &operator.kind {
        OperatorKind::Source(source) => {
            writer.step(&Note::Stream(source.kind));
            let mut calls = source_calls(writer, plan, at, operator, source);
            let more = suffixes(plan, at, operator);
            // A log over a list is a source and a map as wide as it: what is set on the source stands before the map.
            let map = calls.pop_if(|call| call.text.starts_with(".map("));
            let parallelism = operator.parallelism.map(|count| Call::plain(format!(".set_parallelism({count})")));
            calls.extend(more);
            if let Some(map) = map {
                calls.push(map);
                calls.extend(parallelism);
            }
            write_chain(writer, index, &target, "env", &calls, &CHAIN);
        }
        OperatorKind::Function(function) => {
            writer.step(&Note::Apply(&function.class));
            let (head, mut calls) = inputs(plan, at);
            calls.push(Call::operator(function_call(plan, at, function)));
            calls.extend(suffixes(plan, at, operator));
            write_chain(writer, index, &target, &head, &calls, &CHAIN);
        }
        OperatorKind::Watermarks(_) | OperatorKind::Window(_) | OperatorKind::Reduce(_) => {
            writer.step(&time_note(&operator.kind));
            let (head, mut calls) = inputs(plan, at);
            calls.extend(python_calls(plan, at));
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
            calls.extend(sinks::calls(writer, plan, at, sink, CodeLanguage::Python, ""));
            calls.extend(suffixes(plan, at, operator));
            write_chain(writer, index, "", &head, &calls, &CHAIN);
        }
    }
}

fn source_calls(writer: &mut Writer, plan: &Plan, at: usize, operator: &Operator, source: &Source) -> Vec<Call> {
    if differs(plan, operator, source, false) {
        writer.note(&Note::Source(source, plan.scenario.parallelism_of(operator)));
    }
    let dataset = plan.scenario.data.iter().position(|dataset| dataset.name == source.dataset).unwrap_or(0);
    let name = &plan.data_names[dataset];
    let typed = lone_type(&plan.shapes.outputs[at]).map_or(String::new(), |lone| format!(", {}", type_info(lone)));
    if source.kind != SourceKind::Log {
        if source.kind == SourceKind::JavaCollection {
            writer.note(&Note::Rewritten);
        }
        mark_source(writer, at);
        return vec![Call::operator(format!(".from_collection({name}{typed})"))];
    }
    let sequence = number_sequence(&plan.scenario.data[dataset]);
    let range = sequence.map_or(format!("0, len({name}) - 1"), |(first, last)| format!("{first}, {last}"));
    if sequence.is_none() {
        writer.note(&Note::IndexedLog);
    }
    let variable = &plan.sources[at];
    mark_source(writer, at);
    writer.line(format!("{variable} = NumberSequenceSource({range})"));
    let arguments = format!("{variable}, WatermarkStrategy.no_watermarks(), {}, Types.LONG()", quoted(&operator.name));
    let mut calls = vec![Call::operator(format!(".from_source({arguments})"))];
    if sequence.is_none() {
        calls.push(Call::plain(format!(".map(lambda index: {name}[index]{typed})")));
    }
    calls
}

/// The stream that an operator reads, and the calls that partition it.
fn inputs(plan: &Plan, at: usize) -> (String, Vec<Call>) {
    let edges = plan.inputs(at);
    let field = |edge: &crate::scenario::Edge| {
        let position = plan.scenario.edges.iter().position(|other| std::ptr::eq(other, edge)).unwrap_or(0);
        format!("edges[{position}].partitioner")
    };
    let stream = |edge: &crate::scenario::Edge| {
        let stream = &plan.streams[plan.producer(edge)];
        match &edge.side_output {
            None => stream.clone(),
            Some(tag) => format!("{stream}.get_side_output({})", output_tag(tag)),
        }
    };
    let key = plan.key(at);
    let apart = |edge: &crate::scenario::Edge| match key {
        Some(_) => String::new(),
        None => partition(plan, at, edge.partitioner),
    };
    let mut calls = Vec::new();
    let Some((first, others)) = edges.split_first() else { return (String::new(), calls) };
    if !others.is_empty() {
        let others: Vec<String> = others.iter().map(|edge| format!("{}{}", stream(edge), apart(edge))).collect();
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
    (stream(first), calls)
}

/// Forward is what Flink does of itself between equal parallelisms, and rebalance between unequal ones.
fn partition(plan: &Plan, at: usize, partitioner: Partitioner) -> String {
    let typed = plan.key_type(at).map_or(String::new(), |key| format!(", {}", type_info(key)));
    match partitioner {
        Partitioner::Forward => String::new(),
        Partitioner::Rebalance => ".rebalance()".into(),
        Partitioner::KeyBy { column: 0 } if matches!(plan.shapes.inputs[at], Shape::Lone(_)) => {
            format!(".key_by(lambda value: value{typed})")
        }
        Partitioner::KeyBy { column } => format!(".key_by(lambda value: value[{column}]{typed})"),
        Partitioner::KeyByConstant => format!(".key_by(lambda value: {}{typed})", quoted(Partitioner::CONSTANT_KEY)),
    }
}

fn function_call(plan: &Plan, at: usize, function: &Function) -> String {
    match function.kind {
        FunctionKind::Map => format!(".map({}())", function.class),
        FunctionKind::Process => {
            let typed =
                lone_type(&plan.shapes.outputs[at]).map_or(String::new(), |lone| format!(", {}", type_info(lone)));
            format!(".process({}(){typed})", function.class)
        }
    }
}

/// Name, uid, parallelism and chaining, where they are not Flink's own.
fn suffixes(plan: &Plan, at: usize, operator: &Operator) -> Vec<Call> {
    let field = |name: &str| format!("operators[{at}].{name}");
    let mut calls = Vec::new();
    let usual = match &operator.kind {
        OperatorKind::Source(source) if source.kind == SourceKind::Log => &operator.name,
        OperatorKind::Source(_) => "Collection Source",
        OperatorKind::Function(function) => {
            function.kind.default_operator_name(plan.key(at).is_some(), &plan.scenario.api)
        }
        OperatorKind::Watermarks(_) => "Timestamps/Watermarks",
        OperatorKind::Window(_) => "",
        OperatorKind::Reduce(_) => "Reduce",
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
        calls.push(Call::setting(format!(".set_parallelism({parallelism})"), field("parallelism")));
    }
    if operator.disable_chaining {
        calls.push(Call::setting(".disable_chaining()".into(), field("disable_chaining")));
    }
    calls
}

fn submit(writer: &mut Writer, scenario: &Scenario) {
    writer.step(&Note::Submit);
    writer.line(match writer.comments() {
        Some(Language::English) => "print(\"Submitting the Flink job...\")",
        Some(Language::Korean) | None => "print(\"Flink Job을 제출합니다...\")",
    });
    writer.setting("name", format!("env.execute({})", quoted(&scenario.name)));
    writer.dedent();
    writer.blank();
    writer.note(&Note::Main);
    writer.line("if __name__ == \"__main__\":\n    main()");
}

/// What the script uses, in the handout's order.
fn imports(writer: &Writer) -> Vec<String> {
    let mut lines = vec!["import os".to_owned()];
    let plain =
        [("statistics.", "import statistics"), ("time.sleep(", "import time"), ("pd.read_csv(", "import pandas as pd")];
    lines.extend(plain.iter().filter(|(use_of, _)| writer.mentions(use_of)).map(|(_, line)| (*line).to_owned()));
    for (module, names) in [
        (
            "pyflink.common",
            ["Configuration(", " Row(", "Duration.", "Time.", "Types.", "WatermarkStrategy.", ""].as_slice(),
        ),
        ("pyflink.common.serialization", &["Encoder.", "SimpleStringSchema("]),
        ("pyflink.datastream", &["CheckpointingMode.", "OutputTag(", "StreamExecutionEnvironment."]),
        ("pyflink.common.watermark_strategy", &["(TimestampAssigner)"]),
        ("pyflink.datastream.checkpoint_storage", &["FileSystemCheckpointStorage("]),
        ("pyflink.datastream.connectors.base", &["DeliveryGuarantee."]),
        ("pyflink.datastream.connectors.file_system", &["FileSink.", "RollingPolicy."]),
        ("pyflink.datastream.connectors.jdbc", &["JdbcConnectionOptions.", "JdbcSink."]),
        ("pyflink.datastream.connectors.kafka", &["KafkaRecordSerializationSchema.", "KafkaSink."]),
        ("pyflink.datastream.connectors.number_seq", &["NumberSequenceSource("]),
        (
            "pyflink.datastream.functions",
            &[
                "(AggregateFunction)",
                "(KeyedProcessFunction)",
                "(MapFunction)",
                "(ProcessFunction)",
                "(ProcessWindowFunction)",
                "(ReduceFunction)",
                "RuntimeContext)",
            ],
        ),
        (
            "pyflink.datastream.state",
            &[
                "AggregatingStateDescriptor(",
                "ListStateDescriptor(",
                "MapStateDescriptor(",
                "ReducingStateDescriptor(",
                "ValueStateDescriptor(",
            ],
        ),
        (
            "pyflink.datastream.window",
            &["EventTimeSessionWindows.", "SlidingEventTimeWindows.", "TumblingEventTimeWindows."],
        ),
        ("pyflink.common.restart_strategy", &["RestartStrategies."]),
    ] {
        let used: Vec<&str> = names
            .iter()
            .filter(|name| !name.is_empty() && writer.mentions(name))
            .map(|name| name.trim_matches(['(', ')', '.', ' ']))
            .collect();
        if !used.is_empty() {
            lines.push(format!("from {module} import {}", used.join(", ")));
        }
    }
    lines
}
