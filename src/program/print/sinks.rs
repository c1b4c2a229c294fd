//! Sinks with a store as code: what is written before the call, the call itself, and for what Flink offers only as a base
//! class a small class of one's own over a directory. Connectors that are not part of Flink need their jars.

use super::data::Call;
use super::notes::Note;
use super::plan::Plan;
use super::writer::Writer;
use super::{CodeLanguage, Dialect};
use crate::scenario::{DeliveryGuarantee, KafkaSink, Operator, OperatorKind, Scenario, Shape, Sink};

const FILES: &str = "file:///tmp/results";
const JDBC: &str = "jdbc:postgresql://localhost:5432/results";
const KAFKA: &str = "localhost:9092";

/// Whether a sink exists in Java only.
pub(super) fn only_in_java(sink: &Sink) -> bool {
    matches!(sink, Sink::TwoPhaseCommit | Sink::Committer(_) | Sink::Xa)
}

/// The classes of sinks that Flink gives a base class for, each once.
pub(super) fn java_classes(writer: &mut Writer, plan: &Plan, dialect: Dialect, record: impl Fn(usize) -> String) {
    let sinks = plan.scenario.operators.iter().enumerate().filter_map(|(at, operator)| match &operator.kind {
        OperatorKind::Sink(sink @ (Sink::TwoPhaseCommit | Sink::Committer(_))) => Some((at, sink)),
        _ => None,
    });
    for (at, sink) in sinks {
        writer.blank();
        writer.note(&Note::SinkClass(sink));
        let text = match sink {
            Sink::TwoPhaseCommit => TRANSACTIONAL,
            _ => BATCHING,
        };
        let legacy = match dialect {
            Dialect::Flink1 => "",
            Dialect::Flink2 => "org.apache.flink.streaming.api.functions.sink.legacy.",
        };
        let text = text.replace("CLASS", &class_name(plan.scenario, at)).replace("RECORD", &record(at));
        writer.line(text.replace("LEGACY.", legacy));
    }
}

/// One class an operator: records differ in type.
fn class_name(scenario: &Scenario, at: usize) -> String {
    let same =
        |operator: &Operator| matches!(operator.kind, OperatorKind::Sink(Sink::TwoPhaseCommit | Sink::Committer(_)));
    let number = scenario.operators[..=at].iter().filter(|operator| same(operator)).count();
    if number == 1 { "StoreSink".into() } else { format!("StoreSink{number}") }
}

