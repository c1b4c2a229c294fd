import java.util.*;
import java.util.concurrent.*;
import org.apache.flink.api.common.*;
import org.apache.flink.api.common.eventtime.*;
import org.apache.flink.api.common.typeinfo.*;
import org.apache.flink.api.java.tuple.*;
import org.apache.flink.configuration.*;
import org.apache.flink.core.execution.*;
import org.apache.flink.streaming.api.datastream.*;
import org.apache.flink.streaming.api.environment.*;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.*;

/** Recordings m and n: event-time windows, failover regions. */
public class WindowsAndRegions extends Lab {

  static String key(String r) {
    return r.substring(0, r.indexOf('@'));
  }

  static long ts(String r) {
    return Long.parseLong(r.substring(r.indexOf('@') + 1, r.indexOf('=')));
  }

  static long val(String r) {
    return Long.parseLong(r.substring(r.indexOf('=') + 1));
  }

  public static class Win extends ProcessWindowFunction<String, String, String, TimeWindow> {

    public void process(String k, Context c, Iterable<String> es, Collector<String> o) {
      long s = 0;
      List<String> l = new ArrayList<>();
      for (String e : es) {
        s += val(e);
        l.add(e);
      }
      ev(
        "op",
        "win",
        "subtask",
        getRuntimeContext().getTaskInfo().getIndexOfThisSubtask(),
        "attempt",
        getRuntimeContext().getTaskInfo().getAttemptNumber(),
        "kind",
        "fire",
        "key",
        k,
        "window",
        List.of(c.window().getStart(), c.window().getEnd()),
        "sum",
        s,
        "elements",
        l,
        "watermark",
        c.currentWatermark() == Long.MAX_VALUE ? "MAX" : (Object) c.currentWatermark()
      );
      o.collect(k + "[" + c.window().getStart() + "," + c.window().getEnd() + ")=" + s);
    }
  }

  public static class Punct implements WatermarkGenerator<String> {

    long max = Long.MIN_VALUE;

    public void onEvent(String e, long t, WatermarkOutput o) {
      if (t > max) {
        max = t;
        o.emitWatermark(new Watermark(max - 1));
      }
    }

    public void onPeriodicEmit(WatermarkOutput o) {}
  }

  static void build(StreamExecutionEnvironment env, List<String> recs, String failOn, boolean bounded, int wp) {
    final OutputTag<String> late = new OutputTag<String>("late", Types.STRING) {};
    SingleOutputStreamOperator<String> w = env
      .addSource(src("src", recs, bounded), TypeInformation.of(String.class))
      .setParallelism(1)
      .uid("src")
      .name("src")
      .map(new FailMap<String>("map", "plain", 0, failOn, failOn == null ? 0 : 1))
      .returns(String.class)
      .setParallelism(1)
      .uid("map")
      .name("map")
      .assignTimestampsAndWatermarks(
        WatermarkStrategy.<String>forGenerator(x -> new Punct()).withTimestampAssigner((e, t) -> ts(e))
      )
      .setParallelism(1)
      .uid("wm")
      .name("wm")
      .keyBy(WindowsAndRegions::key, Types.STRING)
      .window(TumblingEventTimeWindows.of(java.time.Duration.ofMillis(10)))
      .sideOutputLateData(late)
      .process(new Win())
      .returns(String.class)
      .setParallelism(wp)
      .uid("win")
      .name("win");
    w.addSink(new PrintSink<String>("sink")).setParallelism(wp).uid("sink").name("sink");
    w.getSideOutput(late).addSink(new PrintSink<String>("late")).setParallelism(wp).uid("late").name("late");
  }

