//! Parts of the page that come when they are first needed: what a function marked `wasm_split` needs beyond the page's main
//! part is cut off when the page is built (`scripts/pack.mjs`), into a file of the name in the mark. A part draws from the
//! desk, as if it were a method of it.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;

use checkpoint_lab::i18n::{Language, rule};
use checkpoint_lab::program::{CodeLanguage, language_of};
use checkpoint_lab::scenario::{RunInput, Scenario};
use checkpoint_lab::session::{Check, Tab};
use checkpoint_lab::store::{Kept, Opened};
use wasm_bindgen_futures::spawn_local;
use wasm_split_helpers::{SplitLoaderError, wasm_split};
use yew::prelude::*;

use super::desk::Desk;

/// Draws a part of the page.
pub type Draw = fn(&Desk) -> Html;

/// A part of the page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    Settings,
    PythonCode,
    JavaCode,
    State,
    Checkpoints,
    Why,
    Lesson,
    Dialog,
}

impl Part {
    const COUNT: usize = 8;

    /// The part behind a tab.
    pub fn of(tab: Tab, scenario: &Scenario) -> Part {
        match tab {
            Tab::Settings => Part::Settings,
            Tab::Code => match language_of(scenario) {
                CodeLanguage::Python => Part::PythonCode,
                CodeLanguage::Java => Part::JavaCode,
            },
            Tab::State => Part::State,
            Tab::Checkpoints => Part::Checkpoints,
            Tab::Why => Part::Why,
        }
    }

    /// Whether it can change the input.
    const fn edits(self) -> bool {
        matches!(self, Part::Settings | Part::Dialog)
    }

    async fn load(self) -> Result<Draw, SplitLoaderError> {
        match self {
            Part::Settings | Part::State | Part::Checkpoints | Part::Dialog => panels(self).await,
            Part::PythonCode => python().await,
            Part::JavaCode => java().await,
            Part::Why => why().await.map(|why| why.draw),
            Part::Lesson => lesson().await,
        }
    }
}

#[wasm_split(panels, fallible)]
fn panels(part: Part) -> Result<Draw, SplitLoaderError> {
    Ok(match part {
        Part::State => Desk::state,
        Part::Checkpoints => Desk::checkpoints,
        Part::Dialog => Desk::dialog,
        _ => Desk::settings,
    })
}

/// What the panels can make of an input has to be checked.
#[wasm_split(panels, fallible)]
fn check() -> Result<Check, SplitLoaderError> {
    Ok(RunInput::issues)
}

#[wasm_split(python, fallible)]
fn python() -> Result<Draw, SplitLoaderError> {
    Ok(Desk::python_code)
}

#[wasm_split(java, fallible)]
fn java() -> Result<Draw, SplitLoaderError> {
    Ok(Desk::java_code)
}

#[wasm_split(lesson, fallible)]
fn lesson() -> Result<Draw, SplitLoaderError> {
    Ok(Desk::lesson)
}

/// What explains: the tab, and the gist of every rule.
#[derive(Clone, Copy)]
struct Why {
    draw: Draw,
    gist: fn(&str, Language) -> Option<&'static str>,
}

#[wasm_split(why, fallible)]
fn why() -> Result<Why, SplitLoaderError> {
    Ok(Why { draw: Desk::why, gist: |id, t| rule(id).map(|rule| rule.gist(t)) })
}

/// The store, on its way to being open.
type Opening = Pin<Box<dyn Future<Output = Opened>>>;

/// Opens the store.
#[wasm_split(store, fallible)]
pub fn store(clock_ms: fn() -> u64, on_change: Box<dyn Fn(Kept)>) -> Result<Opening, SplitLoaderError> {
    Ok(Box::pin(checkpoint_lab::store::open(clock_ms, on_change)))
}

/// Something that comes when it is first asked for.
#[derive(Clone, Copy, Default)]
enum State<T> {
    #[default]
    Unknown,
    Coming,
    Here(T),
    Failed,
}

/// Which parts are here.
#[derive(Clone)]
pub struct Parts(Rc<Inner>);

struct Inner {
    parts: [Cell<State<Draw>>; Part::COUNT],
    why: Cell<State<Why>>,
    check: Cell<Option<Check>>,
    on_change: Callback<()>,
}

impl Parts {
    /// None is here. `on_change` is told whenever one came or failed.
    pub fn new(on_change: Callback<()>) -> Parts {
        Parts(Rc::new(Inner { parts: Default::default(), why: Cell::default(), check: Cell::default(), on_change }))
    }

    /// Draws a part that is here; one that is not is asked for.
    pub fn draw(&self, part: Part, desk: &Desk) -> Html {
        let cell = &self.0.parts[part as usize];
        if matches!(cell.get(), State::Unknown) {
            cell.set(State::Coming);
            let Parts(inner) = self.clone();
            spawn_local(async move {
                let draw = part.load().await;
                if draw.is_ok() && part.edits() {
                    inner.check.set(check().await.ok());
                }
                inner.parts[part as usize].set(draw.map_or(State::Failed, State::Here));
                inner.on_change.emit(());
            });
        }
        match cell.get() {
            State::Here(draw) => draw(desk),
            State::Failed => self.failed(part, desk.language()),
            State::Unknown | State::Coming => {
                html! { <p class="help part-loading" role="status">{ desk.language().loading() }</p> }
            }
        }
    }

    /// The gist of a rule, if the rules are here.
    pub fn gist(&self, id: &str, t: Language) -> Option<&'static str> {
        match self.0.why.get() {
            State::Here(why) => (why.gist)(id, t),
            State::Unknown | State::Coming | State::Failed => None,
        }
    }

    /// Asks for the rules, once.
    pub fn want_gists(&self) {
        if !matches!(self.0.why.get(), State::Unknown) {
            return;
        }
        self.0.why.set(State::Coming);
        let Parts(inner) = self.clone();
        spawn_local(async move {
            inner.why.set(why().await.map_or(State::Failed, State::Here));
            inner.on_change.emit(());
        });
    }

    /// The check that came with the panels, once.
    pub fn take_check(&self) -> Option<Check> {
        self.0.check.take()
    }

    fn failed(&self, part: Part, t: Language) -> Html {
        let Parts(inner) = self.clone();
        let again = Callback::from(move |_: MouseEvent| {
            inner.parts[part as usize].set(State::Unknown);
            inner.on_change.emit(());
        });
        html! {
            <div class="not-loaded" role="alert">
                <p>{ t.part_not_loaded() }</p>
                <button type="button" class="button" onclick={again}>{ t.try_again() }</button>
            </div>
        }
    }
}
