//! The task: one change that brings the job to FINISHED. The run decides.

use checkpoint_lab::i18n::Language;
use checkpoint_lab::lessons::text::Texts;
use checkpoint_lab::lessons::{Act, Switch};
use checkpoint_lab::session::Msg;
use yew::prelude::*;

use super::open::act;
use super::verdict::sentence;
use super::view::Open;
use super::words;
use crate::app::context::Send;

/// Switches, verdict, hints and solution.
pub fn task(t: Language, send: &Send, open: &Open, texts: &Texts) -> Html {
    html! {
        <>
            { switches(t, send, open, texts) }
            { run(t, send, open) }
            <div role="status" class="lesson-result">{ result(t, open, texts) }</div>
            { help(t, send, open, texts) }
        </>
    }
}

fn switches(t: Language, send: &Send, open: &Open, texts: &Texts) -> Html {
    let set = open.progress.switch.as_deref();
    let by_hand = !open.own_run;
    let none = html! {
        <label class="lesson-choice">
            <input type="radio" name="lesson-switch" value="" checked={set.is_none() && !by_hand}
                onchange={send.reform(|_: Event| Msg::Lesson(Act::Switch(None)))} />
            <span>{ if by_hand { t.lesson_reset() } else { t.lesson_no_change() } }</span>
        </label>
    };
    html! {
        <fieldset class="lesson-question">
            <legend>{ t.lesson_one_change() }</legend>
            { none }
            { for open.lesson.switches.iter().map(|switch| self::switch(t, send, open, texts, switch)) }
            if by_hand { <p class="help">{ t.lesson_own_change() }</p> }
        </fieldset>
    }
}

fn switch(t: Language, send: &Send, open: &Open, texts: &Texts, switch: &'static Switch) -> Html {
    let set = open.own_run && open.progress.switch.as_deref() == Some(switch.id);
    let onchange = send.reform(|_: Event| Msg::Lesson(Act::Switch(Some(switch.id.to_owned()))));
    let tried = open.progress.tried.get(switch.id);
    html! {
        <label key={switch.id} class="lesson-choice">
            <input type="radio" name="lesson-switch" value={switch.id} checked={set} {onchange} />
            <span>
                <b>{ words::title(t, texts, &format!("switch/{}", switch.id)) }</b>
                if let Some(status) = tried {
                    <span class="lesson-tried" data-status={status.clone()}>{ status.clone() }</span>
                }
                <small>{ words::inline(t, texts, &format!("switch/{}", switch.id)) }</small>
            </span>
        </label>
    }
}

fn run(t: Language, send: &Send, open: &Open) -> Html {
    if open.verdict.is_some() {
        return html! {};
    }
    let toggle = send.reform(|_: MouseEvent| Msg::TogglePlay);
    html! {
        <div class="buttons">
            <button type="button" class="button" onclick={toggle}>
                { if open.playing { t.lesson_pause() } else { t.lesson_play_to_end() } }
            </button>
            <button type="button" class="button" onclick={act(send, Act::Skip)}>{ t.lesson_to_end() }</button>
        </div>
    }
}

/// The verdict on the run in view, and why it comes to that.
fn result(t: Language, open: &Open, texts: &Texts) -> Html {
    let Some(verdict) = &open.verdict else { return html! {} };
    let switch = open.progress.switch.as_deref().filter(|_| open.own_run);
    html! {
        <div class="lesson-verdict" data-solved={verdict.is_solved().to_string()}>
            if verdict.is_solved() { <p class="lesson-done">{ t.lesson_solved() }</p> }
            <p>{ sentence(t, verdict) }</p>
            if let Some(switch) = switch {
                <div class="lesson-words">{ words::body(t, texts, &format!("switch/{switch}/why")) }</div>
            }
            if verdict.is_solved() { <div class="lesson-words">{ words::body(t, texts, "solved") }</div> }
        </div>
    }
}

/// Hints one by one, then the solution.
fn help(t: Language, send: &Send, open: &Open, texts: &Texts) -> Html {
    let (shown, all) = (open.progress.hints, open.lesson.hints);
    let solved = open.progress.solved;
    html! {
        <section class="lesson-help">
            <div role="status">
                { for (1..=shown).map(|hint| html! {
                    <div key={hint} class="lesson-hint">
                        <h4>{ t.lesson_hint(hint) }</h4>
                        <div class="lesson-words">{ words::body(t, texts, &format!("hint/{hint}")) }</div>
                    </div>
                }) }
                if open.progress.solution {
                    <div class="lesson-hint">
                        <h4>{ t.lesson_solution() }</h4>
                        <div class="lesson-words">{ words::body(t, texts, "solution") }</div>
                    </div>
                }
            </div>
            if !solved && shown < all {
                <button type="button" class="button" onclick={act(send, Act::Hint)}>{ t.lesson_show_hint(shown + 1, all) }</button>
            } else if !solved && !open.progress.solution {
                <button type="button" class="button" onclick={act(send, Act::Solution)}>{ t.lesson_show_solution() }</button>
            }
        </section>
    }
}
