//! What every operator holds at a moment, beside what the newest completed checkpoint holds of it.

use crate::base::{AttemptNumber, CheckpointId, EventTime, OperatorIndex, SubtaskId, TimeWindow, Value};
use crate::engine::{Engine, Load, OperatorRuntime, OperatorSnapshot, OperatorState, SubtaskSnapshot, Timer};
use crate::scenario::{OperatorKind, TimeDomain};
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
    /// How it spends its time, while it runs (BP-4).
    pub load: Option<Load>,
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
    /// Its event time, where it makes watermarks or waits for them.
    pub time: Option<TimeView>,
    /// Records in the Python worker's bundle, where there is a worker.
    pub bundle: Option<u32>,
}

/// An operator's event time.
#[derive(Clone, PartialEq, Debug)]
pub struct TimeView {
    /// Its watermark: in no checkpoint.
    pub watermark: EventTime,
    /// Key, window, what it keeps now, what the checkpoint keeps.
    pub windows: Vec<(Value, TimeWindow, Option<String>, Option<String>)>,
    /// Windows that are not listed.
    pub more: usize,
    /// Timers that functions have set: clock, key, moment, whether it is set now, whether it is in the checkpoint.
    pub timers: Vec<(TimeDomain, Value, EventTime, bool, bool)>,
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
            time: time(engine, runtime, saved),
            bundle: runtime.worker.as_ref().map(|worker| worker.bundle_records),
        }
    });
    SubtaskView {
        subtask: id,
        state: subtask.state,
        attempt: subtask.attempt,
        restored_from: subtask.restored_from,
        load: engine.load(id),
        operators: operators.collect(),
    }
}

fn time(engine: &Engine, runtime: &OperatorRuntime, saved: Option<&OperatorSnapshot>) -> Option<TimeView> {
    if !engine.input().scenario.operators[runtime.operator.index()].kind.uses_event_time() {
        return None;
    }
    let (now, saved) = (&runtime.state, saved.map(|saved| &saved.state));
    let mut keys: Vec<&(Value, TimeWindow)> = now.windows.keys().collect();
    keys.extend(saved.into_iter().flat_map(|saved| saved.windows.keys()));
    keys.sort();
    keys.dedup();
    let kept = |state: &OperatorState, key| {
        let values = state.windows.get(key)?.values.iter().map(Value::python_repr);
        Some(values.collect::<Vec<_>>().join(", "))
    };
    let windows = keys.iter().take(KEYS_SHOWN).map(|key| {
        let held = saved.and_then(|saved| kept(saved, key));
        (key.0.clone(), key.1, kept(now, key), held)
    });
    let timers = [TimeDomain::EventTime, TimeDomain::ProcessingTime].into_iter().flat_map(|domain| {
        let set = |state: &OperatorState| -> Vec<Timer> {
            state.timers.of(domain).sorted().filter(|timer| timer.window.is_none()).cloned().collect()
        };
        let (now, held) = (set(now), saved.map(set).unwrap_or_default());
        let mut all: Vec<Timer> = now.iter().chain(&held).cloned().collect();
        all.sort();
        all.dedup();
        let view = |timer: Timer| {
            let (set, stored) = (now.contains(&timer), held.contains(&timer));
            (domain, timer.key, timer.time, set, stored)
        };
        all.into_iter().map(view).take(KEYS_SHOWN).collect::<Vec<_>>()
    });
    Some(TimeView {
        watermark: runtime.generator.as_ref().map_or(runtime.watermark, |generator| generator.watermark),
        windows: windows.collect(),
        more: keys.len().saturating_sub(KEYS_SHOWN),
        timers: timers.collect(),
    })
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
    let function = match &engine.input().scenario.operators[operator.index()].kind {
        OperatorKind::Function(function) => function,
        OperatorKind::Reduce(_) => return vec![keyed(0, now, saved.map(|saved| &saved.state))],
        _ => return Vec::new(),
    };
    let saved = saved.map(|saved| &saved.state);
    let view = |(slot, declared): (usize, &crate::scenario::StateDeclaration)| match declared.kind {
        kind if kind.is_keyed() => keyed(slot, now, saved),
        _ => listed(slot, now, saved),
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
