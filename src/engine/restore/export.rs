//! A completed checkpoint or savepoint as a thing of its own, that another job can be started from (SP-6, SP-9): its state by
//! operator id and by name. The engine's own structs are taken apart here field by field, so that a new one finds its way
//! into snapshots.

use std::sync::Arc;

use crate::base::{OperatorIndex, RecordId, TimeWindow, Value};
use crate::engine::{
    CompletedCheckpoint, Engine, OperatorSnapshot, OperatorState, SubtaskSnapshot, Timer, Timers, WindowState,
};
use crate::scenario::{
    KeyedEntry, ListMode, OperatorList, SNAPSHOT_VERSION, Snapshot, SnapshotOperator, SnapshotPart, SplitPosition,
    StateDeclaration, StateKind, TimeDomain, TimerEntry, WindowEntry,
};

impl Engine {
    /// A completed checkpoint or savepoint of this job as a snapshot; `None` when it lies nowhere but on the JobManager's
    /// heap, and is gone with it.
    pub fn snapshot(&self, checkpoint: &CompletedCheckpoint) -> Option<Snapshot> {
        let CompletedCheckpoint {
            id,
            kind,
            triggered_at: _,
            completed_at: _,
            duration: _,
            bytes: _,
            path,
            subtasks: _,
        } = checkpoint;
        let operators =
            (0..self.fixed.graph.operators.len()).map(|at| self.export(OperatorIndex(at as u16), checkpoint));
        Some(Snapshot {
            version: SNAPSHOT_VERSION,
            kind: *kind,
            job: self.storage.job_id.clone(),
            checkpoint: id.0,
            path: qualified(path.as_ref()?),
            operators: operators.collect(),
            in_flight: self.export_in_flight(checkpoint),
        })
    }

    fn export(&self, operator: OperatorIndex, checkpoint: &CompletedCheckpoint) -> SnapshotOperator {
        let graph = &self.fixed.graph;
        let node = &graph.operators[operator.index()];
        let spec = &self.scenario().operators[operator.index()];
        let declared = spec.kind.states();
        let part = |subtask: crate::base::SubtaskId| {
            let Some(snapshot) = checkpoint.subtasks.get(&subtask) else { return SnapshotPart::default() };
            let SubtaskSnapshot {
                operators,
                bytes: _,
                finished,
                timing: _,
                unaligned: _,
                processed: _,
                persisted: _,
                // Lies between operators: `in_flight.rs` takes it.
                in_flight: _,
            } = &**snapshot;
            let mut part = operators.get(node.position).map_or_else(SnapshotPart::default, |held| {
                let partitions = &self.fixed.subtasks[subtask.index()].partitions;
                part_of(held, partitions, &declared)
            });
            part.finished = *finished;
            part
        };
        SnapshotOperator {
            id: node.id,
            uid: spec.uid.clone(),
            max_parallelism: graph.max_parallelism,
            parts: graph.subtasks_of(node.task).map(part).collect(),
        }
    }
}

fn part_of(held: &OperatorSnapshot, partitions: &[usize], declared: &[StateDeclaration]) -> SnapshotPart {
    // The new job's sinks write into stores of their own, in which the old job's transactions were decided long ago.
    let OperatorSnapshot { offsets, state: OperatorState { keyed, lists, timers, windows }, sinks: _ } = held;
    let offsets = offsets.iter().flatten().zip(partitions);
    let entries = keyed.iter().flat_map(|(key, values)| {
        values.iter().zip(declared).filter_map(|(value, state)| {
            let value = value.clone()?;
            Some(KeyedEntry { state: state.name.clone(), key: key.clone(), value })
        })
    });
    let operator_states = lists.iter().zip(declared).filter_map(|(items, state)| {
        Some(OperatorList { state: state.name.clone(), mode: state.kind.list_mode()?, items: items.clone() })
    });
    SnapshotPart {
        finished: false,
        splits: offsets.map(|(offset, split)| SplitPosition { split: *split as u32, offset: *offset }).collect(),
        keyed: entries.collect(),
        lists: operator_states.collect(),
        windows: windows.iter().map(window_entry).collect(),
        timers: timers_of(timers),
    }
}

