import java.nio.file.*;
import java.time.Duration;
import java.util.*;
import java.util.concurrent.*;
import org.apache.flink.api.common.*;
import org.apache.flink.api.common.eventtime.*;
import org.apache.flink.api.common.functions.*;
import org.apache.flink.api.common.state.*;
import org.apache.flink.api.common.typeinfo.*;
import org.apache.flink.configuration.*;
import org.apache.flink.core.execution.*;
import org.apache.flink.runtime.state.*;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.*;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.datastream.*;
import org.apache.flink.streaming.api.environment.*;
import org.apache.flink.streaming.api.functions.*;
import org.apache.flink.streaming.api.functions.co.*;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.*;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.*;

/** s: random lock-step plans over many pipelines. Records are "key@timestamp=value". One or two sources (A, B; parallelism 1, offset in state), behind each a map
 *  "boomA"/"boomB" that throws on the values in `throws_first_n_times` (before anything is emitted), then punctuated watermarks (highest timestamp so far - 1, after every
 *  record that raises it), then the pipeline (parallelism P, max parallelism 128) and one or two print sinks.
 *  Plan: "A" / "B" release exactly one record and wait until all is quiet; "ckpt" completes a checkpoint. When a record throws all gates close, the job restarts, and the plan goes
 *  on from the restored offsets. After the plan the remaining records are released A, B, A, B …; then "drain" stops the job with a drained savepoint, or "cancel" cancels it.
 *  In a step, outputs are [sink, subtask, value] in order of arrival in each subtask. */
public class PipelineCorpus extends Lab {

  static String key(String r) {
    return r.substring(0, r.indexOf('@'));
  }

  static long ts(String r) {
    return Long.parseLong(r.substring(r.indexOf('@') + 1, r.indexOf('=')));
  }

  static long val(String r) {
    return Long.parseLong(r.substring(r.indexOf('=') + 1));
  }

  static final Map<String, Integer> BOOM = new ConcurrentHashMap<>();

  public static class Boom extends RichMapFunction<String, String> {

    final String name;

    Boom(String n) {
      name = n;
    }

    public String map(String v) {
      Integer left = BOOM.get(name + "/" + v);
      if (left != null && left > 0) {
        BOOM.put(name + "/" + v, left - 1);
        for (String k : new ArrayList<>(GATE.keySet())) GATE.put(k, 0);
        ev(
          "op",
          name,
          "subtask",
          0,
          "attempt",
          getRuntimeContext().getTaskInfo().getAttemptNumber(),
          "kind",
          "throw",
          "value",
          v
        );
        throw new RuntimeException("intentional failure on " + v);
      }
      return v;
    }
  }

  static SingleOutputStreamOperator<String> source(
    StreamExecutionEnvironment env,
    String n,
    List<String> recs,
    boolean wm
  ) {
    SingleOutputStreamOperator<String> s = env
      .addSource(src(n, recs, false), Types.STRING)
      .setParallelism(1)
      .uid(n)
      .name(n)
      .map(new Boom("boom" + n))
      .returns(Types.STRING)
      .setParallelism(1)
      .uid("boom" + n)
      .name("boom" + n);
    return wm
      ? s
          .assignTimestampsAndWatermarks(
            WatermarkStrategy.<String>forGenerator(x -> new WindowsAndRegions.Punct()).withTimestampAssigner((e, t) ->
              ts(e)
            )
          )
          .setParallelism(1)
          .uid("wm" + n)
          .name("wm" + n)
      : s;
  }

  static String st(ValueState<String> s) throws Exception {
    return s.value();
  }

  static final OutputTag<String> SIDE = new OutputTag<String>("side", Types.STRING) {};

  public static class Win extends ProcessWindowFunction<String, String, String, TimeWindow> {

    public void process(String k, Context c, Iterable<String> es, Collector<String> o) {
      long s = 0;
      int n = 0;
      for (String e : es) {
        s += val(e);
        n++;
      }
      o.collect(k + "[" + c.window().getStart() + "," + c.window().getEnd() + ")=" + s + "#" + n);
    }
  }

