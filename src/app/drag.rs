//! A file that is dragged over the page and dropped on it.

use web_sys::DragEvent;
use yew::prelude::*;

use super::desk::{Desk, DeskMsg};
use super::edge;

/// A file is held over the page.
pub fn over(ctx: &Context<Desk>) -> Callback<DragEvent> {
    ctx.link().callback(|event: DragEvent| {
        event.prevent_default();
        DeskMsg::Dragging(true)
    })
}

/// It leaves the page.
pub fn leave(ctx: &Context<Desk>) -> Callback<DragEvent> {
    // Leaving one element for another inside the page is no leaving.
    ctx.link().callback(|event: DragEvent| DeskMsg::Dragging(event.related_target().is_some()))
}

/// It is let go.
pub fn drop(ctx: &Context<Desk>) -> Callback<DragEvent> {
    let link = ctx.link().clone();
    Callback::from(move |event: DragEvent| {
        event.prevent_default();
        link.send_message(DeskMsg::Dragging(false));
        let file = event.data_transfer().and_then(|data| data.files()).and_then(|files| files.get(0));
        if let Some(file) = file {
            edge::read_file(file, link.callback(DeskMsg::Session));
        }
    })
}
