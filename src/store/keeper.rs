//! The store as the page uses it: opened in the background, written one thing at a time, asked without waiting.
//!
//! A [`Keeper`] never fails: where the browser refuses its database the twin in memory takes over, and [`Kept`] says so.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;

use super::indexed_db::IndexedDb;
use super::shelf::{Batch, Key, Shelf, Table};
use super::{Listing, Mark, Memory, Queue, Session, SessionRecord, StorageView, Store, StoreError, Work};
use crate::engine::Engine;
use crate::scenario::{Issue, RunInput};

/// The shelf in use.
#[derive(Debug)]
enum AnyShelf {
    Browser(IndexedDb),
    Memory(Memory),
}

impl Shelf for AnyShelf {
    async fn get(&self, key: &Key) -> Result<Option<String>, StoreError> {
        match self {
            AnyShelf::Browser(shelf) => shelf.get(key).await,
            AnyShelf::Memory(shelf) => shelf.get(key).await,
        }
    }

    async fn all(&self, table: Table) -> Result<Vec<(Key, String)>, StoreError> {
        match self {
            AnyShelf::Browser(shelf) => shelf.all(table).await,
            AnyShelf::Memory(shelf) => shelf.all(table).await,
        }
    }

    async fn range(&self, table: Table, job: &str) -> Result<Vec<(Key, String)>, StoreError> {
        match self {
            AnyShelf::Browser(shelf) => shelf.range(table, job).await,
            AnyShelf::Memory(shelf) => shelf.range(table, job).await,
        }
    }

    async fn apply(&self, batch: Batch) -> Result<(), StoreError> {
        match self {
            AnyShelf::Browser(shelf) => shelf.apply(batch).await,
            AnyShelf::Memory(shelf) => shelf.apply(batch).await,
        }
    }
}

/// What the page shows of the store.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Kept {
    /// Whether it lies in the browser's database; else it is lost with the tab.
    pub in_browser: bool,
    /// What went wrong last, if it did.
    pub error: Option<StoreError>,
    /// The checkpoints of the job in view, as they were read back.
    pub listing: Rc<Listing>,
}

/// The store as the page holds it: the page knows this much of it before its code is there.
pub trait Keeping {
    /// What the page shows of the store.
    fn kept(&self) -> Kept;

    /// Brings the stored checkpoints to what the storage holds at the engine's moment. Cheap when nothing changed: it may be
    /// called with every frame. `run` tells runs apart.
    fn follow(&self, run: u64, engine: &Engine);

    /// Keeps a session in place of the last one.
    fn keep(&self, session: &Session);

    /// Forgets everything that the page keeps in this browser.
    fn erase(&self);
}

/// A store that has been opened.
pub struct Opened {
    /// It.
    pub keeper: Rc<dyn Keeping>,
    /// The session that was kept in it.
    pub session: Option<Session>,
    /// Finds what is wrong with a session's input: only what was written by this very build is known to be sound.
    pub check: fn(&RunInput) -> Vec<Issue>,
}

/// The store of a page. Clones are the same store.
#[derive(Clone)]
struct Keeper(Rc<Inner>);

struct Inner {
    state: RefCell<State>,
    on_change: Box<dyn Fn(Kept)>,
    clock_ms: fn() -> u64,
}

struct State {
    store: Rc<Store<AnyShelf>>,
    queue: Queue,
    kept: Kept,
    mark: Option<Mark>,
    job: Option<String>,
    keeps_sessions: bool,
}

