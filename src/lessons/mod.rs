//! Lessons: a lesson is data. It has a run (a preset and a seed), steps that ask, play, compare and set a task, and a stored
//! solution; a test plays every lesson. Its words are in Markdown, one file a language, loaded when it is opened
//! (`static/lessons/ko/handout.md`); [`text`] reads them.
//!
//! What a learner has done is a [`Notebook`]: plain data that the session changes by [`Act`]s and the store keeps. What the
//! page has to do in answer is a [`Wish`]. Nothing here knows the page.
//!
//! Left out: lessons that branch, scores.

mod changes;
mod ending;
mod goal;
mod handout;
mod lesson;
mod moment;
mod notebook;
mod switch;
pub mod text;

pub use changes::{Change, changes};
pub use ending::{Ending, Row};
pub use goal::{Verdict, judge};
pub use lesson::{Claim, Focus, Lesson, Mark, Question, Recorded, Reference, Step, Truth};
pub use moment::Moment;
pub use notebook::{Act, Notebook, Progress, Seen, Wish};
pub use switch::Switch;

/// Every lesson, in the order in which they are taught.
pub const ALL: &[Lesson] = &[handout::LESSON];

/// The lesson with this id.
pub fn by_id(id: &str) -> Option<&'static Lesson> {
    ALL.iter().find(|lesson| lesson.id == id)
}
