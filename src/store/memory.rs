//! The twin in memory: for browsers that refuse a database, and for tests. What it holds is lost with the tab.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use super::shelf::Change;
use super::{Batch, Key, Shelf, StoreError, Table};

/// A shelf in memory.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    rows: RefCell<BTreeMap<Key, String>>,
    batches: Cell<u32>,
    /// Bytes that it takes; none = as many as there are.
    limit: Option<usize>,
}

impl Memory {
    /// A shelf that takes only so many bytes, as a full disk does.
    pub fn with_room(bytes: usize) -> Memory {
        Memory { limit: Some(bytes), ..Memory::default() }
    }

    /// How many transactions were carried out.
    pub fn batches(&self) -> u32 {
        self.batches.get()
    }

    fn rows(&self, wanted: impl Fn(&Key) -> bool) -> Vec<(Key, String)> {
        let rows = self.rows.borrow();
        rows.iter().filter(|(key, _)| wanted(key)).map(|(key, text)| (key.clone(), text.clone())).collect()
    }
}

impl Shelf for Memory {
    async fn get(&self, key: &Key) -> Result<Option<String>, StoreError> {
        Ok(self.rows.borrow().get(key).cloned())
    }

    async fn all(&self, table: Table) -> Result<Vec<(Key, String)>, StoreError> {
        Ok(self.rows(|key| key.table() == table))
    }

    async fn range(&self, table: Table, job: &str) -> Result<Vec<(Key, String)>, StoreError> {
        Ok(self.rows(|key| match key {
            Key::Text(of, text) => *of == table && text == job,
            Key::Checkpoint { job: of, .. } => table == Table::Checkpoints && of == job,
        }))
    }

    async fn apply(&self, batch: Batch) -> Result<(), StoreError> {
        let mut rows = self.rows.borrow().clone();
        for change in batch.changes {
            match change {
                Change::Put(key, text) => _ = rows.insert(key, text),
                Change::Delete(key) => _ = rows.remove(&key),
                Change::Clear(table) => rows.retain(|key, _| key.table() != table),
            }
        }
        if self.limit.is_some_and(|limit| rows.values().map(String::len).sum::<usize>() > limit) {
            return Err(StoreError::Full);
        }
        self.rows.replace(rows);
        self.batches.set(self.batches.get() + 1);
        Ok(())
    }
}
