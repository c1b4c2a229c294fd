//! The live values of a run, followed through its trace: source positions, instance fields, Flink state, and what every
//! snapshot took of them. Flink counterpart: none; it is what a debugger would show.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{AttemptNumber, CheckpointId, EventTime, OperatorIndex, SubtaskId, TimeWindow, Value};
use crate::engine::{OperatorSnapshot, restore};
use crate::graph::ExecutionGraph;
use crate::scenario::{Function, OperatorKind, RunInput, StateKind, TimeDomain};
use crate::trace::{Fact, TraceEvent};

/// The values of one Flink state at one subtask.
#[derive(Clone, PartialEq, Debug)]
pub enum LiveState {
    /// Operator state with one value; `None` before the first write.
    Value(Option<Value>),
    /// Keyed state: a value for each key that has been written.
    Keyed(BTreeMap<Value, Value>),
    /// Operator list state.
    List(Vec<Value>),
}

/// What one operator holds at one subtask.
#[derive(Clone, PartialEq, Debug)]
pub struct Live {
    /// The attempt that it belongs to.
    pub attempt: AttemptNumber,
    /// Sources: number of records emitted, as it would be stored.
    pub position: Option<u64>,
    /// Instance fields, in the order of declaration.
    pub fields: Vec<Value>,
    /// Flink states, in the order of declaration.
    pub states: Vec<LiveState>,
    /// What windows keep, by key and window.
    pub windows: BTreeMap<(Value, TimeWindow), Vec<Value>>,
    /// Timers that a function has set: moment, clock and key.
    pub timers: BTreeSet<(EventTime, TimeDomain, Value)>,
}

/// Where a value lives.
pub type Place = (OperatorIndex, SubtaskId);

/// Follows a trace event by event.
#[derive(Clone, Debug)]
pub struct Replay<'a> {
    input: &'a RunInput,
    graph: &'a ExecutionGraph,
    live: BTreeMap<Place, Live>,
    snapshots: BTreeMap<CheckpointId, BTreeMap<Place, Live>>,
}

impl<'a> Replay<'a> {
    /// Before the first event.
    pub fn new(input: &'a RunInput, graph: &'a ExecutionGraph) -> Self {
        Replay { input, graph, live: BTreeMap::new(), snapshots: started_from(input) }
    }

    /// What is held now.
    pub fn live(&self) -> &BTreeMap<Place, Live> {
        &self.live
    }

    /// What the snapshots of a checkpoint took, also of one that did not complete.
    pub fn snapshot(&self, checkpoint: CheckpointId) -> Option<&BTreeMap<Place, Live>> {
        self.snapshots.get(&checkpoint)
    }

    /// Takes one event into account.
    pub fn apply(&mut self, event: &TraceEvent) {
        match &event.fact {
            Fact::OperatorOpened { subtask, operator, attempt, restored_from, position, .. } => {
                let opened = self.opened((*operator, *subtask), *attempt, *restored_from, *position);
                self.live.insert((*operator, *subtask), opened);
            }
            Fact::RecordEmitted { subtask, operator, position, .. } => {
                if let Some(live) = self.live.get_mut(&(*operator, *subtask)) {
                    live.position = Some(*position);
                }
            }
            Fact::FieldChanged { subtask, operator, slot, value } => {
                let live = self.live.get_mut(&(*operator, *subtask));
                if let Some(field) = live.and_then(|live| live.fields.get_mut(usize::from(*slot))) {
                    *field = value.clone();
                }
            }
            Fact::StateChanged { subtask, operator, slot, key, value } => {
                let live = self.live.get_mut(&(*operator, *subtask));
                match live.and_then(|live| live.states.get_mut(usize::from(*slot))) {
                    Some(LiveState::Value(held)) => *held = Some(value.clone()),
                    Some(LiveState::List(held)) => held.push(value.clone()),
                    Some(LiveState::Keyed(held)) => {
                        held.insert(key.clone().unwrap_or(Value::Null), value.clone());
                    }
                    None => {}
                }
            }
            Fact::StateCleared { subtask, operator, slot, key } => {
                let live = self.live.get_mut(&(*operator, *subtask));
                if let Some(LiveState::Keyed(held)) = live.and_then(|live| live.states.get_mut(usize::from(*slot))) {
                    held.remove(key);
                }
            }
            Fact::WindowAdded { subtask, operator, .. }
            | Fact::WindowSet { subtask, operator, .. }
            | Fact::WindowCleared { subtask, operator, .. }
            | Fact::TimerRegistered { subtask, operator, .. }
            | Fact::TimerDeleted { subtask, operator, .. }
            | Fact::TimerFired { subtask, operator, .. } => {
                if let Some(live) = self.live.get_mut(&(*operator, *subtask)) {
                    live.time(&event.fact);
                }
            }
            Fact::SnapshotStarted { checkpoint, subtask } => self.snapshot_started(*checkpoint, *subtask),
            _ => {}
        }
    }

