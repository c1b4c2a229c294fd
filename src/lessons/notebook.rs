//! What a learner has done in the lessons, and how it changes.

use serde::{Deserialize, Serialize};

use super::{Ending, Lesson, Step, Verdict, by_id, judge};
use crate::base::{SimTime, SortedMap, SortedSet};
use crate::graph::ExecutionGraph;
use crate::scenario::RunInput;
use crate::trace::TraceEvent;

/// All lessons of a learner.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Notebook {
    /// The lesson in view, by id.
    pub open: Option<String>,
    /// How far each lesson has come, by id.
    pub lessons: SortedMap<String, Progress>,
}

/// How far a lesson has come.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// The step in view, by id; empty for the first.
    pub step: String,
    /// Steps that were in view, by id.
    pub visited: SortedSet<String>,
    /// Steps whose moment was reached, by id.
    pub reached: SortedSet<String>,
    /// Answers: question → choice.
    pub answers: SortedMap<String, String>,
    /// Hints shown.
    pub hints: u8,
    /// Whether the solution was shown.
    pub solution: bool,
    /// The switch that is set.
    pub switch: Option<String>,
    /// Switches whose run was seen to its end → the state in which the job ended.
    pub tried: SortedMap<String, String>,
    /// Whether the task is solved.
    pub solved: bool,
}

/// Something that the learner does in a lesson.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Act {
    /// Open a lesson where it was left.
    Open(String),
    /// Close it; what was done is kept.
    Close,
    /// Forget what was done in it and begin anew.
    StartOver,
    /// To the next step, when this one is done.
    Next,
    /// To the step before.
    Back,
    /// To a step that was in view before, by id.
    GoTo(String),
    /// Answer a question: its id, the choice.
    Answer(String, String),
    /// To the moment that the step is about, without waiting for it.
    Skip,
    /// Run the lesson's own run again.
    Reset,
    /// One hint more.
    Hint,
    /// Show the solution: set its switch.
    Solution,
    /// Set a switch in place of the one that is set, or none.
    Switch(Option<String>),
    /// Go on with a preset: it is run, the lesson is closed.
    Further(String),
}

/// What the page has to do in answer.
#[derive(Clone, PartialEq, Debug)]
pub enum Wish {
    /// Run this from its opening moment.
    Run(Box<RunInput>),
    /// Go to a moment.
    Seek(SimTime),
}

/// The run in view, as a lesson looks at it.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// What runs.
    pub input: &'a RunInput,
    /// Its execution graph.
    pub graph: &'a ExecutionGraph,
    /// Its facts.
    pub trace: &'a [TraceEvent],
    /// Whether there will be no more of them.
    pub complete: bool,
    /// The moment in view.
    pub at: SimTime,
}

impl Seen<'_> {
    /// Whether the run was seen to its end.
    pub fn is_at_end(&self) -> bool {
        self.trace.last().is_none_or(|last| self.at >= last.at)
    }
}

impl Notebook {
    /// The lesson in view, how far it is, and its step in view.
    pub fn current(&self) -> Option<(&'static Lesson, &Progress, &'static Step)> {
        let lesson = by_id(self.open.as_deref()?)?;
        let progress = self.lessons.get(lesson.id)?;
        Some((lesson, progress, progress.step_of(lesson).1))
    }

    /// Changes it by what the learner did.
    pub fn act(&mut self, act: Act, seen: Seen) -> Vec<Wish> {
        if let Act::Open(id) = act {
            return self.open(&id, seen);
        }
        let Some(lesson) = self.open.as_deref().and_then(by_id) else { return Vec::new() };
        let progress = self.lessons.or_default(lesson.id.to_owned());
        match act {
            Act::Close => {
                self.open = None;
                Vec::new()
            }
            Act::Further(preset) => {
                self.open = None;
                let run = crate::scenario::presets::run(&preset);
                run.map(|input| Wish::Run(Box::new(input))).into_iter().collect()
            }
            act => progress.act(lesson, act, seen),
        }
    }

    fn open(&mut self, id: &str, seen: Seen) -> Vec<Wish> {
        let Some(lesson) = by_id(id) else { return Vec::new() };
        self.open = Some(lesson.id.to_owned());
        let progress = self.lessons.or_default(lesson.id.to_owned());
        progress.enter(lesson, progress.step_of(lesson).0);
        let input = progress.input(lesson);
        if input == *seen.input { Vec::new() } else { vec![Wish::Run(Box::new(input))] }
    }

    /// Where playing from `from` to `to` has to stop, because the step is about a moment between.
    pub fn stop_between(&self, from: SimTime, to: SimTime, seen: Seen) -> Option<SimTime> {
        let (lesson, progress, step) = self.current()?;
        if progress.reached.contains(step.id) || *seen.input != lesson.input() {
            return None;
        }
        step.until?.of(seen.trace).filter(|moment| from < *moment && *moment <= to)
    }

    /// Notes what has come into view. True when there is something new to keep.
    pub fn observe(&mut self, seen: Seen) -> bool {
        let Some((lesson, _, step)) = self.current() else { return false };
        let Some(progress) = self.lessons.get_mut(lesson.id) else { return false };
        if let Some(moment) = step.until.filter(|_| !progress.reached.contains(step.id))
            && *seen.input == lesson.input()
            && moment.of(seen.trace).is_some_and(|moment| seen.at >= moment)
        {
            return progress.reached.insert(step.id.to_owned());
        }
        step.task && seen.is_at_end() && progress.try_out(lesson, seen)
    }
}

