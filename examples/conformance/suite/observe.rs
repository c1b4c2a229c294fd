//! Running the engine and reading its trace in the form in which runs were recorded.

use std::sync::Arc;

use checkpoint_lab::base::{CheckpointId, EventTime, OperatorIndex, SimTime, SubtaskId, TimeWindow, Value};
use checkpoint_lab::engine::outcome::{Live, LiveState, Outcome, Place, Replay};
use checkpoint_lab::engine::{Engine, Stop};
use checkpoint_lab::graph::ExecutionGraph;
use checkpoint_lab::scenario::{RunInput, Severity};
use checkpoint_lab::trace::{Fact, TaskManagerChange, TraceEvent};
use serde_json::{Map, Value as Json, json};

/// More events than any recorded case needs.
const BUDGET: u64 = 4_000_000;

/// Something that the recordings log too.
#[derive(Clone, Debug)]
pub enum Happening {
    /// A step of the script was carried out.
    Command,
    /// An operator was opened.
    Open { op: String, subtask: u32, attempt: u32, restored_from: Option<u64>, live: Live },
    /// An operator's snapshot began.
    Snapshot { op: String, subtask: u32, checkpoint: u64, live: Live },
    /// A print sink wrote a row.
    Row { op: String, subtask: u32, text: String },
    /// A window gave its result.
    Fire { attempt: u32, key: String, window: TimeWindow, sum: i64, elements: Vec<String>, watermark: EventTime },
    /// An exception.
    Throw,
    /// A checkpoint got its id.
    Triggered,
    /// A checkpoint completed or was given up.
    Ended,
    /// The job is RUNNING.
    JobRunning,
}

/// What the engine did with a run.
pub struct Observed {
    pub outcome: Outcome,
    pub happenings: Vec<(SimTime, Happening)>,
    /// Classes of the failures that the restart strategy was asked about, in order.
    pub failures: Vec<String>,
    /// When the first TaskManager was killed, and when the JobManager gave it up.
    pub killed_ms: Option<u64>,
    pub lost_ms: Option<u64>,
    /// The checkpoint that was last handed to new attempts.
    pub latest_restored: Option<u64>,
    /// Scheduled tasks have waited for slots.
    pub waited_for_slots: bool,
    /// What ran.
    pub input: RunInput,
    /// Facts about sinks with a store, commands and opened operators.
    pub facts: Vec<Fact>,
}

/// Runs until nothing happens any more, at most for `horizon_ms`.
///
/// # Errors
/// When the scenario is not valid or the run does not end within its budget.
pub fn run(input: RunInput, horizon_ms: u64) -> Result<Observed, String> {
    let issues = input.issues();
    if let Some(issue) = issues.iter().find(|issue| issue.severity() == Severity::Error) {
        return Err(format!("the run is not valid: {issue:?}"));
    }
    let input = Arc::new(input);
    let mut engine = Engine::new(Arc::clone(&input));
    engine.record_trace(true);
    if engine.run_until(SimTime::from_millis(horizon_ms), BUDGET) == Stop::BudgetSpent {
        return Err(format!("the engine spent {BUDGET} events and stands at {} s", engine.now()));
    }
    Ok(observe(&input, engine.graph(), engine.trace(), Replay::new(&input, engine.graph())))
}

/// What an engine has done since its start.
pub fn observe_from(input: &RunInput, engine: &Engine) -> Observed {
    observe(input, engine.graph(), engine.trace(), Replay::new(input, engine.graph()))
}

/// Reads a trace from the beginning with a replay that may know a checkpoint of an earlier job.
pub fn observe<'a>(
    input: &'a RunInput,
    graph: &'a ExecutionGraph,
    trace: &[TraceEvent],
    mut replay: Replay<'a>,
) -> Observed {
    let mut happenings = Vec::new();
    for event in trace {
        replay.apply(event);
        collect(input, graph, &replay, event, &mut |happening| happenings.push((event.at, happening)));
    }
    let about_stores = |fact: &Fact| {
        matches!(
            fact,
            Fact::RowWritten { .. }
                | Fact::TransactionBegan { .. }
                | Fact::TransactionPrepared { .. }
                | Fact::TransactionCommitted { .. }
                | Fact::CommitFailed { .. }
                | Fact::TransactionAborted { .. }
                | Fact::TransactionLeft { .. }
                | Fact::OperatorOpened { .. }
                | Fact::CommandDone { .. }
        )
    };
    let facts = trace.iter().map(|event| &event.fact).filter(|fact| about_stores(fact)).cloned().collect();
    let mut observed = Observed {
        outcome: Outcome::of(input, graph, trace),
        happenings,
        failures: Vec::new(),
        killed_ms: None,
        lost_ms: None,
        latest_restored: None,
        waited_for_slots: false,
        input: input.clone(),
        facts,
    };
    trace.iter().for_each(|event| observed.process(event));
    observed
}

