//! The corpus of random alignment scripts: two or three sources into one operator subtask with as many channels, which
//! remembers every record.
//!
//! Each step is one action: `rec X` releases one record of X; `hold X` puts X into its checkpoint lock (its barrier can't
//! be injected, it can still emit), `release X` lets it out; `trigger` starts a checkpoint; `failrec X` releases a record
//! on which the operator throws once, and all gates close. After each action the driver waits until all is quiet.

use checkpoint_lab::scenario::{Action, Condition, Partitioner, RunInput, SourceKind};
use serde_json::{Value as Json, json};

use super::Verdict;
use super::build::{Job, Script, scripted, seen, texts};
use super::compare::same;
use super::observe::{Happening, Observed, list, run};
use super::settings::settings;

/// Longer than the wait of the driver; simulated time is free.
const QUIET_MS: u64 = 500;

pub fn check(json: &Json) -> Vec<Verdict> {
    let cases = json["cases"].as_array().cloned().unwrap_or_default();
    let mut differences = Vec::new();
    for case in &cases {
        if let Err(difference) = check_case(json, case) {
            differences.push(format!("case {}: {difference}", case["id"]));
        }
    }
    let (agree, all) = (cases.len() - differences.len(), cases.len());
    vec![match differences.first() {
        None => Verdict::Pass(format!("{agree} of {all} cases agree step by step")),
        Some(first) => Verdict::Fail(format!("{agree} of {all} cases agree; {first}")),
    }]
}

fn check_case(json: &Json, case: &Json) -> Result<(), String> {
    let steps = case["steps"].as_array().cloned().unwrap_or_default();
    let (input, commands) = translate(json, case, &steps)?;
    let observed = run(input, 3_600_000)?;
    let mut segments = Segments::new(&observed);
    for (i, (step, commands)) in steps.iter().zip(commands).enumerate() {
        let engine = segments.next_step(&step["action"], commands);
        same(&format!("step {} ({})", i + 1, step["action"]), &plain(step), &engine)?;
    }
    let statuses = case["checkpoints"].as_array().into_iter().flatten();
    let statuses: Vec<Json> = statuses.map(|checkpoint| json!([checkpoint["id"], checkpoint["status"]])).collect();
    same("checkpoints", &json!(statuses), &observed.checkpoints_id_status())?;
    same("restarts", &case["restarts"], &json!(observed.outcome.restarts))
}

/// The run, and how many commands each step consists of.
fn translate(json: &Json, case: &Json, steps: &[Json]) -> Result<(RunInput, Vec<usize>), String> {
    let mut config = json!({
        "execution.checkpointing.interval": "36000 s",
        "execution.checkpointing.storage": "filesystem",
        "execution.checkpointing.dir": "file:///tmp/flink-checkpoints/java",
        "restart-strategy.type": "fixed-delay",
        "restart-strategy.fixed-delay.attempts": "3",
        "restart-strategy.fixed-delay.delay": "50 ms",
    });
    if case["mode"] == "UNALIGNED" {
        config["execution.checkpointing.unaligned.enabled"] = json!("true");
    }
    if case["mode"] == "AT_LEAST_ONCE" {
        config["execution.checkpointing.mode"] = json!("AT_LEAST_ONCE");
    }
    let config = json!({ "flink_version": json["flink_version"], "slots_per_tm": 1, "config": config });
    let mut settings = settings(&config).map_err(|verdict| format!("{verdict:?}"))?;
    settings.cluster.buffer_timeout_ms = 0;
    let mut job = Job::default();
    let sources: Vec<&str> = case["sources"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    for source in &sources {
        let rows = texts(source, case["records_per_source"].as_u64().unwrap_or(0));
        job.source(source, scripted(SourceKind::JavaCollection, false), rows);
    }
    job.logged("op", seen());
    job.print("sink");
    for source in &sources {
        job.edge(source, "op", Partitioner::Rebalance);
    }
    job.chain(&["op", "sink"]);
    let mut driver = Driver { sources, ..Driver::default() };
    driver.script.wait(Condition::AllRunning).sleep(100);
    for step in steps {
        driver.step(step)?;
    }
    driver.script.action(Action::Cancel);
    Ok((job.run(settings, 1, None, driver.script), driver.commands))
}

#[derive(Default)]
struct Driver<'a> {
    sources: Vec<&'a str>,
    held: Vec<String>,
    failures: u64,
    script: Script,
    commands: Vec<usize>,
}

