import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.stream.*;
import org.apache.flink.api.common.*;
import org.apache.flink.api.common.functions.*;
import org.apache.flink.api.common.serialization.*;
import org.apache.flink.api.common.state.*;
import org.apache.flink.api.common.typeinfo.*;
import org.apache.flink.api.common.typeutils.base.*;
import org.apache.flink.api.connector.sink2.*;
import org.apache.flink.configuration.*;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.runtime.state.*;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.datastream.*;
import org.apache.flink.streaming.api.environment.*;
import org.apache.flink.streaming.api.functions.sink.SinkFunction;
import org.apache.flink.streaming.api.functions.sink.TwoPhaseCommitSinkFunction;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.OnCheckpointRollingPolicy;

/** Recordings d, l, f: transactional sinks, bounded input, restart strategies. */
public class SinksAndStrategies extends Lab {

  /** the "external database": transactions by id; survives Flink restarts. */
  static final Map<String, List<String>> PENDING = new ConcurrentSkipListMap<>();
  static final List<String> COMMITTED = Collections.synchronizedList(new ArrayList<>());

  static void resetDb() {
    PENDING.clear();
    COMMITTED.clear();
  }

  static Map<String, Object> db() {
    return m("committed", new ArrayList<>(COMMITTED), "open_or_prepared_transactions", copyPending());
  }

  static Map<String, Object> copyPending() {
    Map<String, Object> r = new TreeMap<>();
    for (Map.Entry<String, List<String>> e : PENDING.entrySet()) r.put(e.getKey(), new ArrayList<>(e.getValue()));
    return r;
  }

  public static class Tpc extends TwoPhaseCommitSinkFunction<String, String, Void> {

    final String name;
    final boolean failFirstCommit;

    Tpc(String n, boolean f) {
      super(StringSerializer.INSTANCE, VoidSerializer.INSTANCE);
      name = n;
      failFirstCommit = f;
    }

    int at() {
      return getRuntimeContext().getTaskInfo().getAttemptNumber();
    }

    int st() {
      return getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
    }

    protected void invoke(String txn, String v, SinkFunction.Context c) {
      PENDING.get(txn).add(v);
      ev("op", name, "subtask", st(), "attempt", at(), "kind", "write", "txn", txn, "value", v);
    }

    protected String beginTransaction() {
      String t = "t" + st() + "." + cnt(name + "." + st() + ".txn");
      PENDING.put(t, new CopyOnWriteArrayList<>());
      ev("op", name, "subtask", st(), "attempt", at(), "kind", "begin", "txn", t);
      return t;
    }

    protected void preCommit(String t) {
      ev(
        "op",
        name,
        "subtask",
        st(),
        "attempt",
        at(),
        "kind",
        "pre_commit",
        "txn",
        t,
        "values",
        new ArrayList<>(PENDING.get(t))
      );
    }

    protected void commit(String t) {
      if (failFirstCommit && cnt(name + ".commitfail") == 1) {
        ev("op", name, "subtask", st(), "attempt", at(), "kind", "commit_throws", "txn", t);
        throw new RuntimeException("intentional failure in commit of " + t);
      }
      List<String> l = PENDING.remove(t);
      ev(
        "op",
        name,
        "subtask",
        st(),
        "attempt",
        at(),
        "kind",
        "commit",
        "txn",
        t,
        "values",
        l == null ? null : new ArrayList<>(l)
      );
      if (l != null) COMMITTED.addAll(l);
    }

    protected void abort(String t) {
      List<String> l = PENDING.remove(t);
      ev(
        "op",
        name,
        "subtask",
        st(),
        "attempt",
        at(),
        "kind",
        "abort",
        "txn",
        t,
        "values",
        l == null ? null : new ArrayList<>(l)
      );
    }

    protected void recoverAndCommit(String t) {
      ev("op", name, "subtask", st(), "attempt", at(), "kind", "recover_and_commit", "txn", t);
      commit(t);
    }

    protected void recoverAndAbort(String t) {
      ev("op", name, "subtask", st(), "attempt", at(), "kind", "recover_and_abort", "txn", t);
      abort(t);
    }
  }

