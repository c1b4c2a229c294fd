import java.util.*;
import org.apache.flink.api.common.*;
import org.apache.flink.api.common.typeinfo.*;
import org.apache.flink.configuration.*;
import org.apache.flink.streaming.api.environment.*;

/** p: when does the periodic checkpoint scheduler trigger? idle job, no manual trigger. */
public class PeriodicTriggers extends Lab {

  static void p(String name, int reps, int runMs, boolean fail, Object... extra) throws Exception {
    List<Object> rows = new ArrayList<>();
    Object ver = null;
    Object cfg = null;
    for (int k = 0; k < reps; k++) {
      Configuration c = conf(cat(FIXED3, extra));
      try (Run r = new Run(name, c, 1, 1)) {
        StreamExecutionEnvironment env = env(c, 1);
        env
          .addSource(src("src", recs(1, 3), false), TypeInformation.of(String.class))
          .uid("src")
          .name("src")
          .map(new FailMap<String>("map", "plain", 0, fail ? "r2" : null, fail ? 1 : 0))
          .returns(String.class)
          .uid("map")
          .name("map")
          .addSink(new PrintSink<String>("sink"))
          .uid("sink")
          .name("sink");
        r.submit(r.graph(env, name));
        permit("src", 1);
        if (fail) {
          Thread.sleep(runMs / 2);
          permit("src", 2);
          Thread.sleep(runMs / 2);
        } else Thread.sleep(runMs);
        r.mc.cancelJob(r.id).get();
        r.awaitDone(10000);
        r.collect();
        ver = r.out.get("flink_version");
        cfg = r.out.get("config");
        List<Object> tr = new ArrayList<>();
        for (Object o : (List<?>) r.out.get("checkpoints")) {
          Map<?, ?> x = (Map<?, ?>) o;
          tr.add(List.of(x.get("id"), x.get("trigger_t_ms"), x.get("duration_ms"), x.get("status")));
        }
        List<Object> opens = new ArrayList<>();
        synchronized (EV) {
          for (Map<String, Object> e : EV)
            if ("open".equals(e.get("kind")) && "src".equals(e.get("op"))) opens.add(
              m("attempt", e.get("attempt"), "t_ms", e.get("t_ms"), "restored_from", e.get("restored_from"))
            );
        }
        Map<String, Object> row = m(
          "job_status_polled",
          r.out.get("job_status_history_polled"),
          "task_open",
          opens,
          "checkpoints_id_trigger_ms_duration_ms_status",
          tr,
          "counts",
          r.out.get("checkpoint_counts")
        );
        rows.add(row);
        System.out.println(name + " " + row);
      }
    }
    Map<String, Object> out = m("scenario", name, "flink_version", ver, "config", cfg, "runs", rows);
    java.nio.file.Path d = java.nio.file.Paths.get(System.getProperty("lab.traces", ROOT + "/traces"), name);
    java.nio.file.Files.createDirectories(d);
    new org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper()
      .enable(org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.SerializationFeature.INDENT_OUTPUT)
      .writeValue(d.resolve("trace" + System.getProperty("lab.suffix", "") + ".json").toFile(), out);
  }

  public static void main(String[] a) throws Exception {
    p("p1_periodic_trigger_interval2s", 5, 7000, false, "execution.checkpointing.interval", "2 s");
    p("p2_periodic_trigger_interval2s_with_failure", 2, 9000, true, "execution.checkpointing.interval", "2 s");
    p("p3_interval_36000s_no_manual_trigger", 2, 4000, false);
    System.exit(0);
  }
}
