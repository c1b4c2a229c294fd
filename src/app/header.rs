//! The header: what is shown, and how the page shows it.

use std::sync::Arc;

use checkpoint_lab::i18n::Language;
use checkpoint_lab::scenario::RunInput;
use checkpoint_lab::session::{Dialog, Msg, Theme};
use yew::prelude::*;

use super::context::{use_language, use_send};
use super::controls::{Choice, segmented};
use super::panels::PresetPicker;
use super::parts::{Picture, icon};

#[derive(Properties)]
pub struct HeaderProps {
    pub input: Arc<RunInput>,
    pub theme: Theme,
    pub can_undo: bool,
    pub can_redo: bool,
}

impl PartialEq for HeaderProps {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.input, &other.input)
            && (self.theme, self.can_undo, self.can_redo) == (other.theme, other.can_undo, other.can_redo)
    }
}

/// The header of the page.
#[component]
pub fn Header(props: &HeaderProps) -> Html {
    let t = use_language();
    let send = use_send();
    let button = |picture, label: &'static str, disabled: bool, msg: Msg| {
        let onclick = send.reform(move |_: MouseEvent| msg.clone());
        html! {
            <button type="button" class="icon-button" aria-label={label} title={label} {disabled} {onclick}>{ icon(picture) }</button>
        }
    };
    let (picture, label, next) = match props.theme {
        Theme::System => (Picture::System, t.theme_system(), Theme::Light),
        Theme::Light => (Picture::Light, t.theme_light(), Theme::Dark),
        Theme::Dark => (Picture::Dark, t.theme_dark(), Theme::System),
    };
    let theme_label = format!("{}: {label}", t.theme());
    let set_theme = send.reform(move |_: MouseEvent| Msg::SetTheme(next));
    let leaves_out = send.reform(|_: MouseEvent| Msg::SetDialog(Some(Dialog::LeavesOut)));
    let languages =
        vec![Choice { label: "한국어".into(), lang: Some("ko") }, Choice { label: "EN".into(), lang: Some("en") }];
    let chosen = usize::from(t == Language::English);
    let choose = send.reform(|index: usize| Msg::SetLanguage(Language::ALL[index]));
    html! {
        <header class="masthead">
            <h1>{ t.app_name() }</h1>
            <PresetPicker input={props.input.clone()} />
            <div class="masthead-group">
                { button(Picture::Undo, t.undo(), !props.can_undo, Msg::Undo) }
                { button(Picture::Redo, t.redo(), !props.can_redo, Msg::Redo) }
            </div>
            <div class="masthead-group masthead-end">
                <button type="button" class="button button-quiet leaves-out-button" onclick={leaves_out}>
                    { icon(Picture::Info) }<span>{ t.leaves_out() }</span>
                </button>
                { button(Picture::Keyboard, t.keys(), false, Msg::SetDialog(Some(Dialog::Keys))) }
                <button type="button" class="icon-button" aria-label={theme_label.clone()} title={theme_label} onclick={set_theme}>
                    { icon(picture) }
                </button>
                { segmented("language", t.language(), &languages, chosen, &choose) }
            </div>
        </header>
    }
}
