//! Flink's checkpoints page as values (UI-2 to UI-5): counts, the latest of each kind, the history, the summary.
//!
//! Left out: savepoints, and what is always zero without unaligned checkpoints (persisted data).

use crate::base::{CheckpointId, SimTime};
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
}

/// Figures over all completed checkpoints.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Summary {
    /// End-to-end durations in microseconds.
    pub duration: Spread,
    /// Sizes in bytes.
    pub bytes: Spread,
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
            }),
        }
    }
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
