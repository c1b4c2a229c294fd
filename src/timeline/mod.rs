//! A run laid out in time: any moment of it can be reached, forwards and backwards.
//!
//! The run is simulated once, with its trace, and sparse *keyframes* (clones of the engine) are kept on the way. A moment is
//! reached from the last keyframe before it, or from where the cursor stands when that is nearer. What is not simulated yet
//! is added when somebody asks for it ([`Timeline::ensure`]), for a run need not end.
//!
//! Invariant: the engine at a moment is the one that a straight run to that moment gives.

mod keyframes;
mod landmark;

pub use landmark::{Landmark, Weight, weight};

use std::sync::Arc;

use crate::base::{SimDuration, SimTime};
use crate::engine::{Engine, Stop};
use crate::graph::ExecutionGraph;
use crate::scenario::RunInput;
use crate::trace::TraceEvent;
use keyframes::Keyframes;
use landmark::Stops;

/// How far a run is simulated in one go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reach {
    /// Simulated time.
    pub time: SimDuration,
    /// Events of the engine.
    pub events: u64,
}

impl Default for Reach {
    fn default() -> Self {
        Reach { time: SimDuration::from_millis(3_600_000), events: 100_000 }
    }
}

/// A run in time.
#[derive(Clone, Debug)]
pub struct Timeline {
    input: Arc<RunInput>,
    trace: Vec<TraceEvent>,
    stops: Stops,
    keyframes: Keyframes,
    /// As far as the run is simulated; it records the trace.
    front: Engine,
    complete: bool,
    reach: Reach,
    /// Where the reader stands.
    cursor: Engine,
}

/// Where two runs part.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Difference {
    /// The position in both traces.
    pub index: usize,
    /// The moment of the earlier of the two facts there.
    pub at: SimTime,
}

impl Timeline {
    /// Simulates a run as far as the usual reach goes.
    ///
    /// # Panics
    /// When the scenario has issues that are errors.
    pub fn new(input: impl Into<Arc<RunInput>>) -> Timeline {
        Timeline::with_reach(input, Reach::default())
    }

    /// The same with a reach of one's own.
    pub fn with_reach(input: impl Into<Arc<RunInput>>, reach: Reach) -> Timeline {
        let input = input.into();
        let mut front = Engine::new(input.clone());
        let trace = front.take_trace();
        let cursor = Keyframes::quiet_clone(&front);
        let keyframes = Keyframes::starting_with(cursor.clone());
        let mut timeline =
            Timeline { input, trace, stops: Stops::default(), keyframes, front, complete: false, reach, cursor };
        timeline.explore(SimTime::ZERO + reach.time, reach.events);
        timeline
    }

    /// Another run in place of this one, with the same reach.
    pub fn rerun(&self, input: impl Into<Arc<RunInput>>) -> Timeline {
        let input = input.into();
        if *input == *self.input { self.clone() } else { Timeline::with_reach(input, self.reach) }
    }

    /// Simulates on to `until`, inclusive, at most `events` events.
    fn explore(&mut self, until: SimTime, events: u64) {
        let last = self.front.steps().saturating_add(events);
        while !self.complete && self.front.steps() < last {
            let chunk = self.keyframes.spacing().min(last - self.front.steps());
            let stop = self.front.run_until(until, chunk);
            self.trace.append(&mut self.front.take_trace());
            match stop {
                Stop::BudgetSpent => self.keyframes.offer(&self.front),
                Stop::Reached => break,
                Stop::Quiet => self.complete = true,
            }
        }
        self.stops.extend(&self.trace);
    }

    /// Makes sure that the run is simulated up to a moment, if it lasts that long.
    pub fn ensure(&mut self, at: SimTime) {
        if !self.complete && at > self.explored() {
            self.explore(at, u64::MAX);
        }
    }

    /// What runs.
    pub fn input(&self) -> &Arc<RunInput> {
        &self.input
    }

    /// Its execution graph.
    pub fn graph(&self) -> &ExecutionGraph {
        self.front.graph()
    }

    /// All facts so far simulated.
    pub fn trace(&self) -> &[TraceEvent] {
        &self.trace
    }

    /// Whether nothing will happen after the last fact.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// The end: of the run when it is complete, else of what is simulated.
    pub fn end(&self) -> SimTime {
        if self.complete { self.trace.last().map_or(SimTime::ZERO, |last| last.at) } else { self.front.now() }
    }

    /// Up to where every event is known.
    fn explored(&self) -> SimTime {
        match self.front.next_event_at() {
            Some(next) => SimTime::from_micros(next.micros().saturating_sub(1)),
            None => self.front.now(),
        }
    }

    /// The engine at a moment, everything that happens at it included. Simulates on where needed.
    pub fn seek(&mut self, at: SimTime) -> &Engine {
        self.ensure(at);
        let nearest = self.keyframes.before(at);
        if self.cursor.now() > at || nearest.steps() > self.cursor.steps() {
            self.cursor = nearest.clone();
        }
        self.cursor.run_until(at, u64::MAX);
        &self.cursor
    }

    /// How many events have to be run again to reach a moment from the nearest keyframe.
    pub fn distance(&self, at: SimTime) -> u64 {
        let mut engine = self.keyframes.before(at).clone();
        let from = engine.steps();
        engine.run_until(at, u64::MAX);
        engine.steps() - from
    }

    /// The engine at the moment that was sought last.
    pub fn engine(&self) -> &Engine {
        &self.cursor
    }

    /// The engine as far as the run is simulated: for a complete run, how it ended.
    pub fn last(&self) -> &Engine {
        &self.front
    }

    /// How many facts have happened at a moment or before it.
    pub fn position(&self, at: SimTime) -> usize {
        self.trace.partition_point(|event| event.at <= at)
    }

    /// The fact that speaks for a moment: of the last instant at or before it with a stop, the weightiest.
    pub fn fact_at(&self, at: SimTime) -> Option<usize> {
        self.stops.previous(Landmark::Event, at + SimDuration::from_micros(1), &self.trace)
    }

    /// The first stop after a moment, as a position in the trace.
    pub fn next(&self, kind: Landmark, after: SimTime) -> Option<usize> {
        self.stops.next(kind, after, &self.trace)
    }

    /// The last stop before a moment.
    pub fn previous(&self, kind: Landmark, before: SimTime) -> Option<usize> {
        self.stops.previous(kind, before, &self.trace)
    }

    /// The first fact in which two runs differ, as far as both are simulated; `None` when neither has one.
    pub fn first_difference(&self, other: &Timeline) -> Option<Difference> {
        let both = self.trace.iter().zip(&other.trace);
        let index = both.take_while(|(a, b)| a.at == b.at && a.fact == b.fact).count();
        let at = match (self.trace.get(index), other.trace.get(index)) {
            (Some(a), Some(b)) => a.at.min(b.at),
            (Some(only), None) if other.complete => only.at,
            (None, Some(only)) if self.complete => only.at,
            _ => return None,
        };
        Some(Difference { index, at })
    }
}
