//! The model: the learner's input, the run made from it, the moment in view, and how the page shows it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{CsvDraft, History, Speed, Summary, playback};
use crate::base::{Language, SimTime};
use crate::engine::Engine;
use crate::lessons::{Notebook, Seen};
use crate::scenario::{Issue, RunInput, Scenario, Severity};
use crate::timeline::Timeline;
use crate::trace::TraceEvent;

/// Everything that the page shows.
#[derive(Clone, Debug)]
pub struct Model {
    pub(super) input: Arc<RunInput>,
    pub(super) check: Check,
    pub(super) issues: Vec<Issue>,
    pub(super) timeline: Timeline,
    pub(super) run: u64,
    pub(super) at: SimTime,
    pub(super) playing: bool,
    pub(super) history: History,
    pub(super) summary: Summary,
    pub(super) before: Option<Summary>,
    pub(super) notebook: Notebook,
    /// How fast time passes while playing.
    pub speed: Speed,
    /// The language of the page.
    pub language: Language,
    /// Light, dark, or as the system wants it.
    pub theme: Theme,
    /// The tab in view.
    pub tab: Tab,
    /// The dialog in view.
    pub dialog: Option<Dialog>,
    /// What has to be said once.
    pub notice: Option<Notice>,
}

/// The tabs beside the stage.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tab {
    /// The scenario's settings.
    Settings,
    /// The job as a script.
    #[default]
    Code,
    /// What the operators hold.
    State,
    /// Flink's checkpoints page.
    Checkpoints,
    /// Why the current event happened.
    Why,
}

impl Tab {
    /// All of them, in order.
    pub const ALL: [Tab; 5] = [Tab::Settings, Tab::Code, Tab::State, Tab::Checkpoints, Tab::Why];
}

/// Which colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system wants it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// What lies over the page. There is one at a time, so its size does not matter.
#[derive(Clone, PartialEq, Debug)]
#[allow(clippy::large_enum_variant)]
pub enum Dialog {
    /// What the model leaves out.
    LeavesOut,
    /// The keys.
    Keys,
    /// A CSV text that is about to become the data.
    Csv(CsvDraft),
}

/// Something to say once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Notice {
    /// A CSV became the data.
    CsvLoaded {
        /// The file's name.
        file: String,
        /// Rows that the source reads.
        rows: usize,
        /// Rows left out because a value was missing.
        dropped: usize,
    },
    /// Something is on the clipboard.
    Copied,
    /// The browser keeps nothing: what is done here is lost with the tab.
    NotKept,
}

/// Finds what is wrong with an input.
pub type Check = fn(&RunInput) -> Vec<Issue>;

impl Model {
    /// A model that shows `input` from its opening moment. An input that can't run is replaced by nothing: its issues are
    /// shown beside a run of `fallback`.
    ///
    /// # Panics
    /// When `fallback` can't run either.
    pub fn new(input: RunInput, fallback: RunInput, language: Language) -> Model {
        Model::checked_by(RunInput::issues, input, fallback, language)
    }

    /// The same, with another way to find issues: a page whose inputs are all known to be sound needs no check before
    /// somebody edits one.
    ///
    /// # Panics
    /// When `fallback` can't run.
    pub fn checked_by(check: Check, input: RunInput, fallback: RunInput, language: Language) -> Model {
        let issues = check(&input);
        let runs = runnable(&issues);
        let input = Arc::new(input);
        let timeline = Timeline::new(if runs { input.clone() } else { Arc::new(fallback) });
        let at = playback::opening(&timeline);
        let summary = Summary::of(&timeline);
        let mut model = Model {
            input,
            check,
            issues,
            timeline,
            run: 0,
            at,
            playing: false,
            history: History::default(),
            summary,
            before: None,
            notebook: Notebook::default(),
            speed: Speed::REAL,
            language,
            theme: Theme::default(),
            tab: Tab::default(),
            dialog: None,
            notice: None,
        };
        model.timeline.seek(at);
        model
    }

    /// From now on issues are found in this way.
    pub fn set_check(&mut self, check: Check) {
        self.check = check;
        self.issues = check(&self.input);
    }

    /// Goes on with what was kept of an earlier session: the moment, the lessons, the tab.
    pub fn resume(&mut self, at: SimTime, notebook: Notebook, tab: Tab) {
        self.notebook = notebook;
        self.tab = tab;
        self.at = at.min(self.timeline.end());
        self.timeline.seek(self.at);
    }

    /// What the learner has done in the lessons.
    pub fn notebook(&self) -> &Notebook {
        &self.notebook
    }

    /// The run in view, as a lesson looks at it.
    pub fn seen(&self) -> Seen<'_> {
        seen(&self.timeline, self.at)
    }

    /// The learner's input as it stands, whether it can run or not.
    pub fn input(&self) -> &Arc<RunInput> {
        &self.input
    }

    /// The scenario of the input.
    pub fn scenario(&self) -> &Scenario {
        &self.input.scenario
    }

    /// What is wrong with the input.
    pub fn issues(&self) -> &[Issue] {
        &self.issues
    }

    /// Whether the run in view is that of the input; else it is that of the last input that could run.
    pub fn is_current(&self) -> bool {
        Arc::ptr_eq(self.timeline.input(), &self.input) || **self.timeline.input() == *self.input
    }

    /// The run in view.
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// The figures of the run in view.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// The figures of the run before the last edit.
    pub fn before(&self) -> Option<&Summary> {
        self.before.as_ref()
    }

    /// Rises whenever another run comes into view.
    pub fn run(&self) -> u64 {
        self.run
    }

    /// The moment in view.
    pub fn at(&self) -> SimTime {
        self.at
    }

    /// The engine at the moment in view.
    pub fn engine(&self) -> &Engine {
        self.timeline.engine()
    }

    /// How many facts have happened up to the moment in view.
    pub fn position(&self) -> usize {
        self.timeline.position(self.at)
    }

    /// The fact that speaks for the moment in view, and its place in the trace.
    pub fn current(&self) -> Option<(usize, &TraceEvent)> {
        let index = self.timeline.fact_at(self.at)?;
        Some((index, &self.timeline.trace()[index]))
    }

    /// Whether time passes.
    pub fn is_playing(&self) -> bool {
        self.playing
    }

    /// The edits that can be undone.
    pub fn history(&self) -> &History {
        &self.history
    }
}

/// A run at a moment, as a lesson looks at it.
pub(super) fn seen(timeline: &Timeline, at: SimTime) -> Seen<'_> {
    Seen {
        input: timeline.input(),
        graph: timeline.graph(),
        trace: timeline.trace(),
        complete: timeline.is_complete(),
        at,
    }
}

/// Whether an input with these issues can run.
pub(super) fn runnable(issues: &[Issue]) -> bool {
    issues.iter().all(|issue| issue.severity() != Severity::Error)
}