  /** map whose snapshotState fails for one checkpoint id (first time only). */
  public static class SnapFail extends RichMapFunction<String, String> implements CheckpointedFunction {

    final long failCp;

    SnapFail(long c) {
      failCp = c;
    }

    public String map(String v) {
      return v;
    }

    public void initializeState(FunctionInitializationContext c) {}

    public void snapshotState(FunctionSnapshotContext c) throws Exception {
      if (c.getCheckpointId() == -failCp && cnt("snapslow") == 1) {
        ev(
          "op",
          "snapfail",
          "subtask",
          0,
          "attempt",
          getRuntimeContext().getTaskInfo().getAttemptNumber(),
          "kind",
          "snapshot_slow_1500ms",
          "checkpoint",
          c.getCheckpointId()
        );
        Thread.sleep(1500);
      }
      if (c.getCheckpointId() == failCp && cnt("snapfail") == 1) {
        ev(
          "op",
          "snapfail",
          "subtask",
          0,
          "attempt",
          getRuntimeContext().getTaskInfo().getAttemptNumber(),
          "kind",
          "snapshot_throws",
          "checkpoint",
          c.getCheckpointId()
        );
        throw new RuntimeException("intentional snapshot failure");
      }
    }
  }

  /** Sink V2 with a committer. */
  public static class V2 implements Sink<String>, SupportsCommitter<String> {

    final String name;
    final int failMode;

    V2(String n, int failMode) {
      name = n;
      this.failMode = failMode;
    }

    static String mk(List<String> l, int n, int st) {
      return "c" + st + "." + n + ":" + String.join(",", l);
    }

    public SinkWriter<String> createWriter(InitContext c) {
      throw new UnsupportedOperationException();
    }

    public SinkWriter<String> createWriter(WriterInitContext c) {
      int st = c.getTaskInfo().getIndexOfThisSubtask(),
        at = c.getTaskInfo().getAttemptNumber();
      OptionalLong r = c.getRestoredCheckpointId();
      ev(
        "op",
        name,
        "subtask",
        st,
        "attempt",
        at,
        "kind",
        "open",
        "restored_from",
        r.isPresent() ? (Object) r.getAsLong() : null
      );
      return new CommittingSinkWriter<String, String>() {
        List<String> buf = new ArrayList<>();

        public void write(String v, SinkWriter.Context x) {
          buf.add(v);
          ev("op", name, "subtask", st, "attempt", at, "kind", "write", "value", v);
        }

        public void flush(boolean end) {
          ev("op", name, "subtask", st, "attempt", at, "kind", "flush", "end_of_input", end);
        }

        public Collection<String> prepareCommit() {
          if (buf.isEmpty()) {
            ev("op", name, "subtask", st, "attempt", at, "kind", "prepare_commit", "values", List.of());
            return List.of();
          }
          String t = mk(buf, cnt(name + ".n"), st);
          ev("op", name, "subtask", st, "attempt", at, "kind", "prepare_commit", "committable", t);
          buf = new ArrayList<>();
          return List.of(t);
        }

        public void close() {}
      };
    }

    public Committer<String> createCommitter(CommitterInitContext c) {
      int st = c.getTaskInfo().getIndexOfThisSubtask(),
        at = c.getTaskInfo().getAttemptNumber();
      return new Committer<String>() {
        public void commit(Collection<CommitRequest<String>> rs) {
          for (CommitRequest<String> r : rs) {
            int n = cnt(name + ".commit");
            if (failMode == 1 && n == 1) {
              ev(
                "op",
                name,
                "subtask",
                st,
                "attempt",
                at,
                "kind",
                "commit_throws_before",
                "committable",
                r.getCommittable(),
                "retries",
                r.getNumberOfRetries()
              );
              throw new RuntimeException("fail before commit");
            }
            ev(
              "op",
              name,
              "subtask",
              st,
              "attempt",
              at,
              "kind",
              "commit",
              "committable",
              r.getCommittable(),
              "retries",
              r.getNumberOfRetries()
            );
            COMMITTED.add(r.getCommittable());
            if (failMode == 2 && n == 1) {
              ev(
                "op",
                name,
                "subtask",
                st,
                "attempt",
                at,
                "kind",
                "commit_throws_after",
                "committable",
                r.getCommittable()
              );
              throw new RuntimeException("fail after commit");
            }
          }
        }

        public void close() {}
      };
    }