/// What makes the sink, besides what a stream has to be turned into before it.
pub(super) fn calls(
    writer: &mut Writer,
    plan: &Plan,
    at: usize,
    sink: &Sink,
    language: CodeLanguage,
    record: &str,
) -> Vec<Call> {
    writer.step(&Note::Sink(sink));
    writer.mark_setting(format!("operators[{at}].kind.sink"));
    let java = language == CodeLanguage::Java;
    let uid = &plan.scenario.operators[at].uid;
    let call = match (sink, java) {
        (Sink::TwoPhaseCommit, _) => format!(".addSink(new {}())", class_name(plan.scenario, at)),
        (Sink::Committer(_), _) => format!(".sinkTo(new {}())", class_name(plan.scenario, at)),
        (Sink::File, true) => format!(
            ".sinkTo(FileSink\n    .forRowFormat(new org.apache.flink.core.fs.Path(\"{FILES}\"), new \
             SimpleStringEncoder<{record}>())\n    .withRollingPolicy(OnCheckpointRollingPolicy.build())\n    .build())"
        ),
        (Sink::File, false) => format!(
            ".sink_to(FileSink.for_row_format(\"{FILES}\", Encoder.simple_string_encoder())\
             .with_rolling_policy(RollingPolicy.on_checkpoint_rolling_policy()).build())"
        ),
        (Sink::Kafka(kafka), true) => format!(".sinkTo({})", java_kafka(kafka, uid, record)),
        (Sink::Kafka(kafka), false) => format!(".sink_to({})", python_kafka(kafka, uid)),
        (Sink::Upsert(upsert), _) => {
            let columns = width(plan, at);
            let sql = upsert_sql(columns, upsert.key.min(columns - 1));
            match java {
                true => format!(
                    ".addSink(JdbcSink.sink(\n    \"{sql}\",\n    {},\n    new JdbcConnectionOptions\
                     .JdbcConnectionOptionsBuilder().withUrl(\"{JDBC}\").build()))",
                    java_statement(plan, at)
                ),
                false => format!(
                    ".add_sink(JdbcSink.sink(\"{sql}\", {}, JdbcConnectionOptions.JdbcConnectionOptionsBuilder()\
                     .with_url(\"{JDBC}\").build()))",
                    row_type(columns)
                ),
            }
        }
        (Sink::Xa, _) => format!(
            ".addSink(JdbcSink.exactlyOnceSink(\n    \"{}\",\n    {},\n    \
             JdbcExecutionOptions.builder().withMaxRetries(0).build(),\n    \
             JdbcExactlyOnceOptions.builder().withTransactionPerConnection(true).build(),\n    () -> {{\n        \
             org.postgresql.xa.PGXADataSource source = new org.postgresql.xa.PGXADataSource();\n        \
             source.setUrl(\"{JDBC}\");\n        return source;\n    }}))",
            insert_sql(width(plan, at)),
            java_statement(plan, at)
        ),
    };
    let mut calls = Vec::new();
    match (sink, java) {
        (Sink::Kafka(_), false) => calls.push(Call::plain(".map(str, Types.STRING())".into())),
        (Sink::Upsert(_), false) => {
            let columns = width(plan, at);
            let row = if columns == 1 { "Row(value)" } else { "Row(*value)" };
            calls.push(Call::plain(format!(".map(lambda value: {row}, {})", row_type(columns))));
        }
        _ => {}
    }
    calls.push(Call::operator(call));
    calls
}

fn width(plan: &Plan, at: usize) -> usize {
    match &plan.shapes.inputs[at] {
        Shape::Columns(columns) => columns.len().max(1),
        Shape::Lone(_) | Shape::Unknown => 1,
    }
}

fn columns(count: usize) -> Vec<String> {
    (0..count).map(|at| format!("c{at}")).collect()
}

fn insert_sql(count: usize) -> String {
    format!("INSERT INTO results ({}) VALUES ({})", columns(count).join(", "), vec!["?"; count].join(", "))
}

fn upsert_sql(count: usize, key: usize) -> String {
    let others: Vec<String> = columns(count)
        .iter()
        .enumerate()
        .filter(|(at, _)| *at != key)
        .map(|(_, column)| format!("{column} = EXCLUDED.{column}"))
        .collect();
    let action = if others.is_empty() { "NOTHING".into() } else { format!("UPDATE SET {}", others.join(", ")) };
    format!("{} ON CONFLICT (c{key}) DO {action}", insert_sql(count))
}

fn java_statement(plan: &Plan, at: usize) -> String {
    let value = |column: usize| match &plan.shapes.inputs[at] {
        Shape::Columns(_) => format!("value.f{column}"),
        Shape::Lone(_) | Shape::Unknown => "value".into(),
    };
    let sets: Vec<String> =
        (0..width(plan, at)).map(|at| format!("statement.setObject({}, {});", at + 1, value(at))).collect();
    format!("(statement, value) -> {{ {} }}", sets.join(" "))
}

fn row_type(columns: usize) -> String {
    format!("Types.ROW([{}])", vec!["Types.PICKLED_BYTE_ARRAY()"; columns].join(", "))
}

