import java.io.*;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;
import java.util.concurrent.atomic.*;
import java.util.function.*;
import org.apache.flink.api.common.*;
import org.apache.flink.api.common.functions.*;
import org.apache.flink.api.common.state.*;
import org.apache.flink.api.common.typeinfo.*;
import org.apache.flink.configuration.*;
import org.apache.flink.core.execution.*;
import org.apache.flink.runtime.checkpoint.*;
import org.apache.flink.runtime.executiongraph.*;
import org.apache.flink.runtime.jobgraph.*;
import org.apache.flink.runtime.minicluster.*;
import org.apache.flink.runtime.state.*;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.SerializationFeature;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.environment.*;
import org.apache.flink.streaming.api.functions.sink.RichSinkFunction;
import org.apache.flink.streaming.api.functions.sink.SinkFunction;
import org.apache.flink.streaming.api.functions.source.RichParallelSourceFunction;
import org.apache.flink.streaming.api.functions.source.SourceFunction;

/** Lab library: scripted sources, event log, mini-cluster driver, JSON trace writer. */
public class Lab {

  static final String ROOT = Optional.ofNullable(System.getenv("FLINKLAB")).orElse(
    System.getProperty("user.dir") + "/.flinklab"
  );
  static volatile long T0 = System.currentTimeMillis();
  static final List<Map<String, Object>> EV = new ArrayList<>();
  static final Map<String, Integer> GATE = new ConcurrentHashMap<>(); // "name/subtask" -> number of records that may have been emitted
  static final Map<String, Boolean> HOLD = new ConcurrentHashMap<>(); // "name" -> source sits inside the checkpoint lock
  static final Map<String, AtomicInteger> CNT = new ConcurrentHashMap<>();
  static final Map<String, Boolean> FLAG = new ConcurrentHashMap<>();

  static Map<String, Object> m(Object... kv) {
    Map<String, Object> r = new LinkedHashMap<>();
    for (int i = 0; i < kv.length; i += 2) r.put((String) kv[i], kv[i + 1]);
    return r;
  }

  static void ev(Object... kv) {
    synchronized (EV) {
      Map<String, Object> r = m("seq", EV.size(), "t_ms", System.currentTimeMillis() - T0);
      r.putAll(m(kv));
      EV.add(r);
      EV.notifyAll();
    }
  }

  static int cnt(String n) {
    return CNT.computeIfAbsent(n, k -> new AtomicInteger()).incrementAndGet();
  }

  static int getCnt(String n) {
    return CNT.computeIfAbsent(n, k -> new AtomicInteger()).get();
  }

  static int gate(String n, int s) {
    return GATE.getOrDefault(n + "/" + s, 0);
  }

  static void permit(String n, int s, int k) {
    GATE.put(n + "/" + s, k);
  }

  static void permit(String n, int k) {
    permit(n, 0, k);
  }

  /** Replayable scripted source: emits record i of its list only when permitted; the offset is operator list state. */
  public static class Src<T> extends RichParallelSourceFunction<T> implements CheckpointedFunction {

    final String name;
    final List<List<T>> recs;
    final boolean bounded;
    final boolean keepsOffset;
    volatile boolean run = true;
    int i = 0;
    transient ListState<Integer> st;
    boolean restored;
    transient OptionalLong rid;

    Src(String name, List<List<T>> recs, boolean bounded, boolean keepsOffset) {
      this.name = name;
      this.recs = recs;
      this.bounded = bounded;
      this.keepsOffset = keepsOffset;
    }

    public void initializeState(FunctionInitializationContext c) throws Exception {
      st = c.getOperatorStateStore().getListState(new ListStateDescriptor<>("off", Integer.class));
      restored = c.isRestored();
      rid = c.getRestoredCheckpointId();
      if (keepsOffset) for (Integer x : st.get()) i = x;
      int s = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask(),
        at = getRuntimeContext().getTaskInfo().getAttemptNumber();
      ev(
        "op",
        name,
        "subtask",
        s,
        "attempt",
        at,
        "kind",
        "open",
        "restored_from",
        rid.isPresent() ? (Object) rid.getAsLong() : null,
        "offset",
        i
      );
    }

