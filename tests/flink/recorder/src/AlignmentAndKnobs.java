import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;
import org.apache.flink.api.common.*;
import org.apache.flink.api.common.eventtime.*;
import org.apache.flink.api.common.functions.*;
import org.apache.flink.api.common.state.*;
import org.apache.flink.api.common.typeinfo.*;
import org.apache.flink.configuration.*;
import org.apache.flink.runtime.state.*;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.datastream.*;
import org.apache.flink.streaming.api.environment.*;

/** Recordings i and j: alignment, backpressure, checkpoint settings, unusable directories. */
public class AlignmentAndKnobs extends Lab {

  /** remembers every value it has processed, in operator state. */
  public static class Seen extends RichMapFunction<String, String> implements CheckpointedFunction {

    final String failOn;
    List<String> seen = new ArrayList<>();
    transient ListState<String> st;

    Seen(String f) {
      failOn = f;
    }

    public void initializeState(FunctionInitializationContext c) throws Exception {
      st = c.getOperatorStateStore().getListState(new ListStateDescriptor<>("seen", String.class));
      for (String s : st.get()) seen.add(s);
      OptionalLong r = c.getRestoredCheckpointId();
      ev(
        "op",
        "op",
        "subtask",
        0,
        "attempt",
        getRuntimeContext().getTaskInfo().getAttemptNumber(),
        "kind",
        "open",
        "restored_from",
        r.isPresent() ? (Object) r.getAsLong() : null,
        "state",
        new ArrayList<>(seen)
      );
    }

    public void snapshotState(FunctionSnapshotContext c) throws Exception {
      st.update(seen);
      ev(
        "op",
        "op",
        "subtask",
        0,
        "attempt",
        getRuntimeContext().getTaskInfo().getAttemptNumber(),
        "kind",
        "snapshot",
        "checkpoint",
        c.getCheckpointId(),
        "state",
        new ArrayList<>(seen)
      );
    }

    public String map(String v) {
      int at = getRuntimeContext().getTaskInfo().getAttemptNumber();
      if (v.equals(failOn) && cnt("op.fails") == 1) {
        ev("op", "op", "subtask", 0, "attempt", at, "kind", "throw", "value", v);
        throw new RuntimeException("intentional failure on " + v);
      }
      seen.add(v);
      ev("op", "op", "subtask", 0, "attempt", at, "kind", "process", "value", v);
      return v;
    }
  }

  static List<String> pre(String p, int n) {
    List<String> l = new ArrayList<>();
    for (int i = 1; i <= n; i++) l.add(p + i);
    return l;
  }

  static void align(String name, boolean rebalance, Object... extra) throws Exception {
    Configuration c = conf(cat(FIXED3, extra));
    try (Run r = new Run(name, c, 1, 2)) {
      r.params(
        "sources",
        "A: a1..a5, B: b1..b4; B sits in the checkpoint lock while HELD, so its barrier is late",
        "operator",
        "one subtask with two input channels, remembers every processed value",
        "fail_on",
        "a5",
        "fail_times",
        1
      );
      StreamExecutionEnvironment env = env(c, 1);
      DataStream<String> a = env
        .addSource(src("A", pre("a", 5), true), TypeInformation.of(String.class))
        .uid("A")
        .name("A");
      DataStream<String> b = env
        .addSource(src("B", pre("b", 4), true), TypeInformation.of(String.class))
        .uid("B")
        .name("B");
      if (rebalance) {
        a = a.rebalance();
        b = b.rebalance();
      }
      r.out.put("edge", rebalance ? "REBALANCE (all-to-all)" : "FORWARD (pointwise)");
      a.union(b)
        .map(new Seen("a5"))
        .returns(String.class)
        .uid("op")
        .name("op")
        .addSink(new PrintSink<String>("sink"))
        .uid("sink")
        .name("sink");
      r.submit(r.graph(env, name));
      permit("A", 2);
      r.awaitOut("sink", 2);
      permit("B", 2);
      r.awaitOut("sink", 4);
      r.awaitAllRunning();
      HOLD.put("B", true);
      r.awaitKind("B", "hold_lock", 1);
      r.step("do", "hold B (its barrier cannot be injected)");
      CompletableFuture<Long> f = r.mc.triggerCheckpoint(
        r.id,
        org.apache.flink.core.execution.CheckpointType.CONFIGURED
      );
      r.step("do", "trigger checkpoint 1");
      r.awaitEv("A snapshot", e -> "A".equals(e.get("op")) && "snapshot".equals(e.get("kind")), 1);
      Thread.sleep(150);
      permit("A", 4);
      r.step("do", "permit A upto 4 (a3,a4 are after A's barrier)");
      Thread.sleep(250);
      permit("B", 4);
      r.step("do", "permit B upto 4 (b3,b4 are before B's barrier)");
      Thread.sleep(700);
      ev("op", "driver", "kind", "mark", "note", "before releasing B");
      HOLD.put("B", false);
      r.step("do", "release B (barrier flows)");
      long id = f.get(20, TimeUnit.SECONDS);
      ev("op", "driver", "kind", "checkpoint_completed", "checkpoint", id);
      Thread.sleep(300);
      permit("A", 5);
      r.step("do", "permit A upto 5 (a5 fails once)");
      r.awaitEv("a5", e -> "out".equals(e.get("kind")) && "a5".equals(e.get("value")), 1);
      Thread.sleep(300);
      r.finishWithCheckpoints(30000);
      List<String> fin = null;
      String atMark = null;
      synchronized (EV) {
        List<String> before = new ArrayList<>();
        boolean mark = false;
        for (Map<String, Object> e : EV) {
          if ("mark".equals(e.get("kind"))) mark = true;
          if (!mark && "process".equals(e.get("kind"))) before.add((String) e.get("value"));
          if ("snapshot".equals(e.get("kind")) && "op".equals(e.get("op"))) fin = (List<String>) e.get("state");
        }
        r.out.put("processed_while_B_held", before);
        for (Map<String, Object> e : EV)
          if (
            "snapshot".equals(e.get("kind")) && "op".equals(e.get("op")) && Long.valueOf(1).equals(e.get("checkpoint"))
          ) r.out.put("op_state_in_checkpoint_1", e.get("state"));
      }
      r.out.put("op_state_in_last_snapshot", fin);
      List<String> srt = new ArrayList<>(fin);
      Collections.sort(srt);
      r.out.put("op_state_in_last_snapshot_sorted", srt);
      r.collect();
      r.save();
      System.out.println(
        "   while held " +
          r.out.get("processed_while_B_held") +
          "\n   cp1 state " +
          r.out.get("op_state_in_checkpoint_1") +
          "\n   final " +
          srt
      );
      for (Object o : (List<?>) r.out.get("checkpoints")) System.out.println("   " + o);
    }
  }

