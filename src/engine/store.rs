//! A sink's store in the world outside: what was written, in which transactions, and who sees it (EO-2 to EO-6). Flink
//! counterpart: none; this is the database, topic or directory behind the sink.
//!
//! It does not roll back with the job. The engine changes it and says so in the trace; an outcome applies the same facts to
//! a store of its own. "Transaction" stands for a database's or Kafka's transaction, a committer's batch and a file alike.
//! Left out: how a store replicates, locks and compacts; a topic has one partition, a table no other writers.
//!
//! Invariants: a row is in the log once for each time it was written; what is committed stays committed.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::{AttemptNumber, CheckpointId, RecordId, SortedMap, TransactionId, Value};
use crate::scenario::{DeliveryGuarantee, KafkaSink, Sink};
use crate::trace::{CommitEffect, Written};

/// A store.
#[derive(Clone, PartialEq, Debug)]
pub struct Store {
    /// The sink that writes into it, and so which kind of store it is.
    pub sink: Sink,
    /// All transactions that ever were, by id.
    pub transactions: Vec<Transaction>,
    /// Every row in the order in which it was written, with its transaction.
    pub log: Vec<(Option<TransactionId>, Written)>,
    /// Rows in the order in which they were committed; a table's rows are in `table`.
    pub committed: Vec<Written>,
    /// Upsert: the row of each key, and how often it was written.
    pub table: BTreeMap<Value, (Written, u32)>,
    /// How many names each subtask has given, and how many of its batches have been prepared.
    counts: SortedMap<u32, (u32, u32)>,
}

/// A transaction, a batch or a file.
#[derive(Clone, PartialEq, Debug)]
pub struct Transaction {
    /// Its name outside.
    pub name: Arc<str>,
    /// Index of the subtask that began it.
    pub subtask: u32,
    /// Its attempt.
    pub attempt: AttemptNumber,
    /// Where it stands.
    pub state: TransactionState,
    /// The checkpoint that it was prepared for.
    pub checkpoint: Option<CheckpointId>,
    /// Its rows.
    pub rows: Vec<Written>,
}

/// Where a transaction stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TransactionState {
    /// Rows are being written (a file: in progress).
    Open,
    /// Flushed, to be committed once its checkpoint is complete (a file: pending).
    Prepared,
    /// Visible for good (a file: finished).
    Committed,
    /// Taken back.
    Aborted,
    /// The store took it back because it had been open for too long (EO-5).
    Expired,
    /// Left behind by an attempt that is over; nobody will finish it.
    Orphaned,
}

impl TransactionState {
    /// Whether somebody may still commit it.
    pub const fn is_undecided(self) -> bool {
        matches!(self, TransactionState::Open | TransactionState::Prepared)
    }
}

impl Store {
    /// An empty store.
    pub fn new(sink: &Sink) -> Store {
        Store {
            sink: sink.clone(),
            transactions: Vec::new(),
            log: Vec::new(),
            committed: Vec::new(),
            table: BTreeMap::new(),
            counts: SortedMap::new(),
        }
    }

    /// The next name of a subtask's transactions, and of its prepared batches.
    pub(super) fn count(&mut self, subtask: u32, prepared: bool) -> u32 {
        let (names, batches) = self.counts.or_default(subtask);
        let count = if prepared { batches } else { names };
        *count += 1;
        *count
    }

    /// A transaction.
    pub fn transaction(&self, id: TransactionId) -> &Transaction {
        &self.transactions[id.index()]
    }

    /// The id of the transaction that is begun next.
    pub fn next_id(&self) -> TransactionId {
        TransactionId(self.transactions.len() as u32)
    }

    /// A transaction is begun.
    pub fn begin(&mut self, name: Arc<str>, subtask: u32, attempt: AttemptNumber) -> TransactionId {
        let id = self.next_id();
        let state = TransactionState::Open;
        self.transactions.push(Transaction { name, subtask, attempt, state, checkpoint: None, rows: Vec::new() });
        id
    }

    /// A row is written. Without a transaction it is visible at once; `key` makes it take another one's place.
    pub fn write(&mut self, transaction: Option<TransactionId>, key: Option<Value>, row: Written) {
        match (transaction, key) {
            (Some(id), _) => self.transactions[id.index()].rows.push(row.clone()),
            (None, Some(key)) => {
                let times = self.table.get(&key).map_or(0, |(_, times)| *times);
                self.table.insert(key, (row.clone(), times + 1));
            }
            (None, None) => self.committed.push(row.clone()),
        }
        self.log.push((transaction, row));
    }

    /// A transaction is flushed and can be committed from now on, under this name.
    pub fn prepare(&mut self, id: TransactionId, name: Arc<str>, checkpoint: Option<CheckpointId>) {
        let transaction = &mut self.transactions[id.index()];
        transaction.name = name;
        transaction.checkpoint = checkpoint;
        if transaction.state == TransactionState::Open {
            transaction.state = TransactionState::Prepared;
        }
    }

    /// What a commit would do now.
    pub fn effect_of_commit(&self, id: TransactionId) -> CommitEffect {
        match (self.transaction(id).state, &self.sink) {
            (TransactionState::Open | TransactionState::Prepared, _) => CommitEffect::Visible,
            (TransactionState::Committed, Sink::Committer(committer)) if !committer.idempotent => {
                CommitEffect::Repeated
            }
            (TransactionState::Committed, _) => CommitEffect::Nothing,
            (TransactionState::Orphaned, _) => CommitEffect::Visible,
            (TransactionState::Aborted | TransactionState::Expired, _) => CommitEffect::Lost,
        }
    }

