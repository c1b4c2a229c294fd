//! What sinks left in their stores: transactions, and what readers see. The stores are built anew from the facts.

use serde::Serialize;

use crate::base::{OperatorIndex, SortedMap};
use crate::engine::{Store, TransactionState};
use crate::graph::ExecutionGraph;
use crate::scenario::{OperatorKind, Scenario};
use crate::trace::{CommitEffect, Fact, TakenBack, Written};

/// A sink's store at the end.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct StoreOutcome {
    /// uid of the sink.
    pub sink: String,
    /// Which kind of sink: `kafka`, `file` …
    pub kind: String,
    /// Its transactions, batches or files that had any rows, oldest first.
    pub transactions: Vec<TransactionOutcome>,
    /// What a reader of committed rows sees, in order; a table's rows by key.
    pub read_committed: Vec<String>,
    /// What a reader sees that takes whatever is there.
    pub read_uncommitted: Vec<String>,
    /// Rows that a reader of committed rows sees again, once for each time beyond the first.
    pub duplicates: u64,
    /// Rows that a completed checkpoint counted on and that the store has taken back (EO-5).
    pub lost: Vec<String>,
    /// Rows that were written and that no reader of committed rows sees.
    pub unseen: Vec<String>,
}

/// A transaction, batch or file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
pub struct TransactionOutcome {
    /// Its name.
    pub name: String,
    /// The attempt that began it.
    pub attempt: u32,
    /// `open`, `prepared`, `committed`, `aborted`, `expired` or `orphaned`.
    pub state: String,
    /// The checkpoint that it was prepared for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<u64>,
    /// Its rows.
    pub rows: Vec<String>,
}

/// Stores as the facts make them.
#[derive(Clone, Debug, Default)]
pub struct Stores {
    stores: SortedMap<OperatorIndex, Store>,
}

impl Stores {
    /// Empty ones.
    pub fn new(scenario: &Scenario) -> Stores {
        let stores = scenario.operators.iter().enumerate().filter_map(|(at, operator)| match &operator.kind {
            OperatorKind::Sink(sink) => Some((OperatorIndex(at as u16), Store::new(sink))),
            _ => None,
        });
        Stores { stores: stores.collect() }
    }

    /// A sink's store.
    pub fn get(&self, sink: OperatorIndex) -> Option<&Store> {
        self.stores.get(&sink)
    }

    /// Takes a fact into account.
    pub fn apply(&mut self, graph: &ExecutionGraph, fact: &Fact) {
        match fact {
            Fact::RowWritten { operator, transaction, row, key, .. } => {
                self.change(*operator, |store| store.write(*transaction, key.clone(), row.clone()));
            }
            Fact::TransactionBegan { subtask, operator, attempt, name, .. } => {
                let index = graph.subtasks[subtask.index()].index;
                self.change(*operator, |store| _ = store.begin(name.clone(), index, *attempt));
            }
            Fact::TransactionPrepared { operator, transaction, name, checkpoint, .. } => {
                self.change(*operator, |store| store.prepare(*transaction, name.clone(), *checkpoint));
            }
            Fact::TransactionCommitted { operator, transaction, effect, .. } => {
                if matches!(effect, CommitEffect::Visible | CommitEffect::Repeated) {
                    self.change(*operator, |store| _ = store.commit(*transaction));
                }
            }
            Fact::TransactionAborted { operator, transaction, why, .. } => {
                self.change(*operator, |store| _ = store.abort(*transaction, *why == TakenBack::Expired));
            }
            Fact::TransactionLeft { operator, transaction, .. } => {
                self.change(*operator, |store| store.leave(*transaction));
            }
            _ => {}
        }
    }

    fn change(&mut self, operator: OperatorIndex, change: impl FnOnce(&mut Store)) {
        if let Some(store) = self.stores.get_mut(&operator) {
            change(store);
        }
    }

    /// What they hold.
    pub fn outcome(&self, scenario: &Scenario) -> Vec<StoreOutcome> {
        let one = |(operator, store): (&OperatorIndex, &Store)| {
            let texts = |rows: Vec<&Written>| rows.into_iter().map(|row| row.text.to_string()).collect::<Vec<_>>();
            let with_rows = store.transactions.iter().filter(|transaction| !transaction.rows.is_empty());
            StoreOutcome {
                sink: scenario.operators[operator.index()].uid.clone(),
                kind: store.sink.tag().into(),
                transactions: with_rows.map(transaction).collect(),
                read_committed: texts(store.read_committed()),
                read_uncommitted: texts(store.read_uncommitted()),
                duplicates: store.duplicates(),
                lost: texts(store.lost()),
                unseen: texts(store.unseen()),
            }
        };
        self.stores.iter().map(one).collect()
    }
}

fn transaction(one: &crate::engine::Transaction) -> TransactionOutcome {
    TransactionOutcome {
        name: one.name.to_string(),
        attempt: one.attempt.0,
        state: state(one.state).into(),
        checkpoint: one.checkpoint.map(|checkpoint| checkpoint.0),
        rows: one.rows.iter().map(|row| row.text.to_string()).collect(),
    }
}

const fn state(state: TransactionState) -> &'static str {
    match state {
        TransactionState::Open => "open",
        TransactionState::Prepared => "prepared",
        TransactionState::Committed => "committed",
        TransactionState::Aborted => "aborted",
        TransactionState::Expired => "expired",
        TransactionState::Orphaned => "orphaned",
    }
}
