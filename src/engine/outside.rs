//! The world outside the job: it does not roll back. What was printed stays printed, a file that was written stays, a
//! fault that has happened twice has happened twice.

use std::sync::Arc;

use super::store::Store;
use crate::base::{OperatorIndex, RecordId, SortedMap, SortedSet};
use crate::scenario::{OperatorKind, Scenario};

/// Everything that outlives restarts.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Outside {
    /// For each sink how often a row of each record has become visible; empty for other operators.
    visible: Vec<Arc<Vec<u32>>>,
    records: usize,
    /// Rows written by each operator, visible or not.
    pub rows: Vec<u64>,
    /// The stores of sinks that have one.
    stores: SortedMap<OperatorIndex, Arc<Store>>,
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
    pub(super) fn new(records: usize, scenario: &Scenario) -> Outside {
        let operators = scenario.operators.len();
        let stores = scenario.operators.iter().enumerate().filter_map(|(at, operator)| match &operator.kind {
            OperatorKind::Sink(sink) => Some((OperatorIndex(at as u16), Arc::new(Store::new(sink)))),
            _ => None,
        });
        Outside {
            visible: vec![Arc::default(); operators],
            records,
            rows: vec![0; operators],
            stores: stores.collect(),
            ..Outside::default()
        }
    }

    /// Counts a printed row and says how often its record has been printed by now.
    pub(super) fn print(&mut self, sink: OperatorIndex, record: RecordId) -> u32 {
        self.rows[sink.index()] += 1;
        self.show(sink, record)
    }

    /// A row of a record has become visible; says how often by now.
    pub(super) fn show(&mut self, sink: OperatorIndex, record: RecordId) -> u32 {
        let counts = Arc::make_mut(&mut self.visible[sink.index()]);
        if counts.is_empty() {
            // A row may come from a snapshot of another job, and then from no record of this one.
            counts.resize(self.records.max(1), 0);
        }
        counts[record.index()] += 1;
        counts[record.index()]
    }

    /// How often a row of a record has become visible at a sink.
    pub fn times_printed(&self, sink: OperatorIndex, record: RecordId) -> u32 {
        self.visible[sink.index()].get(record.index()).copied().unwrap_or(0)
    }

    /// The store of a sink.
    pub fn store(&self, sink: OperatorIndex) -> Option<&Store> {
        self.stores.get(&sink).map(|store| &**store)
    }

    /// All stores.
    pub fn stores(&self) -> impl Iterator<Item = (OperatorIndex, &Store)> {
        self.stores.iter().map(|(sink, store)| (*sink, &**store))
    }

    pub(super) fn store_mut(&mut self, sink: OperatorIndex) -> &mut Store {
        Arc::make_mut(self.stores.get_mut(&sink).expect("the sink has a store"))
    }
}
