//! A lesson that is open: its step in view, and the ways on and back.

use checkpoint_lab::i18n::Language;
use checkpoint_lab::lessons::text::{Texts, plain};
use checkpoint_lab::lessons::{self, Act};
use checkpoint_lab::session::Msg;
use web_sys::{Element, HtmlButtonElement, HtmlElement};
use yew::prelude::*;

use super::claims::Claims;
use super::load::{Loaded, use_words};
use super::predictions::{compared, questions};
use super::task::task;
use super::view::Open;
use super::words;
use crate::app::context::{Send, use_language, use_send};
use crate::app::parts::{Picture, icon};

#[derive(Properties, PartialEq)]
pub struct OpenLessonProps {
    pub open: Open,
}

/// An open lesson.
#[component]
pub fn OpenLesson(props: &OpenLessonProps) -> Html {
    let (t, send) = (use_language(), use_send());
    let open = &props.open;
    let heading = use_heading_focus(open.step.id);
    let (way_on, onfocusin, onfocusout) = use_focus_kept(&heading);
    use_mark("data-lesson-points-at", open.step.focus.map(lessons::Focus::name));
    use_mark("data-lesson-future", open.hides_future().then_some("hidden"));
    let (loaded, again) = use_words(open.lesson.id, t);
    let close = act(&send, Act::Close);
    let number = lessons::ALL.iter().position(|lesson| lesson.id == open.lesson.id).unwrap_or_default() + 1;
    let recorded = &open.lesson.recorded;
    html! {
        <article class="open-lesson" {onfocusin} {onfocusout}>
            <header class="lesson-head">
                <p class="lesson-kicker">{ t.lesson_number(number, lessons::ALL.len()) }</p>
                <button type="button" class="icon-button" aria-label={t.lesson_close()} title={t.lesson_close()} onclick={close}>
                    { icon(Picture::Close) }
                </button>
                <p class="lesson-verified">{ t.lesson_verified(recorded.flink, recorded.runs) }</p>
            </header>
            { match loaded {
                Loaded::Loading => html! { <p class="help" role="status">{ t.loading() }</p> },
                Loaded::Failed => html! {
                    <div class="not-loaded" role="alert">
                        <p>{ t.lesson_not_loaded() }</p>
                        <button type="button" class="button" onclick={again.reform(|_: MouseEvent| ())}>{ t.try_again() }</button>
                    </div>
                },
                Loaded::Words(texts) => step(t, &send, open, &texts, heading, way_on),
            } }
        </article>
    }
}

/// A callback that does something in the lesson.
pub fn act(send: &Send, act: Act) -> Callback<MouseEvent> {
    send.reform(move |_: MouseEvent| Msg::Lesson(act.clone()))
}

/// When another step comes into view, its heading takes the focus: what is read aloud goes on there.
#[hook]
fn use_heading_focus(step: &'static str) -> NodeRef {
    let heading = use_node_ref();
    let before = use_mut_ref(|| step);
    {
        let heading = heading.clone();
        use_effect_with(step, move |step| {
            if before.replace(step) != *step
                && let Some(heading) = heading.cast::<HtmlElement>()
            {
                // A heading that can't take the focus leaves it where it is.
                let _ = heading.focus();
            }
        });
    }
    heading
}

/// When the control that has the focus goes away, as buttons do that have done their work, the way on takes the focus; when
/// there is none yet, the lesson's heading. Gives the way on, and what to tell of the focus coming in and going out.
#[hook]
fn use_focus_kept(heading: &NodeRef) -> (NodeRef, Callback<FocusEvent>, Callback<FocusEvent>) {
    let way_on = use_node_ref();
    let last = use_mut_ref(|| None::<Element>);
    let came = {
        let last = last.clone();
        Callback::from(move |event: FocusEvent| *last.borrow_mut() = event.target_dyn_into::<Element>())
    };
    let went = {
        let last = last.clone();
        // Without a place to go to, it may have gone because its element did.
        Callback::from(move |event: FocusEvent| {
            if event.related_target().is_some() {
                *last.borrow_mut() = None;
            }
        })
    };
    {
        let (heading, way_on) = (heading.clone(), way_on.clone());
        use_effect(move || {
            if last.borrow().as_ref().is_none_or(|element| element.is_connected()) {
                return;
            }
            *last.borrow_mut() = None;
            let on = way_on.cast::<HtmlButtonElement>().filter(|button| !button.disabled());
            let next = on.map(HtmlElement::from).or_else(|| heading.cast::<HtmlElement>());
            if let Some(next) = next {
                // What can't take the focus leaves it where it is.
                let _ = next.focus();
            }
        });
    }
    (way_on, came, went)
}

/// Marks something on the document's root, where the picture's styles can see it.
#[hook]
fn use_mark(name: &'static str, value: Option<&'static str>) {
    use_effect_with(value, move |value| {
        let root =
            web_sys::window().and_then(|window| window.document()).and_then(|document| document.document_element());
        if let (Some(root), Some(value)) = (&root, value) {
            // The name is fixed and valid.
            let _ = root.set_attribute(name, value);
        }
        move || {
            if let Some(root) = root {
                let _ = root.remove_attribute(name);
            }
        }
    });
}

