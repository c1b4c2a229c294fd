//! Subtasks and their operators: what they hold and what they are doing.

use std::sync::Arc;

use super::Moment;
use super::cast::RoleKind;
pub use super::phase::CheckpointPhase;
use super::phase::checkpoint_phase;
use crate::base::{AttemptNumber, CheckpointId, OperatorIndex, RecordId, SimDuration, SimTime, SubtaskId, Value};
use crate::engine::{Activity, Call, Emission, Frame, OperatorRuntime, PythonWorker, Subtask};
use crate::program::Effect;
use crate::scenario::{SourceKind, StateKind};
use crate::trace::{ExecutionState, Fact};

/// A subtask.
#[derive(Clone, PartialEq, Debug)]
pub struct TaskView {
    /// Which.
    pub id: SubtaskId,
    /// As a heading names it.
    pub name: String,
    /// Its number and how many there are of its task, where there are several.
    pub index: Option<(u32, u32)>,
    /// Its state, as the JobManager sees it.
    pub state: ExecutionState,
    /// Its attempt.
    pub attempt: AttemptNumber,
    /// The TaskManager in which it runs, where that is not the one in whose frame it stands.
    pub elsewhere: Option<u32>,
    /// How much of INITIALIZING is over.
    pub starting: Option<f64>,
    /// The checkpoint that the attempt was restored from.
    pub restored_from: Option<CheckpointId>,
    /// What it does about a checkpoint, if anything.
    pub checkpoint: Option<CheckpointPhase>,
    /// Stands still because an output is full.
    pub backpressured: bool,
    /// All input is consumed; it waits for a last checkpoint.
    pub at_end: bool,
    /// The exception that ended the attempt, or is about to.
    pub failure: Option<FailureView>,
    /// Its operators, head first.
    pub operators: Vec<OperatorView>,
}

/// An exception.
#[derive(Clone, PartialEq, Debug)]
pub struct FailureView {
    /// Where it was thrown.
    pub operator: OperatorIndex,
    /// On which record, and its label.
    pub record: Option<(RecordId, Arc<str>)>,
    /// Class and message.
    pub message: Arc<str>,
    /// How fresh it is.
    pub fresh: f64,
}

/// An operator.
#[derive(Clone, PartialEq, Debug)]
pub struct OperatorView {
    /// Which.
    pub operator: OperatorIndex,
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: OperatorContents,
    /// The record in hand, where it takes time.
    pub hand: Option<HandView>,
    /// Records handled in this attempt.
    pub records: u64,
}

/// What an operator holds.
#[derive(Clone, PartialEq, Debug)]
pub enum OperatorContents {
    /// A source.
    Source {
        /// Which kind.
        kind: SourceKind,
        /// Records read, and all of them; none before the attempt has begun.
        position: Option<(u64, u64)>,
        /// What the latest completed checkpoint would set it back to; none = to the start.
        stored: Option<u64>,
    },
    /// A user function.
    Function {
        /// Name of its class.
        class: String,
        /// Instance fields; empty before the attempt has begun.
        fields: Vec<FieldView>,
        /// Flink states.
        states: Vec<StateView>,
        /// Its Python worker.
        worker: Option<WorkerView>,
        /// How far its event time is, and what waits for it.
        clock: Option<super::clock::ClockView>,
    },
    /// The print sink.
    Print {
        /// Rows that this subtask has printed in all attempts.
        rows: u64,
        /// The last row that this subtask printed.
        last: Option<Arc<str>>,
        /// How fresh that is.
        fresh: f64,
    },
    /// A sink with a store.
    Sink {
        /// Rows of this subtask that have become visible in all attempts.
        rows: u64,
        /// The open transaction, with its rows.
        open: Option<(Arc<str>, usize)>,
        /// Prepared ones that wait for their checkpoint's completion: its id, name, rows.
        pending: Vec<(CheckpointId, Arc<str>, usize)>,
    },
}

/// An instance field.
#[derive(Clone, PartialEq, Debug)]
pub struct FieldView {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// The value at which the function raises.
    pub raises_at: Option<String>,
    /// It has that value, or will have with the next record.
    pub danger: bool,
}

/// A Flink state.
#[derive(Clone, PartialEq, Debug)]
pub struct StateView {
    /// Its name.
    pub name: String,
    /// Keyed or operator state.
    pub kind: StateKind,
    /// How many values or keys it holds.
    pub count: usize,
    /// Some of them, keyed ones with their key.
    pub values: Vec<(Option<String>, String)>,
}

/// The record that an operator is busy with.
#[derive(Clone, PartialEq, Debug)]
pub struct HandView {
    /// Which.
    pub record: RecordId,
    /// Its label.
    pub label: Arc<str>,
    /// While it sleeps: how long so far, how long in all.
    pub sleep: Option<(SimDuration, SimDuration)>,
    /// How much of the present step is over.
    pub part: f64,
}

