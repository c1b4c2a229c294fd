//! From trace to outcome.

use std::collections::{BTreeMap, BTreeSet};

use super::checkpoints::Checkpoints;
use super::replay::Replay;
use super::values::{checkpoint_state, operator_state, place_name};
use super::{
    AttemptOutcome, ConsoleLine, Outcome, OutsideOutcome, StateOutcome, StatusChange, StorageOutcome, Stores,
    VisibleRow,
};
use crate::base::{AttemptNumber, CheckpointId, OperatorIndex, SubtaskId};
use crate::graph::ExecutionGraph;
use crate::scenario::{CheckpointStorage, RunInput};
use crate::trace::{ExecutionState, Fact, JobManagerChange, JobStatus, TraceEvent};

pub(super) fn outcome(input: &RunInput, graph: &ExecutionGraph, trace: &[TraceEvent]) -> Outcome {
    let mut fold = Fold::new(input, graph);
    for event in trace {
        fold.apply(event);
    }
    fold.finish()
}

struct Fold<'a> {
    input: &'a RunInput,
    graph: &'a ExecutionGraph,
    replay: Replay<'a>,
    checkpoints: Checkpoints,
    status: Vec<StatusChange>,
    restarts: u32,
    attempts: BTreeMap<u32, AttemptOutcome>,
    current: BTreeMap<SubtaskId, AttemptNumber>,
    assigned: BTreeMap<SubtaskId, Option<CheckpointId>>,
    console: Vec<ConsoleLine>,
    stored: BTreeSet<CheckpointId>,
    pending: BTreeSet<CheckpointId>,
    initialized: bool,
    outside: OutsideOutcome,
    stores: Stores,
    failure: Vec<String>,
    end_time_ms: u64,
}

impl<'a> Fold<'a> {
    fn new(input: &'a RunInput, graph: &'a ExecutionGraph) -> Self {
        Fold {
            input,
            graph,
            replay: Replay::new(input, graph),
            checkpoints: Checkpoints::default(),
            status: vec![StatusChange { time_ms: 0, status: JobStatus::Initializing.name().into() }],
            restarts: 0,
            attempts: BTreeMap::new(),
            current: BTreeMap::new(),
            assigned: BTreeMap::new(),
            console: Vec::new(),
            stored: BTreeSet::new(),
            pending: BTreeSet::new(),
            initialized: false,
            outside: OutsideOutcome::default(),
            stores: Stores::new(&input.scenario),
            failure: Vec::new(),
            end_time_ms: 0,
        }
    }

    fn apply(&mut self, event: &TraceEvent) {
        self.end_time_ms = event.at.millis();
        self.replay.apply(event);
        self.checkpoints.apply(self.graph, event);
        self.stores.apply(self.graph, &event.fact);
        match &event.fact {
            Fact::JobStatusChanged { from, to } => self.job_status(event, *from, *to),
            Fact::RestoreAssigned { checkpoint, subtasks } => {
                self.assigned.extend(subtasks.iter().map(|subtask| (*subtask, *checkpoint)));
            }
            Fact::TaskStateChanged { subtask, attempt, to, .. } => self.task_state(*subtask, *attempt, *to),
            Fact::StdoutPrinted { subtask, operator, text } => {
                let attempt = self.current.get(subtask).copied().unwrap_or_default();
                self.line(event, (*operator, *subtask), attempt, false, text);
            }
            Fact::RowPrinted { subtask, operator, attempt, text, .. } => {
                self.line(event, (*operator, *subtask), *attempt, true, text);
                self.row_printed(*operator, *subtask, *attempt, text);
            }
            Fact::FileTouched { path, .. } if !self.outside.files.iter().any(|file| **file == **path) => {
                self.outside.files.push(path.to_string());
            }
            Fact::CheckpointTriggered { checkpoint, .. } => _ = self.pending.insert(*checkpoint),
            Fact::CheckpointAborted { checkpoint, .. } => _ = self.pending.remove(checkpoint),
            Fact::CheckpointCompleted { checkpoint, .. } => {
                self.pending.remove(checkpoint);
                self.stored.insert(*checkpoint);
            }
            Fact::JobManagerChanged { change: JobManagerChange::Elected } => {
                self.pending.clear();
                self.checkpoints.forget();
            }
            // A savepoint lies in a directory of its own.
            Fact::CheckpointDiscarded { checkpoint } | Fact::SavepointCompleted { checkpoint, .. } => {
                self.stored.remove(checkpoint);
            }
            fact => self.failures(fact),
        }
    }

