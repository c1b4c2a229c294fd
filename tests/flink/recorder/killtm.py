#!/usr/bin/env python3
"""Start a standalone session cluster (1 JM + TMs, separate JVMs), run the job KillableJob, kill -9 ONE TM that this script started, observe.
usage: killtm.py NAME SLOTS_PER_TM TMS PARALLELISM NEW_TM_AFTER_S(-1 none) [venv]"""
import subprocess, sys, os, time, json, urllib.request, signal, glob, shutil
name, slots, tms, par, newtm = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5])
venv = sys.argv[6] if len(sys.argv) > 6 else "venv120"; classes = sys.argv[7] if len(sys.argv) > 7 else "classes_" + venv; suffix = sys.argv[8] if len(sys.argv) > 8 else ""
HERE = os.path.dirname(os.path.abspath(__file__))
L = os.environ.get("FLINKLAB", os.path.join(os.getcwd(), ".flinklab")); D = f"{L}/cluster/{name}{suffix}"; shutil.rmtree(D, ignore_errors=True); os.makedirs(D)
lib = f"{L}/{venv}/lib/python3.11/site-packages/pyflink/lib"; CP = ":".join(glob.glob(lib + "/*.jar")); home = f"{L}/{venv}/lib/python3.11/site-packages/pyflink"
subprocess.run(["jar", "cf", f"{D}/job.jar", "-C", f"{L}/{classes}", "."], check=True)
RP = 18081
os.makedirs(f"{D}/conf"); conf = f"""jobmanager.rpc.address: localhost
jobmanager.rpc.port: 16123
rest.port: {RP}
rest.address: localhost
rest.bind-address: localhost
jobmanager.bind-host: localhost
taskmanager.bind-host: localhost
taskmanager.host: localhost
taskmanager.numberOfTaskSlots: {slots}
execution.checkpointing.interval: 1 s
execution.checkpointing.dir: file://{D}/chk
execution.checkpointing.storage: filesystem
restart-strategy.type: fixed-delay
restart-strategy.fixed-delay.attempts: 3
restart-strategy.fixed-delay.delay: 2 s
cluster.evenly-spread-out-slots: true
taskmanager.load-balance.mode: SLOTS
heartbeat.interval: 2000
heartbeat.timeout: 10000
jobmanager.memory.process.size: 1024m
taskmanager.memory.process.size: 1024m
taskmanager.memory.managed.size: 64m
"""
open(f"{D}/conf/config.yaml", "w").write(conf); shutil.copy(f"{HERE}/log4j-file.properties", f"{D}/conf/log4j.properties")
opens = [f"--add-opens=java.base/{m}=ALL-UNNAMED" for m in "java.lang java.lang.reflect java.util java.util.concurrent java.util.concurrent.atomic java.util.concurrent.locks java.net java.io java.nio java.text java.time".split()]
def java(log, *a, mem="512m"): return ["java", f"-Xmx{mem}", *opens, f"-Dlog.file={D}/{log}.log", f"-Dlog4j.configurationFile={HERE}/log4j-file.properties", "-cp", CP, *a]
env = dict(os.environ, FLINK_CONF_DIR=f"{D}/conf")
procs = {}
def start(tag, cmd): procs[tag] = subprocess.Popen(cmd, env=env, stdout=open(f"{D}/{tag}.out", "w"), stderr=subprocess.STDOUT); return procs[tag]
def tm(i): 
    # memory options are normally computed by the launcher script; give them explicitly
    o = []
    for k, v in {"taskmanager.cpu.cores": "1.0", "taskmanager.memory.task.heap.size": "256mb", "taskmanager.memory.task.off-heap.size": "0b", "taskmanager.memory.network.min": "64mb", "taskmanager.memory.network.max": "64mb", "taskmanager.memory.managed.size": "64mb", "taskmanager.memory.framework.heap.size": "128mb", "taskmanager.memory.framework.off-heap.size": "128mb", "taskmanager.memory.jvm-metaspace.size": "256mb", "taskmanager.memory.jvm-overhead.min": "128mb", "taskmanager.memory.jvm-overhead.max": "128mb", "taskmanager.resource-id": f"tm-{i}"}.items(): o += ["-D", f"{k}={v}"]
    return start(f"tm{i}", java(f"tm{i}", "org.apache.flink.runtime.taskexecutor.TaskManagerRunner", "--configDir", f"{D}/conf", "-D", "taskmanager.memory.process.size=1024m", *o[0:0], *o))
def get(p):
    try: return json.load(urllib.request.urlopen(f"http://localhost:{RP}{p}", timeout=2))
    except Exception: return None