/// A Python worker.
#[derive(Clone, PartialEq, Debug)]
pub struct WorkerView {
    /// Records in the open bundle, handled ones included; 0 = none is open.
    pub bundle: u32,
    /// Records that wait in it.
    pub waiting: usize,
    /// Results that have not been sent back.
    pub unsent: usize,
    /// It has raised.
    pub failed: bool,
    /// It is starting the bundle: how much is over.
    pub opening: Option<f64>,
    /// The record in hand.
    pub hand: Option<HandView>,
}

/// How many values of a state are listed.
const LISTED: usize = 6;

pub(super) fn view(moment: &Moment) -> Vec<TaskView> {
    (0..moment.engine.graph().subtasks.len() as u32).map(|id| task(moment, SubtaskId(id))).collect()
}

fn task(moment: &Moment, id: SubtaskId) -> TaskView {
    let (engine, cast) = (moment.engine, &moment.backdrop.cast);
    let subtask = engine.subtask(id);
    let (chain, parallelism) = (&engine.graph().task_of(id).operators, engine.graph().task_of(id).parallelism);
    let lane = &moment.backdrop.strip.lanes[id.index()];
    let starting = (subtask.state == ExecutionState::Initializing).then(|| {
        let current = lane.states.iter().rev().find(|state| state.span.from <= moment.at());
        current.map_or(0.0, |state| moment.part(state.span.from, state.span.until(moment.at())))
    });
    let views = chain.iter().enumerate().map(|(position, operator)| {
        let runtime = subtask.operators.get(position).filter(|_| subtask.running_since.is_some());
        OperatorView {
            operator: *operator,
            name: cast.operators[operator.index()].name.clone(),
            kind: contents(moment, id, *operator, runtime),
            hand: thread_hand(moment, subtask, position),
            records: runtime.map_or(0, |runtime| runtime.records),
        }
    });
    TaskView {
        id,
        name: cast.subtasks[id.index()].clone(),
        index: (parallelism > 1).then(|| (engine.graph().subtasks[id.index()].index + 1, parallelism)),
        state: subtask.state,
        attempt: subtask.attempt,
        elsewhere: super::managers::elsewhere(moment, id),
        starting,
        restored_from: subtask.restored_from,
        checkpoint: checkpoint_phase(moment, id, subtask),
        backpressured: matches!(subtask.activity, Activity::BackPressured(_)),
        at_end: subtask.alive && subtask.ending != crate::engine::Ending::No,
        failure: failure(moment, id),
        operators: views.collect(),
    }
}

fn contents(
    moment: &Moment,
    id: SubtaskId,
    operator: OperatorIndex,
    runtime: Option<&OperatorRuntime>,
) -> OperatorContents {
    match &moment.backdrop.cast.operators[operator.index()].kind {
        RoleKind::Source { kind, .. } => OperatorContents::Source {
            kind: *kind,
            position: runtime
                .and_then(|runtime| runtime.source.as_ref())
                .map(|source| (source.position(), moment.engine.source_total(id))),
            stored: stored_offsets(moment, id, operator).map(|offsets| offsets.iter().sum()),
        },
        RoleKind::Function { class, fields, states } => OperatorContents::Function {
            class: class.clone(),
            fields: runtime.map_or_else(Vec::new, |runtime| {
                fields.iter().zip(&runtime.fields).map(|(role, value)| field(role, value)).collect()
            }),
            states: states.iter().enumerate().map(|(slot, (name, kind))| state(name, *kind, slot, runtime)).collect(),
            worker: runtime.and_then(|runtime| runtime.worker.as_deref()).map(|worker| worker_view(moment, worker)),
            clock: runtime.and_then(|runtime| super::clock::clock(moment, operator, runtime)),
        },
        RoleKind::Sink(_) => {
            let printed = &moment.backdrop.strip.outputs;
            let so_far = &printed[..printed.partition_point(|tick| tick.at <= moment.at())];
            let last = so_far.iter().rev().find(|tick| tick.subtask == id && tick.operator == operator);
            let store = moment.engine.outside().store(operator);
            let held = runtime.and_then(|runtime| runtime.sink.as_deref()).zip(store);
            OperatorContents::Sink {
                rows: last.map_or(0, |tick| tick.own),
                open: held.and_then(|(held, store)| {
                    let open = store.transaction(held.open?);
                    Some((open.name.clone(), open.rows.len()))
                }),
                pending: held.map_or_else(Vec::new, |(held, store)| {
                    let waits = held.pending.iter().map(|(checkpoint, id)| (*checkpoint, store.transaction(*id)));
                    waits.map(|(checkpoint, one)| (checkpoint, one.name.clone(), one.rows.len())).collect()
                }),
            }
        }
        RoleKind::Print => {
            let printed = &moment.backdrop.strip.outputs;
            let so_far = &printed[..printed.partition_point(|tick| tick.at <= moment.at())];
            let last = so_far.iter().rev().find(|tick| tick.subtask == id && tick.operator == operator);
            OperatorContents::Print {
                rows: last.map_or(0, |tick| tick.own),
                last: last.map(|tick| tick.text.clone()),
                fresh: last.map_or(0.0, |tick| moment.glow(tick.at)),
            }
        }
    }
}