    fn failures(&mut self, fact: &Fact) {
        match fact {
            Fact::TaskFailureHandled { cause, .. } | Fact::GlobalFailure { cause } => {
                self.failure = cause.chain();
            }
            Fact::RestartSuppressed { strategy, cause } => {
                let refusal = format!("org.apache.flink.runtime.JobException: Recovery is suppressed by {strategy}");
                self.failure = std::iter::once(refusal).chain(cause.chain()).collect();
            }
            Fact::InitializationFailed { causes } => {
                self.failure = causes.iter().map(|cause| cause.to_string()).collect();
            }
            _ => {}
        }
    }

    fn job_status(&mut self, event: &TraceEvent, from: JobStatus, to: JobStatus) {
        self.initialized |= to == JobStatus::Created || to == JobStatus::Running;
        self.restarts += u32::from(from == JobStatus::Restarting && to == JobStatus::Running);
        self.status.push(StatusChange { time_ms: event.at.millis(), status: to.name().into() });
    }

    fn task_state(&mut self, subtask: SubtaskId, attempt: AttemptNumber, to: ExecutionState) {
        if matches!(to, ExecutionState::Canceling | ExecutionState::Canceled) {
            return;
        }
        self.current.insert(subtask, attempt);
        if to == ExecutionState::Deploying {
            let restored = self.assigned.get(&subtask).copied().flatten();
            let entry = self.attempt(attempt);
            entry.restored_from = entry.restored_from.or(restored.map(|checkpoint| checkpoint.0));
        }
    }

    fn attempt(&mut self, attempt: AttemptNumber) -> &mut AttemptOutcome {
        let new = || AttemptOutcome { attempt: attempt.0, ..AttemptOutcome::default() };
        self.attempts.entry(attempt.0).or_insert_with(new)
    }

    fn line(
        &mut self,
        event: &TraceEvent,
        place: (OperatorIndex, SubtaskId),
        attempt: AttemptNumber,
        row: bool,
        text: &str,
    ) {
        let from = place_name(&self.input.scenario, self.graph, place);
        let line = ConsoleLine { time_ms: event.at.millis(), from, attempt: attempt.0, row, text: text.into() };
        self.console.push(line);
    }

    fn row_printed(&mut self, operator: OperatorIndex, subtask: SubtaskId, attempt: AttemptNumber, text: &str) {
        let from = place_name(&self.input.scenario, self.graph, (operator, subtask));
        self.attempt(attempt).printed.entry(from).or_default().push(text.into());
        let sink = &self.input.scenario.operators[operator.index()].uid;
        match self.outside.rows.iter_mut().find(|row| row.sink == *sink && row.text == text) {
            Some(row) => {
                row.times += 1;
                self.outside.duplicates += 1;
            }
            None => self.outside.rows.push(VisibleRow { sink: sink.clone(), text: text.into(), times: 1 }),
        }
    }

    fn finish(self) -> Outcome {
        let (input, graph) = (self.input, self.graph);
        let at_end = self.replay.live().iter().map(|(place, live)| operator_state(input, graph, *place, live));
        let last = self.checkpoints.last_completed();
        let state = StateOutcome {
            at_end: at_end.collect(),
            last_completed_checkpoint: last.and_then(|id| checkpoint_state(input, graph, &self.replay, id)),
        };
        Outcome {
            job_status: self.status.last().map_or(String::new(), |change| change.status.clone()),
            restarts: self.restarts,
            storage: self.storage(),
            checkpoint_counts: self.checkpoints.counts(),
            checkpoints: self.checkpoints.finish(graph),
            job_status_history: self.status,
            attempts: self.attempts.into_values().collect(),
            console: self.console,
            state,
            outside: OutsideOutcome { stores: self.stores.outcome(&input.scenario), ..self.outside },
            failure: self.failure,
            end_time_ms: self.end_time_ms,
        }
    }

    fn storage(&self) -> StorageOutcome {
        let checkpoints = self.stored.iter().map(|checkpoint| checkpoint.0).collect();
        let on = self.initialized && self.input.scenario.checkpointing.interval_ms.is_some();
        match &self.input.scenario.checkpointing.storage {
            CheckpointStorage::JobManager => {
                StorageOutcome { kind: "jobmanager".into(), dir: None, entries: Vec::new(), checkpoints }
            }
            CheckpointStorage::FileSystem { dir } => {
                let entries = if on { self.entries() } else { Vec::new() };
                StorageOutcome { kind: "filesystem".into(), dir: Some(dir.clone()), entries, checkpoints }
            }
        }
    }

    /// `chk-N` of a pending checkpoint is there too, still without `_metadata`.
    fn entries(&self) -> Vec<String> {
        let mut entries: Vec<String> = self.pending.iter().map(|checkpoint| format!("chk-{checkpoint}")).collect();
        for checkpoint in &self.stored {
            entries.push(format!("chk-{checkpoint}"));
            entries.push(format!("chk-{checkpoint}/_metadata"));
        }
        entries.extend(["shared".to_owned(), "taskowned".to_owned()]);
        entries.sort();
        entries
    }
}