    public SimpleVersionedSerializer<String> getCommittableSerializer() {
      return new SimpleVersionedSerializer<String>() {
        public int getVersion() {
          return 1;
        }

        public byte[] serialize(String s) {
          return s.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        }

        public String deserialize(int v, byte[] b) {
          return new String(b, java.nio.charset.StandardCharsets.UTF_8);
        }
      };
    }
  }

  static boolean wrote(Map<String, Object> e, String v, int attempt) {
    return (
      "write".equals(e.get("kind")) && v.equals(e.get("value")) && Integer.valueOf(attempt).equals(e.get("attempt"))
    );
  }

  static void d(
    String name,
    String sinkKind,
    boolean commitFail,
    int failMode,
    long snapFail,
    int tolerable,
    String failOn
  ) throws Exception {
    resetDb();
    Configuration c = conf(cat(FIXED3, "execution.checkpointing.tolerable-failed-checkpoints", tolerable));
    if (snapFail < 0) c.setString("execution.checkpointing.timeout", "500 ms");
    try (Run r = new Run(name, c, 1, 2)) {
      r.params(
        "records",
        9,
        "sink",
        sinkKind,
        "fail_on",
        failOn,
        "fail_times",
        failOn == null ? 0 : 1,
        "commit_of_first_txn_throws",
        commitFail || failMode == 1,
        "throws_after_first_commit_took_effect",
        failMode == 2,
        "snapshot_throws_at_checkpoint",
        snapFail > 0 ? snapFail : null,
        "snapshot_takes_1500ms_at_checkpoint",
        snapFail < 0 ? -snapFail : null,
        "checkpoint_timeout_ms",
        snapFail < 0 ? 500 : null,
        "tolerable_failed_checkpoints",
        tolerable,
        "checkpoints_after_records",
        List.of(3, 6, "end")
      );
      StreamExecutionEnvironment env = env(c, 1);
      DataStream<String> s = env
        .addSource(src("src", recs(1, 9), true), TypeInformation.of(String.class))
        .uid("src")
        .name("src")
        .map(new FailMap<String>("map", "plain", 0, failOn, failOn == null ? 0 : 1))
        .returns(String.class)
        .uid("map")
        .name("map");
      if (sinkKind.equals("two_phase_commit_function")) s.addSink(new Tpc("sink", commitFail))
        .uid("sink")
        .name("sink")
        .disableChaining();
      else s.sinkTo(new V2("sink", failMode)).uid("sink").name("sink");
      if (snapFail != 0) s.map(new SnapFail(snapFail))
        .returns(String.class)
        .uid("sf")
        .name("sf")
        .disableChaining()
        .addSink(new PrintSink<String>("other"))
        .uid("o")
        .name("o");
      r.submit(r.graph(env, name));
      permit("src", 3);
      r.step("do", "permit", "upto", 3);
      r.awaitEv("w3", e -> wrote(e, "r3", 0), 1);
      r.checkpoint();
      Thread.sleep(300);
      ev("op", "external", "kind", "db", "db", db());
      int att = 0;
      if (commitFail || failMode > 0) {
        att = 1;
        Thread.sleep(600);
        ev("op", "external", "kind", "db", "db", db(), "note", "after restart");
      }
      permit("src", 6);
      r.step("do", "permit", "upto", 6);
      final int a1 = att;
      if (failOn == null || Integer.parseInt(failOn.substring(1)) > 6) {
        r.awaitEv("w6", e -> wrote(e, "r6", a1), 1);
        if (Math.abs(snapFail) == 2) {
          try {
            long cc = r.mc
              .triggerCheckpoint(r.id, org.apache.flink.core.execution.CheckpointType.CONFIGURED)
              .get(20, TimeUnit.SECONDS);
            ev("op", "driver", "kind", "checkpoint_completed", "checkpoint", cc);
          } catch (Exception e) {
            Throwable t = e;
            while (t.getCause() != null) t = t.getCause();
            ev("op", "driver", "kind", "checkpoint_failed", "error", String.valueOf(t));
            r.step("do", "checkpoint", "failed", true);
          }
          Thread.sleep(2000);
          if (tolerable == 0 || snapFail > 0) att = 1;
          ev("op", "external", "kind", "db", "db", db(), "note", "after failed checkpoint 2");
        } else {
          r.checkpoint();
          Thread.sleep(300);
          ev("op", "external", "kind", "db", "db", db());
        }
      } else {
        r.awaitKind("map", "throw", 1);
        att++;
        final int a2 = att;
        r.awaitEv("w6 again", e -> wrote(e, "r6", a2), 1);
        ev("op", "external", "kind", "db", "db", db(), "note", "after failure, before next checkpoint");
        r.checkpoint();
        Thread.sleep(300);
        ev("op", "external", "kind", "db", "db", db());
      }
      permit("src", 9);
      r.step("do", "permit", "upto", 9);
      if (failOn != null && Integer.parseInt(failOn.substring(1)) > 6) {
        r.awaitKind("map", "throw", 1);
        att++;
      }
      final int a3 = att;
      r.awaitEv("w9", e -> wrote(e, "r9", a3), 1);
      Thread.sleep(200);
      ev("op", "external", "kind", "db", "db", db(), "note", "200 ms after the last record was written");
      r.finishWithCheckpoints(60000);
      Thread.sleep(200);
      ev("op", "external", "kind", "db", "db", db(), "note", "job done");
      r.out.put("external_db_at_end", db());
      r.collect();
      r.save();
      System.out.println("   DB " + db());
    }
  }