fn window_entry(((key, window), kept): (&(Value, TimeWindow), &WindowState)) -> WindowEntry {
    let WindowState { values, record: _ } = kept;
    WindowEntry { key: key.clone(), window: *window, values: values.clone() }
}

fn timers_of(timers: &Timers) -> Vec<TimerEntry> {
    let of = |domain: TimeDomain| {
        timers.of(domain).iter().map(move |timer| {
            let Timer { time, key, window } = timer.clone();
            TimerEntry { domain, key, time, window }
        })
    };
    of(TimeDomain::EventTime).chain(of(TimeDomain::ProcessingTime)).collect()
}

/// Windows and timers of an operator that waits for event time. Which record they came from no snapshot says.
fn held_time(part: &SnapshotPart, state: &mut OperatorState) {
    let windows = part.windows.iter().map(|WindowEntry { key, window, values }| {
        ((key.clone(), *window), WindowState { values: values.clone(), record: RecordId(0) })
    });
    state.windows = Arc::new(windows.collect());
    let mut timers = Timers::default();
    for TimerEntry { domain, key, time, window } in &part.timers {
        timers.set(*domain, Timer { time: *time, key: key.clone(), window: *window });
    }
    state.timers = Arc::new(timers);
}

/// The same part for an operator that declares these states and reads these partitions. What it does not declare it never
/// reads.
pub(super) fn held_by(part: &SnapshotPart, partitions: &[usize], declared: &[StateDeclaration]) -> OperatorSnapshot {
    let SnapshotPart { finished: _, splits, keyed, lists, windows: _, timers: _ } = part;
    let offset = |split: &usize| splits.iter().find(|known| known.split as usize == *split).map_or(0, |s| s.offset);
    let mut state = OperatorState::default();
    held_time(part, &mut state);
    let slot_of = |name: &str| declared.iter().position(|state| state.name == name);
    let values = Arc::make_mut(&mut state.keyed);
    for KeyedEntry { state, key, value } in keyed {
        let Some(slot) = slot_of(state).filter(|slot| declared[*slot].kind.list_mode().is_none()) else { continue };
        values.entry(key.clone()).or_insert_with(|| vec![None; declared.len()])[slot] = Some(value.clone());
    }
    let mut held: Vec<Vec<Value>> = vec![Vec::new(); declared.len()];
    for OperatorList { state, mode, items } in lists {
        if let Some(slot) = slot_of(state).filter(|slot| declared[*slot].kind.list_mode() == Some(*mode)) {
            held[slot].clone_from(items);
        }
    }
    if !declared.is_empty() {
        state.lists = Arc::new(held);
    }
    let offsets = (!splits.is_empty()).then(|| partitions.iter().map(offset).collect());
    OperatorSnapshot { offsets, state, sinks: Vec::new() }
}

impl StateKind {
    /// How operator state of this kind is dealt out; `None` for keyed state.
    pub(super) const fn list_mode(self) -> Option<ListMode> {
        match self {
            StateKind::KeyedValue
            | StateKind::KeyedList
            | StateKind::KeyedMap
            | StateKind::KeyedReducing(_)
            | StateKind::KeyedAggregating(_) => None,
            StateKind::OperatorValue | StateKind::OperatorList => Some(ListMode::SplitDistribute),
            StateKind::OperatorUnion => Some(ListMode::Union),
        }
    }
}

/// A path as Flink says it: `file:/tmp/…` for `file:///tmp/…`.
pub(in crate::engine) fn qualified(path: &str) -> String {
    match path.strip_prefix("file:///") {
        Some(rest) => format!("file:/{rest}"),
        None => path.to_owned(),
    }
}