  /** backpressure: fast + slow source, slow operator. */
  static void bp(String name, int ms, Object... extra) throws Exception {
    Configuration c = conf(
      cat(
        FIXED3,
        cat(
          new Object[] { "execution.checkpointing.interval", "1 s", "taskmanager.memory.segment-size", "4 kb" },
          extra
        )
      )
    );
    try (Run r = new Run(name, c, 1, 2)) {
      r.params(
        "fast_source",
        "as fast as possible, 100-char records",
        "slow_source",
        "5 records/s",
        "operator",
        "1 ms per record, parallelism 1",
        "run_ms",
        ms
      );
      StreamExecutionEnvironment env = env(c, 1);
      final String pad = "x".repeat(90);
      DataStream<String> a = env
        .fromSource(
          new org.apache.flink.connector.datagen.source.DataGeneratorSource<String>(
            i -> "f" + i + pad,
            10000000L,
            Types.STRING
          ),
          WatermarkStrategy.noWatermarks(),
          "fast"
        )
        .uid("f");
      DataStream<String> b = env
        .fromSource(
          new org.apache.flink.connector.datagen.source.DataGeneratorSource<String>(
            i -> "s" + i,
            10000000L,
            org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy.perSecond(5),
            Types.STRING
          ),
          WatermarkStrategy.noWatermarks(),
          "slow"
        )
        .uid("s");
      a.rebalance()
        .union(b.rebalance())
        .map(v -> {
          Thread.sleep(1);
          return v;
        })
        .returns(Types.STRING)
        .name("op")
        .uid("op")
        .sinkTo(new org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink<>())
        .name("sink")
        .uid("sink");
      r.submit(r.graph(env, name));
      Thread.sleep(ms);
      r.mc.cancelJob(r.id).get();
      r.awaitDone(20000);
      r.collect();
      r.save();
      for (Object o : (List<?>) r.out.get("checkpoints")) System.out.println("   " + o);
    }
  }

  public static class SlowSnap extends RichMapFunction<String, String> implements CheckpointedFunction {

    final long ms;
    final Set<Long> ids;
    final boolean async;

    SlowSnap(long ms, Long... ids) {
      this.ms = ms;
      this.ids = new HashSet<>(Arrays.asList(ids));
      this.async = false;
    }

    public String map(String v) {
      return v;
    }

    public void initializeState(FunctionInitializationContext c) {
      OptionalLong r = c.getRestoredCheckpointId();
      ev(
        "op",
        "op",
        "subtask",
        0,
        "attempt",
        getRuntimeContext().getTaskInfo().getAttemptNumber(),
        "kind",
        "open",
        "restored_from",
        r.isPresent() ? (Object) r.getAsLong() : null
      );
    }