  static Object ls(Path dir) throws Exception {
    if (!Files.exists(dir)) return List.of();
    try (Stream<Path> s = Files.walk(dir)) {
      return s
        .filter(Files::isRegularFile)
        .sorted()
        .map(p -> {
          try {
            return m(
              "file",
              p
                .getFileName()
                .toString()
                .replaceAll("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID"),
              "visible",
              !p.getFileName().toString().startsWith("."),
              "lines",
              Files.readAllLines(p)
            );
          } catch (Exception e) {
            return m("file", p.toString(), "err", e.toString());
          }
        })
        .collect(Collectors.toList());
    }
  }

  static void fileSink() throws Exception {
    String name = "d7_file_sink";
    Configuration c = conf(FIXED3);
    Path dir = Paths.get(ROOT, "ckpt", "filesink" + System.nanoTime());
    try (Run r = new Run(name, c, 1, 1)) {
      r.params(
        "records",
        9,
        "sink",
        "FileSink row format, OnCheckpointRollingPolicy",
        "fail_on",
        "r6",
        "fail_times",
        1,
        "checkpoints_after_records",
        List.of(3, 8, "end")
      );
      StreamExecutionEnvironment env = env(c, 1);
      env
        .addSource(src("src", recs(1, 9), true), TypeInformation.of(String.class))
        .uid("src")
        .name("src")
        .map(new FailMap<String>("map", "plain", 0, "r6", 1))
        .returns(String.class)
        .uid("map")
        .name("map")
        .map(v -> {
          ev("op", "pre", "subtask", 0, "attempt", -1, "kind", "pre", "value", v);
          return v;
        })
        .returns(String.class)
        .uid("p")
        .name("p")
        .sinkTo(
          FileSink.forRowFormat(new org.apache.flink.core.fs.Path("file://" + dir), new SimpleStringEncoder<String>())
            .withRollingPolicy(OnCheckpointRollingPolicy.build())
            .withBucketAssigner(
              new org.apache.flink.streaming.api.functions.sink.filesystem.bucketassigners.BasePathBucketAssigner<>()
            )
            .build()
        )
        .uid("sink")
        .name("sink");
      r.submit(r.graph(env, name));
      permit("src", 3);
      r.step("do", "permit", "upto", 3);
      r.awaitEv("3", e -> "pre".equals(e.get("kind")) && "r3".equals(e.get("value")), 1);
      Thread.sleep(200);
      ev("op", "files", "kind", "ls", "files", ls(dir), "note", "3 records written, no checkpoint yet");
      r.checkpoint();
      Thread.sleep(400);
      ev("op", "files", "kind", "ls", "files", ls(dir), "note", "after checkpoint 1");
      permit("src", 5);
      r.step("do", "permit", "upto", 5);
      r.awaitEv("5", e -> "pre".equals(e.get("kind")) && "r5".equals(e.get("value")), 1);
      Thread.sleep(200);
      ev("op", "files", "kind", "ls", "files", ls(dir), "note", "r4,r5 written, then failure on r6");
      permit("src", 8);
      r.step("do", "permit", "upto", 8);
      r.awaitEv("8", e -> "pre".equals(e.get("kind")) && "r8".equals(e.get("value")), 1);
      Thread.sleep(300);
      ev(
        "op",
        "files",
        "kind",
        "ls",
        "files",
        ls(dir),
        "note",
        "after restart: r4..r8 written again, no new checkpoint yet"
      );
      r.checkpoint();
      Thread.sleep(400);
      ev("op", "files", "kind", "ls", "files", ls(dir), "note", "after checkpoint 2");
      permit("src", 9);
      r.step("do", "permit", "upto", 9);
      r.awaitEv("9", e -> "pre".equals(e.get("kind")) && "r9".equals(e.get("value")), 1);
      r.finishWithCheckpoints(60000);
      Thread.sleep(200);
      ev("op", "files", "kind", "ls", "files", ls(dir), "note", "job done");
      r.out.put("files_at_end", ls(dir));
      r.collect();
      r.save();
      System.out.println(r.out.get("files_at_end"));
    }
  }

