import java.net.*;
import java.net.http.*;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;
import org.apache.flink.api.common.*;
import org.apache.flink.api.common.functions.*;
import org.apache.flink.api.common.typeinfo.*;
import org.apache.flink.api.java.tuple.*;
import org.apache.flink.configuration.*;
import org.apache.flink.core.execution.*;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.*;
import org.apache.flink.streaming.api.datastream.*;
import org.apache.flink.streaming.api.environment.*;

/** REST documents and a Prometheus scrape of small jobs, moment by moment. */
public class RestDocuments extends Lab {

  static final HttpClient H = HttpClient.newHttpClient();

  static String get(String u) throws Exception {
    HttpResponse<String> x = H.send(
      HttpRequest.newBuilder(URI.create(u)).build(),
      HttpResponse.BodyHandlers.ofString()
    );
    return x.statusCode() == 200
      ? x.body()
      : "{\"http_status\":" + x.statusCode() + ",\"body\":" + new ObjectMapper().writeValueAsString(x.body()) + "}";
  }

  static final ObjectMapper OM = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  static class Doc {

    final Run r;
    final String name;
    final Map<String, String> ids = new LinkedHashMap<>();
    final Map<String, String> names = new LinkedHashMap<>();
    final String base;
    final Path dir;
    final String ckpt;
    int n = 0;
    final List<Object> moments = new ArrayList<>();

    Doc(Run r, String name, String ckpt) throws Exception {
      this.r = r;
      this.name = name;
      this.ckpt = ckpt;
      base = r.mc.getRestAddress().get().toString();
      dir = Paths.get(ROOT, "traces", "rest", org.apache.flink.runtime.util.EnvironmentInformation.getVersion(), name);
      Files.createDirectories(dir);
      for (org.apache.flink.runtime.executiongraph.AccessExecutionJobVertex v : r.mc
        .getExecutionGraph(r.id)
        .get()
        .getVerticesTopologically()) {
        String p = "VERTEX_" + (ids.size() + 1);
        ids.put(v.getJobVertexId().toHexString(), p);
        names.put(v.getName(), p);
      }
    }

    String plain(String s) {
      s = s.replace(r.id.toHexString(), "JOB_ID");
      for (Map.Entry<String, String> e : ids.entrySet()) s = s.replace(e.getKey(), e.getValue());
      s = s
        .replace("file:" + ckpt, "file:/CHECKPOINTS")
        .replace(ckpt, "/CHECKPOINTS")
        .replaceAll("savepoint-[0-9a-f]{6}-[0-9a-f]{12}", "savepoint-SHORT_JOB_ID-RANDOM")
        .replace(ROOT, "/LAB");
      java.util.regex.Matcher m = java.util.regex.Pattern.compile("(?<![0-9])1[0-9]{12}(?![0-9])").matcher(s);
      StringBuilder b = new StringBuilder();
      while (m.find()) m.appendReplacement(b, String.valueOf(1700000000000L + Long.parseLong(m.group()) - T0));
      m.appendTail(b);
      return b.toString();
    }

    JsonNode fetch(String path) throws Exception {
      return OM.readTree(plain(get(base + path)));
    }

    void moment(String what) throws Exception {
      Thread.sleep(150);
      String j = "/jobs/" + r.id.toHexString();
      Map<String, Object> d = new LinkedHashMap<>();
      d.put("moment", what);
      JsonNode cps = OM.readTree(get(base + j + "/checkpoints"));
      d.put("/jobs/:jobid/checkpoints", fetch(j + "/checkpoints"));
      Map<String, Object> det = new LinkedHashMap<>();
      for (JsonNode h : cps.path("history")) {
        String c = h.path("id").asText();
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("/jobs/:jobid/checkpoints/details/:checkpointid", fetch(j + "/checkpoints/details/" + c));
        for (Map.Entry<String, String> v : ids.entrySet())
          one.put(
            "/jobs/:jobid/checkpoints/details/:checkpointid/subtasks/" + v.getValue(),
            fetch(j + "/checkpoints/details/" + c + "/subtasks/" + v.getKey())
          );
        det.put(c, one);
      }
      d.put("details_by_checkpoint", det);
      d.put("/jobs/:jobid/exceptions", strip(fetch(j + "/exceptions")));
      moments.add(d);
      step("moment: " + what);
    }

    void step(String s) {
      r.step("do", s);
    }

    static JsonNode strip(JsonNode n) {
      if (n.isObject()) {
        org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode o =
          (org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode) n;
        for (Iterator<String> it = o.fieldNames(); it.hasNext(); ) {
          String k = it.next();
          JsonNode v = o.get(k);
          if (v.isTextual() && v.asText().contains("\n\tat ")) o.put(
            k,
            v.asText().substring(0, v.asText().indexOf("\n\tat ")) + "\n\tat …"
          );
          else if (v.isTextual() && (k.equals("taskManagerId") || k.equals("endpoint") || k.equals("location"))) o.put(
            k,
            "PLACE"
          );
          else strip(v);
        }
      } else if (n.isArray()) for (JsonNode v : n) strip(v);
      return n;
    }

    void save(String prom) throws Exception {
      String j = "/jobs/" + r.id.toHexString();
      OM.writeValue(dir.resolve("config.json").toFile(), fetch(j + "/checkpoints/config"));
      OM.writeValue(dir.resolve("moments.json").toFile(), moments);
      OM.writeValue(dir.resolve("job.json").toFile(), m("/jobs/:jobid", strip(fetch(j)), "vertex_placeholders", names));
      if (prom != null) Files.writeString(dir.resolve("prometheus.txt"), prom);
    }
  }