fn java_kafka(kafka: &KafkaSink, uid: &str, record: &str) -> String {
    let mut lines = vec![
        format!("KafkaSink.<{record}>builder()"),
        format!(".setBootstrapServers(\"{KAFKA}\")"),
        format!(
            ".setRecordSerializer(KafkaRecordSerializationSchema.<{record}>builder().setTopic(\"{uid}\")\
             .setValueSerializationSchema(value -> value.toString().getBytes()).build())"
        ),
    ];
    lines.extend(match kafka.guarantee {
        DeliveryGuarantee::AtLeastOnce => vec![".setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)".to_owned()],
        DeliveryGuarantee::ExactlyOnce => vec![
            ".setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)".to_owned(),
            format!(".setTransactionalIdPrefix(\"{uid}\")"),
            format!(".setProperty(\"transaction.timeout.ms\", \"{}\")", kafka.transaction_timeout_ms),
        ],
    });
    lines.push(".build()".into());
    lines.join("\n    ")
}

fn python_kafka(kafka: &KafkaSink, uid: &str) -> String {
    let guarantee = match kafka.guarantee {
        DeliveryGuarantee::AtLeastOnce => ".set_delivery_guarantee(DeliveryGuarantee.AT_LEAST_ONCE)".to_owned(),
        DeliveryGuarantee::ExactlyOnce => format!(
            ".set_delivery_guarantee(DeliveryGuarantee.EXACTLY_ONCE).set_transactional_id_prefix(\"{uid}\")\
             .set_property(\"transaction.timeout.ms\", \"{}\")",
            kafka.transaction_timeout_ms
        ),
    };
    format!(
        "KafkaSink.builder().set_bootstrap_servers(\"{KAFKA}\").set_record_serializer(KafkaRecordSerializationSchema\
         .builder().set_topic(\"{uid}\").set_value_serialization_schema(SimpleStringSchema()).build()){guarantee}.build()"
    )
}

/// A transaction is a file: open while it has its own name, committed when it is renamed.
const TRANSACTIONAL: &str = r#"public static class CLASS extends LEGACY.TwoPhaseCommitSinkFunction<RECORD, String, Void> {
    public CLASS() {
        super(StringSerializer.INSTANCE, VoidSerializer.INSTANCE);
    }

    @Override
    protected String beginTransaction() throws Exception {
        return Files.createTempFile("transaction", ".open").toString();
    }

    @Override
    protected void invoke(String transaction, RECORD value, Context context) throws Exception {
        Files.writeString(Path.of(transaction), value + "\n", StandardOpenOption.APPEND);
    }

    @Override
    protected void preCommit(String transaction) {}

    @Override
    protected void commit(String transaction) {
        new File(transaction).renameTo(new File(transaction + ".committed"));
    }

    @Override
    protected void abort(String transaction) {
        new File(transaction).delete();
    }
}"#;

/// A batch is a text that the committer writes down.
const BATCHING: &str = r#"public static class CLASS implements Sink<RECORD>, SupportsCommitter<String> {
    @Override
    public SinkWriter<RECORD> createWriter(WriterInitContext context) {
        return new CommittingSinkWriter<RECORD, String>() {
            private final StringBuilder batch = new StringBuilder();

            @Override
            public void write(RECORD value, Context context) {
                batch.append(value).append('\n');
            }

            @Override
            public void flush(boolean endOfInput) {}

            @Override
            public Collection<String> prepareCommit() {
                List<String> committables = batch.length() == 0 ? List.of() : List.of(batch.toString());
                batch.setLength(0);
                return committables;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public Committer<String> createCommitter(CommitterInitContext context) {
        return new Committer<String>() {
            @Override
            public void commit(Collection<CommitRequest<String>> requests) throws IOException {
                for (CommitRequest<String> request : requests) {
                    Files.writeString(Files.createTempFile("batch", ".committed"), request.getCommittable());
                }
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public SimpleVersionedSerializer<String> getCommittableSerializer() {
        return new SimpleVersionedSerializer<String>() {
            @Override
            public int getVersion() {
                return 1;
            }

            @Override
            public byte[] serialize(String text) {
                return text.getBytes(StandardCharsets.UTF_8);
            }

            @Override
            public String deserialize(int version, byte[] bytes) {
                return new String(bytes, StandardCharsets.UTF_8);
            }
        };
    }
}"#;
