//! The page, as thin as it can be: one component owns the session and hands values down; views answer with messages.
//!
//! [`desk`] is the only struct component. Below it are function components with values or shared, pointer-equal data as
//! props. Contexts carry only the language and the way back ([`context`]): a change of a context draws every reader anew.

mod context;
mod controls;
mod dataflow;
mod desk;
mod edge;
mod frame;
mod header;
mod keys;
mod lesson;
mod notice;
mod panels;
mod parts;
mod stored_checkpoints;
mod strip;
mod tabs;

use std::cell::RefCell;
use std::rc::Rc;

use checkpoint_lab::store::{Keeper, Kept};
use yew::Callback;

use desk::{Desk, DeskProps};

/// Puts the app in the place of the loading line of `index.html`, as soon as the store is open: then the page can begin
/// where the learner left it.
pub fn mount() {
    let root = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id("app"))
        .expect("index.html has an element with the id `app`");
    wasm_bindgen_futures::spawn_local(async move {
        let on_kept: Rc<RefCell<Callback<Kept>>> = Rc::default();
        let told = on_kept.clone();
        let (keeper, session) = Keeper::open(now_ms, move |kept| told.borrow().emit(kept)).await;
        let props = DeskProps { keeper, session: session.map(Rc::new), on_kept };
        yew::Renderer::<Desk>::with_root_and_props(root, props).render();
    });
}

/// The browser's clock, for the store alone: no run depends on it.
fn now_ms() -> u64 {
    js_sys::Date::now() as u64
}