  public static class IJ extends ProcessJoinFunction<String, String, String> {

    public void processElement(String l, String r, Context c, Collector<String> o) {
      o.collect(key(l) + ":" + val(l) + "+" + val(r) + "@" + c.getTimestamp());
    }
  }

  /** a sum per key; a timer at timestamp+10 emits the sum and clears it; a value that is a multiple of 7 deletes the last timer that was set. */
  public static class Timers extends KeyedProcessFunction<String, String, String> {

    transient ValueState<Long> sum, last;

    public void open(Configuration p) {
      sum = getRuntimeContext().getState(new ValueStateDescriptor<>("sum", Long.class));
      last = getRuntimeContext().getState(new ValueStateDescriptor<>("last", Long.class));
    }

    public void processElement(String v, Context c, Collector<String> o) throws Exception {
      sum.update((sum.value() == null ? 0 : sum.value()) + val(v));
      if (val(v) % 7 == 0 && last.value() != null) {
        c.timerService().deleteEventTimeTimer(last.value());
        last.clear();
      } else {
        long t = ts(v) + 10;
        c.timerService().registerEventTimeTimer(t);
        last.update(t);
      }
    }

    public void onTimer(long t, OnTimerContext c, Collector<String> o) throws Exception {
      o.collect(c.getCurrentKey() + "!" + t + "=" + sum.value());
      sum.clear();
    }
  }

  /** A switches a key on (odd value) or off (even value); B's records pass when their key is on and are counted. */
  public static class Connect extends KeyedCoProcessFunction<String, String, String, String> {

    transient ValueState<Boolean> on;
    transient ValueState<Long> n;

    public void open(Configuration p) {
      on = getRuntimeContext().getState(new ValueStateDescriptor<>("on", Boolean.class));
      n = getRuntimeContext().getState(new ValueStateDescriptor<>("n", Long.class));
    }

    public void processElement1(String v, Context c, Collector<String> o) throws Exception {
      on.update(val(v) % 2 == 1);
    }

    public void processElement2(String v, Context c, Collector<String> o) throws Exception {
      if (Boolean.TRUE.equals(on.value())) {
        long x = (n.value() == null ? 0 : n.value()) + 1;
        n.update(x);
        o.collect(v + "#" + x);
      }
    }
  }

  /** A's records are rules key -> limit, broadcast; B's records (keyed) pass when their value is at most the limit of their key (no rule: they don't pass), with the number of rules. */
  static final MapStateDescriptor<String, Long> RULES = new MapStateDescriptor<>("rules", Types.STRING, Types.LONG);

  public static class Bcast extends KeyedBroadcastProcessFunction<String, String, String, String> {

    public void processElement(String v, ReadOnlyContext c, Collector<String> o) throws Exception {
      Long l = c.getBroadcastState(RULES).get(key(v));
      int n = 0;
      for (Map.Entry<String, Long> e : c.getBroadcastState(RULES).immutableEntries()) n++;
      if (l != null && val(v) <= l) o.collect(v + "<=" + l + "#" + n);
    }

    public void processBroadcastElement(String v, Context c, Collector<String> o) throws Exception {
      c.getBroadcastState(RULES).put(key(v), val(v));
    }
  }

  public static class Side extends ProcessFunction<String, String> {

    public void processElement(String v, Context c, Collector<String> o) {
      if (val(v) % 3 == 0) c.output(SIDE, v);
      else o.collect(v);
    }
  }

  /** Every kind of keyed state at once: a list (last three values), a map (timestamp/10 -> count), a reducing maximum and an aggregating mean. */
  public static class Kinds extends KeyedProcessFunction<String, String, String> {

    transient ListState<Long> l;
    transient MapState<Long, Integer> mp;
    transient ReducingState<Long> mx;
    transient AggregatingState<Long, Long> av;

