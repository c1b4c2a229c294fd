//! What a printed Java program imports: whatever its text mentions.

use super::writer::Writer;

/// What the program uses. A tuple class is named with its width.
pub(super) fn imports(writer: &Writer) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let tuples =
        (1..=25).map(|width| (format!("Tuple{width}"), format!("org.apache.flink.api.java.tuple.Tuple{width}")));
    let mut names: Vec<(String, String)> =
        IMPORTS.iter().map(|(use_of, path)| ((*use_of).into(), (*path).into())).collect();
    for (name, path) in tuples {
        names.push((format!("{name}<"), path.clone()));
        names.push((format!("{name}.of("), path));
    }
    for (use_of, path) in names {
        let line = format!("import {path};");
        if writer.mentions(&use_of) && !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.sort_by_key(|line| (!line.starts_with("import java"), line.clone()));
    lines
}

const IMPORTS: &[(&str, &str)] = &[
    ("new File(", "java.io.File"),
    ("Files.", "java.nio.file.Files"),
    ("Path.of(", "java.nio.file.Path"),
    ("ArrayList<", "java.util.ArrayList"),
    ("Duration.", "java.time.Duration"),
    ("IOException ", "java.io.IOException"),
    ("StandardCharsets.", "java.nio.charset.StandardCharsets"),
    ("StandardOpenOption.", "java.nio.file.StandardOpenOption"),
    ("Collection<", "java.util.Collection"),
    ("SimpleStringEncoder<", "org.apache.flink.api.common.serialization.SimpleStringEncoder"),
    ("StringSerializer.", "org.apache.flink.api.common.typeutils.base.StringSerializer"),
    ("VoidSerializer.", "org.apache.flink.api.common.typeutils.base.VoidSerializer"),
    ("Committer<String> ", "org.apache.flink.api.connector.sink2.Committer"),
    ("CommitterInitContext ", "org.apache.flink.api.connector.sink2.CommitterInitContext"),
    ("CommittingSinkWriter<", "org.apache.flink.api.connector.sink2.CommittingSinkWriter"),
    (" Sink<", "org.apache.flink.api.connector.sink2.Sink"),
    (" SinkWriter<", "org.apache.flink.api.connector.sink2.SinkWriter"),
    ("SupportsCommitter<", "org.apache.flink.api.connector.sink2.SupportsCommitter"),
    ("WriterInitContext ", "org.apache.flink.api.connector.sink2.WriterInitContext"),
    ("DeliveryGuarantee.", "org.apache.flink.connector.base.DeliveryGuarantee"),
    ("FileSink\n", "org.apache.flink.connector.file.sink.FileSink"),
    ("JdbcConnectionOptions.", "org.apache.flink.connector.jdbc.JdbcConnectionOptions"),
    ("JdbcExactlyOnceOptions.", "org.apache.flink.connector.jdbc.JdbcExactlyOnceOptions"),
    ("JdbcExecutionOptions.", "org.apache.flink.connector.jdbc.JdbcExecutionOptions"),
    ("JdbcSink.", "org.apache.flink.connector.jdbc.JdbcSink"),
    ("KafkaRecordSerializationSchema.", "org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema"),
    ("KafkaSink.", "org.apache.flink.connector.kafka.sink.KafkaSink"),
    ("SimpleVersionedSerializer<", "org.apache.flink.core.io.SimpleVersionedSerializer"),
    (" TwoPhaseCommitSinkFunction<", "org.apache.flink.streaming.api.functions.sink.TwoPhaseCommitSinkFunction"),
    (
        "OnCheckpointRollingPolicy.",
        "org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.OnCheckpointRollingPolicy",
    ),
    ("List<", "java.util.List"),
    (" Watermark(", "org.apache.flink.api.common.eventtime.Watermark"),
    ("(TypeInformation) ", "org.apache.flink.api.common.typeinfo.TypeInformation"),
    ("StreamSupport.", "java.util.stream.StreamSupport"),
    (" WatermarkGenerator<", "org.apache.flink.api.common.eventtime.WatermarkGenerator"),
    ("WatermarkOutput ", "org.apache.flink.api.common.eventtime.WatermarkOutput"),
    (" AggregateFunction<", "org.apache.flink.api.common.functions.AggregateFunction"),
    (" ReduceFunction<", "org.apache.flink.api.common.functions.ReduceFunction"),
    ("AggregatingState<", "org.apache.flink.api.common.state.AggregatingState"),
    ("AggregatingStateDescriptor<", "org.apache.flink.api.common.state.AggregatingStateDescriptor"),
    (" MapState<", "org.apache.flink.api.common.state.MapState"),
    ("MapStateDescriptor<", "org.apache.flink.api.common.state.MapStateDescriptor"),
    ("ReducingState<", "org.apache.flink.api.common.state.ReducingState"),
    ("ReducingStateDescriptor<", "org.apache.flink.api.common.state.ReducingStateDescriptor"),
    (" ProcessWindowFunction<", "org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction"),
    ("EventTimeSessionWindows.", "org.apache.flink.streaming.api.windowing.assigners.EventTimeSessionWindows"),
    ("SlidingEventTimeWindows.", "org.apache.flink.streaming.api.windowing.assigners.SlidingEventTimeWindows"),
    ("TumblingEventTimeWindows.", "org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows"),
    ("TimeWindow ", "org.apache.flink.streaming.api.windowing.windows.TimeWindow"),
    ("List.of(", "java.util.List"),
    ("Objects.", "java.util.Objects"),
    ("WatermarkStrategy.", "org.apache.flink.api.common.eventtime.WatermarkStrategy"),
    (" MapFunction<", "org.apache.flink.api.common.functions.MapFunction"),
    ("OpenContext ", "org.apache.flink.api.common.functions.OpenContext"),
    ("RichMapFunction<", "org.apache.flink.api.common.functions.RichMapFunction"),
    ("RestartStrategies.", "org.apache.flink.api.common.restartstrategy.RestartStrategies"),
    (" ListState<", "org.apache.flink.api.common.state.ListState"),
    ("ListStateDescriptor<", "org.apache.flink.api.common.state.ListStateDescriptor"),
    (" ValueState<", "org.apache.flink.api.common.state.ValueState"),
    ("ValueStateDescriptor<", "org.apache.flink.api.common.state.ValueStateDescriptor"),
    ("Time.milliseconds(", "org.apache.flink.api.common.time.Time"),
    ("Types.", "org.apache.flink.api.common.typeinfo.Types"),
    ("NumberSequenceSource(", "org.apache.flink.api.connector.source.lib.NumberSequenceSource"),
    ("RateLimiterStrategy.", "org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy"),
    ("((Tuple) ", "org.apache.flink.api.java.tuple.Tuple"),
    ("new Configuration(", "org.apache.flink.configuration.Configuration"),
    ("DataGeneratorSource<", "org.apache.flink.connector.datagen.source.DataGeneratorSource"),
    ("CheckpointingMode.", "org.apache.flink.core.execution.CheckpointingMode"),
    ("FunctionInitializationContext ", "org.apache.flink.runtime.state.FunctionInitializationContext"),
    ("FunctionSnapshotContext ", "org.apache.flink.runtime.state.FunctionSnapshotContext"),
    ("CheckpointedFunction {", "org.apache.flink.streaming.api.checkpoint.CheckpointedFunction"),
    ("SingleOutputStreamOperator<", "org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator"),
    ("OutputTag<", "org.apache.flink.util.OutputTag"),
    ("DataStream<", "org.apache.flink.streaming.api.datastream.DataStream"),
    ("StreamExecutionEnvironment ", "org.apache.flink.streaming.api.environment.StreamExecutionEnvironment"),
    ("KeyedProcessFunction<", "org.apache.flink.streaming.api.functions.KeyedProcessFunction"),
    (" ProcessFunction<", "org.apache.flink.streaming.api.functions.ProcessFunction"),
    ("Collector<", "org.apache.flink.util.Collector"),
];
