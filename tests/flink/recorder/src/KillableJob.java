import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;
import org.apache.flink.api.common.functions.*;
import org.apache.flink.api.common.state.*;
import org.apache.flink.api.common.typeinfo.*;
import org.apache.flink.configuration.*;
import org.apache.flink.runtime.state.*;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.environment.*;
import org.apache.flink.streaming.api.functions.*;
import org.apache.flink.streaming.api.functions.sink.RichSinkFunction;
import org.apache.flink.streaming.api.functions.sink.SinkFunction;
import org.apache.flink.streaming.api.functions.source.RichParallelSourceFunction;
import org.apache.flink.streaming.api.functions.source.SourceFunction;
import org.apache.flink.util.Collector;

/** Job for a real multi-process cluster: source (1 record / 100 ms, offset in state) -> keyed count (p=2) -> file-append sink. args: outFile nRecords parallelism */
public class KillableJob {

  static void log(String f, String s) {
    try {
      Files.write(
        Paths.get(f),
        (System.currentTimeMillis() + " pid=" + ProcessHandle.current().pid() + " " + s + "\n").getBytes(
          StandardCharsets.UTF_8
        ),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND
      );
    } catch (Exception e) {
      throw new RuntimeException(e);
    }
  }

  public static class S extends RichParallelSourceFunction<String> implements CheckpointedFunction {

    final String f;
    final int n;
    int i = 0;
    volatile boolean run = true;
    transient ListState<Integer> st;

    S(String f, int n) {
      this.f = f;
      this.n = n;
    }

    public void initializeState(FunctionInitializationContext c) throws Exception {
      st = c.getOperatorStateStore().getListState(new ListStateDescriptor<>("o", Integer.class));
      for (Integer x : st.get()) i = x;
      log(
        f,
        "source open attempt=" +
          getRuntimeContext().getTaskInfo().getAttemptNumber() +
          " restored_from=" +
          (c.getRestoredCheckpointId().isPresent() ? c.getRestoredCheckpointId().getAsLong() : "none") +
          " offset=" +
          i
      );
    }

    public void snapshotState(FunctionSnapshotContext c) throws Exception {
      st.update(List.of(i));
      log(f, "source snapshot checkpoint=" + c.getCheckpointId() + " offset=" + i);
    }

    public void run(SourceFunction.SourceContext<String> x) throws Exception {
      while (run && i < n) {
        synchronized (x.getCheckpointLock()) {
          i++;
          x.collect("tx" + (1000 + i));
        }
        Thread.sleep(100);
      }
    }

    public void cancel() {
      run = false;
    }
  }

  public static class C extends KeyedProcessFunction<String, String, String> {

    final String f;
    transient ValueState<Long> s;

    C(String f) {
      this.f = f;
    }

    public void open(Configuration p) {
      s = getRuntimeContext().getState(new ValueStateDescriptor<>("n", Long.class));
      log(
        f,
        "count open subtask=" +
          getRuntimeContext().getTaskInfo().getIndexOfThisSubtask() +
          " attempt=" +
          getRuntimeContext().getTaskInfo().getAttemptNumber()
      );
    }

    public void processElement(String v, Context c, Collector<String> o) throws Exception {
      Long x = s.value();
      s.update((x == null ? 0 : x) + 1);
      o.collect(c.getCurrentKey() + "=" + s.value() + " (" + v + ")");
    }
  }

  public static class K extends RichSinkFunction<String> {

    final String f;

    K(String f) {
      this.f = f;
    }

    public void invoke(String v, SinkFunction.Context c) {
      log(
        f,
        "out subtask=" +
          getRuntimeContext().getTaskInfo().getIndexOfThisSubtask() +
          " attempt=" +
          getRuntimeContext().getTaskInfo().getAttemptNumber() +
          " " +
          v
      );
    }
  }

  public static void main(String[] a) throws Exception {
    StreamExecutionEnvironment e = StreamExecutionEnvironment.getExecutionEnvironment();
    int p = Integer.parseInt(a[2]);
    e.addSource(new S(a[0], Integer.parseInt(a[1])), Types.STRING)
      .setParallelism(1)
      .uid("src")
      .name("src")
      .keyBy(v -> "k" + (Integer.parseInt(v.substring(2)) % 5), Types.STRING)
      .process(new C(a[0]))
      .returns(Types.STRING)
      .setParallelism(p)
      .uid("cnt")
      .name("cnt")
      .addSink(new K(a[0]))
      .setParallelism(p)
      .uid("sink")
      .name("sink");
    e.execute("kill-tm");
  }
}
