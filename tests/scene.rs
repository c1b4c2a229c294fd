//! The scene: where things stand in any room, that a moment looks the same however it is reached, and what the strip says
//! of a run.

use std::collections::BTreeSet;

use checkpoint_lab::base::{ChannelId, CheckpointId, RecordId, SimDuration, SimTime, SubtaskId};
use checkpoint_lab::scenario::{RunInput, presets};
use checkpoint_lab::scene::geometry::{Point, Rect};
use checkpoint_lab::scene::signals::SignalKind;
use checkpoint_lab::scene::storage::CardStatus;
use checkpoint_lab::scene::strip::{CheckpointEnd, Span};
use checkpoint_lab::scene::tasks::{CheckpointPhase, OperatorContents};
use checkpoint_lab::scene::tokens::{MOST_TOKENS, TokenKind};
use checkpoint_lab::scene::{Backdrop, Layout, Moment, Scene, StripPicture, Studio, Window};
use checkpoint_lab::timeline::{Landmark, Reach, Timeline};
use checkpoint_lab::trace::{ExecutionState, Fact, JobStatus};

/// Rooms from a phone to a large screen.
const ROOMS: [(f64, f64); 6] =
    [(360.0, 640.0), (390.0, 844.0), (619.0, 700.0), (620.0, 400.0), (760.0, 620.0), (1_400.0, 900.0)];

fn run_of(id: &str) -> RunInput {
    presets::run(id).expect("it is a preset")
}

fn timeline(input: RunInput) -> Timeline {
    Timeline::with_reach(input, Reach { time: SimDuration::from_millis(120_000), events: 20_000 })
}

/// Every preset, and the larger ones that a learner can make of them.
fn runs() -> Vec<(String, RunInput)> {
    let mut runs: Vec<(String, RunInput)> = presets::ALL.iter().map(|(id, _)| ((*id).to_owned(), run_of(id))).collect();
    for parallelism in 1..=4 {
        for chaining in [false, true] {
            let mut input = run_of("keyed-sum");
            input.scenario.parallelism = parallelism;
            input.scenario.chaining = chaining;
            input.scenario.cluster.slots_per_task_manager = 2;
            runs.push((format!("keyed-sum p={parallelism} chaining={chaining}"), input));
        }
    }
    let mut apart = run_of("handout");
    apart.scenario.chaining = false;
    runs.push(("handout apart".to_owned(), apart));
    runs
}

fn moments(timeline: &Timeline, count: u64) -> impl Iterator<Item = SimTime> + use<> {
    let end = timeline.end().micros();
    (0..count).map(move |i| SimTime::from_micros(end * i / (count - 1).max(1)))
}

fn scene_at(timeline: &mut Timeline, backdrop: &Backdrop, layout: &Layout, at: SimTime) -> Scene {
    timeline.seek(at);
    Scene::at(&Moment::of(timeline, backdrop, layout))
}

fn apart(name: &str, what: &str, rects: &[Rect]) {
    for (at, a) in rects.iter().enumerate() {
        for b in &rects[at + 1..] {
            assert!(!a.overlaps(*b), "{name}: {what} overlap: {a:?} {b:?}");
        }
    }
}

