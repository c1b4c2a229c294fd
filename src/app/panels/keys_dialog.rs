//! The keys.

use yew::prelude::*;

use crate::app::context::use_language;
use crate::app::parts::Dialog;

/// The list of keys.
#[component]
pub fn KeysDialog() -> Html {
    let t = use_language();
    let keys: [(&[&str], &str); 12] = [
        (&["Space"], t.key_play()),
        (&["←", "→"], t.key_event()),
        (&["Shift ←", "Shift →"], t.key_statement()),
        (&[",", "."], t.key_barrier()),
        (&["C"], t.key_checkpoint()),
        (&["F"], t.key_failure()),
        (&["R"], t.key_restore()),
        (&["Home", "End"], t.key_ends()),
        (&["−", "+"], t.key_speed()),
        (&["1", "5"], t.key_tabs()),
        (&["Ctrl Z", "Ctrl Shift Z"], t.key_undo()),
        (&["?"], t.key_help()),
    ];
    html! {
        <Dialog title={t.keys()}>
            <dl class="key-list">
                { for keys.into_iter().map(|(keys, what)| html! {
                    <div>
                        <dt>{ for keys.iter().map(|key| html! { <kbd>{ *key }</kbd> }) }</dt>
                        <dd>{ what }</dd>
                    </div>
                }) }
            </dl>
        </Dialog>
    }
}
