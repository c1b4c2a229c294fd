//! Checkpoints while some tasks have finished (FLIP-147): CP-30 to CP-34, where no recording shows them alone.

use checkpoint_lab::base::{SubtaskId, Value, ValueType};
use checkpoint_lab::scenario::{
    Dataset, DatasetRows, Expr, OperatorKind, Scenario, SourceKind, StateDeclaration, StateKind, Stmt,
};
use checkpoint_lab::trace::{AbortReason, ExecutionState, Fact, JobStatus, RefusalReason};

mod jobs;

use jobs::{Outcome, job, run_for};

/// Two subtasks of a log source in one chain with an operator that keeps a list: the first reads three rows, the second one
/// row each 100 ms for ten seconds.
fn one_ends_early(state: StateKind) -> Scenario {
    let mut scenario = job(1);
    scenario.parallelism = 2;
    scenario.checkpointing.interval_ms = Some(500);
    let columns = match &scenario.data[0].rows {
        DatasetRows::Inline { columns, .. } => columns.clone(),
        _ => Vec::new(),
    };
    let rows: Vec<Value> = (0..103).map(Value::Long).collect();
    let partitions = (0..103).map(|row| u32::from(row >= 3)).collect();
    scenario.data[0] = Dataset { name: "rows".into(), rows: DatasetRows::Inline { columns, rows, partitions } };
    if let OperatorKind::Source(source) = &mut scenario.operators[0].kind {
        (source.kind, source.partitions, source.every_ms) = (SourceKind::Log, 2, 100);
    }
    let states =
        vec![StateDeclaration { name: "seen".into(), kind: state, value_type: ValueType::Long, initial: Value::Null }];
    let body = vec![Stmt::Update { state: "seen".into(), value: Expr::Input }, Stmt::Emit { value: Expr::Input }];
    if let OperatorKind::Function(function) = &mut scenario.operators[1].kind {
        (function.states, function.body) = (states, body);
    }
    scenario
}

fn finished_at(outcome: &Outcome, subtask: u32) -> usize {
    let finished = |fact: &Fact| matches!(fact, Fact::TaskStateChanged { subtask: by, to: ExecutionState::Finished, .. } if *by == SubtaskId(subtask));
    outcome.facts().position(finished).expect("it finishes")
}

/// CP-30, CP-33: the first subtask waits for a checkpoint and is FINISHED; later checkpoints ask only the other one.
#[test]
fn checkpoints_go_on_without_those_that_have_finished() {
    let outcome = run_for(one_ends_early(StateKind::OperatorList), 60);
    assert_eq!(outcome.status(), JobStatus::Finished);
    let at = finished_at(&outcome, 0);
    let asked = outcome.facts().skip(at).filter_map(|fact| match fact {
        Fact::CheckpointTriggered { subtasks, .. } => Some(*subtasks),
        _ => None,
    });
    let asked: Vec<u32> = asked.collect();
    assert!(asked.len() > 5 && asked.iter().all(|subtasks| *subtasks == 1), "{asked:?}");
    let completed = outcome.facts().skip(at).filter(|fact| matches!(fact, Fact::CheckpointCompleted { .. })).count();
    assert_eq!(completed, asked.len());
}

/// CP-32: with union state the checkpoint can't be finalized while only a part of the subtasks has finished. It does not
/// count, so nothing restarts; once the other one waits for its end too, nothing is left to complete.
#[test]
fn union_state_of_a_part_of_the_subtasks_is_not_stored() {
    let outcome = run_for(one_ends_early(StateKind::OperatorUnion), 8);
    let at = finished_at(&outcome, 0);
    let aborted = outcome.facts().skip(at).filter_map(|fact| match fact {
        Fact::CheckpointAborted { reason, .. } => Some(*reason),
        _ => None,
    });
    let aborted: Vec<AbortReason> = aborted.collect();
    assert!(aborted.len() > 5, "{aborted:?}");
    assert!(aborted.iter().all(|reason| *reason == AbortReason::CheckpointDeclinedTaskClosing), "{aborted:?}");
    assert!(!outcome.facts().any(|fact| matches!(fact, Fact::GlobalFailure { .. })));
    assert!(!outcome.facts().skip(at).any(|fact| matches!(fact, Fact::CheckpointCompleted { .. })));
}

/// CP-31: with checkpoints-after-tasks-finish=false a task ends at once, and from then on every request is refused.
#[test]
fn without_the_feature_nothing_is_triggered_after_a_task_has_finished() {
    let mut scenario = one_ends_early(StateKind::OperatorList);
    scenario.checkpointing.after_tasks_finish = false;
    let outcome = run_for(scenario, 60);
    assert_eq!(outcome.status(), JobStatus::Finished);
    let at = finished_at(&outcome, 0);
    assert!(!outcome.facts().skip(at).any(|fact| matches!(fact, Fact::CheckpointTriggered { .. })));
    let refused = outcome
        .facts()
        .skip(at)
        .filter(|fact| matches!(fact, Fact::TriggerRefused { reason: RefusalReason::NotAllRequiredTasksRunning, .. }));
    assert!(refused.count() > 5);
}
