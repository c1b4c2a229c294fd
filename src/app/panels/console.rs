//! The console: printed rows with their duplicates, and Flink's log beside them, up to the moment in view.

use std::rc::Rc;

use checkpoint_lab::base::SimTime;
use checkpoint_lab::i18n::{ConsoleRow, ConsoleText, Language, Level, clock, count};
use checkpoint_lab::session::Msg;
use web_sys::Element;
use yew::prelude::*;

use crate::app::context::{Send, use_language, use_send};
use crate::app::controls::{Choice, segmented};
use crate::app::parts::shortened;

/// More rows than this are folded away: nobody reads them, and every one costs.
const SHOWN: usize = 200;
/// So many of them are drawn together.
const BLOCK: usize = 16;
/// So many pixels from its end the console still counts as being there.
const AT_END: i32 = 24;

#[derive(Properties)]
pub struct ConsoleProps {
    pub rows: Rc<Vec<ConsoleRow>>,
    /// How many of them have happened.
    pub until: usize,
}

impl PartialEq for ConsoleProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.rows, &other.rows) && self.until == other.until
    }
}

/// What is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Filter {
    All,
    Printed,
    Log,
}

impl Filter {
    const ALL: [Filter; 3] = [Filter::All, Filter::Printed, Filter::Log];

    fn lets(self, row: &ConsoleRow) -> bool {
        match self {
            Filter::All => true,
            Filter::Printed => !matches!(row.text, ConsoleText::Log(_)),
            Filter::Log => matches!(row.text, ConsoleText::Log(_)),
        }
    }
}

/// The console.
#[component]
pub fn Console(props: &ConsoleProps) -> Html {
    let t = use_language();
    let filter = use_state(|| Filter::All);
    let list = use_node_ref();
    // It stays at its end unless somebody scrolled up to read. Where it stood last, and how high it was, tell that from rows
    // that came or went in between.
    let follows = use_mut_ref(|| (true, 0, 0));
    {
        let (list, follows) = (list.clone(), follows.clone());
        use_effect_with((props.until, *filter), move |_| {
            let mut follows = follows.borrow_mut();
            if let Some(list) = list.cast::<Element>()
                && follows.0
            {
                follows.2 = list.scroll_height();
                list.set_scroll_top(follows.2);
            }
        });
    }
    let onscroll = {
        let list = list.clone();
        Callback::from(move |_: Event| {
            let Some(list) = list.cast::<Element>() else { return };
            let (top, height, mut follows) = (list.scroll_top(), list.scroll_height(), follows.borrow_mut());
            let at_end = top + list.client_height() + AT_END >= height;
            *follows = (at_end || (follows.0 && (top >= follows.1 || height != follows.2)), top, height);
        })
    };
    let happened = &props.rows[..props.until.min(props.rows.len())];
    let (printed, duplicates) = happened.last().map_or((0, 0), |row| (row.printed, row.duplicates));
    let wanted = happened.iter().enumerate().rev().filter(|(_, row)| filter.lets(row));
    let mut shown: Vec<usize> = wanted.map(|(at, _)| at).take(SHOWN + 1).collect();
    let is_folded = shown.len() > SHOWN;
    shown.truncate(SHOWN);
    let folded = if is_folded { happened.iter().filter(|row| filter.lets(row)).count() - SHOWN } else { 0 };
    let (from, until) = (shown.last().map_or(0, |first| *first), shown.first().map_or(0, |last| last + 1));
    let blocks = (from / BLOCK..until.div_ceil(BLOCK)).map(|block| {
        let (from, until) = (from.max(block * BLOCK), until.min((block + 1) * BLOCK));
        html! { <Block key={block} rows={props.rows.clone()} {from} {until} filter={*filter} /> }
    });
    let choices = vec![Choice::new(t.filter_all()), Choice::new(t.filter_printed()), Choice::new(t.filter_log())];
    let chosen = Filter::ALL.iter().position(|one| *one == *filter).unwrap_or_default();
    let onchoose = {
        let filter = filter.clone();
        Callback::from(move |index: usize| filter.set(Filter::ALL[index]))
    };
    html! {
        <section class="console" aria-labelledby="console-title">
            <header>
                <h2 id="console-title">{ t.console() }</h2>
                <span class="console-counts">{ t.console_counts(count(printed.into()), count(duplicates.into())) }</span>
                { segmented("console-filter", t.filter(), &choices, chosen, &onchoose) }
            </header>
            <ol class="console-rows" ref={list} {onscroll} tabindex="0" aria-labelledby="console-title">
                if folded > 0 { <li class="folded" key="folded">{ t.console_earlier(count(folded as u64)) }</li> }
                if shown.is_empty() { <li class="folded" key="empty">{ t.console_empty() }</li> }
                { blocks.collect::<Html>() }
            </ol>
        </section>
    }
}

#[derive(Properties)]
struct BlockProps {
    rows: Rc<Vec<ConsoleRow>>,
    from: usize,
    until: usize,
    filter: Filter,
}

impl PartialEq for BlockProps {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.rows, &other.rows)
            && (self.from, self.until, self.filter) == (other.from, other.until, other.filter)
    }
}

/// Rows that are drawn together: when one comes or goes, the others' blocks stay as they are.
#[component]
fn Block(props: &BlockProps) -> Html {
    let (t, send) = (use_language(), use_send());
    let rows = props.rows[props.from..props.until].iter().enumerate().filter(|(_, row)| props.filter.lets(row));
    rows.map(|(at, row)| html_row(t, &send, props.from + at, row)).collect()
}

/// A row keeps its element while the window of rows moves on: its key is its place among all rows. (Keys count only in a
/// list in which every child has one, so the rows are a list of their own.)
fn html_row(t: Language, send: &Send, key: usize, row: &ConsoleRow) -> Html {
    let (class, body) = match &row.text {
        ConsoleText::Row { text, times, .. } | ConsoleText::Stored { text, times } if *times > 1 => {
            ("printed duplicate", html! { <>{ text.to_string() }<span class="mark">{ t.duplicate(*times) }</span></> })
        }
        ConsoleText::Row { text, .. } | ConsoleText::Stored { text, .. } => ("printed", html! { { text.to_string() } }),
        ConsoleText::Stdout(text) => ("stdout", html! { { text.to_string() } }),
        ConsoleText::Log(line) => {
            let class = match line.level {
                Level::Info => "log",
                Level::Warn => "log log-warn",
                Level::Error => "log log-error",
            };
            let name = line.logger.rsplit('.').next().unwrap_or(line.logger);
            let full = format!("org.apache.flink.{}", line.logger);
            let body = html! {
                <>
                    <span class="level">{ line.level.name() }</span>{ " " }
                    <span class="logger" title={full}>{ name }</span>{ " - " }{ shortened(&line.text) }
                </>
            };
            (class, body)
        }
    };
    html! { <li {key} {class}>{ jump(t, send, row.at) }<span class="line">{ body }</span></li> }
}

/// The moment of something as a button that goes there.
pub fn jump(t: Language, send: &Send, at: SimTime) -> Html {
    let onclick = send.reform(move |_: MouseEvent| Msg::Seek(at));
    html! { <button type="button" class="jump" title={t.jump_to()} {onclick}>{ clock(at) }</button> }
}