    public void snapshotState(FunctionSnapshotContext c) throws Exception {
      st.update(List.of(i));
      ev(
        "op",
        name,
        "subtask",
        getRuntimeContext().getTaskInfo().getIndexOfThisSubtask(),
        "attempt",
        getRuntimeContext().getTaskInfo().getAttemptNumber(),
        "kind",
        "snapshot",
        "checkpoint",
        c.getCheckpointId(),
        "offset",
        i
      );
    }

    public void run(SourceFunction.SourceContext<T> ctx) throws Exception {
      int s = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask(),
        at = getRuntimeContext().getTaskInfo().getAttemptNumber();
      List<T> mine = recs.get(s % recs.size());
      while (run) {
        if (HOLD.getOrDefault(name, false)) {
          synchronized (ctx.getCheckpointLock()) {
            ev("op", name, "subtask", s, "attempt", at, "kind", "hold_lock");
            while (run && HOLD.getOrDefault(name, false)) {
              emitPermitted(ctx, mine, s, at);
              Thread.sleep(2);
            }
            ev("op", name, "subtask", s, "attempt", at, "kind", "release_lock");
          }
        }
        synchronized (ctx.getCheckpointLock()) {
          emitPermitted(ctx, mine, s, at);
        }
        if (i >= mine.size() && bounded) {
          ev("op", name, "subtask", s, "attempt", at, "kind", "end_of_input");
          return;
        }
        Thread.sleep(2);
      }
    }

    void emitPermitted(SourceFunction.SourceContext<T> ctx, List<T> mine, int s, int at) {
      while (run && i < mine.size() && i < gate(name, s)) {
        T v = mine.get(i);
        i++;
        ev("op", name, "subtask", s, "attempt", at, "kind", "emit", "value", String.valueOf(v));
        ctx.collect(v);
      }
    }

    public void cancel() {
      run = false;
    }
  }

  static <T> Src<T> src(String n, List<T> r, boolean bounded) {
    return new Src<>(n, List.of(new ArrayList<>(r)), bounded, true);
  }

  /** print()-like sink: every record is visible the moment it arrives. */
  public static class PrintSink<T> extends RichSinkFunction<T> {

    final String name;

    PrintSink(String n) {
      name = n;
    }

    public void invoke(T v, SinkFunction.Context c) {
      ev(
        "op",
        name,
        "subtask",
        getRuntimeContext().getTaskInfo().getIndexOfThisSubtask(),
        "attempt",
        getRuntimeContext().getTaskInfo().getAttemptNumber(),
        "kind",
        "out",
        "value",
        String.valueOf(v)
      );
    }
  }

  /** Pass-through map which fails when the predicate says so; counter may be a plain field (lost) or operator state (kept). */
  public static class FailMap<T> extends RichMapFunction<T, T> implements CheckpointedFunction {

    final String name, mode;
    final int failAtCount;
    final String failOnValue;
    final int maxFails;
    long counter = 0;
    transient ListState<Long> st;

    // mode: "plain" | "state"
    FailMap(String name, String mode, int failAtCount, String failOnValue, int maxFails) {
      this.name = name;
      this.mode = mode;
      this.failAtCount = failAtCount;
      this.failOnValue = failOnValue;
      this.maxFails = maxFails;
    }

