import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.stream.*;
import org.apache.flink.api.common.*;
import org.apache.flink.api.common.functions.*;
import org.apache.flink.api.common.state.*;
import org.apache.flink.api.common.typeinfo.*;
import org.apache.flink.configuration.*;
import org.apache.flink.core.execution.*;
import org.apache.flink.runtime.jobgraph.*;
import org.apache.flink.runtime.minicluster.*;
import org.apache.flink.runtime.state.*;
import org.apache.flink.streaming.api.checkpoint.*;
import org.apache.flink.streaming.api.datastream.*;
import org.apache.flink.streaming.api.environment.*;
import org.apache.flink.streaming.api.functions.*;
import org.apache.flink.util.Collector;

/** t (state backends: sizes and files), u (JobManager leadership), v (processing-time timers), w (claim modes). */
public class BackendsAndClaims extends Lab {

  /** Keeps `payload` random bytes per key; logs nothing but every record with number % logEvery == 0. */
  public static class Keep extends KeyedProcessFunction<String, String, String> {

    final int payload;
    transient ValueState<byte[]> s;

    Keep(int p) {
      payload = p;
    }

    public void open(Configuration p) {
      s = getRuntimeContext().getState(new ValueStateDescriptor<>("s", byte[].class));
      ev(
        "op",
        "keep",
        "subtask",
        getRuntimeContext().getTaskInfo().getIndexOfThisSubtask(),
        "attempt",
        getRuntimeContext().getTaskInfo().getAttemptNumber(),
        "kind",
        "opened"
      );
    }

    public void processElement(String v, Context c, Collector<String> o) throws Exception {
      byte[] b = new byte[payload];
      new Random(v.hashCode() * 31L + cnt("salt")).nextBytes(b);
      s.update(b);
      o.collect(v);
    }
  }