impl Driver<'_> {
    fn step(&mut self, step: &Json) -> Result<(), String> {
        let action = step["action"].as_str().unwrap_or("");
        let (verb, source) = action.split_once(' ').unwrap_or((action, ""));
        let completes = step["checkpoint_in_progress_after"] == json!(false);
        let commands = match verb {
            "rec" => {
                self.release_one(source);
                self.script.sleep(QUIET_MS);
                1
            }
            "hold" => {
                self.held.push(source.into());
                self.script.action(Action::Hold { source: source.into(), on: true }).sleep(QUIET_MS);
                1
            }
            "release" => {
                self.held.retain(|held| held != source);
                self.script.action(Action::Hold { source: source.into(), on: false }).sleep(QUIET_MS);
                1
            }
            "trigger" => {
                self.script.action(Action::TriggerCheckpoint).sleep(QUIET_MS);
                1
            }
            "failrec" => self.fail(source),
            _ => return Err(format!("unknown action '{action}'")),
        };
        if completes && matches!(verb, "release" | "trigger") && self.held.is_empty() {
            self.script.sleep(40);
        }
        self.commands.push(commands);
        Ok(())
    }

    fn release_one(&mut self, source: &str) {
        self.script.action(Action::PermitMore { source: source.into(), subtask: None, records: 1 });
    }

    /// The record throws and all gates close at once, so that what is read again is released one by one too.
    fn fail(&mut self, source: &str) -> usize {
        self.failures += 1;
        let message = "intentional".to_owned();
        self.script.action(Action::Fail { operator: "op".into(), subtask: None, message });
        self.release_one(source);
        self.script.wait(Condition::Thrown(self.failures));
        for source in self.sources.clone() {
            self.script.permit(source, 0);
        }
        self.script.wait(Condition::Restarted(self.failures as u32)).sleep(QUIET_MS);
        2 + self.sources.len()
    }
}

/// The engine's happenings, step by step.
struct Segments<'a> {
    happenings: std::iter::Peekable<std::slice::Iter<'a, (checkpoint_lab::base::SimTime, Happening)>>,
    pending: i64,
}

impl<'a> Segments<'a> {
    fn new(observed: &'a Observed) -> Self {
        let mut happenings = observed.happenings.iter().peekable();
        while happenings.next_if(|(_, happening)| !matches!(happening, Happening::Command)).is_some() {}
        Segments { happenings, pending: 0 }
    }

    /// What happened from this step's first command to the next step's.
    fn next_step(&mut self, action: &Json, commands: usize) -> Json {
        let mut seen = 0;
        let (mut processed, mut snapshots, mut sources, mut opened) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let last = |happening: &Happening, seen: usize| matches!(happening, Happening::Command) && seen == commands;
        while let Some((_, happening)) = self.happenings.next_if(|(_, happening)| !last(happening, seen)) {
            match happening {
                Happening::Command => seen += 1,
                Happening::Row { text, .. } => processed.push(json!(text)),
                Happening::Snapshot { op, checkpoint, live, .. } if op == "op" => {
                    snapshots.push(json!({ "checkpoint": checkpoint, "state": list(live) }));
                }
                Happening::Snapshot { op, checkpoint, live, .. } if op != "sink" => {
                    sources.push(json!({ "checkpoint": checkpoint, "source": op, "offset": live.position }));
                }
                Happening::Open { op, restored_from, live, .. } if op == "op" => {
                    opened.push(json!({ "op": "op", "restored_from": restored_from, "state": list(live) }));
                }
                Happening::Open { op, restored_from, live, .. } if op != "sink" => {
                    opened.push(json!({ "source": op, "restored_from": restored_from, "offset": live.position }));
                }
                Happening::Triggered => self.pending += 1,
                Happening::Ended => self.pending -= 1,
                _ => {}
            }
        }
        step(action, processed, snapshots, sources, opened, self.pending > 0)
    }
}

fn step(
    action: &Json,
    processed: Vec<Json>,
    snaps: Vec<Json>,
    sources: Vec<Json>,
    opened: Vec<Json>,
    pending: bool,
) -> Json {
    plain(&json!({
        "action": action,
        "processed": processed,
        "op_snapshot": snaps,
        "source_snapshots": sources,
        "opened": opened,
        "checkpoint_in_progress_after": pending,
    }))
}

/// A step with its unordered lists sorted and its empty ones left out.
fn plain(step: &Json) -> Json {
    let mut step = step.clone();
    for name in ["source_snapshots", "opened"] {
        if let Some(list) = step[name].as_array_mut() {
            list.sort_by_key(|entry| (entry["source"].as_str().unwrap_or("").to_owned(), entry["checkpoint"].as_u64()));
        }
    }
    let object = step.as_object_mut().expect("a step is an object");
    let unordered = ["op_snapshot", "source_snapshots", "opened"];
    object.retain(|name, value| {
        !unordered.contains(&name.as_str()) || value.as_array().is_some_and(|list| !list.is_empty())
    });
    step
}