  // l
  static void l1(String name, Object... extra) throws Exception {
    resetDb();
    Configuration c = conf(cat(FIXED3, extra));
    try (Run r = new Run(name, c, 1, 2)) {
      r.params("records", 4, "sink", "two_phase_commit_function");
      StreamExecutionEnvironment env = env(c, 1);
      env
        .addSource(src("src", recs(1, 4), true), TypeInformation.of(String.class))
        .uid("src")
        .name("src")
        .addSink(new Tpc("sink", false))
        .uid("sink")
        .name("sink")
        .disableChaining();
      r.submit(r.graph(env, name));
      permit("src", 4);
      r.step("do", "permit", "upto", 4);
      r.awaitEv("w4", e -> wrote(e, "r4", 0), 1);
      ev("op", "external", "kind", "db", "db", db());
      JobStatus s = r.awaitDone(12000);
      ev("op", "driver", "kind", "status", "status", s.name());
      ev("op", "external", "kind", "db", "db", db());
      if (!s.isGloballyTerminalState()) {
        r.out.put("still_waiting_after_ms", 12000);
        ev(
          "op",
          "driver",
          "kind",
          "note",
          "note",
          "job still RUNNING 12 s after end of input: no checkpoint was due; trigger one by hand"
        );
        r.finishWithCheckpoints(30000);
        ev("op", "external", "kind", "db", "db", db());
      }
      Thread.sleep(200);
      r.out.put("external_db_at_end", db());
      r.collect();
      r.save();
      System.out.println("   DB " + db());
    }
  }

  static void l2(boolean two) throws Exception {
    String name = two ? "l2b_checkpoint_after_task_finished_then_failure" : "l2_one_source_finished_then_failure";
    Configuration c = conf(FIXED3);
    try (Run r = new Run(name, c, 1, 2)) {
      r.params(
        "sources",
        "A (3 records a1..a3, finishes early) and B (8 records b1..b8)",
        "fail_on",
        "b6",
        "fail_times",
        1,
        "checkpoints",
        two
          ? "1: after A's end of input and b3; 2: after A's task is FINISHED and b4; end"
          : "1: after A's end of input and b3; end"
      );
      StreamExecutionEnvironment env = env(c, 1);
      DataStream<String> a = env
        .addSource(src("A", List.of("a1", "a2", "a3"), true), TypeInformation.of(String.class))
        .uid("A")
        .name("A");
      List<String> bl = new ArrayList<>();
      for (int i = 1; i <= 8; i++) bl.add("b" + i);
      DataStream<String> b = env
        .addSource(src("B", bl, true), TypeInformation.of(String.class))
        .uid("B")
        .name("B");
      a.union(b)
        .map(new FailMap<String>("map", "state", 0, "b6", 1))
        .returns(String.class)
        .uid("map")
        .name("map")
        .addSink(new PrintSink<String>("sink"))
        .uid("sink")
        .name("sink");
      r.submit(r.graph(env, name));
      permit("A", 3);
      r.awaitOut("sink", 3);
      permit("B", 3);
      r.awaitOut("sink", 6);
      Thread.sleep(500);
      ev("op", "driver", "kind", "task_states", "states", r.states());
      r.checkpoint();
      Thread.sleep(400);
      ev("op", "driver", "kind", "task_states", "states", r.states());
      if (two) {
        permit("B", 4);
        r.awaitOut("sink", 7);
        r.checkpoint();
        Thread.sleep(300);
        ev("op", "driver", "kind", "task_states", "states", r.states());
      }
      permit("B", 8);
      r.step("do", "permit B", "upto", 8);
      r.awaitEv("b8", e -> "out".equals(e.get("kind")) && "b8".equals(e.get("value")), 1);
      r.finishWithCheckpoints(30000);
      r.collect();
      r.save();
    }
  }

