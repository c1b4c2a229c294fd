//! What every operator holds at a moment, beside what the newest completed checkpoint holds of it.

use crate::base::{AttemptNumber, CheckpointId, OperatorIndex, SubtaskId, Value};
use crate::engine::{Engine, OperatorSnapshot, OperatorState, SubtaskSnapshot};
use crate::scenario::{OperatorKind, StateKind};
use crate::trace::ExecutionState;

/// Keys of one state that are listed; the others are counted.
const KEYS_SHOWN: usize = 12;

/// All subtasks.
#[derive(Clone, PartialEq, Debug)]
pub struct Inspector {
    /// The newest completed checkpoint in the store.
    pub checkpoint: Option<CheckpointId>,
    /// By id.
    pub subtasks: Vec<SubtaskView>,
}

/// A subtask.
#[derive(Clone, PartialEq, Debug)]
pub struct SubtaskView {
    /// Which.
    pub subtask: SubtaskId,
    /// As the JobManager sees it.
    pub state: ExecutionState,
    /// The current attempt.
    pub attempt: AttemptNumber,
    /// What this attempt was restored from.
    pub restored_from: Option<CheckpointId>,
    /// Its operators, head first.
    pub operators: Vec<OperatorView>,
}

/// An operator's instance.
#[derive(Clone, PartialEq, Debug)]
pub struct OperatorView {
    /// Which.
    pub operator: OperatorIndex,
    /// Records handled in this attempt.
    pub records: u64,
    /// Instance fields.
    pub fields: Vec<Value>,
    /// Declared Flink states.
    pub states: Vec<StateView>,
    /// Sources: where they read.
    pub source: Option<SourceView>,
    /// Records in the Python worker's bundle, where there is a worker.
    pub bundle: Option<u32>,
}

/// A declared state.
#[derive(Clone, PartialEq, Debug)]
pub struct StateView {
    /// In the order of declaration.
    pub slot: u16,
    /// Whether its values have keys.
    pub keyed: bool,
    /// Key, value now, value in the checkpoint.
    pub values: Vec<(Option<Value>, Option<Value>, Option<Value>)>,
    /// Keys that are not listed.
    pub more: usize,
}

/// A source's position.
#[derive(Clone, PartialEq, Debug)]
pub struct SourceView {
    /// Next offset in each partition.
    pub offsets: Vec<u64>,
    /// The same in the checkpoint.
    pub saved: Option<Vec<u64>>,
    /// Records to read in all.
    pub total: u64,
    /// Whether the position is part of a checkpoint.
    pub kept: bool,
}

impl Inspector {
    /// What is held at the engine's moment.
    pub fn of(engine: &Engine) -> Inspector {
        let newest = engine.coordinator().completed.back();
        let subtasks = (0..engine.graph().subtasks.len() as u32).map(SubtaskId);
        let view =
            |id| subtask(engine, id, newest.and_then(|checkpoint| checkpoint.subtasks.get(&id)).map(|arc| &**arc));
        Inspector { checkpoint: newest.map(|checkpoint| checkpoint.id), subtasks: subtasks.map(view).collect() }
    }
}

fn subtask(engine: &Engine, id: SubtaskId, saved: Option<&SubtaskSnapshot>) -> SubtaskView {
    let subtask = engine.subtask(id);
    let operators = subtask.operators.iter().enumerate().map(|(position, runtime)| {
        let saved = saved.and_then(|saved| saved.operators.get(position));
        let source = runtime.source.as_ref().map(|reader| SourceView {
            offsets: reader.offsets.clone(),
            saved: saved.and_then(|saved| saved.offsets.clone()),
            total: engine.source_total(id),
            kept: keeps_position(engine, runtime.operator),
        });
        OperatorView {
            operator: runtime.operator,
            records: runtime.records,
            fields: runtime.fields.clone(),
            states: states(engine, runtime.operator, &runtime.state, saved),
            source,
            bundle: runtime.worker.as_ref().map(|worker| worker.bundle_records),
        }
    });
    SubtaskView {
        subtask: id,
        state: subtask.state,
        attempt: subtask.attempt,
        restored_from: subtask.restored_from,
        operators: operators.collect(),
    }
}

fn keeps_position(engine: &Engine, operator: OperatorIndex) -> bool {
    match &engine.input().scenario.operators[operator.index()].kind {
        OperatorKind::Source(source) => source.kind.keeps_position(),
        _ => false,
    }
}

fn states(
    engine: &Engine,
    operator: OperatorIndex,
    now: &OperatorState,
    saved: Option<&OperatorSnapshot>,
) -> Vec<StateView> {
    let OperatorKind::Function(function) = &engine.input().scenario.operators[operator.index()].kind else {
        return Vec::new();
    };
    let saved = saved.map(|saved| &saved.state);
    let view = |(slot, declared): (usize, &crate::scenario::StateDeclaration)| match declared.kind {
        StateKind::KeyedValue => keyed(slot, now, saved),
        StateKind::OperatorValue | StateKind::OperatorList | StateKind::OperatorUnion => listed(slot, now, saved),
    };
    function.states.iter().enumerate().map(view).collect()
}

fn keyed(slot: usize, now: &OperatorState, saved: Option<&OperatorState>) -> StateView {
    let of = |state: &OperatorState, key: &Value| {
        state.keyed.get(key).and_then(|values| values.get(slot).cloned().flatten())
    };
    let only_saved = saved.into_iter().flat_map(|saved| saved.keyed.keys()).filter(|key| !now.keyed.contains_key(*key));
    let mut keys: Vec<&Value> = now.keyed.keys().chain(only_saved).collect();
    keys.sort();
    let more = keys.len().saturating_sub(KEYS_SHOWN);
    let values = keys.into_iter().take(KEYS_SHOWN);
    let values = values.map(|key| (Some(key.clone()), of(now, key), saved.and_then(|saved| of(saved, key))));
    StateView { slot: slot as u16, keyed: true, values: values.collect(), more }
}

fn listed(slot: usize, now: &OperatorState, saved: Option<&OperatorState>) -> StateView {
    let of = |state: &OperatorState, at: usize| state.lists.get(slot).and_then(|list| list.get(at).cloned());
    let length = |state: &OperatorState| state.lists.get(slot).map_or(0, Vec::len);
    let all = length(now).max(saved.map_or(0, length));
    let values = (0..all.min(KEYS_SHOWN)).map(|at| (None, of(now, at), saved.and_then(|saved| of(saved, at))));
    StateView { slot: slot as u16, keyed: false, values: values.collect(), more: all.saturating_sub(KEYS_SHOWN) }
}
