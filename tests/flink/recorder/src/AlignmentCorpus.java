import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;
import org.apache.flink.api.common.*;
import org.apache.flink.api.common.functions.*;
import org.apache.flink.api.common.state.*;
import org.apache.flink.api.common.typeinfo.*;
import org.apache.flink.configuration.*;
import org.apache.flink.runtime.state.*;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.*;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.datastream.*;
import org.apache.flink.streaming.api.environment.*;

/** r: random barrier-alignment scripts: 2-3 sources -> one operator subtask with as many input channels.
 *  Actions: "rec X" release one record of X; "hold X" X keeps its checkpoint lock (its barrier cannot be injected, it can still emit); "release X";
 *  "trigger" start a checkpoint; "failrec X" release one record of X on which the operator throws once. After each action the driver waits until quiescent (fixed wait). */
public class AlignmentCorpus extends Lab {

  public static class Op extends RichMapFunction<String, String> implements CheckpointedFunction {

    List<String> seen = new ArrayList<>();
    transient ListState<String> st;

    public void initializeState(FunctionInitializationContext c) throws Exception {
      st = c.getOperatorStateStore().getListState(new ListStateDescriptor<>("seen", String.class));
      for (String s : st.get()) seen.add(s);
      OptionalLong r = c.getRestoredCheckpointId();
      ev(
        "op",
        "op",
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
      if (FLAG.getOrDefault("fail", false)) {
        FLAG.put("fail", false);
        for (String k : new ArrayList<>(GATE.keySet())) GATE.put(k, 0);
        ev("op", "op", "attempt", at, "kind", "throw", "value", v);
        throw new RuntimeException("intentional");
      }
      seen.add(v);
      ev("op", "op", "attempt", at, "kind", "process", "value", v);
      return v;
    }
  }

  static final int W = Integer.getInteger("lab.wait", 90);