    public void initializeState(FunctionInitializationContext c) throws Exception {
      st = c.getOperatorStateStore().getListState(new ListStateDescriptor<>("cnt", Long.class));
      if (mode.equals("state")) for (Long x : st.get()) counter += x;
      OptionalLong rid = c.getRestoredCheckpointId();
      ev(
        "op",
        name,
        "subtask",
        getRuntimeContext().getTaskInfo().getIndexOfThisSubtask(),
        "attempt",
        getRuntimeContext().getTaskInfo().getAttemptNumber(),
        "kind",
        "open",
        "restored_from",
        rid.isPresent() ? (Object) rid.getAsLong() : null,
        "counter",
        counter
      );
    }

    public void snapshotState(FunctionSnapshotContext c) throws Exception {
      if (mode.equals("state")) st.update(List.of(counter));
      else st.clear();
      ev(
        "op",
        name,
        "subtask",
        getRuntimeContext().getTaskInfo().getIndexOfThisSubtask(),
        "attempt",
        getRuntimeContext().getTaskInfo().getAttemptNumber(),
        "kind",
        "snapshot",
        "checkpoint",
        c.getCheckpointId(),
        "counter",
        counter,
        "counter_is_in_state",
        mode.equals("state")
      );
    }

    public T map(T v) throws Exception {
      counter++;
      boolean hit =
        (failAtCount > 0 && counter == failAtCount) || (failOnValue != null && failOnValue.equals(String.valueOf(v)));
      if (hit && getCnt(name + ".fails") < maxFails) {
        cnt(name + ".fails");
        ev(
          "op",
          name,
          "subtask",
          getRuntimeContext().getTaskInfo().getIndexOfThisSubtask(),
          "attempt",
          getRuntimeContext().getTaskInfo().getAttemptNumber(),
          "kind",
          "throw",
          "value",
          String.valueOf(v),
          "counter",
          counter
        );
        throw new RuntimeException("intentional failure on " + v);
      }
      return v;
    }
  }

  /** Waits until nothing has been logged for `ms` milliseconds in which this machine was not starved: a tick that took much longer than asked for does not count. */
  static void quiet(long ms) throws Exception {
    double left = ms;
    int seen;
    synchronized (EV) {
      seen = EV.size();
    }
    while (left > 0) {
      long t = System.nanoTime();
      Thread.sleep(3);
      double took = (System.nanoTime() - t) / 1e6;
      int now;
      synchronized (EV) {
        now = EV.size();
      }
      if (now != seen) {
        seen = now;
        left = ms;
      } else if (took < 8) left -= took;
    }
  }

  static MiniCluster SHARED;

  // ---- driver ----
  static class Run implements AutoCloseable {

    final String scenario;
    final Configuration conf;
    MiniCluster mc;
    JobID id;
    final Map<String, Object> out = new LinkedHashMap<>();
    final List<Object> script = new ArrayList<>();
    volatile boolean poll = true;
    Thread poller;
    final List<Object> statusHist = Collections.synchronizedList(new ArrayList<>());

    Run(String scenario, Configuration conf, int tms, int slots) throws Exception {
      this.scenario = scenario;
      this.conf = conf;
      synchronized (EV) {
        EV.clear();
      }
      GATE.clear();
      HOLD.clear();
      CNT.clear();
      FLAG.clear();
      T0 = System.currentTimeMillis();
      conf.set(RestOptions.BIND_PORT, "0");
      conf.setString("rest.address", "localhost");
      conf.setString("rest.bind-address", "localhost");
      if (Boolean.getBoolean("lab.share")) {
        if (SHARED == null) {
          SHARED = new MiniCluster(
            new MiniClusterConfiguration.Builder()
              .setConfiguration(conf)
              .setNumTaskManagers(1)
              .setNumSlotsPerTaskManager(4)
              .build()
          );
          SHARED.start();
        }
        mc = SHARED;
      } else mc = new MiniCluster(
        new MiniClusterConfiguration.Builder()
          .setConfiguration(conf)
          .setNumTaskManagers(tms)
          .setNumSlotsPerTaskManager(slots)
          .setHaServices(
            Boolean.parseBoolean(conf.toMap().getOrDefault("lab.ha", "false"))
              ? MiniCluster.HaServices.WITH_LEADERSHIP_CONTROL
              : MiniCluster.HaServices.CONFIGURED
          )
          .build()
      );
      if (mc != SHARED) mc.start();
      out.put("scenario", scenario);
      out.put("flink_version", org.apache.flink.runtime.util.EnvironmentInformation.getVersion());
      out.put("task_managers", tms);
      out.put("slots_per_tm", slots);
      Map<String, Object> cm = new TreeMap<>(conf.toMap());
      cm.remove("rest.bind-port");
      cm.remove("rest.address");
      cm.remove("rest.bind-address");
      cm.remove("rest.port");
      out.put("config", cm);
    }

