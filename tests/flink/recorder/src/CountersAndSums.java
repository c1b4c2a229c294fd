import java.util.*;
import org.apache.flink.api.common.*;
import org.apache.flink.api.common.functions.*;
import org.apache.flink.api.common.state.*;
import org.apache.flink.api.common.typeinfo.*;
import org.apache.flink.api.java.tuple.*;
import org.apache.flink.configuration.*;
import org.apache.flink.streaming.api.datastream.*;
import org.apache.flink.streaming.api.environment.*;
import org.apache.flink.streaming.api.functions.*;
import org.apache.flink.util.Collector;

/** Recordings a, b, c, e, g: where a counter lives, transient failures, keyed sums, default strategies. */
public class CountersAndSums extends Lab {

  static void simple(Run r, Configuration c, String mode, int failAt, String failOn, int maxFails, int n)
    throws Exception {
    StreamExecutionEnvironment env = env(c, 1);
    env
      .addSource(src("src", recs(1, n), true), TypeInformation.of(String.class))
      .uid("src")
      .name("src")
      .map(new FailMap<String>("map", mode, failAt, failOn, maxFails))
      .returns(String.class)
      .uid("map")
      .name("map")
      .addSink(new PrintSink<String>("sink"))
      .uid("sink")
      .name("sink");
    r.submit(r.graph(env, r.scenario));
  }

  // a1: counter in operator state, always fails when counter==5
  static void a1() throws Exception {
    Configuration c = conf(FIXED3);
    try (Run r = new Run("a1_counter_in_operator_state", c, 1, 1)) {
      r.params(
        "records",
        12,
        "fail_when_counter",
        5,
        "counter",
        "operator list state",
        "source",
        "replayable, offset in state",
        "max_restarts",
        3,
        "checkpoint_after_records",
        List.of(3)
      );
      simple(r, c, "state", 5, null, 99, 12);
      permit("src", 3);
      r.step("do", "permit", "upto", 3);
      r.awaitOut("sink", 3);
      r.checkpoint();
      permit("src", 12);
      r.step("do", "permit", "upto", 12);
      r.awaitDone(60000);
      r.collect();
      r.save();
    }
  }

  // a2: counter a plain field; source replayable; one checkpoint only
  static void a2() throws Exception {
    Configuration c = conf(FIXED3);
    try (Run r = new Run("a2_counter_plain_one_checkpoint", c, 1, 1)) {
      r.params(
        "records",
        12,
        "fail_when_counter",
        5,
        "counter",
        "plain field (lost at restart)",
        "source",
        "replayable, offset in state",
        "max_restarts",
        3,
        "checkpoint_after_records",
        List.of(3)
      );
      simple(r, c, "plain", 5, null, 99, 12);
      permit("src", 3);
      r.step("do", "permit", "upto", 3);
      r.awaitOut("sink", 3);
      r.checkpoint();
      permit("src", 12);
      r.step("do", "permit", "upto", 12);
      r.awaitDone(60000);
      r.collect();
      r.save();
    }
  }

  // a3: plain counter, replayable source, a checkpoint after the 3rd processed record of every attempt => progress
  static void a3() throws Exception {
    Configuration c = conf(FIXED3);
    try (Run r = new Run("a3_counter_plain_checkpoint_each_attempt", c, 1, 1)) {
      r.params(
        "records",
        12,
        "fail_when_counter",
        5,
        "counter",
        "plain field (lost at restart)",
        "source",
        "replayable, offset in state",
        "max_restarts",
        3,
        "checkpoint_after_offset",
        List.of(3, 6, 9)
      );
      simple(r, c, "plain", 5, null, 99, 12);
      int outs = 0;
      int[] cp = { 3, 6, 9 };
      // attempt k: restored offset o; emits o+1..o+3 -> checkpoint -> o+4 out, o+5 fails
      for (int k = 0; k < 3; k++) {
        permit("src", cp[k]);
        r.step("do", "permit", "upto", cp[k]);
        final int kk = k,
          want = cp[k];
        r.awaitEv(
          "r" + want,
          e ->
            "sink".equals(e.get("op")) &&
            "out".equals(e.get("kind")) &&
            ("r" + want).equals(e.get("value")) &&
            Integer.valueOf(kk).equals(e.get("attempt")),
          1
        );
        r.checkpoint();
        permit("src", cp[k] + 2);
        r.step("do", "permit", "upto", cp[k] + 2);
        r.awaitKind("map", "throw", k + 1);
      }
      permit("src", 12);
      r.step("do", "permit", "upto", 12);
      r.awaitEv(
        "r12",
        e -> "sink".equals(e.get("op")) && "out".equals(e.get("kind")) && "r12".equals(e.get("value")),
        1
      );
      r.finishWithCheckpoints(60000);
      r.collect();
      r.save();
    }
  }