/// Opens the store and reads the last session. Takes a few milliseconds, and never longer than a few seconds. Whenever what
/// the page shows of the store changes, `on_change` is told. `clock_ms` is the browser's clock.
pub async fn open(clock_ms: fn() -> u64, on_change: Box<dyn Fn(Kept)>) -> Opened {
    let (shelf, refused) = match IndexedDb::open().await {
        Ok(shelf) => (AnyShelf::Browser(shelf), None),
        Err(error) => (AnyShelf::Memory(Memory::default()), Some(error)),
    };
    let store = Store::new(shelf);
    let (session, unreadable) = match store.last_session().await {
        Ok(session) => (session, None),
        Err(error) => (None, Some(error)),
    };
    // What a newer version of the page left here is not ours to write over.
    let keeps_sessions = !matches!(unreadable, Some(StoreError::TooNew { .. }));
    let kept = Kept { in_browser: refused.is_none(), error: refused.or(unreadable), ..Kept::default() };
    let state = State { store: Rc::new(store), queue: Queue::default(), kept, mark: None, job: None, keeps_sessions };
    let keeper = Keeper(Rc::new(Inner { state: RefCell::new(state), on_change, clock_ms }));
    Opened { keeper: Rc::new(keeper), session: session.and_then(SessionRecord::session), check: RunInput::issues }
}

impl Keeping for Keeper {
    fn kept(&self) -> Kept {
        self.0.state.borrow().kept.clone()
    }

    fn follow(&self, run: u64, engine: &Engine) {
        let mark = Some(Mark::of(run, engine));
        if self.0.state.borrow().mark == mark {
            return;
        }
        self.0.state.borrow_mut().mark = mark;
        self.push(Work::Storage(Box::new(StorageView::of(engine, (self.0.clock_ms)()))));
    }

    fn keep(&self, session: &Session) {
        if self.0.state.borrow().keeps_sessions {
            self.push(Work::Session(Box::new(SessionRecord::of(session))));
        }
    }

    fn erase(&self) {
        self.0.state.borrow_mut().mark = None;
        self.push(Work::Erase);
    }
}

impl Keeper {
    fn push(&self, work: Work) {
        if self.0.state.borrow_mut().queue.push(work) {
            let keeper = self.clone();
            spawn_local(async move { keeper.write().await });
        }
    }

    async fn write(&self) {
        loop {
            let next = self.0.state.borrow_mut().queue.take_next();
            let Some(work) = next else { return };
            let store = self.0.state.borrow().store.clone();
            let done = self.carry_out(&store, work.clone()).await;
            let lost = matches!(done, Err(StoreError::Closed | StoreError::NoAnswer | StoreError::Refused));
            self.note(done);
            if lost && self.fall_back() {
                let store = self.0.state.borrow().store.clone();
                let done = self.carry_out(&store, work).await;
                if let Ok(Some(listing)) = done {
                    self.change(|kept| kept.listing = Rc::new(listing));
                }
            }
        }
    }

    async fn carry_out(&self, store: &Store<AnyShelf>, work: Work) -> Result<Option<Listing>, StoreError> {
        match work {
            Work::Session(session) => store.keep_session(&session).await.map(|()| None),
            Work::Storage(view) => {
                let before = self.0.state.borrow_mut().job.replace(view.job.job.clone());
                if let Some(other) = before.as_ref().filter(|before| **before != view.job.job) {
                    store.forget(other).await?;
                }
                let listing = store.sync(&view).await?;
                if before.is_none() {
                    store.tidy(&view.job.job).await?;
                }
                Ok(Some(listing))
            }
            Work::Erase => store.erase().await.map(|()| Some(Listing::default())),
        }
    }

    fn note(&self, done: Result<Option<Listing>, StoreError>) {
        self.change(|kept| match done {
            Ok(Some(listing)) => {
                kept.listing = Rc::new(listing);
                kept.error = kept.error.take().filter(|_| !kept.in_browser);
            }
            Ok(None) => {}
            Err(error) => kept.error = Some(error),
        });
    }

    /// Goes on in memory; false when it was there already.
    fn fall_back(&self) -> bool {
        if !self.kept().in_browser {
            return false;
        }
        self.0.state.borrow_mut().store = Rc::new(Store::new(AnyShelf::Memory(Memory::default())));
        self.change(|kept| kept.in_browser = false);
        true
    }

    fn change(&self, change: impl FnOnce(&mut Kept)) {
        let (before, after) = {
            let mut state = self.0.state.borrow_mut();
            let before = state.kept.clone();
            change(&mut state.kept);
            (before, state.kept.clone())
        };
        if before != after {
            (self.0.on_change)(after);
        }
    }
}
