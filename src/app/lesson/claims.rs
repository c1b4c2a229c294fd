//! What the handout claims, beside what the lesson's run really prints.

use checkpoint_lab::i18n::{ConsoleText, Language, Names, Transcript};
use checkpoint_lab::lessons::text::Texts;
use checkpoint_lab::lessons::{self, Claim, Ending, Mark, Truth};
use yew::prelude::*;

use super::words;
use crate::app::context::use_language;
use crate::app::parts::rule_list;

#[derive(Properties, PartialEq)]
pub struct ClaimsProps {
    /// The lesson's id.
    pub lesson: &'static str,
    pub texts: Texts,
}

/// The lines of the lesson's run, and what came of it.
struct Console {
    stdout: Vec<String>,
    log: Vec<String>,
    ending: Ending,
    /// Rows of the input.
    rows: usize,
}

impl Console {
    fn of(lesson: &str) -> Option<Console> {
        let lesson = lessons::by_id(lesson)?;
        let reference = lesson.reference();
        let names = Names::of(&lesson.input(), reference.engine.graph(), &reference.engine.storage().job_id);
        let mut transcript = Transcript::default();
        transcript.extend(&reference.trace, &names);
        let (mut stdout, mut log) = (Vec::new(), Vec::new());
        for row in transcript.rows.iter() {
            match &row.text {
                ConsoleText::Row { text, .. } | ConsoleText::Stdout(text) => stdout.push(text.to_string()),
                ConsoleText::Stored { .. } => {}
                ConsoleText::Log(line) => log.push(line.text.lines().next().unwrap_or_default().to_owned()),
            }
        }
        let tables = lesson.input().scenario.data.into_iter().filter_map(|data| data.table().ok());
        Some(Console { stdout, log, ending: reference.ending, rows: tables.map(|table| table.rows.len()).sum() })
    }
}

/// The claims of a lesson.
#[component]
pub fn Claims(props: &ClaimsProps) -> Html {
    let t = use_language();
    let console = use_memo(props.lesson, |lesson| Console::of(lesson));
    let (Some(lesson), Some(console)) = (lessons::by_id(props.lesson), &*console) else { return html! {} };
    let claims = lesson.steps.iter().flat_map(|step| step.claims);
    html! { <ol class="lesson-claims">{ for claims.map(|claim| self::claim(t, claim, console, &props.texts)) }</ol> }
}

fn claim(t: Language, claim: &'static Claim, console: &Console, texts: &Texts) -> Html {
    let (mark, words_of_mark) = match claim.mark {
        Mark::Wrong => ("wrong", t.lesson_mark_wrong()),
        Mark::Misleading => ("misleading", t.lesson_mark_misleading()),
    };
    html! {
        <li key={claim.id} class="lesson-claim" data-mark={mark}>
            <dl>
                <div class="lesson-claimed">
                    <dt>{ t.lesson_claimed() }<span class="lesson-mark">{ words_of_mark }</span></dt>
                    <dd lang="ko"><pre>{ claim.quote }</pre></dd>
                </div>
                <div class="lesson-truth"><dt>{ t.lesson_really() }</dt><dd>{ truth(t, claim, console) }</dd></div>
            </dl>
            <div class="lesson-words">{ words::body(t, texts, &format!("claim/{}", claim.id)) }</div>
            { rule_list(t, claim.rules) }
        </li>
    }
}

fn truth(t: Language, claim: &Claim, console: &Console) -> Html {
    let rows = &console.ending.rows;
    match claim.truth {
        Truth::Nothing => html! { <p>{ t.lesson_no_such_line() }</p> },
        Truth::Lost => html! { <p>{ t.lesson_lost(console.rows.saturating_sub(rows.len()), console.rows) }</p> },
        Truth::Repeats => html! {
            <p>{ t.lesson_repeats(rows.len(), rows.iter().map(|row| row.times).max().unwrap_or_default()) }</p>
        },
        Truth::Stdout { .. } | Truth::Log(_) => {
            let stdout: Vec<&str> = console.stdout.iter().map(String::as_str).collect();
            let log: Vec<&str> = console.log.iter().map(String::as_str).collect();
            html! { <pre>{ claim.truth.lines(&stdout, &log).join("\n") }</pre> }
        }
    }
}
