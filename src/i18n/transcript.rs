//! The console of a run: what its sinks and functions printed, and Flink's log beside it, in the order of the trace.
//!
//! It belongs to a run, not to a moment: a moment shows the rows up to it.

use std::rc::Rc;
use std::sync::Arc;

use super::{LogBook, LogLine, Names};
use crate::base::{AttemptNumber, SimTime};
use crate::trace::{Fact, TraceEvent};

/// A run's console as far as it is simulated. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    /// The rows.
    pub rows: Rc<Vec<ConsoleRow>>,
    facts: usize,
    book: LogBook,
}

/// A row of the console.
#[derive(Clone, PartialEq, Debug)]
pub struct ConsoleRow {
    /// The position of its fact in the trace.
    pub fact: usize,
    /// When.
    pub at: SimTime,
    /// What.
    pub text: ConsoleText,
    /// Rows printed a second time or more, up to here.
    pub duplicates: u32,
    /// Rows printed up to here.
    pub printed: u32,
}

/// What a row of the console says.
#[derive(Clone, PartialEq, Debug)]
pub enum ConsoleText {
    /// The sink printed a row.
    Row {
        /// The row.
        text: Arc<str>,
        /// How often its record by now.
        times: u32,
        /// In which attempt.
        attempt: AttemptNumber,
    },
    /// A row became visible in a sink's store.
    Stored {
        /// The row.
        text: Arc<str>,
        /// How often its record by now.
        times: u32,
    },
    /// A function printed something.
    Stdout(Arc<str>),
    /// A line of Flink's log.
    Log(LogLine),
}

impl Transcript {
    /// Takes in what the trace of the run has gained.
    pub fn extend(&mut self, trace: &[TraceEvent], names: &Names) {
        if self.facts == trace.len() {
            return;
        }
        let rows = Rc::make_mut(&mut self.rows);
        let (mut printed, mut duplicates) = rows.last().map_or((0, 0), |row| (row.printed, row.duplicates));
        for (fact, event) in trace.iter().enumerate().skip(self.facts) {
            let mut push = |text| {
                if let ConsoleText::Row { times, .. } | ConsoleText::Stored { times, .. } = &text {
                    printed += 1;
                    duplicates += u32::from(*times > 1);
                }
                rows.push(ConsoleRow { fact, at: event.at, text, duplicates, printed });
            };
            match &event.fact {
                Fact::RowPrinted { text, times, attempt, .. } => {
                    push(ConsoleText::Row { text: text.clone(), times: *times, attempt: *attempt });
                }
                Fact::RowWritten { .. } | Fact::TransactionCommitted { .. } => {
                    event.fact.for_each_shown(|_, _, _, text, times| {
                        push(ConsoleText::Stored { text: text.clone(), times });
                    });
                }
                Fact::StdoutPrinted { text, .. } => push(ConsoleText::Stdout(text.clone())),
                _ => self.book.lines(event, names).into_iter().for_each(|line| push(ConsoleText::Log(line))),
            }
        }
        self.facts = trace.len();
    }

    /// How many rows there are when so many facts have happened.
    pub fn until(&self, facts: usize) -> usize {
        self.rows.partition_point(|row| row.fact < facts)
    }
}
