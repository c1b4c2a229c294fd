//! The page, as thin as it can be: one component owns the session and hands values down; views answer with messages.
//!
//! [`desk`] is the only struct component. Below it are function components with values or shared, pointer-equal data as
//! props. Contexts carry only the language and the way back ([`context`]): a change of a context draws every reader anew.

mod beginning;
mod context;
mod controls;
mod dataflow;
mod desk;
mod drag;
mod edge;
mod frame;
mod header;
mod keys;
mod later;
mod lesson;
mod notice;
mod panels;
mod parts;
mod stored_checkpoints;
mod storeroom;
mod strip;
mod tabs;

use desk::{Desk, DeskProps};
use storeroom::Storeroom;

/// Puts the app in the place of the loading line of `index.html`, as soon as it is known what an earlier visit left: then
/// the page can begin where the learner left it.
pub fn mount() {
    let root = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id("app"))
        .expect("index.html has an element with the id `app`");
    wasm_bindgen_futures::spawn_local(async move {
        let (store, session) = Storeroom::enter().await;
        yew::Renderer::<Desk>::with_root_and_props(root, DeskProps { store, session }).render();
    });
}
