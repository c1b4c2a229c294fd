//! Starting a job from a snapshot: whether it fits (KG-5, SP-7), and what each new subtask gets of it (KG-6, OS-1). Flink:
//! `Checkpoints.loadAndValidateCheckpoint`, `StateAssignmentOperation`.
//!
//! State goes by operator id; the parallelism may be another, the graph too. What does not fit keeps the job from starting
//! (JS-15). A state's name decides which state of the operator it becomes; a restored state that the new function does not
//! declare is dropped here, where Flink carries it along unread.

mod export;
mod in_flight;
mod redistribute;

pub(super) use export::qualified;
use redistribute::redistribute;

use std::borrow::Cow;
use std::sync::Arc;

use super::fixed::Fixed;
use super::storage::snapshot_bytes;
use super::{CompletedCheckpoint, SubtaskSnapshot};
use crate::base::{CheckpointId, OperatorId, OperatorIndex, SimDuration, SimTime, SortedMap, Value};
use crate::graph::{ExecutionGraph, java_hash, key_group, python_key_hash, subtask_of};
use crate::scenario::{RunInput, Snapshot, SnapshotOperator, SnapshotPart, StateDeclaration};

/// A snapshot fitted to a job.
#[derive(Clone, Debug)]
pub(super) struct FittedSnapshot {
    /// It, as an entry of the job's checkpoint store.
    pub checkpoint: CompletedCheckpoint,
    /// Operators of the snapshot that the job does not have; whether they had any state.
    pub skipped: Vec<(OperatorId, bool)>,
}

/// The graph of a run that starts from a snapshot, and the snapshot fitted to it; `None` when it does not fit.
pub(super) fn fitted(snapshot: &Snapshot, input: &RunInput) -> Option<(ExecutionGraph, CompletedCheckpoint)> {
    let fixed = Fixed::new(Arc::new(input.clone()));
    let fitted = fit(snapshot, &fixed).ok()?;
    Some((ExecutionGraph::of(input), fitted.checkpoint))
}

/// Fits a snapshot to a job.
///
/// # Errors
/// Why it does not fit, as Flink's exception says it.
pub(super) fn fit(snapshot: &Snapshot, fixed: &Fixed) -> Result<FittedSnapshot, String> {
    let skipped = check(snapshot, fixed)?;
    let graph = &fixed.graph;
    let mut parts: Vec<Option<Vec<SnapshotPart>>> = Vec::new();
    for node in &graph.operators {
        let old = snapshot.operators.iter().find(|old| old.id == node.id);
        let parallelism = graph.tasks[node.task.index()].parallelism;
        parts.push(old.map(|old| redistribute(old, parallelism, |key| owner(key, parallelism, fixed))));
    }
    let mut subtasks = SortedMap::new();
    for task in &graph.tasks {
        let known = task.operators.iter().any(|operator| parts[operator.index()].is_some());
        for index in (0..task.parallelism).filter(|_| known) {
            let of = |operator: &OperatorIndex| parts[operator.index()].as_ref().map(|parts| &parts[index as usize]);
            let subtask = crate::base::SubtaskId(task.first_subtask.0 + index);
            let partitions = &fixed.subtasks[subtask.index()].partitions;
            let held = task.operators.iter().map(|operator| {
                let part = of(operator).cloned().unwrap_or_default();
                export::held_by(&part, partitions, &declared(*operator, fixed))
            });
            let finished = task.operators.iter().all(|operator| of(operator).is_some_and(|part| part.finished));
            let mut part = SubtaskSnapshot { operators: held.collect(), finished, ..SubtaskSnapshot::default() };
            part.bytes = snapshot_bytes(&part);
            subtasks.insert(subtask, Arc::new(part));
        }
    }
    in_flight::assign(snapshot, fixed, &mut subtasks)?;
    let checkpoint = CompletedCheckpoint {
        id: CheckpointId(snapshot.checkpoint),
        kind: snapshot.kind,
        triggered_at: SimTime::ZERO,
        completed_at: SimTime::ZERO,
        duration: SimDuration::ZERO,
        bytes: subtasks.values().map(|part| part.bytes).sum(),
        path: Some(snapshot.path.clone()),
        subtasks,
    };
    Ok(FittedSnapshot { checkpoint, skipped })
}

/// SP-7 and KG-5, in Flink's order: first every operator of the snapshot, then every one of the job.
fn check(snapshot: &Snapshot, fixed: &Fixed) -> Result<Vec<(OperatorId, bool)>, String> {
    let scenario = &fixed.input.scenario;
    let mut skipped = Vec::new();
    for old in &snapshot.operators {
        if fixed.graph.operator_with_id(old.id).is_some() {
            if scenario.max_parallelism.is_some_and(|max| max != old.max_parallelism) {
                return Err(mismatch(old, fixed.graph.max_parallelism));
            }
            continue;
        }
        let stateful = old.parts.iter().any(SnapshotPart::has_state);
        if stateful && !scenario.recovery.ignore_unclaimed_state {
            return Err(format!(
                "Failed to rollback to checkpoint/savepoint {}. Cannot map checkpoint/savepoint state for operator {} to \
                 the new program, because the operator is not available in the new program. If you want to allow to skip \
                 this, you can set the --allowNonRestoredState option on the CLI.",
                snapshot.path, old.id
            ));
        }
        skipped.push((old.id, stateful));
    }
    for node in &fixed.graph.operators {
        let task = &fixed.graph.tasks[node.task.index()];
        let old = snapshot.operators.iter().find(|old| old.id == node.id);
        if let Some(old) = old.filter(|old| old.max_parallelism < task.parallelism) {
            return Err(format!(
                "The state for task {} can not be restored. The maximum parallelism ({}) of the restored state is lower \
                 than the configured parallelism ({}). Please reduce the parallelism of the task to be lower or equal to \
                 the maximum parallelism.",
                task.name, old.max_parallelism, task.parallelism
            ));
        }
    }
    Ok(skipped)
}

/// Recorded word for word, the words where a path should stand included (`tests/flink/k3_keyed_state_rescale`).
fn mismatch(old: &SnapshotOperator, max_parallelism: u32) -> String {
    format!(
        "Failed to rollback to checkpoint/savepoint Checkpoint Metadata. Max parallelism mismatch between \
         checkpoint/savepoint state and new program. Cannot map operator {} with max parallelism {} to new program with max \
         parallelism {max_parallelism}. This indicates that the program has been changed in a non-compatible way after the \
         checkpoint/savepoint.",
        old.id, old.max_parallelism
    )
}

fn declared(operator: OperatorIndex, fixed: &Fixed) -> Cow<'_, [StateDeclaration]> {
    fixed.input.scenario.operators[operator.index()].kind.states()
}

fn owner(key: &Value, parallelism: u32, fixed: &Fixed) -> u32 {
    let hash = if fixed.python_keys { python_key_hash(key) } else { java_hash(key) };
    let groups = fixed.graph.max_parallelism;
    subtask_of(key_group(hash, groups), parallelism, groups)
}
