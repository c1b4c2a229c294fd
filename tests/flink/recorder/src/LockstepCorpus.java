import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;
import org.apache.flink.api.common.*;
import org.apache.flink.api.common.functions.*;
import org.apache.flink.api.common.state.*;
import org.apache.flink.api.common.typeinfo.*;
import org.apache.flink.api.java.tuple.*;
import org.apache.flink.configuration.*;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.*;
import org.apache.flink.streaming.api.datastream.*;
import org.apache.flink.streaming.api.environment.*;
import org.apache.flink.streaming.api.functions.*;
import org.apache.flink.util.Collector;

/** q: random lock-step scripts on real Flink = differential test corpus. Semantics:
 *  source(p=1, offset in state) -> keyBy -> running sum (ValueState, parallelism p, maxParallelism 128) -> print sink (p) and 2PC sink (p=1).
 *  Plan actions: "rec" = release exactly one record and wait until it is out (or throws); "ckpt" = trigger a checkpoint and wait for completion.
 *  Record index i (1-based) throws the first fails[i] times it is processed, before the state update. On a failure Flink restarts (fixed-delay, maxRestarts);
 *  the driver then continues with the next plan action from the restored offset. After the plan, remaining records are released one by one until end or FAILED. */
public class LockstepCorpus extends Lab {

  static final Map<Integer, Integer> FAILS = new ConcurrentHashMap<>();

  public static class Sum extends KeyedProcessFunction<String, Tuple3<Integer, String, Long>, String> {

    transient ValueState<Long> s;

    public void open(Configuration p) {
      s = getRuntimeContext().getState(new ValueStateDescriptor<>("sum", Long.class));
      ev(
        "op",
        "sum",
        "subtask",
        getRuntimeContext().getTaskInfo().getIndexOfThisSubtask(),
        "attempt",
        getRuntimeContext().getTaskInfo().getAttemptNumber(),
        "kind",
        "opened"
      );
    }

    public void processElement(Tuple3<Integer, String, Long> v, Context c, Collector<String> out) throws Exception {
      int at = getRuntimeContext().getTaskInfo().getAttemptNumber(),
        st = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
      Integer left = FAILS.get(v.f0);
      if (left != null && left > 0) {
        FAILS.put(v.f0, left - 1);
        permit("src", 0);
        ev("op", "sum", "subtask", st, "attempt", at, "kind", "throw", "record", v.f0);
        throw new RuntimeException("intentional failure on record " + v.f0);
      }
      Long o = s.value();
      long n = (o == null ? 0 : o) + v.f2;
      s.update(n);
      out.collect(v.f0 + ":" + v.f1 + "=" + n);
    }
  }