    public void open(Configuration p) {
      l = getRuntimeContext().getListState(new ListStateDescriptor<>("l", Long.class));
      mp = getRuntimeContext().getMapState(new MapStateDescriptor<>("m", Long.class, Integer.class));
      mx = getRuntimeContext().getReducingState(
        new ReducingStateDescriptor<>("mx", (ReduceFunction<Long>) Math::max, Long.class)
      );
      av = getRuntimeContext().getAggregatingState(
        new AggregatingStateDescriptor<>("av", new Mean(), Types.LIST(Types.LONG))
      );
    }

    public void processElement(String v, Context c, Collector<String> o) throws Exception {
      List<Long> x = new ArrayList<>();
      for (Long y : l.get()) x.add(y);
      x.add(val(v));
      if (x.size() > 3) x.remove(0);
      l.update(x);
      long b = ts(v) / 10;
      mp.put(b, (mp.get(b) == null ? 0 : mp.get(b)) + 1);
      mx.add(val(v));
      av.add(val(v));
      TreeMap<Long, Integer> t = new TreeMap<>();
      for (Map.Entry<Long, Integer> e : mp.entries()) t.put(e.getKey(), e.getValue());
      o.collect(key(v) + " list=" + x + " map=" + t + " max=" + mx.get() + " mean=" + av.get());
    }
  }

  public static class Mean implements AggregateFunction<Long, List<Long>, Long> {

    public List<Long> createAccumulator() {
      return new ArrayList<>(List.of(0L, 0L));
    }

    public List<Long> add(Long v, List<Long> a) {
      return new ArrayList<>(List.of(a.get(0) + v, a.get(1) + 1));
    }

    public Long getResult(List<Long> a) {
      return a.get(0) / a.get(1);
    }

    public List<Long> merge(List<Long> a, List<Long> b) {
      return new ArrayList<>(List.of(a.get(0) + b.get(0), a.get(1) + b.get(1)));
    }
  }

  public static class Sum extends KeyedProcessFunction<String, String, String> {

    transient ValueState<Long> s;

    public void open(Configuration p) {
      s = getRuntimeContext().getState(new ValueStateDescriptor<>("sum", Long.class));
    }

    public void processElement(String v, Context c, Collector<String> o) throws Exception {
      s.update((s.value() == null ? 0 : s.value()) + val(v));
      o.collect(key(v) + "=" + s.value());
    }
  }

  /** processing-time-free stateless map, to see what print repeats. */
  static final String[] KINDS = {
    "interval_join",
    "window_join",
    "tumbling",
    "tumbling_late5",
    "sliding",
    "session",
    "session_late5",
    "event_timers",
    "connect",
    "broadcast",
    "union_sum",
    "side_output",
    "state_kinds",
    "reduce",
    "stateless",
  };

  static boolean two(String k) {
    return Set.of("interval_join", "window_join", "connect", "broadcast", "union_sum").contains(k);
  }