  static String scrape(Doc d, int port) throws Exception {
    String s = d.plain(get("http://localhost:" + port + "/metrics"));
    for (org.apache.flink.runtime.executiongraph.AccessExecutionVertex v : d.r.mc
      .getExecutionGraph(d.r.id)
      .get()
      .getAllExecutionVertices())
      s = s.replace(v.getCurrentExecutionAttempt().getAttemptId().toString(), "ATTEMPT_ID");
    s = s
      .replaceAll("tm_id=\"[^\"]*\"", "tm_id=\"TM_ID\"")
      .replaceAll("task_attempt_id=\"[^\"]*\"", "task_attempt_id=\"ATTEMPT_ID\"")
      .replaceAll("operator_id=\"[^\"]*\"", "operator_id=\"OPERATOR_ID\"")
      .replaceAll("host=\"[^\"]*\"", "host=\"HOST\"");
    return s;
  }

  static void job(String name, int par, boolean inc, Object... extra) throws Exception {
    String dir = ROOT + "/ckpt/rest" + System.nanoTime();
    int port = 9250 + new Random().nextInt(500);
    Configuration c = conf(
      cat(
        FIXED3,
        cat(
          new Object[] {
            "execution.checkpointing.dir",
            "file://" + dir,
            "execution.checkpointing.timeout",
            "6 s",
            "execution.checkpointing.tolerable-failed-checkpoints",
            2,
            "web.refresh-interval",
            "20",
            "rest.cache.checkpoint-statistics.timeout",
            "10 ms",
            "web.checkpoints.history",
            "10",
            "metrics.reporters",
            "prom",
            "metrics.reporter.prom.factory.class",
            "org.apache.flink.metrics.prometheus.PrometheusReporterFactory",
            "metrics.reporter.prom.port",
            port,
            "execution.checkpointing.externalized-checkpoint-retention",
            "RETAIN_ON_CANCELLATION",
          },
          extra
        )
      )
    );
    try (Run r = new Run("rest_" + name, c, 1, par)) {
      StreamExecutionEnvironment env = env(c, par);
      env.setMaxParallelism(128);
      env.setBufferTimeout(0);
      List<Tuple2<String, Long>> recs = CountersAndSums.kv(
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
      env
        .addSource(src("src", recs, false), Types.TUPLE(Types.STRING, Types.LONG))
        .setParallelism(1)
        .uid("src")
        .name("src")
        .keyBy(t -> t.f0, Types.STRING)
        .process(new CountersAndSums.Sum("(b,30)"))
        .returns(String.class)
        .uid("sum")
        .name("sum")
        .addSink(new PrintSink<String>("sink"))
        .uid("sink")
        .name("sink");
      r.submit(r.graph(env, name));
      r.awaitAllRunning();
      Doc d = new Doc(r, name, dir);
      d.moment("running, no checkpoint yet");
      permit("src", 3);
      r.awaitOut("sink", 3);
      r.checkpoint();
      d.moment("checkpoint 1 is completed after 3 records");
      permit("src", 5);
      r.awaitOut("sink", 5);
      HOLD.put("src", true);
      r.awaitKind("src", "hold_lock", 1);
      CompletableFuture<Long> f = r.mc.triggerCheckpoint(r.id, CheckpointType.CONFIGURED);
      Thread.sleep(600);
      d.moment("checkpoint 2 is in progress: the source can't inject its barrier");
      try {
        f.get(30, TimeUnit.SECONDS);
      } catch (Exception e) {}
      d.moment("checkpoint 2 has expired (timeout 6 s, 2 failures tolerable)");
      HOLD.put("src", false);
      r.awaitKind("src", "release_lock", 1);
      permit("src", 6);
      r.awaitOut("sink", 6);
      r.checkpoint();
      d.moment("checkpoint 3 is completed after 6 records");
      permit("src", 8);
      r.awaitKind("sum", "throw", 1);
      r.awaitEv(
        "reopen",
        e -> "src".equals(e.get("op")) && "open".equals(e.get("kind")) && Integer.valueOf(1).equals(e.get("attempt")),
        1
      );
      r.awaitAllRunning();
      r.awaitEv("b=60", e -> "out".equals(e.get("kind")) && "b=60".equals(e.get("value")), 1);
      d.moment("record 8 threw once: restarted from checkpoint 3");
      String sp = r.mc
        .triggerSavepoint(r.id, "file://" + dir + "/sp", false, SavepointFormatType.CANONICAL)
        .get(30, TimeUnit.SECONDS);
      Thread.sleep(100);
      d.moment("savepoint 4 is completed (canonical)");
      permit("src", 12);
      r.awaitEv("d=3000", e -> "out".equals(e.get("kind")) && "d=3000".equals(e.get("value")), 1);
      long full = r.mc.triggerCheckpoint(r.id, CheckpointType.FULL).get(30, TimeUnit.SECONDS);
      Thread.sleep(60);
      r.checkpoint();
      d.moment("checkpoints 5 (FULL asked for by hand) and 6 are completed after 12 records");
      String prom = scrape(d, port);
      d.save(prom);
      r.out.put("scenario_params", extra);
      r.mc.cancelJob(r.id).get();
      r.awaitDone(10000);
      r.collect();
      System.out.println(name + " " + r.out.get("checkpoint_counts"));
    }
  }

  public static void main(String[] a) throws Exception {
    job("hashmap_p1", 1, false);
    job(
      "hashmap_p2_unaligned",
      2,
      false,
      "execution.checkpointing.unaligned.enabled",
      "true",
      "execution.checkpointing.aligned-checkpoint-timeout",
      "300 ms"
    );
    job(
      "rocksdb_incremental_p2",
      2,
      true,
      "state.backend.type",
      "rocksdb",
      "execution.checkpointing.incremental",
      "true"
    );
    System.exit(0);
  }
}
