//! What the page is about at a moment, and how it changes: Elm's Model, Msg and update. Pure: an effect is a value that the
//! edge carries out, time comes in with a message, and the same messages give the same model.
//!
//! The learner's input ([`crate::scenario::RunInput`]) is the only truth; the timeline is made from it anew after every
//! change, and the moment in view stays. Left out: forks that stay beside the new run, bookmarks, two runs side by side.

mod csv;
mod history;
mod model;
mod msg;
mod playback;
pub mod recipes;
mod summary;
mod update;

pub use csv::{CsvDraft, CsvReading};
pub use history::History;
pub use model::{Check, Dialog, Model, Notice, Tab, Theme};
pub use msg::{Direction, Effect, Msg};
pub use playback::Speed;
pub use summary::Summary;
pub use update::update;

#[cfg(test)]
mod tests;
