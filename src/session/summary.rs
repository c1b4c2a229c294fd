//! How a run ends, in a few figures: what a change of a setting changes at once.

use crate::base::SimTime;
use crate::timeline::Timeline;
use crate::trace::JobStatus;

/// The figures of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Summary {
    /// The last state of the job, as far as the run is simulated.
    pub status: JobStatus,
    /// How long it takes; none when it does not end.
    pub length: Option<SimTime>,
    /// Restarts.
    pub restarts: u32,
    /// Completed checkpoints.
    pub completed: u32,
    /// Failed checkpoints, refused ones included.
    pub failed: u32,
    /// Rows that became visible outside.
    pub printed: u32,
    /// Of these, rows that were visible already.
    pub duplicates: u32,
}

impl Summary {
    /// The figures of a run as far as it is simulated.
    pub fn of(timeline: &Timeline) -> Summary {
        let last = timeline.last();
        let counts = last.coordinator().counts;
        let (mut printed, mut duplicates) = (0, 0);
        for event in timeline.trace() {
            event.fact.for_each_shown(|_, _, _, _, times| {
                printed += 1;
                duplicates += u32::from(times > 1);
            });
        }
        Summary {
            status: last.job().status,
            length: timeline.is_complete().then(|| timeline.end()),
            restarts: last.job().restarts,
            completed: counts.completed,
            failed: counts.failed,
            printed,
            duplicates,
        }
    }
}