    fn opened(
        &self,
        place: Place,
        attempt: AttemptNumber,
        restored_from: Option<CheckpointId>,
        position: Option<u64>,
    ) -> Live {
        let function = self.function(place.0);
        let fields =
            function.map_or(Vec::new(), |function| function.fields.iter().map(|field| field.initial.clone()).collect());
        let stored = restored_from.and_then(|checkpoint| self.snapshots.get(&checkpoint)?.get(&place));
        let (windows, timers) =
            stored.map(|stored| (stored.windows.clone(), stored.timers.clone())).unwrap_or_default();
        let states = match stored {
            Some(stored) => stored.states.clone(),
            None if matches!(self.input.scenario.operators[place.0.index()].kind, OperatorKind::Reduce(_)) => {
                vec![LiveState::empty(StateKind::KeyedValue)]
            }
            None => function.map_or(Vec::new(), |function| {
                function.states.iter().map(|state| LiveState::empty(state.kind)).collect()
            }),
        };
        Live { attempt, position, fields, states, windows, timers }
    }

    fn snapshot_started(&mut self, checkpoint: CheckpointId, subtask: SubtaskId) {
        let taken = self.graph.task_of(subtask).operators.iter().filter_map(|operator| {
            let place = (*operator, subtask);
            Some((place, self.live.get(&place)?.clone()))
        });
        self.snapshots.entry(checkpoint).or_default().extend(taken);
    }

    fn function(&self, operator: OperatorIndex) -> Option<&Function> {
        match &self.input.scenario.operators[operator.index()].kind {
            OperatorKind::Function(function) => Some(function),
            _ => None,
        }
    }
}

/// What a run that starts from a snapshot gets from it, dealt out to its subtasks.
fn started_from(input: &RunInput) -> BTreeMap<CheckpointId, BTreeMap<Place, Live>> {
    let fitted = input.snapshot.as_ref().and_then(|snapshot| restore::fitted(snapshot, input));
    let mut snapshots = BTreeMap::new();
    if let Some((graph, checkpoint)) = fitted {
        let mut held = BTreeMap::new();
        for (subtask, part) in checkpoint.subtasks.iter() {
            for (operator, snapshot) in graph.task_of(*subtask).operators.iter().zip(&part.operators) {
                held.insert((*operator, *subtask), live_of(snapshot, &input.scenario.operators[operator.index()].kind));
            }
        }
        snapshots.insert(checkpoint.id, held);
    }
    snapshots
}

fn live_of(snapshot: &OperatorSnapshot, kind: &OperatorKind) -> Live {
    let position = snapshot.offsets.as_ref().map(|offsets| offsets.iter().sum());
    let declared = kind.states();
    let items = |slot: usize| snapshot.state.lists.get(slot).cloned().unwrap_or_default();
    let keyed = |slot: usize| {
        let entries = snapshot.state.keyed.iter();
        entries.filter_map(|(key, values)| Some((key.clone(), values[slot].clone()?))).collect()
    };
    let states = declared.iter().enumerate().map(|(slot, state)| match LiveState::empty(state.kind) {
        LiveState::Keyed(_) => LiveState::Keyed(keyed(slot)),
        LiveState::Value(_) => LiveState::Value(items(slot).pop()),
        LiveState::List(_) => LiveState::List(items(slot)),
    });
    let windows = snapshot.state.windows.iter().map(|(place, kept)| (place.clone(), kept.values.clone()));
    let timers = [TimeDomain::EventTime, TimeDomain::ProcessingTime].into_iter().flat_map(|domain| {
        let own = snapshot.state.timers.of(domain).iter().filter(|timer| timer.window.is_none());
        own.map(move |timer| (timer.time, domain, timer.key.clone()))
    });
    Live {
        attempt: AttemptNumber(0),
        position,
        fields: Vec::new(),
        states: states.collect(),
        windows: windows.collect(),
        timers: timers.collect(),
    }
}

impl Live {
    /// A fact about windows and timers.
    fn time(&mut self, fact: &Fact) {
        match fact {
            Fact::WindowAdded { key, window, value, .. } => {
                self.windows.entry((key.clone(), *window)).or_default().push(value.clone());
            }
            Fact::WindowSet { key, window, values, .. } => {
                self.windows.insert((key.clone(), *window), values.to_vec());
            }
            Fact::WindowCleared { key, window, .. } => _ = self.windows.remove(&(key.clone(), *window)),
            Fact::TimerRegistered { domain, key, time, .. } => _ = self.timers.insert((*time, *domain, key.clone())),
            Fact::TimerDeleted { domain, key, time, .. } | Fact::TimerFired { domain, key, time, .. } => {
                self.timers.remove(&(*time, *domain, key.clone()));
            }
            _ => {}
        }
    }
}

impl LiveState {
    fn empty(kind: StateKind) -> LiveState {
        match kind {
            kind if kind.is_keyed() => LiveState::Keyed(BTreeMap::new()),
            StateKind::OperatorValue => LiveState::Value(None),
            _ => LiveState::List(Vec::new()),
        }
    }
}