#[test]
fn nothing_overlaps_and_nothing_sticks_out() {
    for (name, input) in runs() {
        let timeline = timeline(input);
        for (width, height) in ROOMS {
            let name = format!("{name} in {width}×{height}");
            let layout = Layout::new(timeline.graph(), &timeline.input().scenario, width, height);
            assert_eq!(layout.tall, width < 620.0);
            let stage = Rect::new(0.0, 0.0, layout.width, layout.height);
            let mut blocks: Vec<Rect> = layout.task_managers.iter().map(|frame| frame.rect).collect();
            blocks.extend([layout.job_manager, layout.input, layout.storage, layout.output]);
            apart(&name, "cards", &blocks);
            for block in &blocks {
                assert!(stage.contains(*block), "{name}: {block:?} is not on the stage");
            }
            apart(&name, "tasks", &layout.subtasks.iter().map(|frame| frame.rect).collect::<Vec<_>>());
            apart(&name, "boxes", &[layout.coordinator, layout.restart]);
            apart(&name, "storage cards", &layout.cards);
            assert!(layout.job_manager.contains(layout.coordinator) && layout.job_manager.contains(layout.restart));
            assert!(!layout.cards.is_empty() && layout.cards.iter().all(|card| layout.storage.contains(*card)));
            for frame in &layout.subtasks {
                let manager = layout.task_managers.iter().find(|manager| manager.rect.contains(frame.rect));
                assert!(manager.is_some(), "{name}: a task outside of every TaskManager");
                apart(&name, "operators", &frame.panels.iter().map(|panel| panel.rect).collect::<Vec<_>>());
                for panel in &frame.panels {
                    assert!(frame.rect.contains(panel.rect), "{name}: an operator sticks out of its task");
                    assert!(panel.rect.w >= 110.0 && panel.rect.h >= 60.0, "{name}: {:?} is too small", panel.rect);
                    if let Some(worker) = panel.worker {
                        assert!(panel.rect.contains(worker.rect) && worker.rect.contains(worker.queue));
                        assert!(worker.rect.contains(worker.results) && !worker.queue.overlaps(worker.results));
                    }
                }
            }
            for tube in &layout.channels {
                assert!(tube.path.length() >= 60.0, "{name}: a channel of {} px", tube.path.length());
            }
        }
    }
}

#[test]
fn lines_begin_and_end_where_they_should() {
    for (name, input) in runs() {
        let timeline = timeline(input);
        for (width, height) in ROOMS {
            let layout = Layout::new(timeline.graph(), &timeline.input().scenario, width, height);
            let on_edge = |rect: Rect, point: Point| {
                rect.inset(-1.0).contains(Rect::new(point.x, point.y, 0.0, 0.0))
                    && !rect.inset(1.0).contains(Rect::new(point.x, point.y, 0.0, 0.0))
            };
            for frame in &layout.subtasks {
                assert!(on_edge(layout.job_manager, frame.trigger.start()), "{name}");
                assert!(on_edge(frame.rect, frame.trigger.end()), "{name}");
                assert!(
                    on_edge(frame.rect, frame.ack.start()) && on_edge(layout.job_manager, frame.ack.end()),
                    "{name}"
                );
                assert!(on_edge(frame.rect, layout.to_card(frame.id, 0).start()), "{name}");
                assert!(on_edge(layout.cards[0], layout.to_card(frame.id, 0).end()), "{name}");
            }
            for tube in &layout.channels {
                let node = &timeline.graph().channels[tube.id.index()];
                assert!(on_edge(layout.subtasks[node.from.index()].rect, tube.path.start()), "{name}");
                assert!(on_edge(layout.subtasks[node.to.index()].rect, tube.path.end()), "{name}");
            }
        }
    }
}

#[test]
fn a_moment_looks_the_same_however_it_is_reached() {
    for (name, input) in runs() {
        let mut timeline = timeline(input);
        let backdrop = Backdrop::of(&timeline);
        let layout = Layout::new(timeline.graph(), &timeline.input().scenario, 760.0, 620.0);
        let moments: Vec<SimTime> = moments(&timeline, 40).collect();
        let forwards: Vec<Scene> = moments.iter().map(|at| scene_at(&mut timeline, &backdrop, &layout, *at)).collect();
        for (at, expected) in moments.iter().zip(&forwards).rev() {
            assert_eq!(&scene_at(&mut timeline, &backdrop, &layout, *at), expected, "{name} at {at}");
        }
    }
}

