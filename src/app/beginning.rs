//! What the desk begins with: the session of an earlier visit, or the first lesson.

use checkpoint_lab::i18n::Language;
use checkpoint_lab::lessons::{self, Act};
use checkpoint_lab::scenario::presets;
use checkpoint_lab::session::{self, Check, Model, Msg};
use checkpoint_lab::store::Session;

use super::tabs;

/// The session that was kept; else the first lesson.
pub fn begin(kept: Option<&(Session, Check)>, language: Language) -> Model {
    let first = || presets::run("handout").expect("the handout is a preset");
    let Some((kept, check)) = kept else {
        let lesson = lessons::ALL.first();
        // A lesson's input is sound. What can make another brings the check with it.
        let mut model =
            Model::checked_by(|_| Vec::new(), lesson.map_or_else(first, |lesson| lesson.input()), first(), language);
        if let Some(lesson) = lesson {
            session::update(&mut model, Msg::Lesson(Act::Open(lesson.id.into())));
        }
        return model;
    };
    let mut model = Model::checked_by(*check, (*kept.input).clone(), first(), language);
    let tab = kept.tab.as_deref().and_then(tabs::named).unwrap_or_default();
    model.resume(kept.moment, kept.lessons.clone(), tab);
    model
}
