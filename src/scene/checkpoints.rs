//! Flink's checkpoints page as values (UI-2 to UI-5): counts, the latest of each kind, the history, the summary.
//!
//! Left out: savepoints.

use crate::base::{CheckpointId, RandomStream, SimTime};
use crate::engine::{CheckpointCounts, CheckpointStats, CheckpointStatus, Engine};
use crate::trace::{Fact, TraceEvent};

/// As many as Flink's history lists (`web.checkpoints.history`).
const HISTORY: usize = 10;

/// The page.
#[derive(Clone, PartialEq, Debug)]
pub struct CheckpointsView {
    /// Counters.
    pub counts: CheckpointCounts,
    /// Pending checkpoints.
    pub in_progress: usize,
    /// The newest that completed.
    pub latest_completed: Option<CheckpointStats>,
    /// The newest that failed.
    pub latest_failed: Option<CheckpointStats>,
    /// The last restore: from which, and when.
    pub latest_restore: Option<(CheckpointId, SimTime)>,
    /// The newest that got an id, newest first.
    pub history: Vec<CheckpointStats>,
    /// Over all that completed.
    pub summary: Option<Summary>,
    /// What lies in the checkpoint directory.
    pub files: Vec<StoredFile>,
}

/// A file of a completed checkpoint (CS-3).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredFile {
    /// Its path below the job's directory: `chk-3/_metadata`.
    pub path: String,
    /// The state in it, in bytes: what `_metadata` says besides is not counted.
    pub bytes: u64,
    /// It is gone or damaged.
    pub spoiled: bool,
}

/// Figures over all completed checkpoints.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Summary {
    /// End-to-end durations in microseconds.
    pub duration: Spread,
    /// Sizes in bytes.
    pub bytes: Spread,
    /// Bytes read during alignments.
    pub processed: Spread,
    /// Bytes of channel state.
    pub persisted: Spread,
}

/// How a figure is spread: minimum, average, maximum, and percentiles 50, 90, 95, 99 and 99.9.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spread {
    /// The lowest.
    pub min: u64,
    /// The mean, rounded down.
    pub average: u64,
    /// The highest.
    pub max: u64,
    /// 50, 90, 95, 99, 99.9.
    pub percentiles: [u64; 5],
}

impl CheckpointsView {
    /// The page at the engine's moment; `happened` are the facts up to it.
    pub fn of(engine: &Engine, happened: &[TraceEvent]) -> CheckpointsView {
        let coordinator = engine.coordinator();
        let history = &coordinator.history;
        let newest =
            |wanted: fn(CheckpointStatus) -> bool| history.iter().rev().find(|stats| wanted(stats.status)).cloned();
        let completed: Vec<&CheckpointStats> =
            history.iter().filter(|stats| stats.status == CheckpointStatus::Completed).collect();
        let restore = || {
            happened.iter().rev().find_map(|event| match &event.fact {
                Fact::RestoreAssigned { checkpoint: Some(checkpoint), .. } => Some((*checkpoint, event.at)),
                _ => None,
            })
        };
        CheckpointsView {
            counts: coordinator.counts,
            in_progress: coordinator.pending.len(),
            latest_completed: newest(|status| status == CheckpointStatus::Completed),
            latest_failed: newest(|status| matches!(status, CheckpointStatus::Failed(_))),
            latest_restore: if coordinator.counts.restored > 0 { restore() } else { None },
            history: history.iter().rev().take(HISTORY).cloned().collect(),
            summary: (!completed.is_empty()).then(|| Summary {
                duration: Spread::of(completed.iter().map(|stats| stats.duration.map_or(0, |took| took.micros()))),
                bytes: Spread::of(completed.iter().map(|stats| stats.bytes)),
                processed: Spread::of(completed.iter().map(|stats| stats.processed)),
                persisted: Spread::of(completed.iter().map(|stats| stats.persisted)),
            }),
            files: files(engine),
        }
    }
}

/// The files of the checkpoints in the store, oldest first: `_metadata` with all small state in it, and a file for each
/// subtask whose state is above the inline threshold.
fn files(engine: &Engine) -> Vec<StoredFile> {
    let storage = engine.storage();
    let threshold = engine.input().scenario.checkpointing.inline_threshold;
    let mut files = Vec::new();
    for completed in engine.coordinator().completed.iter().filter(|it| storage.checkpoints.contains(&it.id)) {
        let (id, spoiled) = (completed.id, storage.spoiled.contains_key(&completed.id));
        let sizes = || completed.subtasks.values().map(|part| part.bytes);
        let inline = sizes().filter(|bytes| *bytes <= threshold).sum();
        files.push(StoredFile { path: format!("chk-{id}/_metadata"), bytes: inline, spoiled });
        for (at, bytes) in sizes().enumerate().filter(|(_, bytes)| *bytes > threshold) {
            // A random UUID in Flink.
            let name = RandomStream::new(id.0, at as u64).hex(16);
            files.push(StoredFile { path: format!("chk-{id}/{name}"), bytes, spoiled });
        }
    }
    files
}

impl Spread {
    /// The spread of at least one figure.
    fn of(figures: impl Iterator<Item = u64>) -> Spread {
        let mut sorted: Vec<u64> = figures.collect();
        sorted.sort_unstable();
        let last = sorted.len() - 1;
        let total: u128 = sorted.iter().map(|figure| u128::from(*figure)).sum();
        let percentile = |thousandths: usize| sorted[(last * thousandths).div_ceil(1_000)];
        Spread {
            min: sorted[0],
            average: (total / sorted.len() as u128) as u64,
            max: sorted[last],
            percentiles: [500, 900, 950, 990, 999].map(percentile),
        }
    }
}