    public void snapshotState(FunctionSnapshotContext c) throws Exception {
      boolean slow = ids.isEmpty() || ids.contains(c.getCheckpointId());
      ev(
        "op",
        "op",
        "subtask",
        0,
        "attempt",
        getRuntimeContext().getTaskInfo().getAttemptNumber(),
        "kind",
        "snapshot_begin",
        "checkpoint",
        c.getCheckpointId(),
        "slow",
        slow
      );
      if (slow) Thread.sleep(ms);
      ev(
        "op",
        "op",
        "subtask",
        0,
        "attempt",
        getRuntimeContext().getTaskInfo().getAttemptNumber(),
        "kind",
        "snapshot_end",
        "checkpoint",
        c.getCheckpointId()
      );
    }
  }

  static void knobs(String name, int runMs, SlowSnap snap, Object... extra) throws Exception {
    Configuration c = conf(cat(FIXED3, extra));
    try (Run r = new Run(name, c, 1, 2)) {
      r.params(
        "snapshot_ms",
        snap.ms,
        "slow_for_checkpoints",
        snap.ids.isEmpty() ? "all" : snap.ids.toString(),
        "run_ms",
        runMs
      );
      StreamExecutionEnvironment env = env(c, 1);
      env
        .addSource(src("src", recs(1, 3), false), TypeInformation.of(String.class))
        .uid("src")
        .name("src")
        .map(snap)
        .returns(String.class)
        .uid("op")
        .name("op")
        .disableChaining()
        .addSink(new PrintSink<String>("sink"))
        .uid("sink")
        .name("sink");
      r.submit(r.graph(env, name));
      permit("src", 3);
      JobStatus s = r.awaitDone(runMs);
      if (!s.isGloballyTerminalState()) {
        r.out.put("cancelled_by_driver_after_ms", runMs);
        r.mc.cancelJob(r.id).get();
        r.awaitDone(10000);
      }
      r.collect();
      r.save();
      for (Object o : (List<?>) r.out.get("checkpoints")) {
        Map<String, Object> x = new LinkedHashMap<>((Map<String, Object>) o);
        x.remove("subtask_stats");
        System.out.println("   " + x);
      }
      System.out.println("   " + r.out.get("failure_cause_chain") + " " + r.out.get("job_status_history_polled"));
    }
  }

  static List<String> chain(Throwable t) {
    List<String> l = new ArrayList<>();
    while (t != null) {
      l.add(t.getClass().getName() + ": " + t.getMessage());
      t = t.getCause();
    }
    return l;
  }

  static void badPath(String name, String dir, String when) throws Exception {
    Configuration c = conf(cat(FIXED3, "execution.checkpointing.dir", dir));
    try (Run r = new Run(name, c, 1, 2)) {
      r.params("checkpoint_dir", dir, "when", when, "tolerable_failed_checkpoints", 0);
      StreamExecutionEnvironment env = env(c, 1);
      env
        .addSource(src("src", recs(1, 6), false), TypeInformation.of(String.class))
        .uid("src")
        .name("src")
        .map(new FailMap<String>("map", "state", 0, null, 0))
        .returns(String.class)
        .uid("map")
        .name("map")
        .addSink(new PrintSink<String>("sink"))
        .uid("sink")
        .name("sink");
      try {
        r.submit(r.graph(env, name));
        permit("src", 3);
        long e = System.currentTimeMillis() + 8000;
        while (
            System.currentTimeMillis() < e &&
            !r.mc.getJobStatus(r.id).get().isGloballyTerminalState() &&
            synchronizedOuts() < 3
          )
          Thread.sleep(20);
        ev("op", "driver", "kind", "status", "status", r.mc.getJobStatus(r.id).get().name());
        if (!r.mc.getJobStatus(r.id).get().isGloballyTerminalState()) {
          if (when.equals("after_start")) {
            Path p = Paths.get(dir.replace("file://", ""));
            Files.walk(p)
              .sorted(Comparator.reverseOrder())
              .forEach(x -> {
                try {
                  Files.delete(x);
                } catch (Exception z) {}
              });
            Files.deleteIfExists(p);
            Files.writeString(p, "not a directory");
            r.step("do", "replace the checkpoint directory by a regular file");
          }
          try {
            long id = r.mc
              .triggerCheckpoint(r.id, org.apache.flink.core.execution.CheckpointType.CONFIGURED)
              .get(20, TimeUnit.SECONDS);
            ev("op", "driver", "kind", "checkpoint_completed", "checkpoint", id);
          } catch (Exception x) {
            ev("op", "driver", "kind", "checkpoint_failed", "error", chain(x));
          }
          Thread.sleep(3000);
          ev("op", "driver", "kind", "status", "status", r.mc.getJobStatus(r.id).get().name());
          if (!r.mc.getJobStatus(r.id).get().isGloballyTerminalState()) {
            r.mc.cancelJob(r.id).get();
            r.awaitDone(10000);
          }
        }
        r.collect();
      } catch (Exception x) {
        r.out.put("submission_exception", chain(x));
        ev("op", "driver", "kind", "submission_failed", "error", chain(x));
        r.out.put("final_status", "SUBMISSION_FAILED");
      }
      r.save();
      System.out.println(
        "   " +
          r.out.get("submission_exception") +
          " " +
          r.out.get("failure_cause_chain") +
          " " +
          r.out.get("job_status_history_polled")
      );
      synchronized (EV) {
        for (Map<String, Object> e : EV) if ("driver".equals(e.get("op"))) System.out.println("   " + e);
      }
    }
  }

