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
mod notice;
mod panels;
mod parts;
mod strip;
mod tabs;

/// Puts the app in the place of the loading line of `index.html`.
pub fn mount() {
    let root = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id("app"))
        .expect("index.html has an element with the id `app`");
    yew::Renderer::<desk::Desk>::with_root(root).render();
}
