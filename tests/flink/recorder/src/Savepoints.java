import java.util.*;
import java.util.concurrent.*;
import org.apache.flink.api.common.*;
import org.apache.flink.api.common.functions.*;
import org.apache.flink.api.common.state.*;
import org.apache.flink.api.common.typeinfo.*;
import org.apache.flink.api.java.tuple.*;
import org.apache.flink.configuration.*;
import org.apache.flink.core.execution.*;
import org.apache.flink.runtime.jobgraph.*;
import org.apache.flink.runtime.state.*;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.datastream.*;
import org.apache.flink.streaming.api.environment.*;
import org.apache.flink.streaming.api.functions.*;
import org.apache.flink.util.Collector;

/** Recordings k: savepoints, other parallelisms, redistribution of state, missing uids. */
public class Savepoints extends Lab {

  /** operator with an even-split list state and a union list state; subtask s writes n[s] elements "s<s>-<i>" into each on the first run. */
  public static class Lists extends RichMapFunction<String, String> implements CheckpointedFunction {

    final int[] n;
    final String tag;
    transient ListState<String> split, union;

    Lists(int[] n, String tag) {
      this.n = n;
      this.tag = tag;
    }

    public void initializeState(FunctionInitializationContext c) throws Exception {
      split = c.getOperatorStateStore().getListState(new ListStateDescriptor<>("split", String.class));
      union = c.getOperatorStateStore().getUnionListState(new ListStateDescriptor<>("union", String.class));
      int s = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
      List<String> a = new ArrayList<>(),
        b = new ArrayList<>();
      for (String x : split.get()) a.add(x);
      for (String x : union.get()) b.add(x);
      ev(
        "op",
        "lists" + tag,
        "subtask",
        s,
        "attempt",
        getRuntimeContext().getTaskInfo().getAttemptNumber(),
        "kind",
        "open",
        "restored_from",
        c.getRestoredCheckpointId().isPresent() ? (Object) c.getRestoredCheckpointId().getAsLong() : null,
        "split",
        a,
        "union",
        b
      );
      if (!c.isRestored() && n != null) {
        for (int i = 0; i < n[s]; i++) {
          split.add("s" + s + "-" + i);
          union.add("s" + s + "-" + i);
        }
      }
    }

    public void snapshotState(FunctionSnapshotContext c) {}

    public String map(String v) {
      return v;
    }
  }

  static void redist(List<Object> table, int p1, int p2, int[] n) throws Exception {
    String name = "k2_tmp";
    Configuration c = conf(FIXED3);
    String sp;
    Map<String, Object> row = m(
      "from_parallelism",
      p1,
      "to_parallelism",
      p2,
      "elements_written_by_old_subtask",
      Arrays.toString(n)
    );
    try (Run r = new Run(name, c, 1, Math.max(p1, p2))) {
      for (int phase = 0; phase < 2; phase++) {}
      StreamExecutionEnvironment env = env(c, p1);
      env
        .addSource(src("src", recs(1, 1), false), TypeInformation.of(String.class))
        .setParallelism(1)
        .uid("src")
        .rebalance()
        .map(new Lists(n, "1"))
        .returns(String.class)
        .uid("lists")
        .name("lists")
        .addSink(new PrintSink<String>("sink"))
        .uid("sink");
      r.submit(r.graph(env, name));
      r.awaitAllRunning();
      sp = r.mc
        .stopWithSavepoint(r.id, "file://" + ROOT + "/ckpt/sp", false, SavepointFormatType.CANONICAL)
        .get(60, TimeUnit.SECONDS);
      r.awaitDone(20000);
      r.poll = false;
      StreamExecutionEnvironment env2 = env(c, p2);
      env2
        .addSource(src("src", recs(1, 1), false), TypeInformation.of(String.class))
        .setParallelism(1)
        .uid("src")
        .rebalance()
        .map(new Lists(null, "2"))
        .returns(String.class)
        .uid("lists")
        .name("lists")
        .addSink(new PrintSink<String>("sink"))
        .uid("sink");
      JobGraph g = r.graph(env2, name);
      g.setSavepointRestoreSettings(SavepointRestoreSettings.forPath(sp, false));
      r.submit(g);
      r.awaitAllRunning();
      r.awaitEv("opens", e -> "lists2".equals(e.get("op")), p2);
      Map<Integer, Object> a = new TreeMap<>(),
        b = new TreeMap<>();
      synchronized (EV) {
        for (Map<String, Object> e : EV)
          if ("lists2".equals(e.get("op"))) {
            a.put((Integer) e.get("subtask"), e.get("split"));
            b.put((Integer) e.get("subtask"), e.get("union"));
          }
      }
      row.put("restored_split_per_new_subtask", new ArrayList<>(a.values()));
      row.put("restored_union_per_new_subtask", new ArrayList<>(b.values()));
      r.mc.cancelJob(r.id).get();
      r.awaitDone(10000);
    }
    table.add(row);
    System.out.println(
      row.get("from_parallelism") +
        "->" +
        row.get("to_parallelism") +
        " " +
        row.get("elements_written_by_old_subtask") +
        " split=" +
        row.get("restored_split_per_new_subtask")
    );
  }