impl Observed {
    /// Failures and TaskManagers.
    fn process(&mut self, event: &TraceEvent) {
        let at = event.at.millis();
        match &event.fact {
            Fact::TaskFailureHandled { cause, .. } | Fact::GlobalFailure { cause } => {
                self.failures.push(cause.class.into());
            }
            Fact::SlotsMissing { .. } => self.waited_for_slots = true,
            Fact::RestoreAssigned { checkpoint: Some(checkpoint), .. } => self.latest_restored = Some(checkpoint.0),
            Fact::TaskManagerChanged { change: TaskManagerChange::Killed, .. } => {
                self.killed_ms = self.killed_ms.or(Some(at));
            }
            Fact::TaskManagerChanged {
                change: TaskManagerChange::Unreachable | TaskManagerChange::HeartbeatTimedOut,
                ..
            } => self.lost_ms = self.lost_ms.or(Some(at)),
            _ => {}
        }
    }
}

fn collect(
    input: &RunInput,
    graph: &ExecutionGraph,
    replay: &Replay<'_>,
    event: &TraceEvent,
    push: &mut impl FnMut(Happening),
) {
    let name = |operator: OperatorIndex| input.scenario.operators[operator.index()].uid.clone();
    let index = |subtask: SubtaskId| graph.subtasks[subtask.index()].index;
    match &event.fact {
        Fact::CommandDone { .. } => push(Happening::Command),
        Fact::OperatorOpened { subtask, operator, attempt, restored_from, .. } => push(Happening::Open {
            op: name(*operator),
            subtask: index(*subtask),
            attempt: attempt.0,
            restored_from: restored_from.map(|checkpoint| checkpoint.0),
            live: replay.live()[&(*operator, *subtask)].clone(),
        }),
        Fact::SnapshotStarted { checkpoint, subtask } => {
            for operator in &graph.task_of(*subtask).operators {
                if let Some(live) = taken(replay, *checkpoint, (*operator, *subtask)) {
                    let (op, subtask) = (name(*operator), index(*subtask));
                    push(Happening::Snapshot { op, subtask, checkpoint: checkpoint.0, live });
                }
            }
        }
        Fact::RowPrinted { subtask, operator, text, .. } => {
            push(Happening::Row { op: name(*operator), subtask: index(*subtask), text: text.to_string() });
        }
        Fact::WindowFired { subtask, operator, key, window, row, watermark } => {
            let live = &replay.live()[&(*operator, *subtask)];
            let kept = live.windows.get(&(key.clone(), *window)).cloned().unwrap_or_default();
            push(Happening::Fire {
                attempt: live.attempt.0,
                key: key.java(),
                window: *window,
                sum: if let Value::Long(sum) = row.column(3) { *sum } else { 0 },
                elements: kept.iter().map(|element| element.column(3).java()).collect(),
                watermark: *watermark,
            });
        }
        Fact::ExceptionThrown { .. } => push(Happening::Throw),
        Fact::CheckpointTriggered { .. } => push(Happening::Triggered),
        Fact::CheckpointCompleted { .. } | Fact::CheckpointAborted { .. } => push(Happening::Ended),
        Fact::JobStatusChanged { to, .. } if to.name() == "RUNNING" => push(Happening::JobRunning),
        _ => {}
    }
}

fn taken(replay: &Replay<'_>, checkpoint: CheckpointId, place: Place) -> Option<Live> {
    replay.snapshot(checkpoint)?.get(&place).cloned()
}

/// The counter of a counting map: its field, else its operator state.
pub fn counter(live: &Live) -> Option<i64> {
    let value = match (live.fields.first(), live.states.first()) {
        (Some(field), _) => field.clone(),
        (None, Some(LiveState::Value(held))) => held.clone().unwrap_or(Value::Long(0)),
        _ => return None,
    };
    match value {
        Value::Long(number) => Some(number),
        _ => None,
    }
}

/// The texts of a list state.
pub fn list(live: &Live) -> Option<Vec<String>> {
    match live.states.first() {
        Some(LiveState::List(values)) => Some(values.iter().map(Value::java).collect()),
        _ => None,
    }
}

impl Observed {
    /// `{"sink attempt=0 subtask=0": […]}`, without sinks that the recording does not log.
    pub fn outputs(&self) -> Json {
        let mut outputs = Map::new();
        for attempt in &self.outcome.attempts {
            for (place, rows) in &attempt.printed {
                let (op, subtask) = place.rsplit_once('/').expect("operator/subtask");
                outputs.insert(format!("{op} attempt={} subtask={subtask}", attempt.attempt), json!(rows));
            }
        }
        Json::Object(outputs)
    }