#[test]
fn marks_are_on_the_stage_and_told_apart() {
    for (name, input) in runs() {
        let mut timeline = timeline(input);
        let backdrop = Backdrop::of(&timeline);
        for (width, height) in [(390.0, 844.0), (760.0, 620.0)] {
            let layout = Layout::new(timeline.graph(), &timeline.input().scenario, width, height);
            let stage = Rect::new(0.0, 0.0, layout.width, layout.height);
            for at in moments(&timeline, 60) {
                let scene = scene_at(&mut timeline, &backdrop, &layout, at);
                let inside = |point: Point| stage.contains(Rect::new(point.x, point.y, 0.0, 0.0));
                assert!(scene.tokens.iter().all(|token| inside(token.at)), "{name} at {at}: a mark off the stage");
                assert!(
                    scene.signals.iter().all(|signal| inside(signal.head)),
                    "{name} at {at}: a signal off the stage"
                );
                assert!(
                    scene.tokens.len() <= MOST_TOKENS + layout.subtasks.len() * 4,
                    "{name}: {}",
                    scene.tokens.len()
                );
                let signals: BTreeSet<u64> = scene.signals.iter().map(|signal| signal.key).collect();
                assert_eq!(signals.len(), scene.signals.len(), "{name} at {at}: two signals with one key");
                let tokens: BTreeSet<u64> = scene.tokens.iter().map(|token| token.key).collect();
                assert_eq!(tokens.len(), scene.tokens.len(), "{name} at {at}: two marks with one key");
            }
        }
    }
}

#[test]
fn a_tube_shows_its_elements_in_their_order() {
    let mut timeline = timeline(run_of("two-sources-alignment"));
    let backdrop = Backdrop::of(&timeline);
    let layout = Layout::new(timeline.graph(), &timeline.input().scenario, 1_400.0, 900.0);
    let mut blocked = 0;
    for at in moments(&timeline, 200) {
        let scene = scene_at(&mut timeline, &backdrop, &layout, at);
        for tube in &scene.tubes {
            let channel = timeline.engine().channel(tube.id);
            assert_eq!(tube.blocked, channel.blocked);
            blocked += usize::from(tube.blocked.is_some());
            assert!(tube.hidden <= channel.queue.len());
        }
        let barriers = |checkpoint: CheckpointId| {
            let channels = (0..layout.channels.len() as u32).map(|id| timeline.engine().channel(ChannelId(id)));
            let slots = channels.flat_map(|channel| &channel.queue);
            slots.filter(|slot| slot.element == checkpoint_lab::engine::Element::Barrier(checkpoint)).count()
        };
        for token in &scene.tokens {
            if let TokenKind::Barrier(checkpoint) = token.kind {
                let waiting = scene.tasks.iter().filter_map(|task| task.checkpoint?.checkpoint());
                assert!(barriers(checkpoint) + waiting.filter(|id| *id == checkpoint).count() > 0);
            }
        }
    }
    assert!(blocked > 0, "the preset shows a closed gate");
}

#[test]
fn in_the_handout_a_checkpoint_waits_for_the_whole_bundle() {
    let mut timeline = timeline(run_of("handout"));
    let backdrop = Backdrop::of(&timeline);
    let layout = Layout::new(timeline.graph(), &timeline.input().scenario, 760.0, 620.0);
    let triggered = timeline.trace()[timeline.next(Landmark::Barrier, SimTime::from_millis(6_000)).unwrap()].at;
    let scene = scene_at(&mut timeline, &backdrop, &layout, triggered + SimDuration::from_millis(400));
    let task = &scene.tasks[0];
    let Some(CheckpointPhase::AwaitingBundle { checkpoint: Some(checkpoint), position, remaining, .. }) =
        task.checkpoint
    else {
        panic!("the checkpoint waits for the bundle, not {:?}", task.checkpoint);
    };
    assert_eq!(position, 1);
    let OperatorContents::Function { fields, worker: Some(worker), .. } = &task.operators[1].kind else {
        panic!("the second operator is the function in its worker");
    };
    assert_eq!((worker.bundle, worker.waiting + 1), (12, remaining), "all twelve rows went into one bundle");
    assert_eq!(fields[0].raises_at.as_deref(), Some("5"));
    assert!(scene.tokens.iter().any(|token| token.kind == TokenKind::Barrier(checkpoint)));
    assert!(scene.job.coordinator.pending.iter().any(|pending| pending.id == checkpoint && pending.done == 0));
    let OperatorContents::Source { position, stored, .. } = &task.operators[0].kind else {
        panic!("the first is the source")
    };
    assert_eq!((*position, *stored), (Some((12, 12)), None), "the source has read everything and stores nothing");
    assert_eq!(scene.inputs[0].restart_at, 0);
}