  public static class KSum extends KeyedProcessFunction<String, String, String> {

    transient ValueState<Long> s;
    final String tag;

    KSum(String t) {
      tag = t;
    }

    public void open(Configuration p) {
      s = getRuntimeContext().getState(new ValueStateDescriptor<>("n", Long.class));
    }

    public void processElement(String v, Context c, Collector<String> o) throws Exception {
      Long x = s.value();
      long n = (x == null ? 0 : x) + 1;
      s.update(n);
      ev(
        "op",
        "ksum" + tag,
        "subtask",
        getRuntimeContext().getTaskInfo().getIndexOfThisSubtask(),
        "attempt",
        getRuntimeContext().getTaskInfo().getAttemptNumber(),
        "kind",
        "state",
        "key",
        v,
        "old",
        x,
        "new",
        n
      );
      o.collect(v + "=" + n);
    }
  }

  static void keyedRescale() throws Exception {
    String name = "k3_keyed_state_rescale";
    Configuration c = conf(FIXED3);
    int[] ps = { 2, 3, 1, 4 };
    List<String> keys = new ArrayList<>();
    for (int i = 1001; i <= 1008; i++) keys.add("tx" + i);
    for (int i = 0; i < 6; i++) keys.add("user-" + i);
    keys.addAll(List.of("서울", "부산", "대구", "인천"));
    try (Run r = new Run(name, c, 1, 4)) {
      r.params(
        "keys",
        keys,
        "parallelism_sequence",
        List.of(2, 3, 1, 4),
        "each_run",
        "every key once, then stop-with-savepoint",
        "max_parallelism",
        128
      );
      String sp = null;
      List<Object> runs = new ArrayList<>();
      for (int k = 0; k < ps.length; k++) {
        final String tag = "#" + k;
        GATE.clear();
        StreamExecutionEnvironment env = env(c, ps[k]);
        env.setMaxParallelism(128);
        env
          .addSource(new Src<String>("src" + tag, List.of(keys), false, false), TypeInformation.of(String.class))
          .setParallelism(1)
          .uid("src" + k)
          .keyBy(v -> v, Types.STRING)
          .process(new KSum(tag))
          .returns(String.class)
          .uid("ksum")
          .name("ksum")
          .addSink(new PrintSink<String>("sink" + tag))
          .uid("sink")
          .name("sink");
        JobGraph g = r.graph(env, name);
        if (sp != null) g.setSavepointRestoreSettings(SavepointRestoreSettings.forPath(sp, true));
        r.submit(g);
        permit("src" + tag, keys.size());
        r.awaitOut("sink" + tag, keys.size());
        Map<String, Object> per = new TreeMap<>();
        synchronized (EV) {
          for (Map<String, Object> e : EV)
            if (("ksum" + tag).equals(e.get("op"))) (
              (Map<String, Object>) per.computeIfAbsent("subtask" + e.get("subtask"), z ->
                new TreeMap<String, Object>()
              )
            ).put((String) e.get("key"), e.get("old") == null ? 0L : e.get("old"));
        }
        runs.add(m("parallelism", ps[k], "restored_value_seen_per_subtask_and_key", per));
        System.out.println("  p=" + ps[k] + " " + per);
        sp = r.mc
          .stopWithSavepoint(r.id, "file://" + ROOT + "/ckpt/sp", false, SavepointFormatType.CANONICAL)
          .get(60, TimeUnit.SECONDS);
        r.awaitDone(20000);
        r.step("do", "stop-with-savepoint", "status", r.mc.getJobStatus(r.id).get().name());
        r.poll = false;
      }
      r.out.put("runs", runs);
      // changed max parallelism
      StreamExecutionEnvironment env = env(c, 2);
      env.setMaxParallelism(64);
      env
        .addSource(new Src<String>("srcX", List.of(keys), false, false), TypeInformation.of(String.class))
        .setParallelism(1)
        .uid("srcX")
        .keyBy(v -> v, Types.STRING)
        .process(new KSum("X"))
        .returns(String.class)
        .uid("ksum")
        .name("ksum")
        .addSink(new PrintSink<String>("sinkX"))
        .uid("sink")
        .name("sink");
      JobGraph g = r.graph(env, name);
      g.setSavepointRestoreSettings(SavepointRestoreSettings.forPath(sp, true));
      String st;
      List<String> err = null;
      try {
        r.submit(g);
        r.awaitDone(8000);
      } catch (Exception e) {
        err = AlignmentAndKnobs.chain(e);
      }
      st = r.mc.getJobStatus(r.id).get().name();
      r.collect("max_parallelism_changed_128_to_64_");
      System.out.println(
        "  maxpar changed: " + st + " " + r.out.get("max_parallelism_changed_128_to_64_failure_cause_chain")
      );
      r.out.put("final_status", "see runs");
      r.save();
    }
  }