fn step(t: Language, send: &Send, open: &Open, texts: &Texts, heading: NodeRef, way_on: NodeRef) -> Html {
    let key = format!("step/{}", open.step.id);
    html! {
        <>
            { trail(t, send, open, texts) }
            <h2 ref={heading} tabindex="-1" class="lesson-heading">{ words::title(t, texts, &key) }</h2>
            <div class="lesson-words">{ words::body(t, texts, &key) }</div>
            if about_the_picture(open) && !open.own_run { { other_run(t, send) } }
            if !open.step.questions.is_empty() { { questions(t, send, open, texts) } }
            if open.step.until.is_some() { { watch(t, send, open, texts) } }
            if !open.step.claims.is_empty() { <Claims lesson={open.lesson.id} texts={texts.clone()} /> }
            if open.step.task { { task(t, send, open, texts) } }
            if open.step.id == last(open) { { further(t, send, open, texts) } }
            { ways(t, send, open, way_on) }
        </>
    }
}

/// Whether the words of the step speak of what the picture shows, without asking to play it.
fn about_the_picture(open: &Open) -> bool {
    open.progress.step_of(open.lesson).0 == 0 || !open.step.questions.is_empty()
}

fn last(open: &Open) -> &'static str {
    open.lesson.steps.last().map_or("", |step| step.id)
}

/// The steps as a trail; those that were in view can be gone back to.
fn trail(t: Language, send: &Send, open: &Open, texts: &Texts) -> Html {
    let all = open.lesson.steps.len();
    let dots = open.lesson.steps.iter().enumerate().map(|(at, step)| {
        let title = texts.title(&format!("step/{}", step.id)).map(plain).unwrap_or_default();
        let label = format!("{}: {title}", t.lesson_step(at + 1, all));
        let current = step.id == open.step.id;
        let visited = open.progress.visited.contains(step.id);
        html! {
            <li key={step.id}>
                <button type="button" class="lesson-dot" aria-label={label.clone()} title={label} disabled={!visited}
                    aria-current={current.then_some("step")} data-done={open.progress.is_done(step).to_string()}
                    onclick={act(send, Act::GoTo(step.id.to_owned()))} />
            </li>
        }
    });
    html! { <nav aria-label={t.lesson_steps()}><ol class="lesson-trail">{ for dots }</ol></nav> }
}

/// Playing to the step's moment, and what is said there.
fn watch(t: Language, send: &Send, open: &Open, texts: &Texts) -> Html {
    let reached = open.progress.reached.contains(open.step.id);
    let toggle = send.reform(|_: MouseEvent| Msg::TogglePlay);
    html! {
        <>
            if !reached {
                if open.own_run {
                    <div class="buttons">
                        <button type="button" class="button button-primary" onclick={toggle}>
                            { if open.playing { t.lesson_pause() } else { t.lesson_play() } }
                        </button>
                        <button type="button" class="button" onclick={act(send, Act::Skip)}>{ t.lesson_skip() }</button>
                    </div>
                } else {
                    { other_run(t, send) }
                }
            }
            <div role="status" class="lesson-words lesson-reached">
                if reached {
                    { words::body(t, texts, &format!("step/{}/reached", open.step.id)) }
                }
            </div>
            if reached && !open.step.compares.is_empty() { { compared(t, open, texts) } }
        </>
    }
}

/// The run in view is another one: the way back.
pub fn other_run(t: Language, send: &Send) -> Html {
    html! {
        <div class="lesson-other">
            <p>{ t.lesson_other_run() }</p>
            <button type="button" class="button" onclick={act(send, Act::Reset)}>{ t.lesson_reset() }</button>
        </div>
    }
}

/// Presets to go on with.
fn further(t: Language, send: &Send, open: &Open, texts: &Texts) -> Html {
    let presets = open.lesson.further.iter().map(|preset| {
        html! {
            <li key={*preset}>
                <button type="button" class="button" onclick={act(send, Act::Further((*preset).to_owned()))}>{ t.preset(preset).0 }</button>
                <p>{ words::inline(t, texts, &format!("further/{preset}")) }</p>
            </li>
        }
    });
    html! {
        <section class="lesson-further">
            <h3>{ t.lesson_further() }</h3>
            <ul>{ for presets }</ul>
            <button type="button" class="button" onclick={act(send, Act::StartOver)}>{ t.lesson_start_over() }</button>
        </section>
    }
}

/// Back and on.
fn ways(t: Language, send: &Send, open: &Open, way_on: NodeRef) -> Html {
    let (at, step) = open.progress.step_of(open.lesson);
    let done = open.progress.is_done(step);
    let is_last = at + 1 == open.lesson.steps.len();
    let missing = match () {
        () if done => None,
        () if !step.questions.is_empty() => Some(t.lesson_answer_first()),
        () if step.until.is_some() => Some(t.lesson_watch_first()),
        () => Some(t.lesson_solve_first()),
    };
    html! {
        <footer class="lesson-ways">
            if at > 0 {
                <button type="button" class="button" onclick={act(send, Act::Back)}>{ t.lesson_back() }</button>
            }
            if is_last {
                <button type="button" class="button button-primary" onclick={act(send, Act::Close)}>{ t.lesson_close() }</button>
            } else {
                <button type="button" ref={way_on} class={classes!("button", done.then_some("button-primary"))} disabled={!done}
                    aria-describedby={missing.map(|_| "lesson-missing")} onclick={act(send, Act::Next)}>{ t.lesson_next() }</button>
            }
            if let Some(missing) = missing { <p id="lesson-missing" class="help">{ missing }</p> }
        </footer>
    }
}
