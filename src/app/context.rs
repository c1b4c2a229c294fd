//! What every view may ask for: the language, and the way back to the session.

use checkpoint_lab::engine::Engine;
use checkpoint_lab::i18n::Language;
use checkpoint_lab::session::Msg;
use yew::prelude::*;

/// The way back to the session.
pub type Send = Callback<Msg>;

/// Asks for a file of this name, made of the moment in view.
pub type Save = Callback<(&'static str, fn(&Engine) -> String)>;

/// The language of the page; its methods are the phrases.
#[hook]
pub fn use_language() -> Language {
    use_context().expect("the desk provides the language")
}

/// The way back to the session.
#[hook]
pub fn use_send() -> Send {
    use_context().expect("the desk provides the way back")
}
