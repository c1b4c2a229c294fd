//! What a lesson is made of. All of it is data in constants; the words of an item stand in the lesson's Markdown under the
//! item's key.

use std::sync::Arc;

use super::{Ending, Moment, Switch};
use crate::base::SimTime;
use crate::engine::Engine;
use crate::scenario::{RunInput, presets};
use crate::trace::TraceEvent;

/// A lesson.
#[derive(Debug)]
pub struct Lesson {
    /// Its id, which is also its file's name.
    pub id: &'static str,
    /// The preset that it is about.
    pub preset: &'static str,
    /// The seed of its run.
    pub seed: u64,
    /// Its steps, in order.
    pub steps: &'static [Step],
    /// The changes that its task offers, of which one may be made at a time.
    pub switches: &'static [Switch],
    /// The id of the switch that solves the task.
    pub solution: &'static str,
    /// How many hints it has: `hint/1` …
    pub hints: u8,
    /// The runs of a real Flink that show the same.
    pub recorded: Recorded,
    /// Presets to go on with.
    pub further: &'static [&'static str],
}

/// Runs of a real Flink.
#[derive(Debug)]
pub struct Recorded {
    /// The release.
    pub flink: &'static str,
    /// How many.
    pub runs: u32,
}

/// A step of a lesson. Its title and text are under `step/ID`, what is said once its moment is reached under
/// `step/ID/reached`.
#[derive(Debug)]
pub struct Step {
    /// Its id.
    pub id: &'static str,
    /// What it asks before anything happens. The learner has to answer to go on.
    pub questions: &'static [Question],
    /// The moment of the lesson's run that it is about. Playing stops there.
    pub until: Option<Moment>,
    /// The questions whose answers are compared with the run, by id.
    pub compares: &'static [&'static str],
    /// What the handout claims, line by line, beside what is true.
    pub claims: &'static [Claim],
    /// Whether the learner has to bring the job to FINISHED by one change.
    pub task: bool,
    /// What it points at in the picture.
    pub focus: Option<Focus>,
}

impl Step {
    /// A step with nothing but words.
    pub const WORDS: Step =
        Step { id: "", questions: &[], until: None, compares: &[], claims: &[], task: false, focus: None };
}

/// A part of the picture that a step points at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Focus {
    /// The sources.
    Source,
    /// The operators with a function.
    Function,
    /// The JobManager.
    JobManager,
    /// The checkpoint storage.
    Storage,
    /// The console.
    Console,
}

impl Focus {
    /// Its name in the page.
    pub const fn name(self) -> &'static str {
        match self {
            Focus::Source => "source",
            Focus::Function => "function",
            Focus::JobManager => "job-manager",
            Focus::Storage => "storage",
            Focus::Console => "console",
        }
    }
}

/// A question with choices. Its words are under `question/ID`, those of a choice under `question/ID/CHOICE`.
#[derive(Debug)]
pub struct Question {
    /// Its id.
    pub id: &'static str,
    /// The choices, in order.
    pub choices: &'static [&'static str],
    /// Which of them a run proves right.
    pub truth: fn(&Ending) -> Option<&'static str>,
}

/// What the handout claims, and what stands there in truth. Why is under `claim/ID`.
#[derive(Debug)]
pub struct Claim {
    /// Its id.
    pub id: &'static str,
    /// Lines quoted from the handout; the same in both languages.
    pub quote: &'static str,
    /// What is there instead.
    pub truth: Truth,
    /// What is wrong with it.
    pub mark: Mark,
    /// The rules that say so, by id.
    pub rules: &'static [&'static str],
}

/// What a run has in the place of a claim.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Truth {
    /// So many lines on stdout.
    Stdout {
        /// The first of them, from 0.
        from: usize,
        /// How many.
        lines: usize,
    },
    /// The first line of Flink's log that has this in it.
    Log(&'static str),
    /// Nothing of the kind.
    Nothing,
    /// Rows of the input that never come out.
    Lost,
    /// Rows that come out several times.
    Repeats,
}

