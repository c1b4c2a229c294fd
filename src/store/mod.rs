//! What outlives the tab: the last session, and the checkpoints that Flink's storage holds at the moment in view, written
//! into the browser's own database.
//!
//! Records are versioned JSON ([`record`]). Where they lie is a *shelf* with two twins: IndexedDB ([`indexed_db`], wasm
//! only) and memory, for a browser that refuses a database and for tests. All that has to be decided is decided above the
//! shelf, once, in [`Store`]: a twin only reads, and writes a batch as one transaction.
//!
//! Nothing here leaves the browser. Left out: files and links ([`crate::scenario::from_json`] reads those), sharing one
//! database between devices.

mod error;
#[cfg(target_arch = "wasm32")]
pub mod indexed_db;
#[cfg(target_arch = "wasm32")]
mod keeper;
mod memory;
mod queue;
pub mod record;
mod shelf;
mod view;

pub use error::StoreError;
#[cfg(target_arch = "wasm32")]
pub use keeper::{Keeping, Kept, Opened, open};
pub use memory::Memory;
pub use queue::{Queue, Work};
pub use record::{CheckpointRecord, JobRecord, Session, SessionRecord};
pub use shelf::{Batch, Durability, Key, Shelf, Table};
pub use view::{Mark, StorageView};

use std::collections::BTreeMap;

/// Checkpoints of so many jobs are kept besides those of the job in view.
const OTHER_JOBS: usize = 8;
/// Where the one session lies.
const LAST_SESSION: &str = "last";

/// The store: everything above the shelf.
#[derive(Clone, Debug)]
pub struct Store<S> {
    shelf: S,
}

/// A job's checkpoints as they were read back.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Listing {
    /// Which job.
    pub job: String,
    /// Its checkpoints, oldest first.
    pub checkpoints: Vec<CheckpointRecord>,
    /// Records that this build can't read.
    pub unreadable: u32,
}

impl<S: Shelf> Store<S> {
    /// A store on a shelf.
    pub fn new(shelf: S) -> Store<S> {
        Store { shelf }
    }

    /// Where its records lie.
    pub fn shelf(&self) -> &S {
        &self.shelf
    }

    /// The last session, if there is one.
    ///
    /// # Errors
    /// When the shelf or the record can't be read.
    pub async fn last_session(&self) -> Result<Option<SessionRecord>, StoreError> {
        match self.shelf.get(&Key::text(Table::Sessions, LAST_SESSION)).await? {
            Some(text) => record::read(&text).map(Some),
            None => Ok(None),
        }
    }

    /// Keeps a session in place of the last one.
    ///
    /// # Errors
    /// When the shelf can't be written.
    pub async fn keep_session(&self, session: &SessionRecord) -> Result<(), StoreError> {
        let mut batch = Batch::new(Durability::Relaxed);
        batch.put(Key::text(Table::Sessions, LAST_SESSION), record::write(session));
        self.shelf.apply(batch).await
    }

    /// Makes the checkpoints of a job on the shelf those that its storage holds: what is missing or different is written, one
    /// transaction a checkpoint, and what the storage no longer holds is removed.
    ///
    /// # Errors
    /// When the shelf can't be read or written. What was written before that stays.
    pub async fn sync(&self, view: &StorageView) -> Result<Listing, StoreError> {
        let mut there = BTreeMap::new();
        for (key, text) in self.shelf.range(Table::Checkpoints, &view.job.job).await? {
            if let Key::Checkpoint { checkpoint, .. } = key {
                there.insert(checkpoint, text);
            }
        }
        let mut removals = Batch::new(Durability::Relaxed);
        for checkpoint in there.keys().filter(|id| !view.checkpoints.iter().any(|kept| kept.checkpoint == **id)) {
            removals.delete(Key::checkpoint(&view.job.job, *checkpoint));
        }
        if !removals.is_empty() {
            self.shelf.apply(removals).await?;
        }
        let job = record::write(&view.job);
        for checkpoint in &view.checkpoints {
            let text = record::write(checkpoint);
            if there.get(&checkpoint.checkpoint) == Some(&text) {
                continue;
            }
            let mut batch = Batch::new(Durability::Strict);
            batch.put(Key::text(Table::Jobs, &view.job.job), job.clone());
            batch.put(Key::checkpoint(&view.job.job, checkpoint.checkpoint), text);
            self.shelf.apply(batch).await?;
        }
        self.listing(&view.job.job).await
    }

    /// The checkpoints of a job that are really there.
    ///
    /// # Errors
    /// When the shelf can't be read.
    pub async fn listing(&self, job: &str) -> Result<Listing, StoreError> {
        let mut listing = Listing { job: job.to_owned(), ..Listing::default() };
        for (_, text) in self.shelf.range(Table::Checkpoints, job).await? {
            match record::read(&text) {
                Ok(checkpoint) => listing.checkpoints.push(checkpoint),
                Err(_) => listing.unreadable += 1,
            }
        }
        Ok(listing)
    }

    /// The jobs that have or had checkpoints here, most recently written first.
    ///
    /// # Errors
    /// When the shelf can't be read.
    pub async fn jobs(&self) -> Result<Vec<JobRecord>, StoreError> {
        let rows = self.shelf.all(Table::Jobs).await?;
        let mut jobs: Vec<JobRecord> = rows.iter().filter_map(|(_, text)| record::read(text).ok()).collect();
        jobs.sort_by(|a, b| b.written_at_ms.cmp(&a.written_at_ms).then_with(|| a.job.cmp(&b.job)));
        Ok(jobs)
    }

    /// Forgets a job and its checkpoints.
    ///
    /// # Errors
    /// When the shelf can't be written.
    pub async fn forget(&self, job: &str) -> Result<(), StoreError> {
        let mut batch = Batch::new(Durability::Relaxed);
        for (key, _) in self.shelf.range(Table::Checkpoints, job).await? {
            batch.delete(key);
        }
        batch.delete(Key::text(Table::Jobs, job));
        self.shelf.apply(batch).await
    }

    /// Forgets the jobs written longest ago, so that what learners leave behind does not grow without bound. Records of a
    /// newer build stay.
    ///
    /// # Errors
    /// When the shelf can't be read or written.
    pub async fn tidy(&self, current: &str) -> Result<(), StoreError> {
        let others = self.jobs().await?.into_iter().filter(|job| job.job != current);
        for old in others.skip(OTHER_JOBS) {
            self.forget(&old.job).await?;
        }
        Ok(())
    }

    /// Forgets everything: sessions, jobs, checkpoints.
    ///
    /// # Errors
    /// When the shelf can't be written.
    pub async fn erase(&self) -> Result<(), StoreError> {
        let mut batch = Batch::new(Durability::Strict);
        for table in Table::ALL {
            batch.clear(table);
        }
        self.shelf.apply(batch).await
    }
}
