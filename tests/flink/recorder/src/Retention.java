import java.nio.file.*;
import java.util.*;
import java.util.stream.*;
import org.apache.flink.api.common.*;
import org.apache.flink.api.common.typeinfo.*;
import org.apache.flink.configuration.*;
import org.apache.flink.runtime.jobgraph.*;
import org.apache.flink.streaming.api.environment.*;

/** o: which chk-N directories remain (retention mode x job ending; num-retained); resume from a retained checkpoint. */
public class Retention extends Lab {

  static List<String> ls(Path d) throws Exception {
    if (!Files.exists(d)) return List.of();
    try (Stream<Path> s = Files.walk(d)) {
      return s
        .map(p ->
          d
            .relativize(p)
            .toString()
            .replaceAll("[0-9a-f]{32}", "JOBID")
            .replaceAll("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID")
        )
        .filter(x -> x.contains("chk-") || x.endsWith("_metadata") || x.endsWith("shared") || x.endsWith("taskowned"))
        .sorted()
        .collect(Collectors.toList());
    }
  }

  public static void main(String[] a) throws Exception {
    List<Object> rows = new ArrayList<>();
    Object ver = null;
    String[] rets = { null, "NO_EXTERNALIZED_CHECKPOINTS", "DELETE_ON_CANCELLATION", "RETAIN_ON_CANCELLATION" };
    String[] ends = { "finish", "cancel", "fail" };
    int[] nums = { 1, 3 };
    for (int num : nums)
      for (String ret : rets)
        for (String end : ends) {
          if (num == 3 && ret != null && !ret.startsWith("RETAIN")) continue;
          Path dir = Paths.get(ROOT, "ckpt", "ret" + System.nanoTime());
          Configuration c = conf(
            "restart-strategy.type",
            "none",
            "execution.checkpointing.dir",
            "file://" + dir,
            "execution.checkpointing.num-retained",
            num
          );
          if (ret != null) c.setString("execution.checkpointing.externalized-checkpoint-retention", ret);
          try (Run r = new Run("o_retention", c, 1, 1)) {
            StreamExecutionEnvironment env = env(c, 1);
            env
              .addSource(src("src", recs(1, 4), end.equals("finish")), TypeInformation.of(String.class))
              .uid("src")
              .name("src")
              .map(new FailMap<String>("map", "state", 0, end.equals("fail") ? "r4" : null, 1))
              .returns(String.class)
              .uid("map")
              .name("map")
              .addSink(new PrintSink<String>("sink"))
              .uid("sink")
              .name("sink");
            r.submit(r.graph(env, "o"));
            for (int i = 1; i <= 3; i++) {
              permit("src", i);
              r.awaitOut("sink", i);
              r.checkpoint();
              Thread.sleep(80);
            }
            List<String> before = ls(dir);
            permit("src", 4);
            if (end.equals("cancel")) {
              r.awaitOut("sink", 4);
              r.mc.cancelJob(r.id).get();
            }
            r.awaitDone(20000);
            Thread.sleep(300);
            ver = r.out.get("flink_version");
            Map<String, Object> row = m(
              "num_retained",
              num,
              "retention",
              ret == null ? "(not set)" : ret,
              "ending",
              end,
              "final_status",
              r.mc.getJobStatus(r.id).get().name(),
              "dirs_after_3_checkpoints",
              before,
              "dirs_after_end",
              ls(dir)
            );
            rows.add(row);
            System.out.println(row);
            r.poll = false;
          }
        }
    // resume from the retained checkpoint of a failed job
    Path dir = Paths.get(ROOT, "ckpt", "ret" + System.nanoTime());
    Configuration c = conf(
      "restart-strategy.type",
      "none",
      "execution.checkpointing.dir",
      "file://" + dir,
      "execution.checkpointing.externalized-checkpoint-retention",
      "RETAIN_ON_CANCELLATION"
    );
    Map<String, Object> res;
    try (Run r = new Run("o_resume", c, 1, 1)) {
      for (int k = 1; k <= 2; k++) {
        StreamExecutionEnvironment env = env(c, 1);
        env
          .addSource(src("src", recs(1, 8), true), TypeInformation.of(String.class))
          .uid("src")
          .name("src")
          .map(new FailMap<String>("map", "state", 0, "r6", 1))
          .returns(String.class)
          .uid("map")
          .name("map")
          .addSink(new PrintSink<String>("sink" + k))
          .uid("sink")
          .name("sink");
        JobGraph g = r.graph(env, "o");
        if (k == 2) {
          Path md;
          try (Stream<Path> s = Files.walk(dir)) {
            md = s
              .filter(p -> p.endsWith("_metadata"))
              .findFirst()
              .get();
          }
          g.setSavepointRestoreSettings(SavepointRestoreSettings.forPath("file://" + md.getParent(), false));
        }
        r.submit(g);
        if (k == 1) {
          permit("src", 4);
          r.awaitOut("sink1", 4);
          r.checkpoint();
          permit("src", 8);
          r.awaitDone(20000);
        } else {
          permit("src", 8);
          r.awaitOut("sink2", 4);
          r.finishWithCheckpoints(20000);
        }
        r.poll = false;
      }
      Map<String, Object> outs = new TreeMap<>();
      List<Object> opens = new ArrayList<>();
      synchronized (EV) {
        for (Map<String, Object> e : EV) {
          if ("out".equals(e.get("kind"))) (
            (List<Object>) outs.computeIfAbsent((String) e.get("op"), z -> new ArrayList<>())
          ).add(e.get("value"));
          if ("open".equals(e.get("kind"))) opens.add(
            m(
              "op",
              e.get("op"),
              "restored_from",
              e.get("restored_from"),
              "offset",
              e.get("offset"),
              "counter",
              e.get("counter")
            )
          );
        }
      }
      res = m(
        "first_job",
        "fails on r6 (no restarts), checkpoint 1 after r4, RETAIN_ON_CANCELLATION",
        "second_job",
        "submitted with the retained chk-1 directory as savepoint path",
        "outputs",
        outs,
        "opens",
        opens,
        "second_job_status",
        r.mc.getJobStatus(r.id).get().name(),
        "dirs_after_second_job",
        ls(dir)
      );
      System.out.println(res);
    }
    Path d = Paths.get(System.getProperty("lab.traces", ROOT + "/traces"), "o1_checkpoint_retention");
    Files.createDirectories(d);
    new org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper()
      .enable(org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.SerializationFeature.INDENT_OUTPUT)
      .writeValue(
        d.resolve("trace" + System.getProperty("lab.suffix", "") + ".json").toFile(),
        m(
          "scenario",
          "o1_checkpoint_retention",
          "flink_version",
          ver,
          "rows",
          rows,
          "resume_from_retained_checkpoint",
          res
        )
      );
    System.exit(0);
  }
}
