//! Predictions: asked before the run, compared with it afterwards.

use checkpoint_lab::i18n::Language;
use checkpoint_lab::lessons::text::Texts;
use checkpoint_lab::lessons::{Act, Question};
use checkpoint_lab::session::Msg;
use yew::prelude::*;

use super::view::Open;
use super::words;
use crate::app::context::Send;

/// The step's questions. Once the run has shown who is right, they can only be read.
pub fn questions(t: Language, send: &Send, open: &Open, texts: &Texts) -> Html {
    html! { <div class="lesson-questions">{ for open.step.questions.iter().map(|question| ask(t, send, open, texts, question)) }</div> }
}

fn ask(t: Language, send: &Send, open: &Open, texts: &Texts, question: &'static Question) -> Html {
    let chosen = open.progress.answers.get(question.id);
    let locked = open.progress.is_compared(open.lesson, question.id);
    let choices = question.choices.iter().map(|choice| {
        let onchange = send.reform(|_: Event| Msg::Lesson(Act::Answer(question.id.to_owned(), (*choice).to_owned())));
        html! {
            <label key={*choice} class="lesson-choice">
                <input type="radio" name={format!("question-{}", question.id)} value={*choice}
                    checked={chosen.is_some_and(|chosen| chosen == choice)} {onchange} />
                <span>{ words::inline(t, texts, &format!("question/{}/{choice}", question.id)) }</span>
            </label>
        }
    });
    html! {
        <fieldset key={question.id} class="lesson-question" disabled={locked}>
            <legend>{ words::title(t, texts, &format!("question/{}", question.id)) }</legend>
            { for choices }
        </fieldset>
    }
}

/// Predictions beside what the lesson's run gave.
pub fn compared(t: Language, open: &Open, texts: &Texts) -> Html {
    let ending = open.lesson.reference().ending;
    let rows = open.step.compares.iter().filter_map(|id| open.lesson.question(id)).map(|question| {
        let words_of = |choice: &str| words::inline(t, texts, &format!("question/{}/{choice}", question.id));
        let answer = open.progress.answers.get(question.id);
        let truth = (question.truth)(&ending);
        let (mark, verdict) = match answer {
            None => ("none", t.lesson_not_predicted()),
            Some(answer) if truth.is_some_and(|truth| truth == answer) => ("right", t.lesson_as_predicted()),
            Some(_) => ("wrong", t.lesson_not_as_predicted()),
        };
        html! {
            <li key={question.id} class="lesson-compared" data-mark={mark}>
                <h4>{ words::title(t, texts, &format!("question/{}", question.id)) }</h4>
                <dl>
                    if let Some(answer) = answer {
                        <div class="lesson-predicted"><dt>{ t.lesson_your_answer() }</dt><dd>{ words_of(answer) }</dd></div>
                    }
                    if let Some(truth) = truth {
                        <div class="lesson-truth"><dt>{ t.lesson_in_truth() }</dt><dd>{ words_of(truth) }</dd></div>
                    }
                </dl>
                <p class="lesson-mark">{ verdict }</p>
                <div class="lesson-words">{ words::body(t, texts, &format!("question/{}/why", question.id)) }</div>
            </li>
        }
    });
    html! {
        <section class="lesson-predictions">
            <h3>{ t.lesson_predictions() }</h3>
            <ul>{ for rows }</ul>
        </section>
    }
}
