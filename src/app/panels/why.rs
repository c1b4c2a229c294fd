//! Why the current event happened: a sentence, the Flink rules behind it, and what came before and comes next.

use std::rc::Rc;

use checkpoint_lab::base::SimTime;
use checkpoint_lab::i18n::{Explanation, Language, clock};
use checkpoint_lab::session::{Msg, Tab};
use yew::prelude::*;

use super::console::jump;
use crate::app::context::{use_language, use_send};
use crate::app::parts::rule_list;

/// A fact in words.
#[derive(Clone, PartialEq)]
pub struct Told {
    /// Its place in the trace.
    pub fact: usize,
    /// When.
    pub at: SimTime,
    /// What and why.
    pub explanation: Rc<Explanation>,
}

#[derive(Properties, PartialEq)]
pub struct WhyProps {
    pub current: Option<Told>,
    /// Before it, newest first.
    pub recent: Vec<Told>,
    /// After it.
    pub upcoming: Vec<Told>,
}

/// The why tab.
#[component]
pub fn WhyPanel(props: &WhyProps) -> Html {
    let t = use_language();
    let send = use_send();
    let list = |class: &'static str, title: &'static str, told: &[Told]| {
        html! {
            if !told.is_empty() {
                <section {class}>
                    <h3>{ title }</h3>
                    <ol>
                        { for told.iter().map(|told| html! {
                            <li key={told.fact}>{ jump(t, &send, told.at) }<span>{ told.explanation.text.clone() }</span></li>
                        }) }
                    </ol>
                </section>
            }
        }
    };
    html! {
        <div class="why-panel">
            <section class="why-now">
                <h3>{ t.current_event() }</h3>
                { now(t, props.current.as_ref()) }
            </section>
            { list("why-list why-next", t.upcoming(), &props.upcoming) }
            { list("why-list", t.recent_events(), &props.recent) }
        </div>
    }
}

fn now(t: Language, current: Option<&Told>) -> Html {
    match current {
        None => html! { <p>{ t.nothing_yet() }</p> },
        Some(told) => html! {
            <>
                <p class="why-sentence"><time>{ clock(told.at) }</time>{ told.explanation.text.clone() }</p>
                { rule_list(t, told.explanation.rules) }
            </>
        },
    }
}

#[derive(Properties, PartialEq)]
pub struct CaptionProps {
    pub current: Option<Told>,
    /// What its first rule says, when that is known.
    pub gist: Option<&'static str>,
    /// Somebody may want to know what it says.
    pub on_wonder: Callback<()>,
    /// Whether time passes: then nothing is read aloud.
    pub playing: bool,
}

/// The sentence of the moment, below the stage. A screen reader hears it whenever time stands.
#[component]
pub fn Caption(props: &CaptionProps) -> Html {
    let t = use_language();
    let text = props.current.as_ref().map_or_else(|| t.nothing_yet().to_owned(), |told| told.explanation.text.clone());
    let rules = props.current.as_ref().map(|told| told.explanation.rules).unwrap_or_default();
    let onclick = use_send().reform(|_: MouseEvent| Msg::SetTab(Tab::Why));
    let live = if props.playing { "off" } else { "polite" };
    html! {
        <div class="now-line">
            <p aria-live={live} aria-atomic="true">{ text }</p>
            if let Some(id) = rules.first() {
                <button type="button" class="rule-id" title={props.gist} aria-label={format!("{} {id}", t.tab_why())} {onclick}
                    onpointerenter={props.on_wonder.reform(|_: PointerEvent| ())} onfocus={props.on_wonder.reform(|_: FocusEvent| ())}>
                    { *id }
                </button>
            }
        </div>
    }
}
