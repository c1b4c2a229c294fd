//! The lesson column: the lesson that is open, or what there is to learn. A lesson's words are loaded when it is opened
//! ([`load`]); all that it decides is decided in `lessons`.

mod claims;
mod load;
mod open;
mod predictions;
mod task;
mod verdict;
mod view;
mod words;

use std::sync::Arc;

use checkpoint_lab::lessons::{self, Act};
use checkpoint_lab::scenario::RunInput;
use checkpoint_lab::session::Msg;
use yew::prelude::*;

pub use view::LessonView;

use super::context::{use_language, use_send};
use super::panels::PresetNote;
use open::OpenLesson;

#[derive(Properties)]
pub struct LessonColumnProps {
    pub view: LessonView,
    pub input: Arc<RunInput>,
}

impl PartialEq for LessonColumnProps {
    fn eq(&self, other: &Self) -> bool {
        self.view == other.view && Arc::ptr_eq(&self.input, &other.input)
    }
}

/// The lesson column.
#[component]
pub fn LessonColumn(props: &LessonColumnProps) -> Html {
    match &props.view.open {
        Some(open) => html! { <OpenLesson key={open.lesson.id} open={open.clone()} /> },
        None => html! {
            <>
                <PresetNote input={props.input.clone()} />
                <Shelf view={props.view.clone()} />
            </>
        },
    }
}

#[derive(Properties, PartialEq)]
struct ShelfProps {
    view: LessonView,
}

/// The lessons that can be opened.
#[component]
fn Shelf(props: &ShelfProps) -> Html {
    let t = use_language();
    let send = use_send();
    let books = lessons::ALL.iter().enumerate().map(|(at, lesson)| {
        let open = send.reform(|_: MouseEvent| Msg::Lesson(Act::Open(lesson.id.to_owned())));
        let (begun, solved) =
            props.view.begun.iter().find(|begun| begun.0 == lesson.id).map_or((false, false), |b| (true, b.1));
        let words = match (begun, solved) {
            (false, _) => t.lesson_begin(),
            (true, false) => t.lesson_go_on(),
            (true, true) => t.lesson_look_again(),
        };
        html! {
            <li key={lesson.id} class="lesson-book">
                <p class="lesson-kicker">{ t.lesson_number(at + 1, lessons::ALL.len()) }
                    if solved { <span class="lesson-done">{ t.lesson_solved() }</span> }
                </p>
                <p class="lesson-title">{ t.preset(lesson.preset).0 }</p>
                <button type="button" class="button button-primary" onclick={open}>{ words }</button>
            </li>
        }
    });
    html! {
        <section class="lesson-shelf" aria-label={t.lessons()}>
            <ul>{ for books }</ul>
        </section>
    }
}