  static Map<String, Object> one(int id, String mode, Random rnd) throws Exception {
    int k = 2 + rnd.nextInt(2);
    List<String> S = List.of("A", "B", "C").subList(0, k);
    int N = 10;
    Configuration c = conf(
      "restart-strategy.type",
      "fixed-delay",
      "restart-strategy.fixed-delay.attempts",
      3,
      "restart-strategy.fixed-delay.delay",
      "50 ms"
    );
    if (mode.equals("AT_LEAST_ONCE")) c.setString("execution.checkpointing.mode", "AT_LEAST_ONCE");
    if (mode.equals("UNALIGNED")) c.setString("execution.checkpointing.unaligned.enabled", "true");
    List<Map<String, Object>> steps = new ArrayList<>();
    Map<String, Object> res = m("id", id, "mode", mode, "sources", S, "records_per_source", N);
    try (Run r = new Run("r_case" + id, c, 1, 1)) {
      StreamExecutionEnvironment env = env(c, 1);
      env.setBufferTimeout(0);
      DataStream<String> u = null;
      for (String s : S) {
        List<String> l = new ArrayList<>();
        for (int i = 1; i <= N; i++) l.add(s + i);
        DataStream<String> d = env
          .addSource(new Src<>(s, List.of(l), false, true), Types.STRING)
          .uid(s)
          .name(s)
          .rebalance();
        u = u == null ? d : u.union(d);
      }
      u.map(new Op())
        .returns(String.class)
        .uid("op")
        .name("op")
        .addSink(new org.apache.flink.streaming.api.functions.sink.DiscardingSink<>())
        .uid("sink")
        .name("sink");
      r.submit(r.graph(env, "r" + id));
      r.awaitAllRunning();
      quiet(100);
      Map<String, Integer> pos = new HashMap<>();
      Set<String> held = new TreeSet<>();
      for (String s : S) pos.put(s, 0);
      boolean pending = false;
      CompletableFuture<Long> fut = null;
      int fails = 0;
      int len = 14 + rnd.nextInt(8);
      int mark;
      synchronized (EV) {
        mark = EV.size();
      }
      Map<Long, Map<String, Integer>> offs = new HashMap<>();
      long lastDone = -1;
      Set<String> barrierDone = new TreeSet<>();
      for (int t = 0; t < len + 6; t++) {
        String act = null;
        boolean tail = t >= len;
        int x = rnd.nextInt(100);
        String s = S.get(rnd.nextInt(k));
        if (tail) {
          if (!held.isEmpty()) {
            s = held.iterator().next();
            act = "release " + s;
          } else break;
        } else if (pending) act =
          x < 75 || held.isEmpty() ? "rec " + s : "release " + new ArrayList<>(held).get(rnd.nextInt(held.size()));
        else if (!held.isEmpty()) act =
          x < 50 ? "trigger" : x < 85 ? "rec " + s : held.contains(s) ? "release " + s : "hold " + s;
        else act =
          x < 40
            ? "rec " + s
            : x < 70
              ? "hold " + s
              : x < 80
                ? "trigger"
                : fails < 2 && t > 2
                  ? "failrec " + s
                  : "rec " + s;
        if (act.startsWith("release ")) s = act.substring(8);
        if ((act.startsWith("rec") || act.startsWith("failrec")) && pos.get(s) >= N) continue;
        if (act.startsWith("rec ")) {
          pos.merge(s, 1, Integer::sum);
          permit(s, pos.get(s));
          quiet(W);
        } else if (act.startsWith("hold ")) {
          int h0 = count(s, "hold_lock");
          HOLD.put(s, true);
          held.add(s);
          r.awaitKind(s, "hold_lock", h0 + 1);
        } else if (act.startsWith("release ")) {
          HOLD.put(s, false);
          held.remove(s);
          quiet(W);
          if (pending && held.isEmpty()) {
            lastDone = fut.get(20, TimeUnit.SECONDS);
            pending = false;
            quiet(40);
          }
        } else if (act.equals("trigger")) {
          Map<String, Integer> before = new HashMap<>();
          for (String q : S) before.put(q, count(q, "snapshot"));
          fut = r.mc.triggerCheckpoint(r.id, org.apache.flink.core.execution.CheckpointType.CONFIGURED);
          pending = true;
          for (String q : S) if (!held.contains(q)) r.awaitKind(q, "snapshot", before.get(q) + 1);
          quiet(W);
          if (held.isEmpty()) {
            lastDone = fut.get(20, TimeUnit.SECONDS);
            pending = false;
            quiet(40);
          }
        } else {
          fails++;
          FLAG.put("fail", true);
          pos.merge(s, 1, Integer::sum);
          permit(s, pos.get(s));
          r.awaitKind("op", "throw", fails);
          final int f = fails;
          r.awaitEv(
            "reopen",
            e ->
              "op".equals(e.get("op")) && "open".equals(e.get("kind")) && Integer.valueOf(f).equals(e.get("attempt")),
            1
          );
          for (String q : S)
            r.awaitEv(
              "reopen",
              e -> q.equals(e.get("op")) && "open".equals(e.get("kind")) && Integer.valueOf(f).equals(e.get("attempt")),
              1
            );
          r.awaitAllRunning();
          quiet(150);
          synchronized (EV) {
            for (Map<String, Object> e : EV)
              if (
                "open".equals(e.get("kind")) && Integer.valueOf(f).equals(e.get("attempt")) && S.contains(e.get("op"))
              ) pos.put((String) e.get("op"), (Integer) e.get("offset"));
          }
        }
        List<Object> proc = new ArrayList<>(),
          snaps = new ArrayList<>(),
          sso = new ArrayList<>(),
          opens = new ArrayList<>();
        synchronized (EV) {
          for (int i = mark; i < EV.size(); i++) {
            Map<String, Object> e = EV.get(i);
            if ("process".equals(e.get("kind"))) proc.add(e.get("value"));
            if ("snapshot".equals(e.get("kind"))) {
              if ("op".equals(e.get("op"))) snaps.add(m("checkpoint", e.get("checkpoint"), "state", e.get("state")));
              else sso.add(m("checkpoint", e.get("checkpoint"), "source", e.get("op"), "offset", e.get("offset")));
            }
            if ("open".equals(e.get("kind"))) opens.add(
              "op".equals(e.get("op"))
                ? m("op", "op", "restored_from", e.get("restored_from"), "state", e.get("state"))
                : m("source", e.get("op"), "restored_from", e.get("restored_from"), "offset", e.get("offset"))
            );
          }
          mark = EV.size();
        }
        sso.sort(Comparator.comparing(Object::toString));
        opens.sort(Comparator.comparing(Object::toString));
        Map<String, Object> st = m("action", act, "processed", proc);
        if (!snaps.isEmpty()) st.put("op_snapshot", snaps);
        if (!sso.isEmpty()) st.put("source_snapshots", sso);
        if (!opens.isEmpty()) st.put("opened", opens);
        st.put("checkpoint_in_progress_after", pending);
        steps.add(st);
      }
      r.mc.cancelJob(r.id).get();
      r.awaitDone(10000);
      r.collect();
      res.put("steps", steps);
      List<Object> cps = new ArrayList<>();
      for (Object o : (List<?>) r.out.get("checkpoints")) {
        Map<?, ?> q = (Map<?, ?>) o;
        cps.add(
          m(
            "id",
            q.get("id"),
            "status",
            q.get("status"),
            "unaligned",
            q.get("unaligned"),
            "persisted_data",
            q.get("persisted_data")
          )
        );
      }
      res.put("checkpoints", cps);
      res.put("restarts", fails);
    }
    return res;
  }

  static int count(String op, String kind) {
    synchronized (EV) {
      return (int) EV.stream()
        .filter(e -> op.equals(e.get("op")) && kind.equals(e.get("kind")))
        .count();
    }
  }

  public static void main(String[] a) throws Exception {
    int from = Integer.parseInt(a[0]),
      cnt = Integer.parseInt(a[1]);
    List<Object> all = new ArrayList<>();
    String[] M = { "EXACTLY_ONCE", "AT_LEAST_ONCE", "UNALIGNED" };
    for (int i = from; i < from + cnt; i++) {
      try {
        Map<String, Object> r = one(i, M[i % 3], new Random(5000 + i));
        all.add(r);
        System.out.println(
          i +
            " " +
            M[i % 3] +
            " steps=" +
            ((List<?>) r.get("steps")).size() +
            " restarts=" +
            r.get("restarts") +
            " cps=" +
            r.get("checkpoints")
        );
      } catch (Exception e) {
        System.out.println(
          i +
            " SKIPPED " +
            String.valueOf(e.getMessage()).substring(0, Math.min(160, String.valueOf(e.getMessage()).length()))
        );
      }
    }
    Path d = Paths.get(System.getProperty("lab.traces", ROOT + "/traces"), "r_random_alignment_corpus");
    Files.createDirectories(d);
    new ObjectMapper()
      .enable(SerializationFeature.INDENT_OUTPUT)
      .writeValue(
        d.resolve("corpus_" + from + ".json").toFile(),
        m(
          "scenario",
          "r_random_alignment_corpus",
          "flink_version",
          org.apache.flink.runtime.util.EnvironmentInformation.getVersion(),
          "wait_after_action_ms",
          W,
          "cases",
          all
        )
      );
    System.exit(0);
  }
}