    void params(Object... kv) {
      out.put("params", m(kv));
    }

    void step(Object... kv) {
      Map<String, Object> s = m(kv);
      synchronized (EV) {
        s.put("at_seq", EV.size());
      }
      script.add(s);
    }

    JobGraph graph(StreamExecutionEnvironment env, String name) {
      env.getConfig();
      JobGraph g = env.getStreamGraph().getJobGraph();
      return g;
    }

    void submit(JobGraph g) throws Exception {
      id = g.getJobID();
      T0 = System.currentTimeMillis();
      mc.submitJob(g).get(60, TimeUnit.SECONDS);
      final JobID jid = id;
      poll = true;
      final List<Object> hist = statusHist;
      poller = new Thread(() -> {
        JobStatus last = null;
        while (poll) {
          try {
            JobStatus s = mc.getJobStatus(jid).get();
            if (s != last) {
              hist.add(m("t_ms", System.currentTimeMillis() - T0, "status", s.name()));
              last = s;
            }
            Thread.sleep(3);
          } catch (Exception e) {
            try {
              Thread.sleep(3);
            } catch (InterruptedException x) {
              return;
            }
          }
        }
      });
      poller.setDaemon(true);
      poller.start();
      step("do", "submit");
    }

    boolean await(Predicate<Map<String, Object>> p, int n, long ms) throws Exception {
      long end = System.currentTimeMillis() + ms;
      synchronized (EV) {
        while (true) {
          long c = EV.stream().filter(p).count();
          if (c >= n) return true;
          long left = end - System.currentTimeMillis();
          if (left <= 0) return false;
          EV.wait(Math.min(left, 200));
        }
      }
    }

    void awaitOut(String op, int n) throws Exception {
      if (!await(e -> op.equals(e.get("op")) && "out".equals(e.get("kind")), n, 60000)) throw new RuntimeException(
        "timeout waiting for " + n + " outs of " + op + " got " + EV
      );
    }

    void awaitKind(String op, String kind, int n) throws Exception {
      if (!await(e -> op.equals(e.get("op")) && kind.equals(e.get("kind")), n, 90000)) throw new RuntimeException(
        "timeout waiting for " + n + " " + kind + " of " + op + " in " + EV
      );
    }

    void awaitEv(String what, Predicate<Map<String, Object>> p, int n) throws Exception {
      if (!await(p, n, 60000)) throw new RuntimeException("timeout waiting for " + what + " in " + EV);
    }

    void awaitAllRunning() throws Exception {
      awaitAllRunning(60000);
    }

    void awaitAllRunning(long ms) throws Exception {
      long end = System.currentTimeMillis() + ms;
      while (System.currentTimeMillis() < end) {
        AccessExecutionGraph g = mc.getExecutionGraph(id).get();
        boolean ok = g.getState() == JobStatus.RUNNING;
        for (AccessExecutionVertex v : g.getAllExecutionVertices())
          ok &=
            v.getExecutionState() == org.apache.flink.runtime.execution.ExecutionState.RUNNING ||
            v.getExecutionState() == org.apache.flink.runtime.execution.ExecutionState.FINISHED;
        if (ok) return;
        Thread.sleep(10);
      }
      throw new RuntimeException("not all running");
    }

