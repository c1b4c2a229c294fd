//! A modal dialog, the browser's own: it keeps the focus inside, Escape closes it, and the focus goes back.

use checkpoint_lab::session::Msg;
use web_sys::HtmlDialogElement;
use yew::prelude::*;

use super::{Picture, icon};
use crate::app::context::{use_language, use_send};

#[derive(Properties, PartialEq)]
pub struct DialogProps {
    /// Its heading.
    pub title: AttrValue,
    /// What it shows.
    pub children: Html,
}

/// A dialog that is open as long as it is part of the page.
#[component]
pub fn Dialog(props: &DialogProps) -> Html {
    let t = use_language();
    let send = use_send();
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            let dialog = node.cast::<HtmlDialogElement>();
            if let Some(dialog) = &dialog {
                // It is in the page and not open yet, so nothing can fail.
                let _ = dialog.show_modal();
            }
            move || {
                if let Some(dialog) = dialog {
                    dialog.close();
                }
            }
        });
    }
    let close = send.reform(|_: MouseEvent| Msg::SetDialog(None));
    let oncancel = send.reform(|event: Event| {
        event.prevent_default();
        Msg::SetDialog(None)
    });
    html! {
        <dialog ref={node} class="dialog" aria-labelledby="dialog-title" {oncancel}>
            <header>
                <h2 id="dialog-title">{ props.title.clone() }</h2>
                <button type="button" class="icon-button" aria-label={t.close()} onclick={close}>{ icon(Picture::Close) }</button>
            </header>
            <div class="dialog-body">{ props.children.clone() }</div>
        </dialog>
    }
}
