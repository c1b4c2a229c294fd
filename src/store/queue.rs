//! What waits to be written. One thing is written at a time, and of what comes in meanwhile only the newest counts: scrubbing
//! through a hundred moments writes the last of them.

use super::{SessionRecord, StorageView};

/// Something to write.
#[derive(Clone, PartialEq, Debug)]
pub enum Work {
    /// Keep this session.
    Session(Box<SessionRecord>),
    /// Bring a job's checkpoints to this view.
    Storage(Box<StorageView>),
    /// Forget everything.
    Erase,
}

/// The queue.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    busy: bool,
    session: Option<Box<SessionRecord>>,
    storage: Option<Box<StorageView>>,
    erase: bool,
}

impl Queue {
    /// Something new to write takes the place of what waits of its kind. True when nobody is writing: the caller has to
    /// begin, by asking for the [`Queue::next`].
    pub fn push(&mut self, work: Work) -> bool {
        match work {
            Work::Session(session) => self.session = Some(session),
            Work::Storage(view) => self.storage = Some(view),
            Work::Erase => {
                self.erase = true;
                self.session = None;
                self.storage = None;
            }
        }
        !std::mem::replace(&mut self.busy, true)
    }

    /// The next thing to write; none ends the writing.
    pub fn take_next(&mut self) -> Option<Work> {
        if std::mem::take(&mut self.erase) {
            return Some(Work::Erase);
        }
        let next = self.storage.take().map(Work::Storage).or_else(|| self.session.take().map(Work::Session));
        self.busy = next.is_some();
        next
    }
}