    /** triggers a checkpoint, waits for completion (retrying when tasks are not running yet). */
    Map<String, Object> states() throws Exception {
      Map<String, Object> r = new TreeMap<>();
      for (AccessExecutionVertex v : mc.getExecutionGraph(id).get().getAllExecutionVertices())
        r.put(v.getTaskNameWithSubtaskIndex(), v.getExecutionState().name());
      return r;
    }

    boolean allRunning() throws Exception {
      AccessExecutionGraph g = mc.getExecutionGraph(id).get();
      boolean ok = g.getState() == JobStatus.RUNNING;
      for (AccessExecutionVertex v : g.getAllExecutionVertices())
        ok &=
          v.getExecutionState() == org.apache.flink.runtime.execution.ExecutionState.RUNNING ||
          v.getExecutionState() == org.apache.flink.runtime.execution.ExecutionState.FINISHED;
      return ok;
    }

    long checkpoint() throws Exception {
      long end = System.currentTimeMillis() + 60000;
      Exception last = null;
      while (System.currentTimeMillis() < end) {
        if (!allRunning()) {
          Thread.sleep(20);
          continue;
        }
        try {
          long c = mc
            .triggerCheckpoint(id, org.apache.flink.core.execution.CheckpointType.CONFIGURED)
            .get(60, TimeUnit.SECONDS);
          ev("op", "driver", "kind", "checkpoint_completed", "checkpoint", c);
          step("do", "checkpoint", "completed", c);
          awaitCompletedStat(c);
          return c;
        } catch (ExecutionException e) {
          last = e;
          Thread.sleep(50);
        }
      }
      throw last;
    }

    void awaitCompletedStat(long c) throws Exception {
      Thread.sleep(60);
    }

    JobStatus awaitDone(long ms) throws Exception {
      // without triggering
      long end = System.currentTimeMillis() + ms;
      while (System.currentTimeMillis() < end) {
        JobStatus s = mc.getJobStatus(id).get();
        if (s.isGloballyTerminalState()) return s;
        Thread.sleep(10);
      }
      return mc.getJobStatus(id).get();
    }

    JobStatus finishWithCheckpoints(long ms) throws Exception {
      Thread.sleep(400); // let end-of-input reach every task first, so that one final checkpoint is enough
      long end = System.currentTimeMillis() + ms;
      while (System.currentTimeMillis() < end) {
        JobStatus s = mc.getJobStatus(id).get();
        if (s.isGloballyTerminalState()) return s;
        if (!allRunning()) {
          Thread.sleep(20);
          continue;
        }
        try {
          long c = mc
            .triggerCheckpoint(id, org.apache.flink.core.execution.CheckpointType.CONFIGURED)
            .get(20, TimeUnit.SECONDS);
          ev("op", "driver", "kind", "checkpoint_completed", "checkpoint", c);
          step("do", "checkpoint", "completed", c, "purpose", "final");
        } catch (Exception e) {}
        for (int k = 0; k < 300; k++) {
          if (mc.getJobStatus(id).get().isGloballyTerminalState()) break;
          Thread.sleep(10);
        }
      }
      return mc.getJobStatus(id).get();
    }

    static Object fix(double d) {
      return d;
    }

    void collect() throws Exception {
      collect("");
    }