  static Map<String, Object> one(int id, Random rnd) throws Exception {
    int n = 6 + rnd.nextInt(13),
      par = new int[] { 1, 2, 2, 3, 4 }[rnd.nextInt(5)],
      maxR = 1 + rnd.nextInt(3),
      nk = 2 + rnd.nextInt(5);
    String[] pool = { "a", "b", "c", "d", "tx1001", "tx1002", "user-3", "서울", "부산", "k7" };
    List<String> keys = new ArrayList<>(Arrays.asList(pool));
    Collections.shuffle(keys, rnd);
    keys = keys.subList(0, nk);
    List<Tuple3<Integer, String, Long>> recs = new ArrayList<>();
    List<Object> recJ = new ArrayList<>();
    for (int i = 1; i <= n; i++) {
      String k = keys.get(rnd.nextInt(nk));
      long a = 1 + rnd.nextInt(99);
      recs.add(Tuple3.of(i, k, a));
      recJ.add(List.of(k, a));
    }
    FAILS.clear();
    int nf = rnd.nextInt(4);
    Map<String, Object> fj = new TreeMap<>();
    for (int j = 0; j < nf; j++) {
      int r = 1 + rnd.nextInt(n),
        t = 1 + rnd.nextInt(2);
      FAILS.put(r, t);
    }
    for (Map.Entry<Integer, Integer> e : new TreeMap<>(FAILS).entrySet()) fj.put("" + e.getKey(), e.getValue());
    List<String> plan = new ArrayList<>();
    int len = n + rnd.nextInt(n);
    for (int i = 0; i < len; i++) plan.add(rnd.nextInt(4) == 0 ? "ckpt" : "rec");
    Configuration c = conf(
      "restart-strategy.type",
      "fixed-delay",
      "restart-strategy.fixed-delay.attempts",
      maxR,
      "restart-strategy.fixed-delay.delay",
      "60 ms"
    );
    SinksAndStrategies.resetDb();
    Map<String, Object> res = new LinkedHashMap<>();
    res.put("id", id);
    res.put("records", recJ);
    res.put("parallelism", par);
    res.put("max_parallelism", 128);
    res.put("max_restarts", maxR);
    res.put("record_index_fails_first_n_times", fj);
    res.put("plan", plan);
    try (Run r = new Run("q_case" + id, c, 1, par)) {
      StreamExecutionEnvironment env = env(c, par);
      env.setMaxParallelism(128);
      env.setBufferTimeout(0);
      SingleOutputStreamOperator<String> s = env
        .addSource(new Src<>("src", List.of(recs), true, true), Types.TUPLE(Types.INT, Types.STRING, Types.LONG))
        .setParallelism(1)
        .uid("src")
        .name("src")
        .keyBy(t -> t.f1, Types.STRING)
        .process(new Sum())
        .returns(String.class)
        .uid("sum")
        .name("sum");
      s.addSink(new PrintSink<String>("print")).uid("print").name("print");
      s.addSink(new SinksAndStrategies.Tpc("tpc", false)).setParallelism(1).uid("tpc").name("tpc");
      r.submit(r.graph(env, "q" + id));
      int attempt = 0,
        pos = 0;
      long lastCp = -1;
      Map<Long, Integer> cpOffset = new HashMap<>();
      boolean failed = false;
      List<Object> log = new ArrayList<>();
      int guard = 0;
      r.awaitAllRunning();
      Iterator<String> it = plan.iterator();
      while (!failed && guard++ < 500) {
        String act;
        if (it.hasNext()) act = it.next();
        else {
          if (pos >= n) break;
          act = "rec";
        }
        if (act.equals("rec")) {
          if (pos >= n) continue;
          final int want = pos + 1,
            at = attempt;
          permit("src", want);
          r.awaitEv(
            "rec " + want,
            e ->
              Integer.valueOf(at).equals(e.get("attempt")) &&
              (("print".equals(e.get("op")) &&
                "out".equals(e.get("kind")) &&
                ((String) e.get("value")).startsWith(want + ":")) ||
                ("throw".equals(e.get("kind")) && Integer.valueOf(want).equals(e.get("record")))),
            1
          );
          boolean threw;
          synchronized (EV) {
            threw = EV.stream().anyMatch(
              e ->
                Integer.valueOf(at).equals(e.get("attempt")) &&
                "throw".equals(e.get("kind")) &&
                Integer.valueOf(want).equals(e.get("record"))
            );
          }
          if (!threw) {
            r.awaitEv(
              "tpc " + want,
              e ->
                "tpc".equals(e.get("op")) &&
                "write".equals(e.get("kind")) &&
                Integer.valueOf(at).equals(e.get("attempt")) &&
                ((String) e.get("value")).startsWith(want + ":"),
              1
            );
            pos = want;
            if (pos == n && it.hasNext()) {
            }
          } else {
            log.add(m("failed_on_record", want, "attempt", attempt, "restores_from", lastCp < 0 ? null : lastCp));
            if (attempt >= maxR) {
              r.awaitDone(20000);
              failed = true;
            } else {
              attempt++;
              final int a2 = attempt;
              r.awaitEv(
                "reopen",
                e ->
                  "src".equals(e.get("op")) &&
                  "open".equals(e.get("kind")) &&
                  Integer.valueOf(a2).equals(e.get("attempt")),
                1
              );
              pos = lastCp < 0 ? 0 : cpOffset.get(lastCp);
              r.awaitAllRunning();
            }
          }
        } else {
          if (pos >= n) continue;
          lastCp = r.checkpoint();
          cpOffset.put(lastCp, pos);
          final long cp = lastCp;
          Thread.sleep(40);
        }
        if (pos >= n) {
          break;
        }
      }
      if (!failed) r.awaitDone(30000);
      Thread.sleep(50);
      List<Map<String, Object>> evs;
      synchronized (EV) {
        evs = new ArrayList<>(EV);
      }
      Map<String, Object> outs = new TreeMap<>();
      List<Object> commits = new ArrayList<>(),
        restores = new ArrayList<>(),
        cps = new ArrayList<>();
      for (Map<String, Object> e : evs) {
        if ("print".equals(e.get("op")) && "out".equals(e.get("kind"))) (
          (List<Object>) (
            (Map<String, Object>) outs.computeIfAbsent("attempt" + e.get("attempt"), z -> new TreeMap<String, Object>())
          ).computeIfAbsent("subtask" + e.get("subtask"), z -> new ArrayList<Object>())
        ).add(e.get("value"));
        if ("commit".equals(e.get("kind")) && e.get("values") != null) commits.add(e.get("values"));
        if ("src".equals(e.get("op")) && "open".equals(e.get("kind"))) restores.add(
          m("attempt", e.get("attempt"), "restored_from", e.get("restored_from"), "offset", e.get("offset"))
        );
        if ("src".equals(e.get("op")) && "snapshot".equals(e.get("kind"))) cps.add(
          m("id", e.get("checkpoint"), "attempt", e.get("attempt"), "source_offset", e.get("offset"))
        );
      }
      r.collect();
      res.put("driver_log", log);
      res.put("final_status", r.out.get("final_status"));
      res.put("restarts", attempt);
      res.put("source_opens", restores);
      res.put("snapshots", cps);
      res.put("checkpoint_counts", r.out.get("checkpoint_counts"));
      res.put("printed", outs);
      res.put("committed_transactions_in_order", commits);
      res.put("external_db_at_end", new ArrayList<>(SinksAndStrategies.COMMITTED));
      res.put("uncommitted_at_end", SinksAndStrategies.copyPending());
    }
    return res;
  }

