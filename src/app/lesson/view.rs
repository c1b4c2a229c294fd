//! What the lesson column shows, taken from the model.

use checkpoint_lab::lessons::{Ending, Lesson, Progress, Step, Verdict, judge};
use checkpoint_lab::session::Model;

/// What the lesson column shows.
#[derive(Clone, PartialEq, Debug)]
pub struct LessonView {
    /// The lesson that is open.
    pub open: Option<Open>,
    /// Lessons that were begun, and whether their task is solved.
    pub begun: Vec<(String, bool)>,
}

/// A lesson that is open.
#[derive(Clone, Debug)]
pub struct Open {
    /// Which.
    pub lesson: &'static Lesson,
    /// How far it is.
    pub progress: Progress,
    /// Its step in view.
    pub step: &'static Step,
    /// Whether the run in view is the one that the step is about.
    pub own_run: bool,
    /// Whether time passes.
    pub playing: bool,
    /// What there is to say of the run in view as an answer to the task, once it was seen to its end.
    pub verdict: Option<Verdict>,
}

impl PartialEq for Open {
    fn eq(&self, other: &Open) -> bool {
        (self.lesson.id, self.step.id, self.own_run, self.playing)
            == (other.lesson.id, other.step.id, other.own_run, other.playing)
            && self.progress == other.progress
            && self.verdict == other.verdict
    }
}

impl Open {
    /// Whether the learner is to predict how the run in view goes on: then its future is not shown.
    pub fn hides_future(&self) -> bool {
        let mut questions = self.lesson.steps.iter().flat_map(|step| step.questions);
        self.own_run && questions.any(|question| !self.progress.is_compared(self.lesson, question.id))
    }
}

impl LessonView {
    /// What the model has to show.
    pub fn of(model: &Model) -> LessonView {
        let notebook = model.notebook();
        let begun = notebook.lessons.iter().map(|(id, progress)| (id.clone(), progress.solved)).collect();
        let open = notebook.current().map(|(lesson, progress, step)| {
            let seen = model.seen();
            Open {
                lesson,
                progress: progress.clone(),
                step,
                own_run: *seen.input == progress.input(lesson),
                playing: model.is_playing(),
                verdict: (step.task && seen.is_at_end())
                    .then(|| judge(&lesson.input(), seen.input, &Ending::of(seen.trace), seen.complete)),
            }
        });
        LessonView { open, begun }
    }
}