#[test]
fn a_failure_shows_where_and_on_which_record_until_the_next_attempt() {
    let mut timeline = timeline(run_of("handout"));
    let backdrop = Backdrop::of(&timeline);
    let layout = Layout::new(timeline.graph(), &timeline.input().scenario, 760.0, 620.0);
    let thrown = timeline.trace()[timeline.next(Landmark::Failure, SimTime::ZERO).unwrap()].at;
    let scene = scene_at(&mut timeline, &backdrop, &layout, thrown + SimDuration::from_millis(2_000));
    assert_eq!(scene.job.status, JobStatus::Restarting);
    let failure = scene.tasks[0].failure.as_ref().expect("the failure shows");
    let (record, label) = failure.record.as_ref().expect("with its record");
    assert_eq!((record, &**label), (&RecordId(4), "tx1005"));
    assert!(scene.tokens.iter().any(|token| matches!(token.kind, TokenKind::Broken { record: RecordId(4), .. })));
    let (left, whole, over) = scene.job.restart.delay.expect("the delay runs down");
    assert!(left < whole && over > 0.0 && over < 1.0);
    let scene = scene_at(&mut timeline, &backdrop, &layout, thrown + SimDuration::from_millis(6_000));
    assert_eq!(scene.tasks[0].failure, None);
    assert_eq!(scene.tasks[0].state, ExecutionState::Initializing);
}

#[test]
fn state_travels_to_its_card_and_back() {
    let mut timeline = timeline(run_of("keyed-sum"));
    let backdrop = Backdrop::of(&timeline);
    let layout = Layout::new(timeline.graph(), &timeline.input().scenario, 760.0, 620.0);
    let mut flying = BTreeSet::new();
    let interesting: Vec<SimTime> = timeline.trace().iter().map(|event| event.at).collect();
    for at in interesting {
        let scene = scene_at(&mut timeline, &backdrop, &layout, at + SimDuration::from_micros(300));
        flying.extend(scene.signals.iter().filter(|signal| signal.flying).map(|signal| signal.kind));
        for card in &scene.storage.cards {
            assert!(card.place < layout.cards.len());
            assert_eq!(
                card.in_force,
                timeline.engine().coordinator().latest().is_some_and(|latest| latest.id == card.id)
            );
        }
    }
    for kind in [SignalKind::Trigger, SignalKind::Acknowledge, SignalKind::Snapshot, SignalKind::Restore] {
        assert!(flying.contains(&kind), "{kind:?} was never on its way: {flying:?}");
    }
    let end = timeline.end();
    let scene = scene_at(&mut timeline, &backdrop, &layout, end);
    assert!(scene.storage.cards.iter().all(|card| card.status != CardStatus::Pending), "the job is over");
    assert_eq!(scene.output.rows as usize, backdrop.strip.outputs.len());
    assert!(scene.output.duplicates > 0);
}