    void collect(String prefix) throws Exception {
      Thread.sleep(100);
      poll = false;
      if (poller != null) poller.join(500);
      AccessExecutionGraph g = mc.getExecutionGraph(id).get();
      out.put(prefix + "final_status", g.getState().name());
      out.put(prefix + "job_status_history_polled", new ArrayList<>(statusHist));
      statusHist.clear();
      int maxAtt = 0;
      List<Object> vs = new ArrayList<>();
      for (AccessExecutionJobVertex jv : g.getVerticesTopologically()) {
        List<Object> atts = new ArrayList<>(),
          sts = new ArrayList<>();
        for (AccessExecutionVertex v : jv.getTaskVertices()) {
          int n = v.getCurrentExecutionAttempt().getAttemptNumber();
          maxAtt = Math.max(maxAtt, n);
          atts.add(n);
          sts.add(v.getExecutionState().name());
        }
        vs.add(
          m(
            "name",
            jv.getName(),
            "parallelism",
            jv.getParallelism(),
            "max_parallelism",
            jv.getMaxParallelism(),
            "last_attempt_number_per_subtask",
            atts,
            "final_state_per_subtask",
            sts
          )
        );
      }
      out.put(prefix + "vertices", vs);
      out.put(prefix + "max_attempt_number", maxAtt);
      ErrorInfo fi = g.getFailureInfo();
      if (fi != null) {
        Throwable t = fi.getException().deserializeError(Lab.class.getClassLoader());
        List<String> chain = new ArrayList<>();
        while (t != null) {
          chain.add(t.getClass().getName() + ": " + t.getMessage());
          t = t.getCause();
        }
        out.put(prefix + "failure_cause_chain", chain);
      }
      CheckpointStatsSnapshot cs = g.getCheckpointStatsSnapshot();
      if (cs != null) {
        CheckpointStatsCounts c = cs.getCounts();
        out.put(
          prefix + "checkpoint_counts",
          m(
            "total",
            c.getTotalNumberOfCheckpoints(),
            "completed",
            c.getNumberOfCompletedCheckpoints(),
            "failed",
            c.getNumberOfFailedCheckpoints(),
            "in_progress",
            c.getNumberOfInProgressCheckpoints(),
            "restored",
            c.getNumberOfRestoredCheckpoints()
          )
        );
        List<Map<String, Object>> hs = new ArrayList<>();
        for (AbstractCheckpointStats s : cs.getHistory().getCheckpoints()) {
          Map<String, Object> r = m(
            "id",
            s.getCheckpointId(),
            "status",
            s.getStatus().name(),
            "savepoint",
            s.getProperties().isSavepoint(),
            "trigger_t_ms",
            s.getTriggerTimestamp() - T0,
            "duration_ms",
            s.getEndToEndDuration(),
            "acked_subtasks",
            s.getNumberOfAcknowledgedSubtasks(),
            "subtasks",
            s.getNumberOfSubtasks(),
            "state_size",
            s.getStateSize(),
            "checkpointed_size",
            s.getCheckpointedSize(),
            "processed_data",
            s.getProcessedData(),
            "persisted_data",
            s.getPersistedData(),
            "unaligned",
            s.isUnalignedCheckpoint()
          );
          if (s instanceof FailedCheckpointStats) r.put("failure", ((FailedCheckpointStats) s).getFailureMessage());
          List<Object> tasks = new ArrayList<>();
          for (TaskStateStats ts : s.getAllTaskStateStats())
            for (SubtaskStateStats ss : ts.getSubtaskStats())
              if (ss != null) tasks.add(
                m(
                  "vertex",
                  ts.getJobVertexId().toHexString().substring(0, 8),
                  "subtask",
                  ss.getSubtaskIndex(),
                  "ack_t_ms",
                  ss.getAckTimestamp() - T0,
                  "e2e_ms",
                  ss.getEndToEndDuration(s.getTriggerTimestamp()),
                  "start_delay_ms",
                  ss.getCheckpointStartDelay(),
                  "alignment_ms",
                  ss.getAlignmentDuration(),
                  "sync_ms",
                  ss.getSyncCheckpointDuration(),
                  "async_ms",
                  ss.getAsyncCheckpointDuration(),
                  "state_size",
                  ss.getStateSize(),
                  "processed_data",
                  ss.getProcessedData(),
                  "persisted_data",
                  ss.getPersistedData(),
                  "unaligned",
                  ss.getUnalignedCheckpoint(),
                  "completed",
                  ss.isCompleted()
                )
              );
          r.put("subtask_stats", tasks);
          hs.add(r);
        }
        hs.sort(Comparator.comparingLong(x -> (Long) x.get("id")));
        out.put(prefix + "checkpoints", hs);
        RestoredCheckpointStats rs = cs.getLatestRestoredCheckpoint();
        out.put(prefix + "latest_restored_checkpoint", rs == null ? null : rs.getCheckpointId());
      }
    }