  // a0: seed shape: non-replayable offset (source restarts from 0), plain counter, checkpoint succeeds in between
  static void a0() throws Exception {
    Configuration c = conf(FIXED3);
    try (Run r = new Run("a0_seed_shape_source_without_offset_state", c, 1, 1)) {
      r.params(
        "records",
        12,
        "fail_when_counter",
        5,
        "counter",
        "plain field (lost at restart)",
        "source",
        "starts from record 1 at every attempt (like from_collection in PyFlink 1.20: InputFormatSourceFunction keeps no offset)",
        "max_restarts",
        3,
        "checkpoint_after_records",
        List.of(3)
      );
      StreamExecutionEnvironment env = env(c, 1);
      env
        .addSource(new Src<String>("src", List.of(recs(1, 12)), true, false), TypeInformation.of(String.class))
        .uid("src")
        .name("src")
        .map(new FailMap<String>("map", "plain", 5, null, 99))
        .returns(String.class)
        .uid("map")
        .name("map")
        .addSink(new PrintSink<String>("sink"))
        .uid("sink")
        .name("sink");
      r.submit(r.graph(env, r.scenario));
      permit("src", 3);
      r.step("do", "permit", "upto", 3);
      r.awaitOut("sink", 3);
      r.checkpoint();
      permit("src", 12);
      r.step("do", "permit", "upto", 12);
      r.awaitDone(60000);
      r.collect();
      r.save();
    }
  }

  // b: transient failure
  static void b1() throws Exception {
    Configuration c = conf(FIXED3);
    try (Run r = new Run("b1_transient_failure_replay", c, 1, 1)) {
      r.params(
        "records",
        10,
        "fail_on",
        "r7",
        "fail_times",
        1,
        "max_restarts",
        3,
        "checkpoint_after_records",
        List.of(4)
      );
      simple(r, c, "state", 0, "r7", 1, 10);
      permit("src", 4);
      r.step("do", "permit", "upto", 4);
      r.awaitOut("sink", 4);
      r.checkpoint();
      permit("src", 10);
      r.step("do", "permit", "upto", 10);
      r.awaitEv("r10", e -> "out".equals(e.get("kind")) && "r10".equals(e.get("value")), 1);
      r.finishWithCheckpoints(60000);
      r.collect();
      r.save();
    }
  }

  static void b2() throws Exception {
    Configuration c = conf(FIXED3);
    try (Run r = new Run("b2_two_transient_failures_two_checkpoints", c, 1, 1)) {
      r.params(
        "records",
        10,
        "fail_on",
        "r5 then r9 (each once)",
        "max_restarts",
        3,
        "checkpoint_after_records",
        List.of(2, 7)
      );
      StreamExecutionEnvironment env = env(c, 1);
      env
        .addSource(src("src", recs(1, 10), true), TypeInformation.of(String.class))
        .uid("src")
        .name("src")
        .map(new FailMap<String>("map", "state", 0, "r5", 1))
        .returns(String.class)
        .uid("map")
        .name("map")
        .map(new FailMap<String>("map2", "state", 0, "r9", 1))
        .returns(String.class)
        .uid("map2")
        .name("map2")
        .addSink(new PrintSink<String>("sink"))
        .uid("sink")
        .name("sink");
      r.submit(r.graph(env, r.scenario));
      permit("src", 2);
      r.step("do", "permit", "upto", 2);
      r.awaitOut("sink", 2);
      r.checkpoint();
      permit("src", 7);
      r.step("do", "permit", "upto", 7);
      r.awaitEv("r7", e -> "out".equals(e.get("kind")) && "r7".equals(e.get("value")), 1);
      r.checkpoint();
      permit("src", 10);
      r.step("do", "permit", "upto", 10);
      r.awaitEv("r10", e -> "out".equals(e.get("kind")) && "r10".equals(e.get("value")), 1);
      r.finishWithCheckpoints(60000);
      r.collect();
      r.save();
    }
  }

  /** keyed running sum, ValueState. */
  public static class Sum extends KeyedProcessFunction<String, Tuple2<String, Long>, String> {

    transient ValueState<Long> s;
    final String failOn;

    Sum(String f) {
      failOn = f;
    }

    public void open(Configuration p) {
      s = getRuntimeContext().getState(new ValueStateDescriptor<>("sum", Long.class));
    }

    public void processElement(Tuple2<String, Long> v, Context c, Collector<String> out) throws Exception {
      int at = getRuntimeContext().getTaskInfo().getAttemptNumber(),
        st = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
      if (v.toString().equals(failOn) && cnt("sum.fails") <= 1) {
        ev("op", "sum", "subtask", st, "attempt", at, "kind", "throw", "value", v.toString());
        throw new RuntimeException("intentional failure on " + v);
      }
      Long o = s.value();
      long n = (o == null ? 0 : o) + v.f1;
      s.update(n);
      ev("op", "sum", "subtask", st, "attempt", at, "kind", "state", "key", v.f0, "old", o, "new", n);
      out.collect(v.f0 + "=" + n);
    }
  }

  static List<Tuple2<String, Long>> kv(Object... a) {
    List<Tuple2<String, Long>> l = new ArrayList<>();
    for (int i = 0; i < a.length; i += 2) l.add(Tuple2.of((String) a[i], ((Number) a[i + 1]).longValue()));
    return l;
  }