  static void win(String name, List<String> recs, int cpAfter, String failOn, int wp) throws Exception {
    Configuration c = conf(FIXED3);
    try (Run r = new Run(name, c, 1, 2)) {
      r.params(
        "records",
        recs,
        "record_format",
        "key@timestamp=value",
        "window",
        "tumbling event time, size 10",
        "watermark",
        "punctuated: max timestamp - 1 after every record",
        "checkpoint_after_records",
        cpAfter,
        "fail_on",
        failOn,
        "fail_times",
        failOn == null ? 0 : 1,
        "window_parallelism",
        wp
      );
      StreamExecutionEnvironment env = env(c, 1);
      build(env, recs, failOn, true, wp);
      r.submit(r.graph(env, name));
      for (int i = 1; i <= recs.size(); i++) {
        permit("src", i);
        r.step("do", "permit", "upto", i);
        Thread.sleep(160);
        if (recs.get(i - 1).equals(failOn)) {
          r.awaitKind("map", "throw", 1);
          Thread.sleep(700);
        }
        if (i == cpAfter) r.checkpoint();
      }
      r.finishWithCheckpoints(30000);
      Map<String, Object> last = new TreeMap<>();
      List<Object> fires = new ArrayList<>();
      synchronized (EV) {
        for (Map<String, Object> e : EV)
          if ("fire".equals(e.get("kind"))) {
            String k = e.get("key") + "" + e.get("window");
            last.put(k, e.get("sum"));
            fires.add(
              m(
                "attempt",
                e.get("attempt"),
                "key",
                e.get("key"),
                "window",
                e.get("window"),
                "sum",
                e.get("sum"),
                "elements",
                e.get("elements"),
                "watermark",
                e.get("watermark")
              )
            );
          }
      }
      r.out.put("fires", fires);
      r.out.put("last_result_per_key_and_window", last);
      r.collect();
      r.save();
      System.out.println("   last " + last);
    }
  }

  static void drain(String name, boolean drain) throws Exception {
    Configuration c = conf(FIXED3);
    List<String> recs = List.of("a@1=1", "a@5=2", "a@12=3", "a@15=4");
    try (Run r = new Run(name, c, 1, 2)) {
      r.params("records", recs, "drain", drain);
      StreamExecutionEnvironment env = env(c, 1);
      build(env, recs, null, false, 1);
      r.submit(r.graph(env, name));
      permit("src", 4);
      r.awaitOut("sink", 1);
      Thread.sleep(300);
      r.mc
        .stopWithSavepoint(r.id, "file://" + ROOT + "/ckpt/sp", drain, SavepointFormatType.CANONICAL)
        .get(60, TimeUnit.SECONDS);
      r.step("do", "stop-with-savepoint", "drain", drain);
      r.awaitDone(10000);
      r.collect();
      r.save();
    }
  }

