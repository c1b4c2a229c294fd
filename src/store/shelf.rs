//! The shelf: tables of texts under keys. What both twins of the store can do, and no more.

use super::StoreError;

/// A table (IndexedDB: an object store).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Table {
    /// The jobs that have checkpoints here, by job id.
    Jobs,
    /// Completed checkpoints, by job id and checkpoint id.
    Checkpoints,
    /// Sessions, by name.
    Sessions,
}

impl Table {
    /// All of them.
    pub const ALL: [Table; 3] = [Table::Jobs, Table::Checkpoints, Table::Sessions];

    /// Its name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Table::Jobs => "jobs",
            Table::Checkpoints => "checkpoints",
            Table::Sessions => "session",
        }
    }
}

/// Where a record lies. Ordered as the database orders: a job's checkpoints lie side by side, ascending.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Key {
    /// A text.
    Text(Table, String),
    /// `[job id, checkpoint id]`.
    Checkpoint {
        /// Job id.
        job: String,
        /// Checkpoint id.
        checkpoint: u64,
    },
}

impl Key {
    /// A record under a text.
    pub fn text(table: Table, text: &str) -> Key {
        Key::Text(table, text.to_owned())
    }

    /// A checkpoint's record.
    pub fn checkpoint(job: &str, checkpoint: u64) -> Key {
        Key::Checkpoint { job: job.to_owned(), checkpoint }
    }

    /// The table it lies in.
    pub const fn table(&self) -> Table {
        match self {
            Key::Text(table, _) => *table,
            Key::Checkpoint { .. } => Table::Checkpoints,
        }
    }
}

/// When a transaction counts as done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Durability {
    /// When it is really on the disk.
    Strict,
    /// When the system has it.
    Relaxed,
}

/// A change of one record or table.
#[derive(Clone, PartialEq, Debug)]
pub enum Change {
    /// Write a record.
    Put(Key, String),
    /// Remove a record, if it is there.
    Delete(Key),
    /// Remove all records of a table.
    Clear(Table),
}

/// Changes that happen together or not at all.
#[derive(Clone, PartialEq, Debug)]
pub struct Batch {
    /// When it counts as done.
    pub durability: Durability,
    /// The changes, in order.
    pub changes: Vec<Change>,
}

impl Batch {
    /// An empty batch.
    pub fn new(durability: Durability) -> Batch {
        Batch { durability, changes: Vec::new() }
    }

    /// Writes a record.
    pub fn put(&mut self, key: Key, text: String) {
        self.changes.push(Change::Put(key, text));
    }

    /// Removes a record.
    pub fn delete(&mut self, key: Key) {
        self.changes.push(Change::Delete(key));
    }

    /// Removes all records of a table.
    pub fn clear(&mut self, table: Table) {
        self.changes.push(Change::Clear(table));
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The tables that it changes, each once.
    pub fn tables(&self) -> Vec<Table> {
        let table = |change: &Change| match change {
            Change::Put(key, _) | Change::Delete(key) => key.table(),
            Change::Clear(table) => *table,
        };
        let mut tables: Vec<Table> = self.changes.iter().map(table).collect();
        tables.sort_unstable();
        tables.dedup();
        tables
    }
}

/// Where records lie.
#[allow(async_fn_in_trait, reason = "one thread; the futures never leave it")]
pub trait Shelf {
    /// The record under a key.
    async fn get(&self, key: &Key) -> Result<Option<String>, StoreError>;

    /// All records of a table, in key order.
    async fn all(&self, table: Table) -> Result<Vec<(Key, String)>, StoreError>;

    /// The records of a job, in key order; of a table with text keys the one record under the job's id.
    async fn range(&self, table: Table, job: &str) -> Result<Vec<(Key, String)>, StoreError>;

    /// Carries out a batch as one transaction.
    async fn apply(&self, batch: Batch) -> Result<(), StoreError>;
}