  public static class Slow
    extends RichMapFunction<String, String>
    implements CheckpointedFunction, org.apache.flink.api.common.state.CheckpointListener
  {

    final long id, ms;

    Slow(long id, long ms) {
      this.id = id;
      this.ms = ms;
    }

    public String map(String v) {
      return v;
    }

    public void initializeState(FunctionInitializationContext c) {
      OptionalLong r = c.getRestoredCheckpointId();
      ev(
        "op",
        "slow",
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
      if (c.getCheckpointId() == id) Thread.sleep(ms);
    }

    public void notifyCheckpointComplete(long i) {
      ev("op", "slow", "kind", "complete", "checkpoint", i);
    }

    public void notifyCheckpointAborted(long i) {
      ev("op", "slow", "kind", "aborted", "checkpoint", i);
    }
  }

  static final Map<String, String> IDS = new LinkedHashMap<>();

  /** The files below a checkpoint directory: which are shared, which are exclusive to a checkpoint, with stable numbers in place of random names. */
  static List<Object> files(Path dir) throws Exception {
    List<Object> l = new ArrayList<>();
    if (!Files.exists(dir)) return l;
    try (Stream<Path> s = Files.walk(dir)) {
      for (Path p : s.filter(Files::isRegularFile).sorted().collect(Collectors.toList())) {
        String rel = dir.relativize(p).toString();
        String base = p.getFileName().toString();
        if (!base.equals("_metadata")) {
          rel = rel.replace(base, IDS.computeIfAbsent(base, z -> "file" + (IDS.size() + 1)));
        }
        try {
          l.add(
            m(
              "path",
              rel
                .replaceAll("[0-9a-f]{32}", "JOBID")
                .replaceAll("savepoint-[0-9a-f]{6}-[0-9a-f]{12}", "savepoint-SHORT-RANDOM"),
              "bytes",
              Files.size(p)
            )
          );
        } catch (NoSuchFileException e) {}
      }
    }
    l.sort(Comparator.comparing(Object::toString));
    return l;
  }

  static void emit(Run r, int upto, String mark) throws Exception {
    permit("src", upto);
    r.awaitEv(mark, e -> "emit_done".equals(e.get("kind")) && Integer.valueOf(upto).equals(e.get("upto")), 1);
    quiet(120);
  }

  /** A quiet replayable source: logs only when it has emitted all that it may. */
  public static class QSrc extends Src<String> {

    QSrc(String n, List<String> l) {
      super(n, List.of(l), false, true);
    }

    void emitPermitted(
      org.apache.flink.streaming.api.functions.source.SourceFunction.SourceContext<String> ctx,
      List<String> mine,
      int s,
      int at
    ) {
      boolean any = false;
      while (run && i < mine.size() && i < gate(name, s)) {
        ctx.collect(mine.get(i++));
        any = true;
      }
      if (any) ev("op", name, "subtask", s, "attempt", at, "kind", "emit_done", "upto", i);
    }
  }

  static void sizes(String name, int par, boolean abort, Object... extra) throws Exception {
    Path dir = Paths.get(ROOT, "ckpt", "sizes" + System.nanoTime());
    IDS.clear();
    CNT.clear();
    Configuration c = conf(
      cat(
        FIXED3,
        cat(
          new Object[] {
            "execution.checkpointing.dir",
            "file://" + dir,
            "execution.checkpointing.tolerable-failed-checkpoints",
            5,
            "state.storage.fs.memory-threshold",
            "1 kb",
            "taskmanager.memory.managed.size",
            "192mb",
          },
          extra
        )
      )
    );
    if (abort) c.setString("execution.checkpointing.timeout", "4 s");
    List<String> recs = new ArrayList<>();
    int[] phase = new int[8];
    int n = 0;
    for (int i = 0; i < 400; i++, n++) recs.add("k" + i);
    phase[1] = n;
    for (int i = 0; i < 40; i++, n++) recs.add("k" + i);
    phase[2] = n;
    phase[3] = n;
    for (int i = 100; i < 180; i++, n++) recs.add("k" + i);
    phase[4] = n;
    for (int i = 0; i < 400; i++, n++) recs.add("k" + i);
    phase[5] = n;
    for (int i = 0; i < 20; i++, n++) recs.add("k" + i);
    phase[6] = n;
    phase[7] = n;
    try (Run r = new Run(name, c, 1, par)) {
      r.params(
        "state",
        "one value of 1000 random bytes per key",
        "records",
        n,
        "phases",
        List.of(
          "1: k0..k399",
          "2: k0..k39 again",
          "3: nothing",
          "4: k100..k179 again" +
            (abort
              ? "; this checkpoint expires (4 s) because a map behind takes 6 s to snapshot, after the keyed state was uploaded"
              : ""),
          "5: k0..k399 again",
          "6: k0..k19 again",
          "7: nothing"
        ),
        "parallelism",
        par,
        "num_retained",
        1,
        "checkpoint_after_each_phase",
        true
      );
      StreamExecutionEnvironment env = env(c, par);
      env.setMaxParallelism(128);
      env
        .addSource(new QSrc("src", recs), Types.STRING)
        .setParallelism(1)
        .uid("src")
        .name("src")
        .keyBy(v -> v, Types.STRING)
        .process(new Keep(1000))
        .returns(Types.STRING)
        .uid("keep")
        .name("keep")
        .disableChaining()
        .map(new Slow(abort ? 4 : -1, 6000))
        .returns(Types.STRING)
        .setParallelism(1)
        .uid("slow")
        .name("slow")
        .addSink(new org.apache.flink.streaming.api.functions.sink.DiscardingSink<>())
        .setParallelism(1)
        .uid("sink")
        .name("sink");
      r.submit(r.graph(env, name));
      r.awaitAllRunning();
      List<Object> steps = new ArrayList<>();
      for (int k = 1; k <= 7; k++) {
        if (phase[k] > (k > 1 ? phase[k - 1] : 0)) emit(r, phase[k], "phase " + k);
        String what = "completed";
        if (abort && k == 4) {
          try {
            r.mc.triggerCheckpoint(r.id, CheckpointType.CONFIGURED).get(30, TimeUnit.SECONDS);
          } catch (Exception e) {
            what = "failed: " + AlignmentAndKnobs.chain(e).get(AlignmentAndKnobs.chain(e).size() - 1);
          }
          r.awaitEv("aborted", e -> "aborted".equals(e.get("kind")), 1);
          Thread.sleep(800);
        } else r.checkpoint();
        quiet(300);
        steps.add(m("phase", k, "checkpoint", what, "files", files(dir)));
      }
      r.out.put("files_after_each_checkpoint", steps);
      Map<String, String> vn = new LinkedHashMap<>();
      for (org.apache.flink.runtime.executiongraph.AccessExecutionJobVertex v : r.mc
        .getExecutionGraph(r.id)
        .get()
        .getVerticesTopologically())
        vn.put(v.getJobVertexId().toHexString().substring(0, 8), v.getName());
      r.out.put("vertex_names", vn);
      r.mc.cancelJob(r.id).get();
      r.awaitDone(10000);
      r.collect();
      r.save();
      for (Object o : (List<?>) r.out.get("checkpoints")) {
        Map<?, ?> x = (Map<?, ?>) o;
        System.out.println(
          "   " +
            x.get("id") +
            " " +
            x.get("status") +
            " full=" +
            x.get("state_size") +
            " checkpointed=" +
            x.get("checkpointed_size")
        );
      }
      for (Object o : steps) System.out.println("   " + o);
    }
  }

  // ---- u
  static void leader(String name, String what) throws Exception {
    Configuration c = conf(
      cat(
        FIXED3,
        "lab.ha",
        "true",
        "execution.checkpointing.externalized-checkpoint-retention",
        "RETAIN_ON_CANCELLATION"
      )
    );
    try (Run r = new Run(name, c, 1, 1)) {
      r.params("records", 12, "leadership", what, "checkpoint_after_records", List.of(4), "lost_after_records", 6);
      StreamExecutionEnvironment env = env(c, 1);
      env
        .addSource(src("src", recs(1, 12), true), Types.STRING)
        .uid("src")
        .name("src")
        .map(new FailMap<String>("map", "state", 0, what.equals("job_master_then_failure") ? "r9" : null, 1))
        .returns(String.class)
        .uid("map")
        .name("map")
        .addSink(new PrintSink<String>("sink"))
        .uid("sink")
        .name("sink");
      r.submit(r.graph(env, name));
      permit("src", 4);
      r.step("do", "permit", "upto", 4);
      r.awaitOut("sink", 4);
      r.checkpoint();
      permit("src", 6);
      r.step("do", "permit", "upto", 6);
      r.awaitOut("sink", 6);
      quiet(100);
      org.apache.flink.runtime.highavailability.nonha.embedded.HaLeadershipControl h = r.mc
        .getHaLeadershipControl()
        .get();
      h.revokeJobMasterLeadership(r.id).get();
      r.step("do", "revoke JobMaster leadership");
      Thread.sleep(1500);
      quiet(200);
      int outsWhileGone = AlignmentAndKnobs.synchronizedOuts();
      r.out.put("outputs_while_no_leader", outsWhileGone - 6);
      h.grantJobMasterLeadership(r.id).get();
      r.step("do", "grant JobMaster leadership");
      r.awaitEv("reopen", e -> "src".equals(e.get("op")) && "open".equals(e.get("kind")), 2);
      r.awaitAllRunning();
      quiet(200);
      permit("src", 12);
      r.step("do", "permit", "upto", 12);
      if (what.equals("job_master_then_failure")) {
        r.awaitKind("map", "throw", 1);
      }
      r.awaitEv("r12", e -> "out".equals(e.get("kind")) && "r12".equals(e.get("value")), 1);
      r.finishWithCheckpoints(30000);
      r.collect();
      r.save();
      synchronized (EV) {
        for (Map<String, Object> e : EV)
          if ("open".equals(e.get("kind")) || "snapshot".equals(e.get("kind"))) System.out.println("   " + e);
      }
      for (Object o : (List<?>) r.out.get("checkpoints")) {
        Map<?, ?> x = (Map<?, ?>) o;
        System.out.println("   " + x.get("id") + " " + x.get("status"));
      }
    }
  }

  // ---- v
  public static class PT extends KeyedProcessFunction<String, String, String> {

    final long after;

    PT(long a) {
      after = a;
    }

    public void processElement(String v, Context c, Collector<String> o) throws Exception {
      long now = c.timerService().currentProcessingTime();
      c.timerService().registerProcessingTimeTimer(now + after);
      ev(
        "op",
        "timers",
        "subtask",
        0,
        "attempt",
        getRuntimeContext().getTaskInfo().getAttemptNumber(),
        "kind",
        "register",
        "key",
        v,
        "due_t_ms",
        now + after - T0
      );
      o.collect(v);
    }

    public void onTimer(long t, OnTimerContext c, Collector<String> o) {
      ev(
        "op",
        "timers",
        "subtask",
        0,
        "attempt",
        getRuntimeContext().getTaskInfo().getAttemptNumber(),
        "kind",
        "fire",
        "key",
        c.getCurrentKey(),
        "due_t_ms",
        t - T0
      );
      o.collect(c.getCurrentKey() + " fired");
    }
  }

  static void ptimers(String name, long after, long restartMs) throws Exception {
    Configuration c = conf(
      "restart-strategy.type",
      "fixed-delay",
      "restart-strategy.fixed-delay.attempts",
      3,
      "restart-strategy.fixed-delay.delay",
      restartMs + " ms"
    );
    try (Run r = new Run(name, c, 1, 1)) {
      r.params(
        "records",
        List.of("r1", "r2", "r3"),
        "processing_time_timer_after_ms",
        after,
        "restart_delay_ms",
        restartMs,
        "checkpoint_after_records",
        1,
        "fail_on",
        "r3",
        "fail_times",
        1,
        "meaning",
        "r1's timer is in the checkpoint, r2's is not: r2 is read again and gets a new one"
      );
      StreamExecutionEnvironment env = env(c, 1);
      env.setBufferTimeout(0);
      env
        .addSource(src("src", recs(1, 3), false), Types.STRING)
        .uid("src")
        .name("src")
        .map(new FailMap<String>("map", "plain", 0, "r3", 1))
        .returns(String.class)
        .uid("map")
        .name("map")
        .keyBy(v -> v, Types.STRING)
        .process(new PT(after))
        .returns(String.class)
        .uid("timers")
        .name("timers")
        .addSink(new PrintSink<String>("sink"))
        .uid("sink")
        .name("sink");
      r.submit(r.graph(env, name));
      r.awaitAllRunning();
      permit("src", 1);
      r.step("do", "permit", "upto", 1);
      r.awaitOut("sink", 1);
      r.checkpoint();
      quiet(60);
      permit("src", 2);
      r.step("do", "permit", "upto", 2);
      r.awaitOut("sink", 2);
      quiet(60);
      permit("src", 3);
      r.step("do", "permit", "upto", 3);
      r.awaitKind("map", "throw", 1);
      r.awaitEv("fires", e -> "fire".equals(e.get("kind")), 3);
      Thread.sleep(600);
      r.mc.cancelJob(r.id).get();
      r.awaitDone(10000);
      List<Object> f = new ArrayList<>();
      synchronized (EV) {
        for (Map<String, Object> e : EV) if ("fire".equals(e.get("kind")) || "register".equals(e.get("kind"))) f.add(e);
      }
      r.out.put("timers", f);
      r.collect();
      r.save();
      for (Object o : f) System.out.println("   " + o);
    }
  }

  // ---- w
  static void claim(String name, String mode, boolean fromSavepoint, Object... extra) throws Exception {
    Path d1 = Paths.get(ROOT, "ckpt", "claim" + System.nanoTime()),
      d2 = Paths.get(ROOT, "ckpt", "claimed" + System.nanoTime());
    IDS.clear();
    Configuration c = conf(
      cat(
        FIXED3,
        cat(
          new Object[] {
            "execution.checkpointing.dir",
            "file://" + d1,
            "execution.checkpointing.externalized-checkpoint-retention",
            "RETAIN_ON_CANCELLATION",
            "state.storage.fs.memory-threshold",
            "1 kb",
          },
          extra
        )
      )
    );
    List<String> recs = new ArrayList<>();
    for (int i = 0; i < 60; i++) recs.add("k" + (i % 20));
    try (Run r = new Run(name, c, 1, 1)) {
      r.params(
        "mode",
        mode,
        "started_from",
        fromSavepoint ? "savepoint (canonical)" : "retained checkpoint",
        "first_job",
        "20 keys of 1000 bytes, then checkpoint 1" + (fromSavepoint ? ", a savepoint" : "") + ", cancelled",
        "second_job",
        "checkpoints after 20, 40 records, then a failure and a restart, then cancelled"
      );
      String from = null;
      List<Object> steps = new ArrayList<>();
      for (int k = 1; k <= 2; k++) {
        Configuration ck = new Configuration(c);
        if (k == 2) ck.setString("execution.checkpointing.dir", "file://" + d2);
        StreamExecutionEnvironment env = env(ck, 1);
        env.setMaxParallelism(128);
        env
          .addSource(new QSrc("src", recs), Types.STRING)
          .uid("src")
          .name("src")
          .map(new FailMap<String>("map", "state", 0, k == 2 ? "never" : null, 0))
          .returns(Types.STRING)
          .uid("map")
          .name("map")
          .keyBy(v -> v, Types.STRING)
          .process(new Keep(1000))
          .returns(Types.STRING)
          .uid("keep")
          .name("keep")
          .addSink(new org.apache.flink.streaming.api.functions.sink.DiscardingSink<>())
          .uid("sink")
          .name("sink");
        JobGraph g = r.graph(env, name);
        if (k == 2) {
          Configuration s = new Configuration();
          s.setString("execution.savepoint.path", from);
          s.setString("execution.state-recovery.path", from);
          s.setString("execution.savepoint-restore-mode", mode);
          s.setString("execution.state-recovery.claim-mode", mode);
          g.setSavepointRestoreSettings(SavepointRestoreSettings.fromConfiguration(s));
        }
        GATE.clear();
        r.submit(g);
        r.awaitAllRunning();
        if (k == 1) {
          emit(r, 20, "20");
          r.checkpoint();
          quiet(200);
          if (fromSavepoint) from = r.mc
            .triggerSavepoint(r.id, "file://" + d1 + "/sp", false, SavepointFormatType.CANONICAL)
            .get(30, TimeUnit.SECONDS);
          else try (Stream<Path> s = Files.walk(d1)) {
            from =
              "file://" +
              s
                .filter(p -> p.endsWith("_metadata"))
                .findFirst()
                .get()
                .getParent();
          }
          quiet(100);
          r.mc.cancelJob(r.id).get();
          r.awaitDone(10000);
          Thread.sleep(300);
          steps.add(m("after", "first job cancelled", "first_dir", files(d1)));
          r.collect("first_job_");
        } else {
          synchronized (EV) {
            for (Map<String, Object> e : EV) if ("open".equals(e.get("kind"))) System.out.println("   " + e);
          }
          steps.add(m("after", "second job started", "first_dir", files(d1), "second_dir", files(d2)));
          for (int u : new int[] { 40, 60 }) {
            emit(r, u, "" + u);
            r.checkpoint();
            quiet(300);
            Thread.sleep(300);
            steps.add(
              m("after", "checkpoint after " + u + " records", "first_dir", files(d1), "second_dir", files(d2))
            );
          }
          r.mc.cancelJob(r.id).get();
          r.awaitDone(10000);
          Thread.sleep(300);
          steps.add(m("after", "second job cancelled", "first_dir", files(d1), "second_dir", files(d2)));
          r.collect();
        }
      }
      r.out.put("steps", steps);
      r.save();
      for (Object o : steps) System.out.println("   " + o);
      for (Object o : (List<?>) r.out.get("checkpoints")) {
        Map<?, ?> x = (Map<?, ?>) o;
        System.out.println(
          "   " +
            x.get("id") +
            " " +
            x.get("status") +
            " full=" +
            x.get("state_size") +
            " checkpointed=" +
            x.get("checkpointed_size")
        );
      }
    }
  }

  public static void main(String[] a) throws Exception {
    Set<String> w = new LinkedHashSet<>(Arrays.asList(a));
    boolean all = w.contains("all");
    Object[] R = { "state.backend.type", "rocksdb" },
      RI = {
        "state.backend.type",
        "rocksdb",
        "execution.checkpointing.incremental",
        "true",
        "state.backend.incremental",
        "true",
      };
    if (all || w.contains("t")) {
      sizes("t1_sizes_hashmap", 1, false);
      sizes("t2_sizes_rocksdb_full", 1, false, R);
      sizes("t3_sizes_rocksdb_incremental", 1, false, RI);
      sizes("t4_sizes_rocksdb_incremental_aborted", 1, true, RI);
      sizes("t5_sizes_rocksdb_incremental_p2", 2, false, RI);
      sizes("t6_sizes_rocksdb_incremental_retained3", 1, false, cat(RI, "execution.checkpointing.num-retained", 3));
      sizes(
        "t7_sizes_changelog_hashmap",
        1,
        false,
        "state.changelog.enabled",
        "true",
        "state.backend.changelog.enabled",
        "true",
        "state.changelog.storage",
        "filesystem",
        "state.backend.changelog.storage",
        "filesystem",
        "state.changelog.dstl.dfs.base-path",
        "file://" + ROOT + "/ckpt/dstl",
        "dstl.dfs.base-path",
        "file://" + ROOT + "/ckpt/dstl",
        "state.changelog.periodic-materialize.interval",
        "1 h",
        "state.backend.changelog.periodic-materialize.interval",
        "1 h"
      );
    }
    if (all || w.contains("u")) {
      leader("u1_job_master_leadership_lost", "job_master");
      leader("u2_job_master_leadership_lost_then_failure", "job_master_then_failure");
    }
    if (all || w.contains("v")) {
      ptimers("v1_processing_timer_due_after_restart", 4000, 100);
      ptimers("v2_processing_timer_due_while_down", 1500, 3000);
    }
    if (all || w.contains("w")) {
      boolean v2 = org.apache.flink.runtime.util.EnvironmentInformation.getVersion().startsWith("2");
      for (String mode : v2 ? new String[] { "NO_CLAIM", "CLAIM" } : new String[] { "NO_CLAIM", "CLAIM", "LEGACY" }) {
        claim("w_claim_" + mode.toLowerCase() + "_retained_incremental", mode, false, RI);
        claim("w_claim_" + mode.toLowerCase() + "_savepoint", mode, true, RI);
      }
      claim("w_claim_no_claim_retained_hashmap", "NO_CLAIM", false);
    }
    System.exit(0);
  }
}
