//! What came of a run, as far as a lesson asks: much less than the whole [`Outcome`](crate::engine::outcome::Outcome), and
//! read from the trace alone.

use std::sync::Arc;

use crate::base::{AttemptNumber, OperatorIndex};
use crate::trace::{Fact, JobStatus, TraceEvent};

/// What came of a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ending {
    /// The job's last state.
    pub status: JobStatus,
    /// How often the job went from RESTARTING back to RUNNING.
    pub restarts: u32,
    /// Printed rows, by first appearance.
    pub rows: Vec<Row>,
    /// Rows that were printed again, once for each time.
    pub duplicates: u64,
}

/// A row that can be seen outside.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    sink: OperatorIndex,
    /// The row.
    pub text: Arc<str>,
    /// How often it was printed.
    pub times: u64,
    /// The attempts that printed it first in their life.
    opens: Vec<AttemptNumber>,
}

impl Ending {
    /// Of a run's facts.
    pub fn of(trace: &[TraceEvent]) -> Ending {
        let mut ending = Ending { status: JobStatus::Initializing, restarts: 0, rows: Vec::new(), duplicates: 0 };
        for event in trace {
            match &event.fact {
                Fact::JobStatusChanged { from, to } => {
                    ending.restarts += u32::from(*from == JobStatus::Restarting && *to == JobStatus::Running);
                    ending.status = *to;
                }
                Fact::RowPrinted { operator, attempt, text, .. } => ending.printed(*operator, *attempt, text),
                _ => {}
            }
        }
        ending
    }

    fn printed(&mut self, sink: OperatorIndex, attempt: AttemptNumber, text: &Arc<str>) {
        let opens = self.first_row(attempt).is_none().then_some(attempt);
        if let Some(row) = self.rows.iter_mut().find(|row| row.sink == sink && row.text == *text) {
            row.times += 1;
            row.opens.extend(opens);
            self.duplicates += 1;
        } else {
            self.rows.push(Row { sink, text: text.clone(), times: 1, opens: opens.into_iter().collect() });
        }
    }

    /// The first row that an attempt printed.
    pub fn first_row(&self, attempt: AttemptNumber) -> Option<&str> {
        self.rows.iter().find(|row| row.opens.contains(&attempt)).map(|row| &*row.text)
    }
}