    void save() throws Exception {
      out.put("script", script);
      List<Map<String, Object>> evs;
      synchronized (EV) {
        evs = new ArrayList<>(EV);
      }
      // derived: outputs per op/attempt/subtask, restores
      Map<String, Object> outs = new TreeMap<>();
      Map<String, List<Object>> restores = new TreeMap<>();
      for (Map<String, Object> e : evs) {
        if ("out".equals(e.get("kind"))) {
          String k = e.get("op") + " attempt=" + e.get("attempt") + " subtask=" + e.get("subtask");
          ((List<Object>) outs.computeIfAbsent(k, x -> new ArrayList<>())).add(e.get("value"));
        }
        if ("open".equals(e.get("kind"))) restores
          .computeIfAbsent("attempt=" + e.get("attempt"), x -> new ArrayList<>())
          .add(m("op", e.get("op"), "subtask", e.get("subtask"), "restored_from", e.get("restored_from")));
      }
      out.put("outputs", outs);
      out.put("restores", restores);
      out.put("events", evs);
      Path d = Paths.get(System.getProperty("lab.traces", ROOT + "/traces"), scenario);
      Files.createDirectories(d);
      new ObjectMapper()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .writeValue(d.resolve("trace" + System.getProperty("lab.suffix", "") + ".json").toFile(), out);
      System.out.println(
        "== " +
          scenario +
          " " +
          out.get("final_status") +
          " restarts=" +
          out.get("max_attempt_number") +
          " counts=" +
          out.get("checkpoint_counts")
      );
      for (Map.Entry<String, Object> e : outs.entrySet()) System.out.println("   " + e);
      System.out.println("   restores " + restores);
    }

    public void close() throws Exception {
      poll = false;
      if (mc != SHARED) mc.close();
    }
  }

  static Configuration conf(Object... kv) {
    Configuration c = new Configuration();
    c.setString("execution.checkpointing.interval", "36000 s"); // only explicit checkpoints unless overridden
    c.setString("execution.checkpointing.storage", "filesystem");
    c.setString("web.checkpoints.history", "200");
    c.setString("execution.checkpointing.dir", "file://" + ROOT + "/ckpt/java");
    c.setString("taskmanager.memory.network.min", "64mb");
    c.setString("taskmanager.memory.network.max", "64mb");
    c.setString("taskmanager.memory.managed.size", "64mb");
    for (int i = 0; i < kv.length; i += 2) {
      if (kv[i + 1] == null) c.removeKey((String) kv[i]);
      else c.setString((String) kv[i], String.valueOf(kv[i + 1]));
    }
    return c;
  }

  static final Object[] FIXED3 = {
    "restart-strategy.type",
    "fixed-delay",
    "restart-strategy.fixed-delay.attempts",
    "3",
    "restart-strategy.fixed-delay.delay",
    "100 ms",
  };

  static Object[] cat(Object[] a, Object... b) {
    Object[] r = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, r, a.length, b.length);
    return r;
  }

  static List<String> recs(int from, int to) {
    List<String> l = new ArrayList<>();
    for (int i = from; i <= to; i++) l.add("r" + i);
    return l;
  }

  static StreamExecutionEnvironment env(Configuration c, int p) {
    StreamExecutionEnvironment e = StreamExecutionEnvironment.getExecutionEnvironment(c);
    e.setParallelism(p);
    return e;
  }
}
