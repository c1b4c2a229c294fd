//! What the model leaves out: the one list, from the words.

use yew::prelude::*;

use crate::app::context::use_language;
use crate::app::parts::Dialog;

/// The list.
#[component]
pub fn LeavesOutDialog() -> Html {
    let t = use_language();
    html! {
        <Dialog title={t.leaves_out()}>
            <p>{ t.leaves_out_intro() }</p>
            { for checkpoint_lab::i18n::leaves_out(t).into_iter().map(|(topic, items)| html! {
                <section class="leaves-out">
                    <h3>{ topic }</h3>
                    <ul>{ for items.into_iter().map(|item| html! { <li>{ item }</li> }) }</ul>
                </section>
            }) }
        </Dialog>
    }
}
