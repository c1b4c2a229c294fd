//! What Flink's checkpoint storage holds at a moment, taken from the engine at that moment.

use super::record::{KeyedRecord, ListRecord, OperatorRecord, RECORD_VERSION, StoredValue, SubtaskRecord};
use super::{CheckpointRecord, JobRecord};
use crate::base::OperatorIndex;
use crate::engine::{CheckpointStats, CheckpointStatus, Engine, SubtaskSnapshot};
use crate::scenario::{OperatorKind, Scenario};

/// A job's storage at a moment.
#[derive(Clone, PartialEq, Debug)]
pub struct StorageView {
    /// The job.
    pub job: JobRecord,
    /// Completed checkpoints that were neither subsumed nor discarded, oldest first.
    pub checkpoints: Vec<CheckpointRecord>,
}

/// Tells two views of one run apart without making them: cheap enough for every frame.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Mark {
    run: u64,
    held: Vec<u64>,
}

impl Mark {
    /// The mark of the storage at the engine's moment. `run` tells runs apart.
    pub fn of(run: u64, engine: &Engine) -> Mark {
        Mark { run, held: held(engine).map(|stats| stats.id.0).collect() }
    }
}

fn held(engine: &Engine) -> impl Iterator<Item = &CheckpointStats> {
    let history = engine.coordinator().history.iter();
    history.filter(|stats| stats.status == CheckpointStatus::Completed && !stats.discarded)
}

impl StorageView {
    /// The storage at the engine's moment. `now_ms` is the browser's clock, for the index of jobs alone.
    pub fn of(engine: &Engine, now_ms: u64) -> StorageView {
        let storage = engine.storage();
        let job = JobRecord {
            version: RECORD_VERSION,
            job: storage.job_id.clone(),
            name: engine.input().scenario.name.clone(),
            directory: storage.directory().map(str::to_owned),
            written_at_ms: now_ms,
        };
        StorageView { job, checkpoints: held(engine).map(|stats| checkpoint(engine, stats)).collect() }
    }
}

fn checkpoint(engine: &Engine, stats: &CheckpointStats) -> CheckpointRecord {
    let graph = engine.graph();
    let scenario = &engine.input().scenario;
    let subtasks = stats.parts.iter().map(|(subtask, snapshot)| SubtaskRecord {
        name: graph.subtask_name(*subtask),
        bytes: snapshot.bytes,
        finished: snapshot.finished,
        operators: operators(scenario, &graph.task_of(*subtask).operators, snapshot),
    });
    CheckpointRecord {
        version: RECORD_VERSION,
        job: engine.storage().job_id.clone(),
        checkpoint: stats.id.0,
        path: engine.storage().path(stats.id),
        periodic: stats.periodic,
        triggered_at_us: stats.triggered_at.micros(),
        duration_us: stats.duration.unwrap_or_default().micros(),
        bytes: stats.bytes,
        subtasks: subtasks.collect(),
    }
}

/// The operators of a chain that wrote something.
fn operators(scenario: &Scenario, chain: &[OperatorIndex], snapshot: &SubtaskSnapshot) -> Vec<OperatorRecord> {
    let parts = chain.iter().zip(&snapshot.operators);
    let written = parts.filter(|(_, part)| part.offsets.is_some() || !part.state.is_empty());
    let record = written.map(|(index, part)| {
        let operator = &scenario.operators[index.index()];
        let state = |slot: usize| match &operator.kind {
            OperatorKind::Function(function) => function.states.get(slot).map_or(String::new(), |s| s.name.clone()),
            _ => String::new(),
        };
        let keyed = part.state.keyed.iter().flat_map(|(key, values)| {
            let set = values.iter().enumerate().filter_map(|(slot, value)| Some((slot, value.as_ref()?)));
            set.map(|(slot, value)| KeyedRecord { state: state(slot), key: key.into(), value: value.into() })
        });
        let lists = part.state.lists.iter().enumerate().filter(|(_, items)| !items.is_empty());
        let lists = lists.map(|(slot, items)| ListRecord {
            state: state(slot),
            items: items.iter().map(StoredValue::from).collect(),
        });
        OperatorRecord {
            uid: operator.uid.clone(),
            offsets: part.offsets.clone(),
            keyed: keyed.collect(),
            lists: lists.collect(),
        }
    });
    record.collect()
}
