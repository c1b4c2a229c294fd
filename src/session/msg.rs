//! What can happen to the page, and what it can ask of the world.

use std::sync::Arc;

use super::{Dialog, Speed, Tab, Theme};
use crate::base::{Language, SimTime};
use crate::lessons::Act;
use crate::scenario::{Action, CsvData, RunInput, Scenario};
use crate::timeline::Landmark;

/// Something that happened: the learner did it, or the world answered.
#[derive(Clone, PartialEq, Debug)]
pub enum Msg {
    /// Play, or pause.
    TogglePlay,
    /// Pause.
    Pause,
    /// So many microseconds have passed at the screen.
    Frame(u64),
    /// Go to a moment.
    Seek(SimTime),
    /// Go to the next or previous stop of a kind.
    Step(Landmark, Direction),
    /// Go to the start.
    ToStart,
    /// Go to the end.
    ToEnd,
    /// Play at this speed.
    SetSpeed(Speed),
    /// The scenario was edited in a field; edits of the same field in a row are one step of undo.
    Edit(&'static str, Arc<Scenario>),
    /// Another seed.
    SetSeed(u64),
    /// An issue was mended: the input as it is then.
    Mended(Arc<RunInput>),
    /// Another input, whole: a preset, a lesson, a stored session. It is opened at its opening moment.
    Open(Arc<RunInput>),
    /// The same, at a moment.
    OpenAt(Arc<RunInput>, SimTime),
    /// The learner does something to the running job, now. What was done after this moment is forgotten.
    Act(Action),
    /// Forget all that was done to the running job.
    ClearActions,
    /// The learner does something in a lesson.
    Lesson(Act),
    /// Undo the last edit.
    Undo,
    /// Do it again.
    Redo,
    /// The focus left a field: the next edit is a step of its own.
    FieldLeft,
    /// Another tab.
    SetTab(Tab),
    /// Another language.
    SetLanguage(Language),
    /// Other colours.
    SetTheme(Theme),
    /// Show a dialog, or close it.
    SetDialog(Option<Dialog>),
    /// A CSV text came in.
    CsvArrived {
        /// Its file's name, empty for a pasted text.
        file: String,
        /// The text.
        text: String,
    },
    /// Other columns of the CSV in the dialog: id, amount.
    CsvColumns(String, String),
    /// Take the CSV in the dialog, as it was read there, as the data.
    CsvAccepted(CsvData),
    /// Put a text on the clipboard.
    Copy(String),
    /// It is there.
    Copied,
    /// The browser refused to keep things.
    StoreRefused,
    /// The notice was read.
    NoticeRead,
}

/// Which way to step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// Later.
    Next,
    /// Earlier.
    Previous,
}

/// What the edge has to do.
#[derive(Clone, PartialEq, Debug)]
pub enum Effect {
    /// Keep the session: input, moment and what is shown.
    Persist,
    /// Keep language, theme and speed.
    PersistPreferences,
    /// Put a text on the clipboard.
    Copy(String),
}