  static void build(StreamExecutionEnvironment env, String kind, int p, List<String> a, List<String> b) {
    boolean wm = Set.of(
      "interval_join",
      "window_join",
      "tumbling",
      "tumbling_late5",
      "sliding",
      "session",
      "session_late5",
      "event_timers"
    ).contains(kind);
    SingleOutputStreamOperator<String> A = source(env, "A", a, wm),
      B = two(kind) ? source(env, "B", b, wm) : null,
      o;
    KeySelector K = new KeySelector();
    DataStream<String> side = null;
    switch (kind) {
      case "interval_join":
        o = A.keyBy(K, Types.STRING)
          .intervalJoin(B.keyBy(K, Types.STRING))
          .between(Duration.ofMillis(-5), Duration.ofMillis(5))
          .process(new IJ(), Types.STRING);
        break;
      case "window_join":
        o = (SingleOutputStreamOperator<String>) A.join(B)
          .where(K)
          .equalTo(K)
          .window(TumblingEventTimeWindows.of(Duration.ofMillis(10)))
          .apply(new JF(), Types.STRING);
        break;
      case "tumbling":
      case "tumbling_late5":
      case "sliding":
      case "session":
      case "session_late5": {
        WindowAssigner<Object, TimeWindow> w = kind.startsWith("tumbling")
          ? TumblingEventTimeWindows.of(Duration.ofMillis(10))
          : kind.equals("sliding")
            ? SlidingEventTimeWindows.of(Duration.ofMillis(10), Duration.ofMillis(5))
            : EventTimeSessionWindows.withGap(Duration.ofMillis(5));
        WindowedStream<String, String, TimeWindow> ws = A.keyBy(K, Types.STRING).window(w);
        if (kind.endsWith("late5")) ws = ws.allowedLateness(Duration.ofMillis(5));
        o = ws.sideOutputLateData(SIDE).process(new Win());
        side = o.returns(Types.STRING).getSideOutput(SIDE);
        break;
      }
      case "event_timers":
        o = A.keyBy(K, Types.STRING).process(new Timers());
        break;
      case "connect":
        o = A.keyBy(K, Types.STRING).connect(B.keyBy(K, Types.STRING)).process(new Connect());
        break;
      case "broadcast":
        o = B.keyBy(K, Types.STRING).connect(A.broadcast(RULES)).process(new Bcast());
        break;
      case "union_sum":
        o = A.union(B).keyBy(K, Types.STRING).process(new Sum());
        break;
      case "side_output":
        o = A.process(new Side());
        side = o.returns(Types.STRING).getSideOutput(SIDE);
        break;
      case "state_kinds":
        o = A.keyBy(K, Types.STRING).process(new Kinds());
        break;
      case "reduce":
        o = A.keyBy(K, Types.STRING).reduce(new Red());
        break;
      default:
        o = A.rebalance().map(new Id());
    }
    o.returns(Types.STRING)
      .setParallelism(p)
      .uid("op")
      .name("op")
      .addSink(new PrintSink<String>("sink"))
      .setParallelism(p)
      .uid("sink")
      .name("sink");
    if (side != null) side.addSink(new PrintSink<String>("side")).setParallelism(p).uid("side").name("side");
  }

  public static class KeySelector implements org.apache.flink.api.java.functions.KeySelector<String, String> {

    public String getKey(String v) {
      return key(v);
    }
  }

  public static class JF implements JoinFunction<String, String, String> {

    public String join(String l, String r) {
      return key(l) + ":" + val(l) + "+" + val(r);
    }
  }

  public static class Red implements ReduceFunction<String> {

    public String reduce(String x, String y) {
      return key(x) + "@" + Math.max(ts(x), ts(y)) + "=" + (val(x) + val(y));
    }
  }

  public static class Id implements MapFunction<String, String> {

    public String map(String v) {
      return v;
    }
  }