impl Progress {
    /// The step in view and its position.
    pub fn step_of(&self, lesson: &'static Lesson) -> (usize, &'static Step) {
        lesson.step(&self.step).unwrap_or((0, &lesson.steps[0]))
    }

    /// Whether the learner can go on from a step.
    pub fn is_done(&self, step: &Step) -> bool {
        let answered = step.questions.iter().all(|question| self.answers.contains_key(question.id));
        let reached = step.until.is_none() || self.reached.contains(step.id);
        answered && reached && (!step.task || self.solved)
    }

    /// Whether the run has shown who is right about a question.
    pub fn is_compared(&self, lesson: &Lesson, question: &str) -> bool {
        lesson.steps.iter().any(|step| step.compares.contains(&question) && self.reached.contains(step.id))
    }

    /// The run that belongs to the step in view.
    pub fn input(&self, lesson: &'static Lesson) -> RunInput {
        let switch = self.switch.as_deref().and_then(|id| lesson.switch(id));
        match switch {
            Some(switch) if self.step_of(lesson).1.task => lesson.switched(switch),
            _ => lesson.input(),
        }
    }

    fn enter(&mut self, lesson: &'static Lesson, position: usize) {
        let id = lesson.steps[position].id;
        self.step = id.to_owned();
        self.visited.insert(id.to_owned());
    }

    fn act(&mut self, lesson: &'static Lesson, act: Act, seen: Seen) -> Vec<Wish> {
        let (position, step) = self.step_of(lesson);
        match act {
            Act::Next if self.is_done(step) && position + 1 < lesson.steps.len() => {
                self.go_to(lesson, position + 1, seen)
            }
            Act::Back if position > 0 => self.go_to(lesson, position - 1, seen),
            Act::GoTo(id) if self.visited.contains(&id) => match lesson.step(&id) {
                Some((position, _)) => self.go_to(lesson, position, seen),
                None => Vec::new(),
            },
            Act::StartOver => {
                *self = Progress::default();
                self.enter(lesson, 0);
                vec![Wish::Run(Box::new(lesson.input()))]
            }
            Act::Answer(question, choice) => {
                self.answer(lesson, step, question, choice);
                Vec::new()
            }
            Act::Skip => self.skip(lesson, step, seen),
            Act::Reset => {
                self.switch = None;
                vec![Wish::Run(Box::new(lesson.input()))]
            }
            Act::Hint => {
                self.hints = (self.hints + 1).min(lesson.hints);
                Vec::new()
            }
            Act::Solution => {
                self.solution = true;
                self.set(lesson, Some(lesson.solution.to_owned()))
            }
            Act::Switch(id) => self.set(lesson, id),
            _ => Vec::new(),
        }
    }

    /// A step is about the lesson's own run, the task about the one that its switch makes.
    fn go_to(&mut self, lesson: &'static Lesson, position: usize, seen: Seen) -> Vec<Wish> {
        self.enter(lesson, position);
        let step = &lesson.steps[position];
        let input = self.input(lesson);
        let about_a_run = step.until.is_some() || !step.questions.is_empty() || step.task && !self.solved;
        if about_a_run && input != *seen.input { vec![Wish::Run(Box::new(input))] } else { Vec::new() }
    }

    /// An answer can be changed until the run has shown who is right.
    fn answer(&mut self, lesson: &'static Lesson, step: &Step, question: String, choice: String) {
        let known = step.questions.iter().any(|asked| asked.id == question && asked.choices.contains(&choice.as_str()));
        if known && !self.is_compared(lesson, &question) {
            self.answers.insert(question, choice);
        }
    }

    fn skip(&mut self, lesson: &'static Lesson, step: &Step, seen: Seen) -> Vec<Wish> {
        if step.task {
            return seen.trace.last().map(|last| Wish::Seek(last.at)).into_iter().collect();
        }
        if *seen.input != lesson.input() {
            return vec![Wish::Run(Box::new(lesson.input()))];
        }
        step.until.and_then(|moment| moment.of(seen.trace)).map(Wish::Seek).into_iter().collect()
    }

    fn set(&mut self, lesson: &'static Lesson, id: Option<String>) -> Vec<Wish> {
        self.switch = id.filter(|id| lesson.switch(id).is_some());
        vec![Wish::Run(Box::new(self.input(lesson)))]
    }

    /// Judges a run that was seen to its end.
    fn try_out(&mut self, lesson: &'static Lesson, seen: Seen) -> bool {
        let before = self.clone();
        let switch = lesson.switches.iter().find(|switch| lesson.switched(switch) == *seen.input);
        if switch.is_some_and(|switch| self.tried.contains_key(switch.id)) && self.solved {
            return false;
        }
        let ending = Ending::of(seen.trace);
        if let Some(switch) = switch {
            self.tried.insert(switch.id.to_owned(), ending.status.name().to_owned());
        }
        let verdict: Verdict = judge(&lesson.input(), seen.input, &ending, seen.complete);
        self.solved |= verdict.is_solved();
        *self != before
    }
}
