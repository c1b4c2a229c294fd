//! Whether a run solves the task: bring the job to FINISHED by one change. Only the run counts, never which control was used.

use super::{Change, Ending, changes};
use crate::scenario::RunInput;
use crate::trace::JobStatus;

/// What a finished look at a run says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Nothing was changed.
    Untouched,
    /// The data was changed: that is another task.
    OtherData,
    /// It does not end, as far as it was run.
    Endless {
        /// Restarts so far.
        restarts: u32,
    },
    /// It ends, but not in FINISHED.
    Ended {
        /// How it ends.
        status: String,
        /// After so many restarts.
        restarts: u32,
        /// Different rows that came out.
        rows: usize,
    },
    /// It ends in FINISHED, but more than one thing was changed.
    TooMany(Vec<Change>),
    /// It ends in FINISHED by one change, because nothing fails any more: there was nothing to recover from.
    Avoided(Change),
    /// It fails, recovers and ends in FINISHED by one change.
    Recovered {
        /// The change.
        change: Change,
        /// Restarts.
        restarts: u32,
        /// Rows that were printed again.
        duplicates: u64,
    },
}

impl Verdict {
    /// Whether the task is solved.
    pub const fn is_solved(&self) -> bool {
        matches!(self, Verdict::Avoided(_) | Verdict::Recovered { .. })
    }
}

/// Judges a run against the lesson's `base`. `complete` says that nothing more can happen in it.
pub fn judge(base: &RunInput, now: &RunInput, ending: &Ending, complete: bool) -> Verdict {
    let found = changes(base, now);
    let restarts = ending.restarts;
    if found.is_empty() {
        return Verdict::Untouched;
    }
    if found.contains(&Change::Data) {
        return Verdict::OtherData;
    }
    if !complete {
        return Verdict::Endless { restarts };
    }
    if ending.status != JobStatus::Finished {
        return Verdict::Ended { status: ending.status.name().into(), restarts, rows: ending.rows.len() };
    }
    match (found.as_slice(), restarts) {
        ([change], 0) => Verdict::Avoided(*change),
        ([change], _) => Verdict::Recovered { change: *change, restarts, duplicates: ending.duplicates },
        _ => Verdict::TooMany(found),
    }
}