  static int synchronizedOuts() {
    synchronized (EV) {
      return (int) EV.stream()
        .filter(e -> "out".equals(e.get("kind")))
        .count();
    }
  }

  public static void main(String[] x) throws Exception {
    Set<String> w = new LinkedHashSet<>(Arrays.asList(x));
    boolean all = w.contains("all");
    if (all || w.contains("i")) {
      align("i1_alignment_exactly_once", true);
      align("i3b_unaligned_enabled_but_forward_edge", false, "execution.checkpointing.unaligned.enabled", "true");
      align("i2_alignment_at_least_once", true, "execution.checkpointing.mode", "AT_LEAST_ONCE");
      align("i3_alignment_unaligned", true, "execution.checkpointing.unaligned.enabled", "true");
      align(
        "i4_alignment_timeout_to_unaligned_500ms",
        true,
        "execution.checkpointing.unaligned.enabled",
        "true",
        "execution.checkpointing.aligned-checkpoint-timeout",
        "500 ms"
      );
    }
    if (all || w.contains("ib")) {
      bp("i5_backpressure_aligned", 12000);
      bp("i6_backpressure_unaligned", 12000, "execution.checkpointing.unaligned.enabled", "true");
      bp(
        "i7_backpressure_aligned_timeout_200ms",
        12000,
        "execution.checkpointing.unaligned.enabled",
        "true",
        "execution.checkpointing.aligned-checkpoint-timeout",
        "200 ms"
      );
      bp("i8_backpressure_aligned_buffer_debloat", 12000, "taskmanager.network.memory.buffer-debloat.enabled", "true");
    }
    if (all || w.contains("j")) {
      knobs("j1_interval300_snapshot1000_max1", 6000, new SlowSnap(1000), "execution.checkpointing.interval", "300 ms");
      knobs(
        "j2_minpause500_snapshot300",
        6000,
        new SlowSnap(300),
        "execution.checkpointing.interval",
        "400 ms",
        "execution.checkpointing.min-pause",
        "500 ms"
      );
      knobs(
        "j3_maxconcurrent3_snapshot1000",
        6000,
        new SlowSnap(1000),
        "execution.checkpointing.interval",
        "300 ms",
        "execution.checkpointing.max-concurrent-checkpoints",
        "3"
      );
      knobs(
        "j4_timeout500_tolerable2_cp2_cp3_slow",
        8000,
        new SlowSnap(1500, 2L, 3L),
        "execution.checkpointing.interval",
        "300 ms",
        "execution.checkpointing.timeout",
        "500 ms",
        "execution.checkpointing.tolerable-failed-checkpoints",
        "2"
      );
      knobs(
        "j5_timeout500_tolerable1_all_slow",
        25000,
        new SlowSnap(1500),
        "execution.checkpointing.interval",
        "300 ms",
        "execution.checkpointing.timeout",
        "500 ms",
        "execution.checkpointing.tolerable-failed-checkpoints",
        "1"
      );
      knobs(
        "j6_timeout500_tolerable0_cp2_slow",
        8000,
        new SlowSnap(1500, 2L),
        "execution.checkpointing.interval",
        "300 ms",
        "execution.checkpointing.timeout",
        "500 ms",
        "execution.checkpointing.tolerable-failed-checkpoints",
        "0"
      );
      Files.createDirectories(Paths.get(ROOT, "ckpt"));
      Path af = Paths.get(ROOT, "ckpt", "afile");
      if (!Files.exists(af)) Files.writeString(af, "x");
      badPath("j7_path_below_regular_file", "file://" + Lab.ROOT + "/ckpt/afile/x", "from_start");
      badPath("j8_path_unwritable_proc", "file:///proc/flinklab", "from_start");
      badPath("j9_path_scheme_without_filesystem", "s3://bucket/x", "from_start");
      badPath("j10_path_turns_bad_after_start", "file://" + Lab.ROOT + "/ckpt/turnsbad", "after_start");
    }
    System.exit(0);
  }
}
