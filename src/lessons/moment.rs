//! Moments that a lesson speaks of, found in the trace of a run.

use crate::base::SimTime;
use crate::trace::{Fact, JobStatus, TraceEvent};

/// A moment of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Moment {
    /// The first exception.
    FirstFailure,
    /// A sink prints its first row after the first restart.
    FirstRowAfterRestart,
    /// The job reaches a final state.
    End,
}

impl Moment {
    /// When it is; none when the run never gets there.
    pub fn of(self, trace: &[TraceEvent]) -> Option<SimTime> {
        let wanted = |event: &&TraceEvent| match (&event.fact, self) {
            (Fact::ExceptionThrown { .. }, Moment::FirstFailure) => true,
            (Fact::RowPrinted { attempt, .. }, Moment::FirstRowAfterRestart) => attempt.0 > 0,
            (Fact::JobStatusChanged { to, .. }, Moment::End) => JobStatus::is_terminal(*to),
            _ => false,
        };
        trace.iter().find(wanted).map(|event| event.at)
    }
}