out = {"scenario": name, "params": {"slots_per_tm": slots, "task_managers": tms, "parallelism": par, "new_tm_started_after_s": newtm, "heartbeat_timeout_ms": 10000, "heartbeat_interval_ms": 2000, "restart": "fixed-delay 3 x 2 s", "checkpoint_interval_ms": 1000}, "timeline": []}
t0 = time.time()
def tl(**k): out["timeline"].append(dict(t=round(time.time() - t0, 2), **k)); print(out["timeline"][-1], flush=True)
try:
    start("jm", java("jm", "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint", "--configDir", f"{D}/conf"))
    for i in range(tms): tm(i)
    while True:
        o = get("/overview")
        if o and o["taskmanagers"] == tms: break
        if time.time() - t0 > 60: raise Exception("cluster did not start")
        time.sleep(0.3)
    out["flink_version"] = o["flink-version"]; tl(event="cluster up", taskmanagers=o["taskmanagers"], slots=o["slots-total"])
    sub = start("cli", ["java", *opens, "-Xmx256m", f"-Dlog.file={D}/cli.log", f"-Dlog4j.configurationFile={HERE}/log4j-file.properties", "-cp", CP, "org.apache.flink.client.cli.CliFrontend", "run", "-d", "-c", "KillableJob", f"{D}/job.jar", f"{D}/events.txt", "150", str(par)])
    jid = None
    while not jid:
        j = get("/jobs/overview")
        if j and j["jobs"]: jid = j["jobs"][0]["jid"]
        time.sleep(0.2)
        if time.time() - t0 > 100: raise Exception("no job: " + open(f"{D}/cli.out").read()[-2000:])
    tl(event="job submitted")
    last = None; killed = None; started_new = False; t_run = None; final = {}
    while time.time() - t0 < 110:
        d = get(f"/jobs/{jid}"); ck = get(f"/jobs/{jid}/checkpoints"); ex = get(f"/jobs/{jid}/exceptions?maxExceptions=10"); ov = get("/overview")
        if d:
            st = (d["state"], [(v["name"], v["status"]) for v in d["vertices"]], ov and ov["taskmanagers"], ov and ov["slots-available"])
            if st != last: tl(state=st[0], vertices=st[1], taskmanagers=st[2], free_slots=st[3]); last = st
            if ck: final["checkpoints"] = ck
            if ex: final["exceptions"] = ex
            final["job"] = d
            if all(v["status"] == "RUNNING" for v in d["vertices"]) and t_run is None: t_run = time.time()
            if t_run and not killed and ck and ck["counts"]["completed"] >= 3:
                # find which TMs run the tasks
                place = {}
                for v in d["vertices"]:
                    vt = get(f"/jobs/{jid}/vertices/{v['id']}")
                    for s in vt["subtasks"]: place[f"{v['name']}/{s['subtask']}"] = s.get("taskmanager-id", s.get("endpoint"))
                used = [p for k, p in sorted(place.items()) if "cnt" in k and p.startswith("tm-")]
                victim = int(used[-1].split("-")[1]) if used else tms - 1
                os.kill(procs[f"tm{victim}"].pid, signal.SIGKILL); killed = time.time(); tl(event="kill -9", victim=f"tm-{victim}", placement=place, completed_checkpoints=ck["counts"]["completed"])
            if killed and newtm >= 0 and not started_new and time.time() - killed > newtm: tm(tms); started_new = True; tl(event="new TM started")
            if d["state"] in ("FINISHED", "FAILED", "CANCELED"): break
        time.sleep(0.2)
    out["final_status"] = final["job"]["state"]
    out["checkpoint_counts"] = final["checkpoints"]["counts"]; out["latest_restored"] = final["checkpoints"]["latest"]["restored"] and final["checkpoints"]["latest"]["restored"]["id"]
    out["checkpoints"] = [{k: c.get(k) for k in ("id", "status", "trigger_timestamp", "end_to_end_duration", "failure_message")} for c in final["checkpoints"]["history"]]
    eh = (final.get("exceptions") or {}).get("exceptionHistory", {}).get("entries", []); out["exceptions"] = [{"exceptionName": e.get("exceptionName"), "task": e.get("taskName"), "first_lines": (e.get("stacktrace") or "").split("\n")[:2]} for e in eh]
    evs = [l.rstrip("\n") for l in open(f"{D}/events.txt")] if os.path.exists(f"{D}/events.txt") else []
    outs = {}
    for l in evs:
        p = l.split(" ", 5)
        if p[2] == "out": outs.setdefault(p[4], {}).setdefault(p[3], []).append(p[5])
    out["outputs"] = outs; out["source_and_open_events"] = [l for l in evs if " out " not in l]
    allv = [v for a in outs.values() for s in a.values() for v in s]; fin = {}
    for v in allv: k = v.split("=")[0]; fin[k] = max(fin.get(k, 0), int(v.split("=")[1].split(" ")[0]))
    out["final_count_per_key"] = fin; out["records_out_total"] = len(allv); out["distinct_records"] = len(set(v.split("(")[1] for v in allv)); tl(event="end")
finally:
    for k, p in procs.items():
        if p.poll() is None: p.terminate()
    time.sleep(2)
    for k, p in procs.items():
        if p.poll() is None: p.kill()
T = f"{L}/traces/{name}"; os.makedirs(T, exist_ok=True); json.dump(out, open(f"{T}/trace{suffix}.json", "w"), indent=1, ensure_ascii=False)
print(out["final_status"], out["final_count_per_key"], out["records_out_total"], out["distinct_records"], out["latest_restored"], out["checkpoint_counts"], out["exceptions"])