  static StreamExecutionEnvironment pipe(Configuration c, boolean withMap, boolean uids, boolean extraMap, String tag) {
    StreamExecutionEnvironment env = env(c, 1);
    SingleOutputStreamOperator<String> s = env
      .addSource(src("src", recs(1, 12), false), TypeInformation.of(String.class))
      .name("src");
    if (uids) s.uid("src");
    if (extraMap) {
      SingleOutputStreamOperator<String> e = s
        .map(v -> v)
        .returns(String.class)
        .name("extra");
      if (uids) e.uid("extra");
      s = e;
    }
    if (withMap) {
      SingleOutputStreamOperator<String> mm = s
        .map(new FailMap<String>("cnt" + tag, "state", 0, null, 0))
        .returns(String.class)
        .name("cnt");
      if (uids) mm.uid("cnt");
      s = mm;
    }
    DataStreamSink<String> k = s.addSink(new PrintSink<String>("sink" + tag)).name("sink");
    if (uids) k.uid("sink");
    return env;
  }

  static Object ids(JobGraph g) {
    List<Object> l = new ArrayList<>();
    for (JobVertex v : g.getVerticesSortedTopologicallyFromSources())
      for (org.apache.flink.runtime.OperatorIDPair p : v.getOperatorIDs())
        l.add(
          m(
            "generated",
            p.getGeneratedOperatorID().toString(),
            "user_defined_from_uid",
            p.getUserDefinedOperatorID().map(Object::toString).orElse(null)
          )
        );
    return m(
      "chain_name",
      g.getVerticesSortedTopologicallyFromSources().get(0).getName(),
      "operator_ids_tail_to_head",
      l
    );
  }

  static void restore(
    String name,
    boolean uid1,
    boolean uid2,
    boolean map2,
    boolean extra2,
    boolean allow,
    boolean drain,
    SavepointFormatType fmt
  ) throws Exception {
    Configuration c = conf(FIXED3);
    try (Run r = new Run(name, c, 1, 1)) {
      r.params(
        "first_job",
        "src -> cnt (operator-state counter) -> sink",
        "uids_in_first_job",
        uid1,
        "uids_in_second_job",
        uid2,
        "second_job_keeps_cnt",
        map2,
        "second_job_inserts_extra_map",
        extra2,
        "allowNonRestoredState",
        allow,
        "drain",
        drain,
        "format",
        fmt.toString()
      );
      JobGraph g1 = r.graph(pipe(c, true, uid1, false, "1"), name);
      r.out.put("job1_operator_ids", ids(g1));
      r.submit(g1);
      permit("src", 5);
      r.awaitOut("sink1", 5);
      String sp = r.mc.stopWithSavepoint(r.id, "file://" + ROOT + "/ckpt/sp", drain, fmt).get(60, TimeUnit.SECONDS);
      JobStatus s1 = r.awaitDone(20000);
      ev("op", "driver", "kind", "stopped_with_savepoint", "status", s1.name());
      r.step("do", "stop-with-savepoint after 5 records", "status", s1.name());
      r.collect("first_job_");
      List<String> err = null;
      try {
        JobGraph g = r.graph(pipe(c, map2, uid2, extra2, "2"), name);
        r.out.put("job2_operator_ids", ids(g));
        g.setSavepointRestoreSettings(SavepointRestoreSettings.forPath(sp, allow));
        r.submit(g);
        r.step("do", "start second job from savepoint");
        permit("src", 12);
        r.await(e -> "sink2".equals(e.get("op")), 7, 6000);
        if (!r.mc.getJobStatus(r.id).get().isGloballyTerminalState()) {
          Thread.sleep(300);
          r.mc.cancelJob(r.id).get();
          r.awaitDone(10000);
        }
        r.collect();
      } catch (Exception e) {
        err = AlignmentAndKnobs.chain(e);
        r.out.put("submission_exception", err);
        r.out.put("final_status", "SUBMISSION_FAILED");
      }
      r.save();
      System.out.println("   job1=" + s1 + " fail=" + r.out.get("failure_cause_chain") + " " + err);
      synchronized (EV) {
        for (Map<String, Object> e : EV) if ("open".equals(e.get("kind"))) System.out.println("   " + e);
      }
    }
  }