  // f
  static void f(String name, int stopAfterMs, int workMs, Object... strat) throws Exception {
    Configuration c = conf(strat);
    try (Run r = new Run(name, c, 1, 1)) {
      r.params("always_fails_on", "r1 of every attempt", "work_before_failure_ms", workMs);
      StreamExecutionEnvironment env = env(c, 1);
      final int w = workMs;
      env
        .addSource(src("src", recs(1, 3), true), TypeInformation.of(String.class))
        .uid("src")
        .name("src")
        .map(v -> {
          if (w > 0) Thread.sleep(w);
          return v;
        })
        .returns(String.class)
        .uid("w")
        .name("w")
        .map(new FailMap<String>("map", "plain", 1, null, 1000))
        .returns(String.class)
        .uid("map")
        .name("map")
        .addSink(new PrintSink<String>("sink"))
        .uid("sink")
        .name("sink");
      permit("src", 3);
      r.submit(r.graph(env, name));
      permit("src", 3);
      JobStatus s = r.awaitDone(stopAfterMs);
      if (!s.isGloballyTerminalState()) {
        r.out.put("stopped_by_driver_after_ms", stopAfterMs);
        r.mc.cancelJob(r.id).get();
        r.awaitDone(10000);
      }
      List<Object> gaps = new ArrayList<>();
      List<Map<String, Object>> evs;
      synchronized (EV) {
        evs = new ArrayList<>(EV);
      }
      Long th = null;
      int throwsN = 0,
        opens = 0;
      for (Map<String, Object> e : evs) {
        if ("throw".equals(e.get("kind"))) {
          th = (Long) e.get("t_ms");
          throwsN++;
        }
        if ("map".equals(e.get("op")) && "open".equals(e.get("kind"))) {
          opens++;
          if (th != null) {
            gaps.add((Long) e.get("t_ms") - th);
            th = null;
          }
        }
      }
      r.out.put("executions_started", opens);
      r.out.put("failures_thrown", throwsN);
      r.out.put("gap_ms_throw_to_next_open", gaps);
      r.collect();
      r.save();
      System.out.println("   executions=" + opens + " gaps=" + gaps);
    }
  }