  // ---- n
  static void regions(String name, String shape, Object... extra) throws Exception {
    Configuration c = conf(cat(FIXED3, extra));
    try (Run r = new Run(name, c, 1, 4)) {
      r.params("shape", shape);
      StreamExecutionEnvironment env = env(c, 1);
      List<String> A = AlignmentAndKnobs.pre("a", 6),
        B = AlignmentAndKnobs.pre("b", 6);
      String[] watch;
      if (shape.equals("two independent pipelines")) {
        env
          .addSource(src("A", A, true), TypeInformation.of(String.class))
          .uid("A")
          .name("A")
          .map(new FailMap<String>("mapA", "state", 0, "a5", 1))
          .returns(String.class)
          .uid("mapA")
          .name("mapA")
          .disableChaining()
          .addSink(new PrintSink<String>("sinkA"))
          .uid("sinkA")
          .name("sinkA");
        env
          .addSource(src("B", B, true), TypeInformation.of(String.class))
          .uid("B")
          .name("B")
          .map(new FailMap<String>("mapB", "state", 0, null, 0))
          .returns(String.class)
          .uid("mapB")
          .name("mapB")
          .disableChaining()
          .addSink(new PrintSink<String>("sinkB"))
          .uid("sinkB")
          .name("sinkB");
      } else if (shape.equals("two pipelines joined by union")) {
        DataStream<String> a = env
          .addSource(src("A", A, true), TypeInformation.of(String.class))
          .uid("A")
          .name("A")
          .map(new FailMap<String>("mapA", "state", 0, "a5", 1))
          .returns(String.class)
          .uid("mapA")
          .name("mapA")
          .disableChaining();
        DataStream<String> b = env
          .addSource(src("B", B, true), TypeInformation.of(String.class))
          .uid("B")
          .name("B")
          .map(new FailMap<String>("mapB", "state", 0, null, 0))
          .returns(String.class)
          .uid("mapB")
          .name("mapB")
          .disableChaining();
        a.union(b)
          .map(v -> v)
          .returns(String.class)
          .uid("u")
          .name("u")
          .addSink(new PrintSink<String>("sinkU"))
          .uid("sinkU")
          .name("sinkU");
      } else {
        env.setParallelism(2);
        DataStream<String> s = env
          .addSource(new Src<String>("P", List.of(A, B), true, true), TypeInformation.of(String.class))
          .setParallelism(2)
          .uid("P")
          .name("P");
        if (shape.contains("keyBy")) s = s
          .keyBy(v -> v, Types.STRING)
          .map(new FailMap<String>("mapP", "state", 0, "a5", 1))
          .returns(String.class)
          .uid("mapP")
          .name("mapP");
        else s = s
          .map(new FailMap<String>("mapP", "state", 0, "a5", 1))
          .returns(String.class)
          .uid("mapP")
          .name("mapP")
          .disableChaining();
        s.addSink(new PrintSink<String>("sinkP")).uid("sinkP").name("sinkP");
      }
      r.submit(r.graph(env, name));
      for (String n : new String[] { "A", "B" }) permit(n, 3);
      permit("P", 0, 3);
      permit("P", 1, 3);
      r.awaitEv("6 outs", e -> "out".equals(e.get("kind")), 6);
      r.checkpoint();
      r.step("do", "checkpoint after 3 records of each source");
      permit("B", 5);
      permit("P", 1, 5);
      r.awaitEv("b5", e -> "out".equals(e.get("kind")) && "b5".equals(e.get("value")), 1);
      r.step("do", "b4,b5");
      permit("A", 6);
      permit("P", 0, 6);
      r.step("do", "a4..a6 (a5 fails once)");
      r.awaitEv("a6", e -> "out".equals(e.get("kind")) && "a6".equals(e.get("value")), 1);
      permit("B", 6);
      permit("P", 1, 6);
      r.awaitEv("b6", e -> "out".equals(e.get("kind")) && "b6".equals(e.get("value")), 1);
      r.finishWithCheckpoints(30000);
      Map<String, Object> opens = new TreeMap<>();
      synchronized (EV) {
        for (Map<String, Object> e : EV)
          if ("open".equals(e.get("kind"))) opens.merge(
            e.get("op") + "/" + e.get("subtask"),
            1,
            (x, y) -> (Integer) x + (Integer) y
          );
      }
      r.out.put("times_opened_per_op_and_subtask", opens);
      r.collect();
      r.save();
      System.out.println("   opens " + opens);
      System.out.println("   " + r.out.get("vertices"));
    }
  }

  public static void main(String[] a) throws Exception {
    Set<String> w = new LinkedHashSet<>(Arrays.asList(a));
    boolean all = w.contains("all");
    if (all || w.contains("m")) {
      List<String> R = List.of(
        "a@1=1",
        "b@3=10",
        "a@9=2",
        "a@11=3",
        "b@14=20",
        "a@19=4",
        "b@12=30",
        "a@21=5",
        "b@25=40",
        "a@31=6"
      );
      win("m0_windows_no_failure", R, 3, null, 1);
      win("m1_windows_failure_after_fire", R, 3, "b@14=20", 1);
      win("m1b_windows_failure_later_checkpoint", R, 6, "a@21=5", 1);
      win("m1c_windows_failure_p2", R, 3, "b@14=20", 2);
      List<String> Q = List.of("a@1=1", "a@5=2", "a@12=3", "a@3=100", "a@13=4");
      win("m2_late_record_no_failure", Q, 3, null, 1);
      win("m2b_late_record_after_restore_is_not_late", Q, 3, "a@13=4", 1);
      drain("m4_stop_with_savepoint_drain", true);
      drain("m4b_stop_with_savepoint_no_drain", false);
    }
    if (all || w.contains("n")) {
      regions("n1_region_failover_independent", "two independent pipelines");
      regions("n2_region_union", "two pipelines joined by union");
      regions("n3_region_forward_p2", "parallelism 2, forward only");
      regions("n3b_region_keyby_p2", "parallelism 2, keyBy");
      regions(
        "n4_full_failover_strategy",
        "two independent pipelines",
        "jobmanager.execution.failover-strategy",
        "full"
      );
    }
    System.exit(0);
  }
}
