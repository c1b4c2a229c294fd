//! The store, which comes when it is needed: at once where an earlier visit left something, else with the first thing that
//! is worth keeping.

use std::cell::RefCell;
use std::rc::Rc;

use checkpoint_lab::engine::Engine;
use checkpoint_lab::session::Check;
use checkpoint_lab::store::indexed_db::{self, Earlier};
use checkpoint_lab::store::{Keeping, Kept, Opened, Session};
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

use super::later;

/// The store of the page. Clones are the same store.
#[derive(Clone)]
pub struct Storeroom(Rc<Inner>);

struct Inner {
    door: RefCell<Door>,
    on_kept: RefCell<Callback<Kept>>,
}

enum Door {
    Closed,
    Opening,
    Open(Rc<dyn Keeping>),
}

impl PartialEq for Storeroom {
    fn eq(&self, other: &Storeroom) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Storeroom {
    /// The store, and the session that an earlier visit left in it. Takes a few milliseconds, and never longer than a few
    /// seconds.
    pub async fn enter() -> (Storeroom, Option<(Session, Check)>) {
        let inner = Inner { door: RefCell::new(Door::Closed), on_kept: RefCell::default() };
        let room = Storeroom(Rc::new(inner));
        let session = match indexed_db::earlier().await {
            Earlier::There => room.open().await,
            Earlier::None => None,
            Earlier::Unclear => {
                room.open_soon();
                None
            }
        };
        (room, session)
    }

    /// Whom to tell what the page can show of the store, whenever that changes.
    pub fn tell(&self, on_kept: Callback<Kept>) {
        *self.0.on_kept.borrow_mut() = on_kept;
    }

    /// What the page can show of the store: nothing yet, and nothing wrong with it, as long as it is closed.
    pub fn kept(&self) -> Kept {
        self.open_door().map_or_else(|| Kept { in_browser: true, ..Kept::default() }, |keeper| keeper.kept())
    }

    /// Brings the stored checkpoints to what Flink's storage holds at the engine's moment; false when the store is still
    /// closed and the storage holds something.
    pub fn follow(&self, run: u64, engine: &Engine) -> bool {
        if let Some(keeper) = self.open_door() {
            keeper.follow(run, engine);
            return true;
        }
        let is_empty = engine.coordinator().history.is_empty();
        if !is_empty {
            self.open_soon();
        }
        is_empty
    }

    /// Keeps a session in place of the last one; false when the store is still closed.
    pub fn keep(&self, session: impl FnOnce() -> Session) -> bool {
        let keeper = self.open_door();
        match &keeper {
            Some(keeper) => keeper.keep(&session()),
            None => self.open_soon(),
        }
        keeper.is_some()
    }

    /// Forgets everything that the page keeps in this browser.
    pub fn erase(&self) {
        if let Some(keeper) = self.open_door() {
            keeper.erase();
        }
    }

    fn open_door(&self) -> Option<Rc<dyn Keeping>> {
        match &*self.0.door.borrow() {
            Door::Open(keeper) => Some(keeper.clone()),
            Door::Closed | Door::Opening => None,
        }
    }

    fn open_soon(&self) {
        if matches!(*self.0.door.borrow(), Door::Closed) {
            let room = self.clone();
            spawn_local(async move {
                room.open().await;
            });
        }
    }

    async fn open(&self) -> Option<(Session, Check)> {
        *self.0.door.borrow_mut() = Door::Opening;
        let room = self.clone();
        let tell = move |kept| room.0.on_kept.borrow().emit(kept);
        let opening = later::store(now_ms, Box::new(tell)).await;
        let Ok(opening) = opening else {
            // Its code did not come: the next thing to keep is the next attempt.
            *self.0.door.borrow_mut() = Door::Closed;
            return None;
        };
        let Opened { keeper, session, check } = opening.await;
        let kept = keeper.kept();
        *self.0.door.borrow_mut() = Door::Open(keeper);
        self.0.on_kept.borrow().emit(kept);
        Some((session?, check))
    }
}

/// The browser's clock, for the store alone: no run depends on it.
fn now_ms() -> u64 {
    js_sys::Date::now() as u64
}