  public static void main(String[] a) throws Exception {
    Set<String> w = new LinkedHashSet<>(Arrays.asList(a));
    boolean all = w.contains("all");
    if (all || w.contains("d")) {
      d("d1_2pc_failure_between_checkpoints", "two_phase_commit_function", false, 0, 0, 0, "r6");
      d("d2_2pc_first_commit_throws", "two_phase_commit_function", true, 0, 0, 0, null);
      d("d3_2pc_checkpoint2_fails_not_tolerated", "two_phase_commit_function", false, 0, 2, 0, null);
      d("d3b_2pc_snapshot_throws_although_5_tolerated", "two_phase_commit_function", false, 0, 2, 5, null);
      d("d4_2pc_checkpoint2_times_out_tolerated", "two_phase_commit_function", false, 0, -2, 5, null);
      d("d4b_2pc_checkpoint2_times_out_not_tolerated", "two_phase_commit_function", false, 0, -2, 0, null);
      d("d5_sinkv2_failure_between_checkpoints", "sink_v2", false, 0, 0, 0, "r6");
      d("d6a_sinkv2_commit_throws_before_effect", "sink_v2", false, 1, 0, 0, null);
      d("d6b_sinkv2_commit_throws_after_effect", "sink_v2", false, 2, 0, 0, null);
      fileSink();
    }
    if (all || w.contains("l")) {
      l1("l1_bounded_2pc_interval_3s", "execution.checkpointing.interval", "3 s");
      l1("l1b_bounded_2pc_no_periodic_checkpoint_due");
      l1(
        "l3_bounded_2pc_checkpoints_after_finish_disabled",
        "execution.checkpointing.interval",
        "3 s",
        "execution.checkpointing.checkpoints-after-tasks-finish",
        "false"
      );
      l1("l4_bounded_2pc_no_checkpointing", "execution.checkpointing.interval", null);
      l2(false);
      l2(true);
    }
    if (all || w.contains("f")) {
      for (int n : new int[] { 0, 1, 2, 3 })
        f(
          "f1_fixed_delay_" + n,
          30000,
          0,
          "restart-strategy.type",
          "fixed-delay",
          "restart-strategy.fixed-delay.attempts",
          n,
          "restart-strategy.fixed-delay.delay",
          "200 ms"
        );
      f("f2_none", 20000, 0, "restart-strategy.type", "none");
      for (int n : new int[] { 1, 2, 3 })
        f(
          "f3_failure_rate_max" + n + "_per_60s",
          30000,
          0,
          "restart-strategy.type",
          "failure-rate",
          "restart-strategy.failure-rate.max-failures-per-interval",
          n,
          "restart-strategy.failure-rate.failure-rate-interval",
          "60 s",
          "restart-strategy.failure-rate.delay",
          "200 ms"
        );
      f(
        "f3_failure_rate_max2_per_1s_slow_failures",
        8000,
        700,
        "restart-strategy.type",
        "failure-rate",
        "restart-strategy.failure-rate.max-failures-per-interval",
        2,
        "restart-strategy.failure-rate.failure-rate-interval",
        "1 s",
        "restart-strategy.failure-rate.delay",
        "100 ms"
      );
      f(
        "f4_exponential_x2_100ms_max1s_6attempts",
        30000,
        0,
        "restart-strategy.type",
        "exponential-delay",
        "restart-strategy.exponential-delay.initial-backoff",
        "100 ms",
        "restart-strategy.exponential-delay.max-backoff",
        "1 s",
        "restart-strategy.exponential-delay.backoff-multiplier",
        "2.0",
        "restart-strategy.exponential-delay.jitter-factor",
        "0.0",
        "restart-strategy.exponential-delay.reset-backoff-threshold",
        "1 h",
        "restart-strategy.exponential-delay.attempts-before-reset-backoff",
        "6"
      );
      f(
        "f4_exponential_x1.5_200ms_max2s_8attempts",
        40000,
        0,
        "restart-strategy.type",
        "exponential-delay",
        "restart-strategy.exponential-delay.initial-backoff",
        "200 ms",
        "restart-strategy.exponential-delay.max-backoff",
        "2 s",
        "restart-strategy.exponential-delay.backoff-multiplier",
        "1.5",
        "restart-strategy.exponential-delay.jitter-factor",
        "0.0",
        "restart-strategy.exponential-delay.reset-backoff-threshold",
        "1 h",
        "restart-strategy.exponential-delay.attempts-before-reset-backoff",
        "8"
      );
      f(
        "f4_exponential_reset_after_quiet",
        9000,
        1200,
        "restart-strategy.type",
        "exponential-delay",
        "restart-strategy.exponential-delay.initial-backoff",
        "100 ms",
        "restart-strategy.exponential-delay.max-backoff",
        "10 s",
        "restart-strategy.exponential-delay.backoff-multiplier",
        "2.0",
        "restart-strategy.exponential-delay.jitter-factor",
        "0.0",
        "restart-strategy.exponential-delay.reset-backoff-threshold",
        "1 s"
      );
      f("f5_default_with_checkpointing", 16000, 0);
    }
    System.exit(0);
  }
}
