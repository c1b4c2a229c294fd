//! The timeline: every moment is what a straight run gives, stops are found in both directions.

use std::sync::Arc;

use checkpoint_lab::base::{SimDuration, SimTime};
use checkpoint_lab::engine::Engine;
use checkpoint_lab::scenario::{Commands, DatasetRows, RestartStrategy, RunInput, presets};
use checkpoint_lab::timeline::{Landmark, Reach, Timeline};
use checkpoint_lab::trace::{Fact, JobStatus};

fn handout() -> RunInput {
    RunInput { scenario: presets::handout(), seed: 7, commands: Commands::default(), snapshot: None }
}

/// The handout with some thousand rows that do not sleep, and a function that fails for ever: an endless run.
fn endless() -> RunInput {
    let mut input = handout();
    input.scenario.data[0].rows = DatasetRows::Generated { rows: 2_000, seed: 3 };
    input.scenario.restart = RestartStrategy::FixedDelay { attempts: 1_000_000, delay_ms: 1_000 };
    input
}

/// What two engines must agree on. Caches of the trace (statements inside calls) are not part of a moment.
fn shown(engine: &Engine) -> String {
    let graph = engine.graph();
    let mut text = format!("{:?} {} {:?} {:?}", engine.now(), engine.steps(), engine.job(), engine.coordinator());
    for id in 0..graph.subtasks.len() as u32 {
        let task = engine.subtask(checkpoint_lab::base::SubtaskId(id));
        text.push_str(&format!("{:?} {:?} {:?} {:?}", task.state, task.attempt, task.activity, task.mailbox));
        for operator in &task.operators {
            text.push_str(&format!("{:?} {:?} {:?}", operator.fields, operator.state, operator.source));
            if let Some(worker) = &operator.worker {
                text.push_str(&format!("{:?} {:?} {:?}", worker.queue, worker.busy, worker.results));
            }
        }
    }
    for id in 0..graph.channels.len() as u32 {
        text.push_str(&format!("{:?}", engine.channel(checkpoint_lab::base::ChannelId(id))));
    }
    text + &format!("{:?}", engine.outside())
}

#[test]
fn every_moment_is_that_of_a_straight_run() {
    let input = Arc::new(handout());
    let mut timeline = Timeline::new(input.clone());
    assert!(timeline.is_complete());
    let end = timeline.end().micros();
    let mut moments: Vec<SimTime> = (0..60).map(|i| SimTime::from_micros(end / 59 * i)).collect();
    moments.extend(timeline.trace().iter().step_by(17).map(|event| event.at));
    // Forwards, backwards and in leaps: the way there must not matter.
    let leaps: Vec<SimTime> = (0..moments.len()).map(|i| moments[i * 37 % moments.len()]).collect();
    for at in moments.iter().chain(moments.iter().rev()).chain(&leaps) {
        let mut straight = Engine::new(input.clone());
        straight.run_until(*at, u64::MAX);
        assert_eq!(shown(timeline.seek(*at)), shown(&straight), "at {at}");
    }
}

#[test]
fn the_trace_is_that_of_one_run() {
    let timeline = Timeline::new(handout());
    let mut straight = Engine::new(Arc::new(handout()));
    straight.run_until(SimTime::MAX, u64::MAX);
    assert_eq!(timeline.trace(), straight.trace());
    assert_eq!(timeline.last().job().status, JobStatus::Failed);
}

#[test]
fn stops_lead_through_the_run_and_back() {
    let timeline = Timeline::new(handout());
    for kind in Landmark::ALL {
        let mut forwards = Vec::new();
        let mut at = SimTime::ZERO;
        while let Some(stop) = timeline.next(kind, at) {
            assert!(timeline.trace()[stop].at > at);
            at = timeline.trace()[stop].at;
            forwards.push(stop);
        }
        let mut backwards = Vec::new();
        let mut at = timeline.end() + SimDuration::from_micros(1);
        while let Some(stop) = timeline.previous(kind, at) {
            at = timeline.trace()[stop].at;
            backwards.push(stop);
        }
        backwards.reverse();
        backwards.retain(|stop| timeline.trace()[*stop].at > SimTime::ZERO);
        assert_eq!(forwards, backwards, "{kind:?}");
    }
    let failures = |timeline: &Timeline| {
        let mut at = SimTime::ZERO;
        std::iter::from_fn(|| {
            let stop = timeline.next(Landmark::Failure, at)?;
            at = timeline.trace()[stop].at;
            Some(stop)
        })
        .count()
    };
    assert_eq!(failures(&timeline), 4, "the handout fails four times");
}

#[test]
fn a_dozen_records_within_a_millisecond_are_one_stop() {
    let timeline = Timeline::new(handout());
    let is_flow = |event: &&checkpoint_lab::trace::TraceEvent| matches!(event.fact, Fact::RecordEmitted { .. });
    let emitted = timeline.trace().iter().filter(is_flow).count();
    let mut at = SimTime::ZERO;
    let mut stops = 0;
    while let Some(stop) = timeline.next(Landmark::Event, at) {
        at = timeline.trace()[stop].at;
        stops += usize::from(is_flow(&&timeline.trace()[stop]));
    }
    assert!(stops * 4 < emitted, "{stops} stops for {emitted} records");
}

#[test]
fn a_run_without_end_is_simulated_on_when_asked() {
    let reach = Reach { time: SimDuration::from_millis(60_000), events: 20_000 };
    let mut timeline = Timeline::with_reach(endless(), reach);
    assert!(!timeline.is_complete());
    let known = timeline.end();
    let later = known + SimDuration::from_millis(30_000);
    let mut straight = Engine::new(Arc::new(endless()));
    straight.run_until(later, u64::MAX);
    assert_eq!(shown(timeline.seek(later)), shown(&straight));
    assert!(timeline.end() >= later);
    let position = timeline.position(later);
    assert_eq!(timeline.trace()[..position], straight.trace()[..position]);
}

#[test]
fn any_moment_of_a_long_run_is_a_few_hundred_events_away() {
    let reach = Reach { time: SimDuration::from_millis(1_000_000_000), events: 100_000 };
    let mut timeline = Timeline::with_reach(endless(), reach);
    let end = timeline.end().micros();
    for i in (0..50).rev() {
        let at = SimTime::from_micros(end / 50 * i);
        assert!(timeline.distance(at) <= 1_024, "{} events to {at}", timeline.distance(at));
        timeline.seek(at);
    }
}

#[test]
fn two_runs_part_at_their_first_different_fact() {
    let first = Timeline::new(handout());
    assert_eq!(first.first_difference(&first.rerun(handout())), None);
    let mut other = handout();
    other.scenario.restart = RestartStrategy::FixedDelay { attempts: 3, delay_ms: 7_000 };
    let second = first.rerun(other);
    let difference = first.first_difference(&second).expect("the delay shows");
    let fact = &first.trace()[difference.index].fact;
    assert!(matches!(fact, Fact::RestartScheduled { .. }), "{fact:?}");
    assert_eq!(first.first_difference(&second), second.first_difference(&first));
}
