//! Tabs as the ARIA pattern has them: arrows move, the chosen one is the only stop for the Tab key.

use checkpoint_lab::i18n::Language;
use checkpoint_lab::session::{Msg, Tab};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use super::context::{use_language, use_send};

#[derive(Properties, PartialEq)]
pub struct TabsProps {
    pub chosen: Tab,
    /// What is wrong with the settings, counted.
    pub errors: usize,
    /// The chosen tab's panel.
    pub children: Html,
}

/// The bar of tabs, and the chosen one's panel.
#[component]
pub fn Tabs(props: &TabsProps) -> Html {
    let t = use_language();
    let send = use_send();
    let bar = use_node_ref();
    let panel = use_node_ref();
    {
        let panel = panel.clone();
        // Another tab begins at its top.
        use_effect_with(props.chosen, move |_| {
            if let Some(panel) = panel.cast::<Element>() {
                panel.set_scroll_top(0);
            }
        });
    }
    let chosen = Tab::ALL.iter().position(|tab| *tab == props.chosen).unwrap_or_default();
    let onkeydown = {
        let (send, bar) = (send.clone(), bar.clone());
        Callback::from(move |event: KeyboardEvent| {
            let last = Tab::ALL.len() - 1;
            let to = match event.key().as_str() {
                "ArrowRight" => {
                    if chosen == last {
                        0
                    } else {
                        chosen + 1
                    }
                }
                "ArrowLeft" => {
                    if chosen == 0 {
                        last
                    } else {
                        chosen - 1
                    }
                }
                "Home" => 0,
                "End" => last,
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            send.emit(Msg::SetTab(Tab::ALL[to]));
            focus(bar.cast::<Element>(), to);
        })
    };
    let tab = |(index, tab): (usize, Tab)| {
        let id = name(tab);
        let is_chosen = index == chosen;
        html! {
            <button type="button" key={id} role="tab" id={format!("tab-{id}")} aria-selected={is_chosen.to_string()}
                aria-controls="panel" tabindex={if is_chosen { "0" } else { "-1" }}
                onclick={send.reform(move |_: MouseEvent| Msg::SetTab(tab))}>
                { label(t, tab) }
                if tab == Tab::Settings && props.errors > 0 { <span class="tab-badge">{ props.errors }</span> }
            </button>
        }
    };
    html! {
        <div class="tabbed">
            <div class="tabs" role="tablist" aria-label={t.side()} ref={bar} {onkeydown}>
                { for Tab::ALL.into_iter().enumerate().map(tab) }
            </div>
            <div class="panel" role="tabpanel" id="panel" ref={panel} aria-labelledby={format!("tab-{}", name(props.chosen))} tabindex="0">
                { props.children.clone() }
            </div>
        </div>
    }
}

fn focus(bar: Option<Element>, index: usize) {
    let tab = bar.and_then(|bar| bar.children().item(index as u32)).and_then(|tab| tab.dyn_into::<HtmlElement>().ok());
    if let Some(tab) = tab {
        // A tab that can't take the focus leaves it where it is.
        let _ = tab.focus();
    }
}

/// A tab's name in ids and records.
pub const fn name(tab: Tab) -> &'static str {
    match tab {
        Tab::Settings => "settings",
        Tab::Code => "code",
        Tab::State => "state",
        Tab::Checkpoints => "checkpoints",
        Tab::Why => "why",
    }
}

/// The tab of a name.
pub fn named(text: &str) -> Option<Tab> {
    Tab::ALL.into_iter().find(|tab| name(*tab) == text)
}

const fn label(t: Language, tab: Tab) -> &'static str {
    match tab {
        Tab::Settings => t.tab_settings(),
        Tab::Code => t.tab_code(),
        Tab::State => t.tab_state(),
        Tab::Checkpoints => t.tab_checkpoints(),
        Tab::Why => t.tab_why(),
    }
}
