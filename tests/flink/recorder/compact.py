#!/usr/bin/env python3
"""Brings what the recorder wrote into the form of this folder: compact.py RECORDED.json HERE.json

The logs of single calls and the statistics of subtasks are left out, and so are settings that only make the mini cluster small;
paths below $FLINKLAB become plain ones; one case, checkpoint or step stands on a line.
"""
import json, os, re, sys

LEFT_OUT = ("vertices", "latest_restored_checkpoint", "events")
SMALL = {"taskmanager.memory.managed.size", "taskmanager.memory.network.max", "taskmanager.memory.network.min", "web.checkpoints.history", "lab.ha"}
LAB = os.environ.get("FLINKLAB", os.path.join(os.getcwd(), ".flinklab"))


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def plain(text):
    text = re.sub(r"(file:(?://)?)?" + re.escape(LAB) + r"/ckpt/java", lambda m: (m.group(1) or "") + "/tmp/flink-checkpoints/java", text)
    text = re.sub(re.escape(LAB) + r"/ckpt/([a-z]+)\d+", r"/tmp/flink-checkpoints/\1", text)
    return text.replace(LAB + "/ckpt", "/tmp/flink-checkpoints").replace(LAB, "/tmp/flink-lab")


def main(source, target):
    with open(source) as file:
        recorded = json.load(file)
    recorded = {key: value for key, value in recorded.items() if not key.endswith(LEFT_OUT)}
    if "config" in recorded:
        recorded["config"] = {key: value for key, value in recorded["config"].items() if key not in SMALL}
    for key, value in recorded.items():
        if key.endswith("checkpoints") and isinstance(value, list):
            for checkpoint in value:
                checkpoint.pop("subtask_stats", None)
    lines = []
    for key, value in recorded.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            lines.append(compact(key) + ":[\n" + ",\n".join(map(compact, value)) + "\n]")
        else:
            lines.append(compact(key) + ":" + compact(value))
    os.makedirs(os.path.dirname(os.path.abspath(target)), exist_ok=True)
    with open(target, "w") as file:
        file.write(plain("{\n" + ",\n".join(lines) + "\n}\n"))


main(*sys.argv[1:])