    /// `{"attempt=0": [{op, subtask, restored_from}, …]}` of the operators that the recording logs, sorted.
    pub fn restores(&self, ops: &[String]) -> Json {
        let mut restores: Map<String, Json> = Map::new();
        for (_, happening) in &self.happenings {
            let Happening::Open { op, subtask, attempt, restored_from, .. } = happening else { continue };
            if ops.contains(op) {
                let entry = restores.entry(format!("attempt={attempt}")).or_insert_with(|| json!([]));
                let opened = json!({ "op": op, "subtask": subtask, "restored_from": restored_from });
                entry.as_array_mut().expect("a list").push(opened);
            }
        }
        sorted_restores(&Json::Object(restores))
    }

    /// `[[1, "COMPLETED"], …]`.
    pub fn checkpoints_id_status(&self) -> Json {
        let checkpoints = self.outcome.checkpoints.iter();
        json!(checkpoints.map(|checkpoint| json!([checkpoint.id, checkpoint.status])).collect::<Vec<_>>())
    }

    /// `[[op, subtask, attempt, checkpoint, offset, counter], …]` of sources and counting maps, sorted.
    pub fn snapshots(&self, ops: &[String]) -> Json {
        let mut rows: Vec<Json> = Vec::new();
        for (_, happening) in &self.happenings {
            let Happening::Snapshot { op, subtask, checkpoint, live } = happening else { continue };
            let (offset, counter) = (live.position, counter(live));
            if ops.contains(op) && (offset.is_some() || counter.is_some()) {
                rows.push(json!([op, subtask, live.attempt.0, checkpoint, offset, counter]));
            }
        }
        sorted(rows)
    }

    /// The state list of the operator in its snapshots, by checkpoint, in order.
    pub fn lists(&self, operator: &str) -> Vec<(u64, Vec<String>)> {
        let snapshots = self.happenings.iter().filter_map(|(_, happening)| match happening {
            Happening::Snapshot { op, checkpoint, live, .. } if op == operator => Some((*checkpoint, list(live)?)),
            _ => None,
        });
        snapshots.collect()
    }

    /// Rows printed by an operator before the `commands`-th command.
    pub fn rows_before_command(&self, operator: &str, commands: usize) -> Vec<String> {
        let mut seen = 0;
        let before = self.happenings.iter().take_while(|(_, happening)| {
            seen += usize::from(matches!(happening, Happening::Command));
            seen < commands
        });
        let rows = before.filter_map(|(_, happening)| match happening {
            Happening::Row { op, text, .. } if op == operator => Some(text.clone()),
            _ => None,
        });
        rows.collect()
    }

    /// Moments of exceptions, in milliseconds.
    pub fn throws(&self) -> Vec<u64> {
        let throws = self.happenings.iter().filter(|(_, happening)| matches!(happening, Happening::Throw));
        throws.map(|(at, _)| at.millis()).collect()
    }

    /// Moments at which an operator was opened, with attempt and restored checkpoint.
    pub fn opens(&self, operator: &str) -> Vec<(u64, u32, Option<u64>)> {
        let opens = self.happenings.iter().filter_map(|(at, happening)| match happening {
            Happening::Open { op, attempt, restored_from, .. } if op == operator => {
                Some((at.millis(), *attempt, *restored_from))
            }
            _ => None,
        });
        opens.collect()
    }

    /// The highest attempt number of any operator.
    pub fn max_attempt(&self) -> u32 {
        let attempts = self.happenings.iter().filter_map(|(_, happening)| match happening {
            Happening::Open { attempt, .. } => Some(*attempt),
            _ => None,
        });
        attempts.max().unwrap_or(0)
    }

    /// The job's states that a recording driver saw: it polled, and CREATED is over too soon for that.
    pub fn polled(&self) -> Vec<String> {
        let states = self.outcome.job_status_history.iter().map(|change| change.status.clone());
        states.filter(|status| status != "CREATED").collect()
    }

    /// Class of the outermost cause of the last failure.
    pub fn failure_class(&self) -> Json {
        self.outcome.failure.first().map_or(Json::Null, |link| json!(link.split(':').next()))
    }
}

/// Each attempt's list sorted by operator and subtask.
pub fn sorted_restores(restores: &Json) -> Json {
    let mut all = Map::new();
    for (attempt, list) in restores.as_object().into_iter().flatten() {
        let mut list = list.as_array().cloned().unwrap_or_default();
        list.sort_by_key(|entry| (entry["op"].as_str().unwrap_or("").to_owned(), entry["subtask"].as_u64()));
        all.insert(attempt.clone(), Json::Array(list));
    }
    Json::Object(all)
}

/// Rows in the order of their text.
pub fn sorted(mut rows: Vec<Json>) -> Json {
    rows.sort_by_key(Json::to_string);
    Json::Array(rows)
}