/// What the latest completed checkpoint holds of a source's position.
pub(super) fn stored_offsets<'a>(moment: &Moment<'a>, id: SubtaskId, operator: OperatorIndex) -> Option<&'a [u64]> {
    let engine = moment.engine;
    let position = engine.graph().operators[operator.index()].position;
    let snapshot = engine.coordinator().latest()?.subtasks.get(&id)?;
    snapshot.operators.get(position)?.offsets.as_deref()
}

fn field(role: &super::cast::FieldRole, value: &Value) -> FieldView {
    let next = match value {
        Value::Int(number) => Some(Value::Long(i64::from(*number) + 1)),
        Value::Long(number) => Some(Value::Long(number + 1)),
        _ => None,
    };
    FieldView {
        name: role.name.clone(),
        value: value.python_repr(),
        raises_at: role.raises_at.as_ref().map(Value::python_repr),
        danger: role.raises_at.as_ref().is_some_and(|limit| value == limit || next.as_ref() == Some(limit)),
    }
}

fn state(name: &str, kind: StateKind, slot: usize, runtime: Option<&OperatorRuntime>) -> StateView {
    let mut view = StateView { name: name.to_owned(), kind, count: 0, values: Vec::new() };
    let Some(state) = runtime.map(|runtime| &runtime.state) else { return view };
    if kind.is_keyed() {
        let set = state.keyed.iter().filter_map(|(key, values)| values.get(slot)?.as_ref().map(|value| (key, value)));
        for (key, value) in set {
            view.count += 1;
            if view.values.len() < LISTED {
                view.values.push((Some(key.python()), value.python_repr()));
            }
        }
    } else if let Some(list) = state.lists.get(slot) {
        view.count = list.len();
        view.values = list.iter().rev().take(LISTED).map(|value| (None, value.python_repr())).collect();
        view.values.reverse();
    }
    view
}

fn worker_view(moment: &Moment, worker: &PythonWorker) -> WorkerView {
    let hand =
        worker.call.as_ref().map(|call| hand(moment, call.record, worker.busy, call.effects.get(before(call.next))));
    WorkerView {
        bundle: worker.bundle_records,
        waiting: worker.queue.len(),
        unsent: worker.unsent.len(),
        failed: worker.failed.is_some(),
        opening: worker.busy.filter(|_| worker.call.is_none()).map(|(from, to)| moment.part(from, to)),
        hand,
    }
}

/// The effect that is being carried out when `next` is the one to come.
fn before(next: u16) -> usize {
    usize::from(next).wrapping_sub(1)
}

fn hand(moment: &Moment, record: RecordId, busy: Option<(SimTime, SimTime)>, effect: Option<&Effect>) -> HandView {
    let sleep = busy.filter(|_| matches!(effect, Some(Effect::Sleep(_))));
    HandView {
        record,
        label: moment.backdrop.cast.label(record),
        sleep: sleep.map(|(from, to)| (moment.at().since(from), to.since(from))),
        part: busy.map_or(0.0, |(from, to)| moment.part(from, to)),
    }
}

/// The record that the task's thread holds at a position of the chain.
fn thread_hand(moment: &Moment, subtask: &Subtask, position: usize) -> Option<HandView> {
    let busy = match subtask.activity {
        Activity::Busy { since, until } => Some((since, until)),
        _ => None,
    };
    subtask.stack.iter().rev().find_map(|frame| match frame {
        Frame::Call(Call { position: at, record, effects, next, .. }) if usize::from(*at) == position => {
            Some(hand(moment, *record, busy, effects.get(before(*next))))
        }
        Frame::Emission(Emission { position: at, record, .. }) if usize::from(*at) == position => {
            Some(hand(moment, *record, None, None))
        }
        _ => None,
    })
}

/// The exception that ended the present attempt.
pub(super) fn failure(moment: &Moment, id: SubtaskId) -> Option<FailureView> {
    let lane = &moment.backdrop.strip.lanes[id.index()];
    let thrown = &lane.failures[..lane.failures.partition_point(|(at, _)| *at <= moment.at())];
    let (at, fact) = *thrown.last()?;
    let created = lane.states.iter().rev().find(|state| {
        state.span.from <= moment.at() && matches!(state.state, ExecutionState::Created | ExecutionState::Scheduled)
    });
    if created.is_some_and(|created| created.span.from >= at) {
        return None;
    }
    match &moment.trace[fact].fact {
        Fact::ExceptionThrown { operator, record, message, phase, .. }
            if *phase != crate::trace::FailurePhase::SnapshotAsync =>
        {
            let record = record.map(|record| (record, moment.backdrop.cast.label(record)));
            let (operator, message) = (*operator, message.clone());
            Some(FailureView { operator, record, message, fresh: moment.glow(at) })
        }
        _ => None,
    }
}