impl Truth {
    /// The lines that stand there in truth, out of those on stdout and those of Flink's log; none where the truth is not a
    /// line but a count.
    pub fn lines<'a>(self, stdout: &[&'a str], log: &[&'a str]) -> Vec<&'a str> {
        match self {
            Truth::Stdout { from, lines } => stdout.iter().skip(from).take(lines).copied().collect(),
            Truth::Log(part) => log.iter().find(|line| line.contains(part)).copied().into_iter().collect(),
            Truth::Nothing | Truth::Lost | Truth::Repeats => Vec::new(),
        }
    }
}

/// What is wrong with a claim.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mark {
    /// It is there, but it does not mean what it says.
    Misleading,
    /// It is not so.
    Wrong,
}

impl Lesson {
    /// The run that it is about.
    ///
    /// # Panics
    /// When its preset does not exist, which a test excludes.
    pub fn input(&self) -> RunInput {
        RunInput { seed: self.seed, ..presets::run(self.preset).expect("the lesson's preset exists") }
    }

    /// The step with this id, and its position.
    pub fn step(&self, id: &str) -> Option<(usize, &'static Step)> {
        self.steps.iter().position(|step| step.id == id).map(|at| (at, &self.steps[at]))
    }

    /// The question with this id.
    pub fn question(&self, id: &str) -> Option<&'static Question> {
        self.steps.iter().flat_map(|step| step.questions).find(|question| question.id == id)
    }

    /// The switch with this id.
    pub fn switch(&self, id: &str) -> Option<&'static Switch> {
        self.switches.iter().find(|switch| switch.id == id)
    }

    /// The run with a switch set.
    pub fn switched(&self, switch: &Switch) -> RunInput {
        let mut input = self.input();
        (switch.apply)(&mut input.scenario);
        input
    }

    /// Its run, simulated to the end: trace and ending.
    pub fn reference(&self) -> Reference {
        Reference::of(Arc::new(self.input()))
    }

    /// The keys that its Markdown must have, no more and no less.
    pub fn keys(&self) -> Vec<String> {
        let mut keys = vec!["lesson".to_owned()];
        for step in self.steps {
            keys.push(format!("step/{}", step.id));
            if step.until.is_some() {
                keys.push(format!("step/{}/reached", step.id));
            }
            for question in step.questions {
                keys.push(format!("question/{}", question.id));
                keys.extend(question.choices.iter().map(|choice| format!("question/{}/{choice}", question.id)));
                keys.push(format!("question/{}/why", question.id));
            }
            keys.extend(step.claims.iter().map(|claim| format!("claim/{}", claim.id)));
        }
        for switch in self.switches {
            keys.push(format!("switch/{}", switch.id));
            keys.push(format!("switch/{}/why", switch.id));
        }
        keys.extend((1..=self.hints).map(|hint| format!("hint/{hint}")));
        keys.extend(["solution", "solved"].map(str::to_owned));
        keys.extend(self.further.iter().map(|preset| format!("further/{preset}")));
        keys
    }
}

/// A lesson's run as it is, to compare with.
#[derive(Clone, Debug)]
pub struct Reference {
    /// The engine at its end.
    pub engine: Engine,
    /// Its facts.
    pub trace: Vec<TraceEvent>,
    /// What came of it.
    pub ending: Ending,
}

/// No lesson's run is longer.
const LONGEST: (SimTime, u64) = (SimTime::from_millis(600_000), 200_000);

impl Reference {
    fn of(input: Arc<RunInput>) -> Reference {
        let mut engine = Engine::new(input.clone());
        engine.run_until(LONGEST.0, LONGEST.1);
        let trace = engine.take_trace();
        let ending = Ending::of(&trace);
        Reference { engine, trace, ending }
    }
}