#[test]
fn the_strip_says_what_the_trace_says() {
    for (name, input) in runs() {
        let timeline = timeline(input);
        let strip = Backdrop::of(&timeline).strip;
        let ordered = |spans: &[Span]| {
            spans.windows(2).all(|pair| pair[0].to.is_some_and(|to| to <= pair[1].from)) && spans.iter().all(forwards)
        };
        fn forwards(span: &Span) -> bool {
            span.to.is_none_or(|to| to >= span.from)
        }
        assert!(ordered(&strip.job.iter().map(|(_, span)| *span).collect::<Vec<_>>()), "{name}: job");
        assert!(ordered(&strip.outages.iter().map(|outage| outage.span).collect::<Vec<_>>()), "{name}: outages");
        for (at, lane) in strip.lanes.iter().enumerate() {
            let last = timeline.last().subtask(SubtaskId(at as u32));
            assert!(ordered(&lane.states.iter().map(|state| state.span).collect::<Vec<_>>()), "{name}: states");
            assert_eq!(lane.states.last().map(|state| (state.state, state.attempt)), Some((last.state, last.attempt)));
            assert!(lane.calls.iter().all(|call| forwards(&call.span)));
            assert!(ordered(&lane.backpressure), "{name}: backpressure {:?}", lane.backpressure);
        }
        // Flink's own statistics begin anew with another JobManager (UI-5); the strip shows the whole run.
        let facts = |wanted: fn(&Fact) -> bool| timeline.trace().iter().filter(|event| wanted(&event.fact)).count();
        assert_eq!(strip.checkpoints.len(), facts(|fact| matches!(fact, Fact::CheckpointTriggered { .. })), "{name}");
        let completed = |end: CheckpointEnd| end == CheckpointEnd::Completed;
        let count = strip.checkpoints.iter().filter(|checkpoint| completed(checkpoint.end)).count();
        assert_eq!(count, facts(|fact| matches!(fact, Fact::CheckpointCompleted { .. })), "{name}");
        let mut shown = 0;
        timeline.trace().iter().for_each(|event| event.fact.for_each_shown(|_, _, _, _, _| shown += 1));
        assert_eq!(strip.outputs.len(), shown, "{name}");
        assert!(strip.outputs.iter().enumerate().all(|(at, tick)| (tick.times == 1) == (tick.first == at)));
    }
}

#[test]
fn a_strip_that_grows_is_the_strip_of_the_whole() {
    let mut timeline = Timeline::with_reach(
        run_of("generated-thousands"),
        Reach { time: SimDuration::from_millis(3_000), events: 2_000 },
    );
    let mut growing = Backdrop::of(&timeline);
    for _ in 0..5 {
        let later = timeline.end() + SimDuration::from_millis(1_000);
        timeline.ensure(later);
        growing.extend(&timeline);
    }
    assert_eq!(growing.strip, Backdrop::of(&timeline).strip);
}

#[test]
fn a_strip_is_drawn_inside_its_window_with_few_marks() {
    for (name, input) in runs() {
        let timeline = timeline(input);
        let (strip, end) = (Backdrop::of(&timeline).strip, timeline.end());
        let whole = Window { from: SimTime::ZERO, to: end };
        for window in [whole, whole.zoomed(0.1, SimTime::from_micros(end.micros() / 2), end)] {
            let width = 640.0;
            let picture = StripPicture::draw(&strip, window, width, end);
            let lanes = picture.lanes.iter().flat_map(|lane| lane.states.iter().chain(&lane.marks));
            for bar in lanes.chain(&picture.job).chain(&picture.checkpoints) {
                assert!(bar.x >= -0.01 && bar.x + bar.w <= width + 5.01, "{name}: {bar:?}");
            }
            let marks: usize = picture.lanes.iter().map(|lane| lane.marks.len()).max().unwrap_or(0);
            assert!(marks < 1_500, "{name}: {marks} marks in a lane");
            assert!(picture.outputs.len() <= 640 / 3 + 1);
            assert!((2..=16).contains(&picture.axis.len()), "{name}: {} labels", picture.axis.len());
        }
    }
}

#[test]
fn a_studio_keeps_what_has_not_changed() {
    let mut timeline = timeline(run_of("handout"));
    let mut studio = Studio::new(760.0, 620.0);
    let first = studio.picture(1, &timeline);
    timeline.seek(SimTime::from_millis(9_000));
    let second = studio.picture(1, &timeline);
    assert!(
        std::rc::Rc::ptr_eq(&first.layout, &second.layout) && std::rc::Rc::ptr_eq(&first.backdrop, &second.backdrop)
    );
    assert_ne!(first, second);
    assert!(studio.set_room(390.0, 844.0) && !studio.set_room(390.0, 844.0));
    let third = studio.picture(1, &timeline);
    assert!(third.layout.tall && std::rc::Rc::ptr_eq(&third.backdrop, &second.backdrop));
}