  static List<String> random(Random r, int n, List<String> keys, String kind) {
    List<String> l = new ArrayList<>();
    long t = r.nextInt(5);
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < n; i++) {
      t += r.nextInt(6);
      long at = Math.max(0, r.nextInt(5) == 0 ? t - r.nextInt(14) : t);
      String v;
      do {
        v = keys.get(r.nextInt(keys.size())) + "@" + at + "=" + (1 + r.nextInt(60));
      } while (!seen.add(v));
      l.add(v);
    }
    return l;
  }

  static Map<String, Object> one(int id, String kind, Random rnd) throws Exception {
    int p = kind.equals("side_output") ? 1 : 1 + rnd.nextInt(3),
      maxR = 1 + rnd.nextInt(3);
    List<String> keys = new ArrayList<>(List.of("a", "b", "c", "user-3", "서울"));
    Collections.shuffle(keys, rnd);
    keys = keys.subList(0, 1 + rnd.nextInt(3));
    boolean two = two(kind);
    List<String> a = random(rnd, two ? 5 + rnd.nextInt(6) : 8 + rnd.nextInt(9), keys, kind),
      b = two ? random(rnd, 5 + rnd.nextInt(6), keys, kind) : List.of();
    BOOM.clear();
    Map<String, Object> boom = new TreeMap<>();
    for (int i = rnd.nextInt(4); i > 0; i--) {
      boolean onB = two && rnd.nextBoolean();
      List<String> l = onB ? b : a;
      String k = "boom" + (onB ? "B" : "A") + "/" + l.get(rnd.nextInt(l.size()));
      BOOM.put(k, 1 + rnd.nextInt(4) / 3);
    }
    boom.putAll(BOOM);
    List<String> plan = new ArrayList<>();
    for (int i = 0; i < ((a.size() + b.size()) * 3) / 2; i++) plan.add(
      rnd.nextInt(4) == 0 ? "ckpt" : two && rnd.nextBoolean() ? "B" : "A"
    );
    String end = rnd.nextInt(3) == 0 ? "cancel" : "drain";
    Map<String, Object> res = m(
      "id",
      id,
      "pipeline",
      kind,
      "parallelism",
      p,
      "max_parallelism",
      128,
      "max_restarts",
      maxR,
      "sources",
      two ? m("A", a, "B", b) : m("A", a),
      "throws_first_n_times",
      boom,
      "plan",
      plan,
      "end",
      end
    );
    Configuration c = conf(
      "restart-strategy.type",
      "fixed-delay",
      "restart-strategy.fixed-delay.attempts",
      maxR,
      "restart-strategy.fixed-delay.delay",
      "60 ms"
    );
    try (Run r = new Run("s_case" + id, c, 1, p)) {
      StreamExecutionEnvironment env = env(c, p);
      env.setMaxParallelism(128);
      env.setBufferTimeout(0);
      build(env, kind, p, a, b);
      r.submit(r.graph(env, "s" + id));
      res.putAll(
        lockstep(r, two ? List.of("A", "B") : List.of("A"), Map.of("A", a.size(), "B", b.size()), plan, end, maxR)
      );
    }
    return res;
  }

  static int throwsN() {
    synchronized (EV) {
      return (int) EV.stream()
        .filter(e -> "throw".equals(e.get("kind")))
        .count();
    }
  }

  static Map<String, Object> lockstep(
    Run r,
    List<String> S,
    Map<String, Integer> sizes,
    List<String> plan,
    String end,
    int maxR
  ) throws Exception {
    Map<String, Object> res = new LinkedHashMap<>();
    r.awaitAllRunning();
    quiet(80);
    Map<String, Integer> pos = new HashMap<>();
    for (String s : S) pos.put(s, 0);
    List<Object> steps = new ArrayList<>();
    int mark;
    synchronized (EV) {
      mark = EV.size();
    }
    int fails = 0;
    boolean failed = false;
    Iterator<String> it = plan.iterator();
    int turn = 0,
      guard = 0;
    while (guard++ < 400) {
      String act;
      if (failed) break;
      if (it.hasNext()) act = it.next();
      else {
        int left = 0;
        for (String s : S) left += sizes.get(s) - pos.get(s);
        if (left <= 0) act = end;
        else act = S.get(turn++ % S.size());
      }
      if (S.contains(act) && pos.get(act) >= sizes.get(act)) continue;
      boolean threw = false;
      if (act.equals("ckpt")) {
        r.checkpoint();
        quiet(30);
      } else if (S.contains(act)) {
        pos.merge(act, 1, Integer::sum);
        permit(act, pos.get(act));
        final String s = act;
        final int want = pos.get(act);
        quiet(50);
        threw = throwsN() > fails;
        if (threw) {
          fails++;
          if (fails > maxR) {
            r.awaitDone(20000);
            failed = true;
            quiet(50);
          } else {
            final int f = fails;
            for (String q : S)
              r.awaitEv(
                "reopen",
                e ->
                  q.equals(e.get("op")) && "open".equals(e.get("kind")) && Integer.valueOf(f).equals(e.get("attempt")),
                1
              );
            r.awaitAllRunning();
            quiet(120);
            synchronized (EV) {
              for (Map<String, Object> e : EV)
                if (
                  "open".equals(e.get("kind")) && Integer.valueOf(f).equals(e.get("attempt")) && S.contains(e.get("op"))
                ) pos.put((String) e.get("op"), (Integer) e.get("offset"));
            }
          }
        }
      } else if (act.equals("drain")) {
        r.mc
          .stopWithSavepoint(r.id, "file://" + ROOT + "/ckpt/sp", true, SavepointFormatType.CANONICAL)
          .get(60, TimeUnit.SECONDS);
        r.awaitDone(20000);
        quiet(60);
      } else {
        r.mc.cancelJob(r.id).get();
        r.awaitDone(10000);
        quiet(40);
      }
      Map<String, Object> st = m("action", act);
      if (threw) st.put("threw", true);
      List<Object> outs = new ArrayList<>(),
        opens = new ArrayList<>(),
        snaps = new ArrayList<>();
      synchronized (EV) {
        for (int i = mark; i < EV.size(); i++) {
          Map<String, Object> e = EV.get(i);
          if ("out".equals(e.get("kind"))) outs.add(List.of(e.get("op"), e.get("subtask"), e.get("value")));
          if ("open".equals(e.get("kind"))) opens.add(
            m("source", e.get("op"), "restored_from", e.get("restored_from"), "offset", e.get("offset"))
          );
          if ("snapshot".equals(e.get("kind"))) snaps.add(
            m("checkpoint", e.get("checkpoint"), "source", e.get("op"), "offset", e.get("offset"))
          );
        }
        mark = EV.size();
      }
      snaps.sort(Comparator.comparing(Object::toString));
      opens.sort(Comparator.comparing(Object::toString));
      if (!outs.isEmpty()) st.put("outputs", outs);
      if (!snaps.isEmpty()) st.put("snapshots", snaps);
      if (!opens.isEmpty()) st.put("opened", opens);
      steps.add(st);
      if (act.equals("drain") || act.equals("cancel")) break;
    }
    r.collect();
    res.put("steps_taken", steps);
    res.put("restarts", failed ? fails - 1 : fails);
    res.put("final_status", r.out.get("final_status"));
    res.put("checkpoint_counts", r.out.get("checkpoint_counts"));
    return res;
  }

  public static void main(String[] a) throws Exception {
    int from = Integer.parseInt(a[0]),
      cnt = Integer.parseInt(a[1]);
    Set<String> only = new HashSet<>(Arrays.asList(a).subList(2, a.length));
    Map<String, List<Object>> all = new TreeMap<>();
    for (int i = from; i < from + cnt; i++) {
      String kind = KINDS[i % KINDS.length];
      if (!only.isEmpty() && !only.contains(kind)) continue;
      try {
        Map<String, Object> r = one(i, kind, new Random(70000 + i));
        all.computeIfAbsent(kind, z -> new ArrayList<>()).add(r);
        System.out.println(
          i +
            " " +
            kind +
            " " +
            r.get("final_status") +
            " p=" +
            r.get("parallelism") +
            " restarts=" +
            r.get("restarts") +
            " steps=" +
            ((List<?>) r.get("steps_taken")).size()
        );
      } catch (Exception e) {
        System.out.println(
          i + " " + kind + " SKIPPED " + String.valueOf(e).substring(0, Math.min(300, String.valueOf(e).length()))
        );
      }
    }
    for (String kind : all.keySet()) {
      Path d = Paths.get(System.getProperty("lab.traces", ROOT + "/traces"), "s_random_" + kind);
      Files.createDirectories(d);
      new ObjectMapper()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .writeValue(
          d.resolve("corpus" + System.getProperty("lab.suffix", "_" + from) + ".json").toFile(),
          m(
            "scenario",
            "s_random_" + kind,
            "flink_version",
            org.apache.flink.runtime.util.EnvironmentInformation.getVersion(),
            "cases",
            all.get(kind)
          )
        );
    }
    System.exit(0);
  }
}