  static void keyed(String name, int par, String failOn, boolean cp) throws Exception {
    Configuration c = conf(FIXED3);
    try (Run r = new Run(name, c, 1, par)) {
      List<Tuple2<String, Long>> recs = kv(
        "a",
        1,
        "b",
        10,
        "a",
        2,
        "c",
        100,
        "b",
        20,
        "a",
        3,
        "c",
        200,
        "b",
        30,
        "a",
        4,
        "d",
        1000,
        "c",
        300,
        "d",
        2000
      );
      r.params(
        "records",
        recs.toString(),
        "fail_on",
        failOn,
        "fail_times",
        failOn == null ? 0 : 1,
        "checkpoint_after_records",
        cp ? List.of(5) : List.of(),
        "parallelism_of_sum",
        par
      );
      StreamExecutionEnvironment env = env(c, par);
      env
        .addSource(src("src", recs, true), Types.TUPLE(Types.STRING, Types.LONG))
        .setParallelism(1)
        .uid("src")
        .name("src")
        .keyBy(t -> t.f0, Types.STRING)
        .process(new Sum(failOn))
        .returns(String.class)
        .uid("sum")
        .name("sum")
        .addSink(new PrintSink<String>("sink"))
        .uid("sink")
        .name("sink");
      r.submit(r.graph(env, name));
      permit("src", 5);
      r.step("do", "permit", "upto", 5);
      r.awaitOut("sink", 5);
      if (cp) r.checkpoint();
      // one record at a time: makes the interleaving over subtasks deterministic
      for (int i = 6; i <= 12; i++) {
        permit("src", i);
        r.step("do", "permit", "upto", i);
        Thread.sleep(150);
        if (
          recs
            .get(i - 1)
            .toString()
            .equals(failOn)
        ) {
          r.awaitKind("sum", "throw", 1);
          Thread.sleep(600);
        }
      }
      final String lastv = "d=3000";
      r.awaitEv(lastv, e -> "out".equals(e.get("kind")) && lastv.equals(e.get("value")), 1);
      r.finishWithCheckpoints(60000);
      r.collect();
      r.save();
    }
  }

  // e
  static void e(String name, boolean cp, Object... extra) throws Exception {
    Configuration c = conf(extra);
    if (!cp) c.removeKey("execution.checkpointing.interval");
    try (Run r = new Run(name, c, 1, 1)) {
      r.params("records", 6, "fail_on", "r4", "fail_times", 1, "checkpointing", cp);
      simple(r, c, "plain", 0, "r4", 1, 6);
      permit("src", 6);
      r.step("do", "permit", "upto", 6);
      if (cp) r.finishWithCheckpoints(60000);
      else r.awaitDone(60000);
      r.collect();
      r.save();
    }
  }

  // g
  static void g() throws Exception {
    Configuration c = conf(FIXED3);
    try (Run r = new Run("g1_no_checkpoint_before_failure", c, 1, 1)) {
      r.params(
        "records",
        12,
        "fail_when_counter",
        5,
        "counter",
        "plain field",
        "checkpoint_interval",
        "longer than the job",
        "max_restarts",
        3
      );
      simple(r, c, "plain", 5, null, 99, 12);
      permit("src", 12);
      r.step("do", "permit", "upto", 12);
      r.awaitDone(60000);
      r.collect();
      r.save();
    }
  }

  static void g2() throws Exception {
    Configuration c = conf(FIXED3);
    try (Run r = new Run("g2_no_checkpoint_then_success", c, 1, 1)) {
      r.params(
        "records",
        6,
        "fail_on",
        "r5",
        "fail_times",
        2,
        "counter",
        "state (never snapshotted)",
        "max_restarts",
        3
      );
      simple(r, c, "state", 0, "r5", 2, 6);
      permit("src", 6);
      r.step("do", "permit", "upto", 6);
      r.awaitEv("r6", x -> "out".equals(x.get("kind")) && "r6".equals(x.get("value")), 1);
      r.finishWithCheckpoints(60000);
      r.collect();
      r.save();
    }
  }

  public static void main(String[] a) throws Exception {
    Set<String> w = new LinkedHashSet<>(Arrays.asList(a));
    boolean all = w.contains("all");
    if (all || w.contains("a")) {
      a0();
      a1();
      a2();
      a3();
    }
    if (all || w.contains("b")) {
      b1();
      b2();
    }
    if (all || w.contains("c")) {
      keyed("c1_keyed_sum_p1", 1, "(b,30)", true);
      keyed("c2_keyed_sum_p2", 2, "(b,30)", true);
      keyed("c0_keyed_sum_p2_no_failure", 2, null, true);
      keyed("c3_keyed_sum_p2_no_checkpoint", 2, "(b,30)", false);
    }
    if (all || w.contains("e")) {
      e("e1_no_checkpointing_default_strategy", false);
      e("e2_no_checkpointing_fixed_delay", false, FIXED3);
      e("e3_checkpointing_default_strategy", true);
      e("e4_checkpointing_strategy_none", true, "restart-strategy.type", "none");
    }
    if (all || w.contains("g")) {
      g();
      g2();
    }
    System.exit(0);
  }
}