  /** stop with savepoint vs retained checkpoint vs cancel. */
  public static void main(String[] a) throws Exception {
    Set<String> w = new LinkedHashSet<>(Arrays.asList(a));
    boolean all = w.contains("all");
    if (all || w.contains("k1")) {
      restore("k1_stop_with_savepoint_resume", true, true, true, false, false, false, SavepointFormatType.CANONICAL);
      restore(
        "k1b_stop_with_savepoint_native_format",
        true,
        true,
        true,
        false,
        false,
        false,
        SavepointFormatType.NATIVE
      );
      restore("k4_operator_removed_not_allowed", true, true, false, false, false, false, SavepointFormatType.CANONICAL);
      restore(
        "k4b_operator_removed_allow_non_restored",
        true,
        true,
        false,
        false,
        true,
        false,
        SavepointFormatType.CANONICAL
      );
      restore("k5_no_uids_same_topology", false, false, true, false, false, false, SavepointFormatType.CANONICAL);
      restore("k5b_no_uids_map_inserted", false, false, true, true, false, false, SavepointFormatType.CANONICAL);
      restore(
        "k5c_no_uids_map_inserted_allow_non_restored",
        false,
        false,
        true,
        true,
        true,
        false,
        SavepointFormatType.CANONICAL
      );
      restore("k5d_uids_map_inserted", true, true, true, true, false, false, SavepointFormatType.CANONICAL);
    }
    if (all || w.contains("k3")) keyedRescale();
    if (all || w.contains("k2")) {
      List<Object> t = new ArrayList<>();
      int[][] cs = {
        { 2, 2 },
        { 2, 1 },
        { 1, 2 },
        { 2, 3 },
        { 3, 2 },
        { 2, 4 },
        { 4, 2 },
        { 1, 4 },
        { 4, 3 },
        { 3, 4 },
      };
      for (int[] x : cs) {
        int[] n = new int[x[0]];
        for (int i = 0; i < n.length; i++) n[i] = 3;
        redist(t, x[0], x[1], n);
      }
      redist(t, 2, 3, new int[] { 5, 1 });
      redist(t, 3, 2, new int[] { 4, 0, 3 });
      redist(t, 2, 4, new int[] { 1, 1 });
      redist(t, 3, 4, new int[] { 1, 5, 2 });
      redist(t, 2, 2, new int[] { 5, 1 });
      Map<String, Object> out = m(
        "scenario",
        "k2_operator_list_state_redistribution",
        "flink_version",
        org.apache.flink.runtime.util.EnvironmentInformation.getVersion(),
        "element_naming",
        "s<old subtask>-<index>",
        "table",
        t
      );
      java.nio.file.Path d = java.nio.file.Paths.get(
        System.getProperty("lab.traces", ROOT + "/traces"),
        "k2_operator_list_state_redistribution"
      );
      java.nio.file.Files.createDirectories(d);
      new org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper()
        .enable(org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.SerializationFeature.INDENT_OUTPUT)
        .writeValue(d.resolve("trace" + System.getProperty("lab.suffix", "") + ".json").toFile(), out);
    }
    System.exit(0);
  }
}