    /// A transaction is committed; gives the rows that became visible.
    pub fn commit(&mut self, id: TransactionId) -> (CommitEffect, Arc<[Written]>) {
        let effect = self.effect_of_commit(id);
        if !matches!(effect, CommitEffect::Visible | CommitEffect::Repeated) {
            return (effect, Arc::default());
        }
        let transaction = &mut self.transactions[id.index()];
        transaction.state = TransactionState::Committed;
        let rows: Arc<[Written]> = transaction.rows.as_slice().into();
        self.committed.extend(rows.iter().cloned());
        (effect, rows)
    }

    /// A transaction is taken back; gives its rows, or nothing when there was nothing left to take back.
    pub fn abort(&mut self, id: TransactionId, expired: bool) -> Option<u32> {
        let transaction = &mut self.transactions[id.index()];
        if !transaction.state.is_undecided() && transaction.state != TransactionState::Orphaned {
            return None;
        }
        transaction.state = if expired { TransactionState::Expired } else { TransactionState::Aborted };
        Some(transaction.rows.len() as u32)
    }

    /// Whoever began it is gone and nobody knows of it any more. A batch in memory is gone too; all else stays as it is.
    pub fn leave(&mut self, id: TransactionId) {
        let memory = matches!(self.sink, Sink::Committer(_));
        let transaction = &mut self.transactions[id.index()];
        transaction.state = if memory { TransactionState::Aborted } else { TransactionState::Orphaned };
    }

    // ---- who sees what

    /// What a reader sees that reads only what is committed. In Kafka it also waits for every older transaction: it reads up
    /// to the last stable offset.
    pub fn read_committed(&self) -> Vec<&Written> {
        match &self.sink {
            Sink::Upsert(_) => self.table.values().map(|(row, _)| row).collect(),
            Sink::Kafka(_) => {
                let state = |id: &Option<TransactionId>| id.map(|id| self.transaction(id).state);
                let stable =
                    self.log.iter().take_while(|(id, _)| !state(id).is_some_and(TransactionState::is_undecided));
                let committed =
                    stable.filter(|(id, _)| state(id).is_none_or(|state| state == TransactionState::Committed));
                committed.map(|(_, row)| row).collect()
            }
            _ => self.committed.iter().collect(),
        }
    }

    /// What a reader sees that takes whatever is there: Kafka shows even aborted rows, a directory its hidden files, a
    /// store of our own what is not committed; PostgreSQL shows nobody what is not committed.
    pub fn read_uncommitted(&self) -> Vec<&Written> {
        let there = |of: fn(TransactionState) -> bool| {
            let rows = self.transactions.iter().filter(move |transaction| of(transaction.state));
            rows.flat_map(|transaction| &transaction.rows)
        };
        match &self.sink {
            Sink::Kafka(_) => self.log.iter().map(|(_, row)| row).collect(),
            Sink::Upsert(_) | Sink::Xa | Sink::Committer(_) => self.read_committed(),
            Sink::TwoPhaseCommit | Sink::File => {
                let open = |state| !matches!(state, TransactionState::Committed | TransactionState::Aborted);
                self.committed.iter().chain(there(open)).collect()
            }
        }
    }

    /// Rows that a committed reader sees more often than once, once for each time beyond the first.
    pub fn duplicates(&self) -> u64 {
        let mut rows: Vec<(RecordId, &Arc<str>)> =
            self.read_committed().into_iter().map(|row| (row.record, &row.text)).collect();
        rows.sort();
        rows.windows(2).filter(|pair| pair[0] == pair[1]).count() as u64
    }

    /// Rows that a completed checkpoint counted on and that are gone for good (EO-5).
    pub fn lost(&self) -> Vec<&Written> {
        let expired = self.transactions.iter().filter(|transaction| transaction.state == TransactionState::Expired);
        let rows = expired.filter(|transaction| transaction.checkpoint.is_some()).flat_map(|gone| &gone.rows);
        rows.filter(|row| !self.holds(row.record)).collect()
    }

    /// Whether a record's row is committed or may still be.
    fn holds(&self, record: RecordId) -> bool {
        let alive = |state: TransactionState| state.is_undecided() || state == TransactionState::Committed;
        let mut rows = self.transactions.iter().filter(|one| alive(one.state)).flat_map(|one| &one.rows);
        rows.any(|row| row.record == record)
    }

    /// Rows that were written and that no committed reader sees, each once.
    pub fn unseen(&self) -> Vec<&Written> {
        let seen = self.read_committed();
        let mut unseen: Vec<&Written> = Vec::new();
        for (_, row) in &self.log {
            let found = |rows: &[&Written]| rows.iter().any(|other| other.record == row.record);
            if !found(&seen) && !found(&unseen) {
                unseen.push(row);
            }
        }
        unseen
    }

    /// How many transactions stand there, and how many rows they have.
    pub fn tally(&self, state: TransactionState) -> (u32, u64) {
        let all = self.transactions.iter().filter(|transaction| transaction.state == state);
        all.fold((0, 0), |(count, rows), transaction| (count + 1, rows + transaction.rows.len() as u64))
    }

    /// Whether rows are sent to a broker that takes back what is open for too long, and after how many milliseconds.
    pub fn timeout_ms(&self) -> Option<u64> {
        match &self.sink {
            Sink::Kafka(KafkaSink { guarantee: DeliveryGuarantee::ExactlyOnce, transaction_timeout_ms, .. }) => {
                Some(*transaction_timeout_ms)
            }
            _ => None,
        }
    }
}
