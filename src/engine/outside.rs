//! The world outside the job: it does not roll back. What was printed stays printed, a file that was written stays, a
//! fault that has happened twice has happened twice.

use std::sync::Arc;

use crate::base::{OperatorIndex, RecordId, SortedMap, SortedSet};

/// Everything that outlives restarts.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Outside {
    /// For each sink how often each record has been printed; empty for other operators.
    printed: Vec<Arc<Vec<u32>>>,
    records: usize,
    /// Rows printed by each operator.
    pub rows: Vec<u64>,
    /// Files that functions have written.
    pub files: SortedSet<Arc<str>>,
    /// How often each fault point has struck.
    pub struck: SortedMap<u32, u32>,
    /// Exceptions thrown in all.
    pub thrown: u64,
    /// Operators whose user code does not react to being cancelled, for the time being.
    pub(super) cancel_ignored: SortedSet<OperatorIndex>,
    /// Completion notifications do not arrive, for the time being.
    pub(super) notifications_lost: bool,
}

impl Outside {
    pub(super) fn new(records: usize, operators: usize) -> Outside {
        Outside { printed: vec![Arc::default(); operators], records, rows: vec![0; operators], ..Outside::default() }
    }

    /// Counts a printed row and says how often its record has been printed by now.
    pub(super) fn print(&mut self, sink: OperatorIndex, record: RecordId) -> u32 {
        self.rows[sink.index()] += 1;
        let counts = Arc::make_mut(&mut self.printed[sink.index()]);
        if counts.is_empty() {
            // A row may come from a snapshot of another job, and then from no record of this one.
            counts.resize(self.records.max(1), 0);
        }
        counts[record.index()] += 1;
        counts[record.index()]
    }

    /// How often a record has been printed by a sink.
    pub fn times_printed(&self, sink: OperatorIndex, record: RecordId) -> u32 {
        self.printed[sink.index()].get(record.index()).copied().unwrap_or(0)
    }
}