  public static void main(String[] a) throws Exception {
    int from = Integer.parseInt(a[0]),
      cnt = Integer.parseInt(a[1]);
    List<Object> all = new ArrayList<>();
    for (int i = from; i < from + cnt; i++) {
      try {
        Map<String, Object> r = one(i, new Random(1000 + i));
        all.add(r);
        System.out.println(
          i +
            " " +
            r.get("final_status") +
            " restarts=" +
            r.get("restarts") +
            " p=" +
            r.get("parallelism") +
            " db=" +
            ((List<?>) r.get("external_db_at_end")).size() +
            " " +
            r.get("checkpoint_counts")
        );
      } catch (Exception e) {
        System.out.println(
          i +
            " SKIPPED " +
            String.valueOf(e.getMessage()).substring(0, Math.min(100, String.valueOf(e.getMessage()).length()))
        );
      }
    }
    Path d = Paths.get(System.getProperty("lab.traces", ROOT + "/traces"), "q_random_lockstep_corpus");
    Files.createDirectories(d);
    new ObjectMapper()
      .enable(SerializationFeature.INDENT_OUTPUT)
      .writeValue(
        d.resolve("corpus_" + from + ".json").toFile(),
        m(
          "scenario",
          "q_random_lockstep_corpus",
          "flink_version",
          org.apache.flink.runtime.util.EnvironmentInformation.getVersion(),
          "cases",
          all
        )
      );
    System.exit(0);
  }
}
