//! The job as a program: the line that runs lights up, the line that threw is red.

use std::rc::Rc;
use std::sync::Arc;

use checkpoint_lab::program::{CodeLanguage, Dialect, Listing, Printer};
use checkpoint_lab::scenario::{FlinkVersion, RunInput};
use checkpoint_lab::scene::code::CodeFocus;
use checkpoint_lab::session::Msg;
use web_sys::{Element, ScrollBehavior, ScrollIntoViewOptions, ScrollLogicalPosition};
use yew::prelude::*;

use super::code_words::{Kind, words};
use crate::app::context::{use_language, use_send};
use crate::app::controls::{Choice, segmented};
use crate::app::parts::{Picture, icon};

#[derive(Properties)]
pub struct CodeProps {
    /// The run in view.
    pub input: Arc<RunInput>,
    pub focus: CodeFocus,
    /// What prints it.
    pub printer: Printer,
}

impl PartialEq for CodeProps {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.input, &other.input) && self.focus == other.focus
    }
}

const VERSIONS: [FlinkVersion; 2] = [FlinkVersion::V1_20, FlinkVersion::V2_3];

/// The code tab.
#[component]
pub fn CodePanel(props: &CodeProps) -> Html {
    let t = use_language();
    let send = use_send();
    let version = use_state(|| None::<FlinkVersion>);
    let of_run = props.input.scenario.flink;
    let shown = version.unwrap_or(of_run);
    let listing: Rc<Listing> = {
        let (input, printer) = (props.input.clone(), props.printer);
        use_memo((Arc::as_ptr(&input) as usize, shown == FlinkVersion::V1_20, t), move |_| {
            printer(&input.scenario, Dialect::of(shown), Some(t))
        })
    };
    let lines = |statements: &[_]| -> Vec<usize> {
        statements.iter().filter_map(|statement| listing.statements.get(statement).copied()).collect()
    };
    let running = lines(&props.focus.running);
    let failed = props.focus.failed.and_then(|statement| listing.statements.get(&statement).copied());
    let focus = failed.or(running.first().copied());
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with(focus, move |focus| {
            if focus.is_some()
                && let Some(line) = node.cast::<Element>().and_then(|node| node.query_selector(".focus").ok().flatten())
            {
                let options = ScrollIntoViewOptions::new();
                options.set_block(ScrollLogicalPosition::Nearest);
                options.set_behavior(ScrollBehavior::Instant);
                line.scroll_into_view_with_scroll_into_view_options(&options);
            }
        });
    }
    let onchoose = {
        let version = version.clone();
        Callback::from(move |index: usize| version.set(Some(VERSIONS[index])))
    };
    let copy = {
        let listing = listing.clone();
        send.reform(move |_: MouseEvent| Msg::Copy(listing.text()))
    };
    let choices = vec![Choice::new("1.20"), Choice::new("2.x")];
    let chosen = usize::from(shown != FlinkVersion::V1_20);
    html! {
        <div class="code-panel">
            <div class="code-bar">
                <code class="file-name">{ listing.file_name.clone() }</code>
                { segmented("code-version", t.code_version(), &choices, chosen, &onchoose) }
                <button type="button" class="button button-small" onclick={copy}>{ icon(Picture::Copy) }{ t.copy() }</button>
            </div>
            if shown != of_run { <p class="help code-note">{ t.code_of_run(of_run.release()) }</p> }
            <ol class="code-lines" ref={node} tabindex="0" aria-label={t.code_label()} translate="no">
                { for (0..listing.lines.len()).step_by(BLOCK).map(|from| {
                    let within = |at: &usize| (from..from + BLOCK).contains(at);
                    let running: Vec<usize> = running.iter().copied().filter(within).collect();
                    html! { <Block key={from} listing={listing.clone()} {from} failed={failed.filter(within)} {running} /> }
                }) }
            </ol>
        </div>
    }
}

/// So many lines are drawn together.
const BLOCK: usize = 24;

#[derive(Properties)]
struct BlockProps {
    listing: Rc<Listing>,
    from: usize,
    failed: Option<usize>,
    running: Vec<usize>,
}

impl PartialEq for BlockProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.listing, &other.listing) && self.failed == other.failed && self.running == other.running
    }
}

/// Lines that are drawn together: when another one runs, a long program's other blocks stay as they are.
#[component]
fn Block(props: &BlockProps) -> Html {
    let (t, listing) = (use_language(), &props.listing);
    let lines = listing.lines.iter().enumerate().skip(props.from).take(BLOCK);
    let (threw, runs) = (t.code_failed(), t.code_running());
    lines
        .map(|(at, text)| {
            let (failed, running) = (props.failed == Some(at), props.running.contains(&at));
            line(at, text, listing.language, failed, running, threw, runs)
        })
        .collect()
}

fn line(
    at: usize,
    text: &str,
    language: CodeLanguage,
    failed: bool,
    running: bool,
    threw: &'static str,
    runs: &'static str,
) -> Html {
    let class = match (failed, running) {
        (true, _) => "focus failed",
        (false, true) => "focus running",
        _ => "",
    };
    let label = if failed {
        Some(threw)
    } else if running {
        Some(runs)
    } else {
        None
    };
    let parts = words(text, language).into_iter().map(|(kind, part)| match kind.class() {
        Some(class) => html! { <span {class}>{ part.to_owned() }</span> },
        None => html! { { part.to_owned() } },
    });
    html! {
        <li key={at} {class} style={format!("--indent:{}", text.len() - text.trim_start().len())}>
            if let Some(label) = label { <span class="sr-only">{ label }{ ": " }</span> }
            { for parts }
        </li>
    }
}

impl Kind {
    const fn class(self) -> Option<&'static str> {
        match self {
            Kind::Plain => None,
            Kind::Word => Some("c-word"),
            Kind::Text => Some("c-text"),
            Kind::Comment => Some("c-comment"),
            Kind::Number => Some("c-number"),
        }
    }
}
