//! The store over its twin in memory: what Flink's storage holds at a moment is what lies on the shelf, sessions come back,
//! and what can't be read or written is said and harms nothing.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use checkpoint_lab::base::{SimTime, Value};
use checkpoint_lab::engine::Engine;
use checkpoint_lab::lessons::{Notebook, Progress};
use checkpoint_lab::scenario::{Action, Commands, Retention, RunInput, Scenario, TimedAction, presets};
use checkpoint_lab::store::record::StoredValue;
use checkpoint_lab::store::{
    Batch, Durability, Key, Listing, Mark, Memory, Queue, SessionRecord, Shelf, StorageView, Store, StoreError, Table,
    Work,
};
use checkpoint_lab::trace::{Fact, TraceEvent};

/// The twin in memory answers at once.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("memory does not let anybody wait"),
    }
}

fn run(scenario: Scenario, seed: u64) -> Arc<RunInput> {
    Arc::new(RunInput { scenario, seed, commands: Commands::default(), snapshot: None })
}

fn at(input: &Arc<RunInput>, moment: SimTime) -> Engine {
    let mut engine = Engine::new(input.clone());
    engine.run_until(moment, u64::MAX);
    engine
}

fn trace(input: &Arc<RunInput>) -> Vec<TraceEvent> {
    at(input, SimTime::from_millis(120_000)).take_trace()
}

/// The ids that the facts up to a moment leave in the storage.
fn held(trace: &[TraceEvent], moment: SimTime) -> Vec<u64> {
    let mut held = Vec::new();
    for event in trace.iter().filter(|event| event.at <= moment) {
        match &event.fact {
            Fact::CheckpointCompleted { checkpoint, .. } => held.push(checkpoint.0),
            Fact::CheckpointDiscarded { checkpoint } => held.retain(|id| *id != checkpoint.0),
            _ => {}
        }
    }
    held
}

fn ids(listing: &Listing) -> Vec<u64> {
    listing.checkpoints.iter().map(|checkpoint| checkpoint.checkpoint).collect()
}

fn sync(store: &Store<Memory>, engine: &Engine) -> Listing {
    now(store.sync(&StorageView::of(engine, 1))).expect("memory takes it")
}

#[test]
fn at_every_moment_the_shelf_holds_what_the_storage_holds() {
    let mut several = presets::keyed_sum();
    several.checkpointing.num_retained = 2;
    let mut kept = presets::handout_log_source_small_bundle();
    kept.checkpointing.retention = Retention::RetainOnCancellation;
    for scenario in [presets::handout(), several, kept, presets::two_sources_alignment()] {
        let input = run(scenario, 1);
        let trace = trace(&input);
        let end = trace.last().expect("something happens").at.millis();
        let store = Store::new(Memory::default());
        // Forth, back, and in leaps: the learner scrubs.
        let forth = (0..60).map(|i| end * i / 60 + 1);
        let back = (0..20).rev().map(|i| end * i / 20);
        let leaps = (0..20).map(|i| (end * 7 * i / 20) % (end + 1));
        for moment in forth.chain(back).chain(leaps).chain([end + 1]).map(SimTime::from_millis) {
            let listing = sync(&store, &at(&input, moment));
            assert_eq!(ids(&listing), held(&trace, moment), "at {moment}");
            assert_eq!(listing.unreadable, 0);
        }
    }
}

#[test]
fn a_record_holds_offsets_state_bytes_and_path() {
    let input = run(presets::keyed_sum(), 1);
    let trace = trace(&input);
    let second = trace.iter().filter(|event| matches!(event.fact, Fact::CheckpointCompleted { .. })).nth(1);
    let engine = at(&input, second.expect("two checkpoints complete").at);
    let listing = sync(&Store::new(Memory::default()), &engine);
    let [record] = listing.checkpoints.as_slice() else { panic!("the first is subsumed") };
    let stats =
        engine.coordinator().stats(checkpoint_lab::base::CheckpointId(record.checkpoint)).expect("it has an id");

    assert_eq!(record.job, engine.storage().job_id);
    assert_eq!(record.path, engine.storage().path(stats.id));
    assert_eq!((record.bytes, record.triggered_at_us), (stats.bytes, stats.triggered_at.micros()));
    assert_eq!(record.bytes, record.subtasks.iter().map(|subtask| subtask.bytes).sum::<u64>());
    let operators: Vec<_> = record.subtasks.iter().flat_map(|subtask| &subtask.operators).collect();
    let source = operators.iter().find(|operator| operator.uid == "source").expect("the source has a position");
    let read = engine.coordinator().latest().expect("it is completed").subtasks.values();
    let offsets: Vec<_> = read.flat_map(|part| &part.operators).filter_map(|part| part.offsets.clone()).collect();
    assert_eq!(source.offsets.as_ref(), offsets.first());
    let sums: Vec<_> = operators.iter().filter(|operator| operator.uid == "sum").flat_map(|o| &o.keyed).collect();
    assert!(!sums.is_empty() && sums.iter().all(|entry| entry.state == "sum"));
    assert!(sums.iter().all(|entry| matches!(entry.value.value(), Some(Value::Long(_)))));
}

#[test]
fn each_checkpoint_is_one_transaction_and_nothing_is_written_twice() {
    let input = run(presets::handout_log_source_small_bundle(), 1);
    let store = Store::new(Memory::default());
    let trace = trace(&input);
    let first =
        trace.iter().find(|event| matches!(event.fact, Fact::CheckpointCompleted { .. })).expect("one completes");
    let engine = at(&input, first.at);
    sync(&store, &engine);
    assert_eq!(store.shelf().batches(), 1);
    sync(&store, &engine);
    assert_eq!(store.shelf().batches(), 1, "it is there already");
    sync(&store, &at(&input, SimTime::ZERO));
    assert_eq!(store.shelf().batches(), 2, "it is removed");
}

#[test]
fn marks_differ_exactly_when_views_do() {
    let input = run(presets::handout_log_source_small_bundle(), 1);
    let mut last: Option<(Mark, StorageView)> = None;
    for millis in (0..40_000).step_by(250) {
        let engine = at(&input, SimTime::from_millis(millis));
        let next = (Mark::of(1, &engine), StorageView::of(&engine, 1));
        if let Some(last) = &last {
            assert_eq!(last.0 == next.0, last.1 == next.1, "at {millis} ms");
        }
        last = Some(next);
    }
    let engine = at(&input, SimTime::ZERO);
    assert_ne!(Mark::of(1, &engine), Mark::of(2, &engine), "another run may hold other things under the same ids");
}

#[test]
fn another_run_of_the_same_job_takes_the_place_of_the_first() {
    let store = Store::new(Memory::default());
    let first = run(presets::handout_log_source_small_bundle(), 1);
    let mut faster = presets::handout_log_source_small_bundle();
    faster.checkpointing.interval_ms = Some(1_000);
    let second = run(faster, 1);
    let moment = SimTime::from_millis(20_000);
    sync(&store, &at(&first, moment));
    let listing = sync(&store, &at(&second, moment));
    assert_eq!(ids(&listing), held(&trace(&second), moment));
    assert_eq!(listing.checkpoints, StorageView::of(&at(&second, moment), 9).checkpoints);
}

#[test]
fn a_session_comes_back_whole() {
    let store = Store::new(Memory::default());
    assert_eq!(now(store.last_session()), Ok(None));
    let mut input = RunInput { seed: u64::MAX, ..presets::run("keyed-sum").expect("a preset") };
    input.commands.at.push(TimedAction { at: SimTime::from_micros(3_000_001), action: Action::TriggerCheckpoint });
    let mut session = SessionRecord::new(&input, SimTime::from_micros(9_007_199_254_740_991));
    let progress = Progress { step: "predict".into(), hints: 2, ..Progress::default() };
    session.lessons =
        Notebook { open: Some("handout".into()), lessons: [("handout".to_owned(), progress)].into_iter().collect() };
    now(store.keep_session(&session)).expect("memory takes it");

    let back = now(store.last_session()).expect("it can be read").expect("it is there");
    assert_eq!(back, session);
    assert_eq!(back.run(), Ok(input));
    assert_eq!(back.moment(), session.moment());
}

#[test]
fn values_come_back_exactly() {
    let values = [
        Value::Null,
        Value::Boolean(true),
        Value::Int(i32::MIN),
        Value::Long(i64::MAX),
        Value::Long(9_007_199_254_740_993),
        Value::Double(0.1 + 0.2),
        Value::Double(f64::NAN),
        Value::Double(-0.0),
        Value::Double(f64::INFINITY),
        Value::text("배리어 \u{1f6a7} \"\\\u{0}"),
        Value::list(vec![Value::text("tx1001"), Value::Double(2500.0)]),
    ];
    for value in values {
        let json = serde_json::to_string(&StoredValue::from(&value)).expect("it is JSON");
        let back: StoredValue = serde_json::from_str(&json).expect("it was written so");
        assert_eq!(back.value(), Some(value));
    }
    assert_eq!(StoredValue::Long("1e3".into()).value(), None);
}

#[test]
fn what_cannot_be_read_is_said_and_left_out() {
    let input = run(presets::handout_log_source_small_bundle(), 1);
    let engine = at(&input, SimTime::from_millis(9_500));
    let store = Store::new(Memory::default());
    let job = sync(&store, &engine).job;
    for (id, text) in [(90, "{\"version\":2,\"new\":1}"), (91, "{\"version\":1}"), (92, "")] {
        let mut batch = Batch::new(Durability::Strict);
        batch.put(Key::checkpoint(&job, id), text.into());
        now(store.shelf().apply(batch)).expect("memory takes it");
    }
    let listing = now(store.listing(&job)).expect("it can be read");
    assert_eq!((listing.checkpoints.len(), listing.unreadable), (1, 3));

    for (text, error) in [("{\"version\":7}", StoreError::TooNew { version: 7 }), ("[]", StoreError::Damaged)] {
        let mut batch = Batch::new(Durability::Strict);
        batch.put(Key::text(Table::Sessions, "last"), text.into());
        now(store.shelf().apply(batch)).expect("memory takes it");
        assert_eq!(now(store.last_session()), Err(error));
    }
}

#[test]
fn a_full_disk_is_reported_and_changes_nothing() {
    let input = run(presets::handout_log_source_small_bundle(), 1);
    let store = Store::new(Memory::with_room(10));
    let view = StorageView::of(&at(&input, SimTime::from_millis(9_500)), 1);
    assert_eq!(now(store.sync(&view)), Err(StoreError::Full));
    assert_eq!(now(store.listing(&view.job.job)).map(|listing| listing.checkpoints.len()), Ok(0));
    assert_eq!(now(store.jobs()), Ok(vec![]));
}

#[test]
fn old_jobs_are_forgotten_and_everything_can_be() {
    let store = Store::new(Memory::default());
    for seed in 0..12 {
        let input = run(presets::handout_log_source_small_bundle(), seed);
        let view = StorageView::of(&at(&input, SimTime::from_millis(12_000)), 1_000 + seed);
        assert!(!view.checkpoints.is_empty(), "seed {seed}");
        now(store.sync(&view)).expect("memory takes it");
    }
    let jobs = now(store.jobs()).expect("they can be read");
    assert_eq!(jobs.len(), 12);
    assert!(jobs.is_sorted_by(|a, b| a.written_at_ms >= b.written_at_ms));
    now(store.tidy(&jobs[11].job)).expect("memory takes it");
    let left: Vec<u64> = now(store.jobs()).expect("they can be read").iter().map(|job| job.written_at_ms).collect();
    assert_eq!(left, [1_011, 1_010, 1_009, 1_008, 1_007, 1_006, 1_005, 1_004, 1_000], "the job in view stays");
    assert_eq!(now(store.listing(&jobs[8].job)).map(|listing| listing.checkpoints.len()), Ok(0));

    now(store.keep_session(&SessionRecord::new(&presets::run("handout").expect("a preset"), SimTime::ZERO)))
        .expect("kept");
    now(store.erase()).expect("memory takes it");
    for table in Table::ALL {
        assert_eq!(now(store.shelf().all(table)), Ok(vec![]));
    }
}

#[test]
fn of_what_waits_only_the_newest_is_written() {
    let input = run(presets::handout(), 1);
    let view = |millis| Box::new(StorageView::of(&at(&input, SimTime::from_millis(millis)), millis));
    let session = |millis| Box::new(SessionRecord::new(&input, SimTime::from_millis(millis)));
    let mut queue = Queue::default();
    assert!(queue.push(Work::Storage(view(1))), "nobody writes yet");
    assert_eq!(queue.take_next(), Some(Work::Storage(view(1))));
    for millis in 2..50 {
        assert!(!queue.push(Work::Storage(view(millis))));
        assert!(!queue.push(Work::Session(session(millis))));
    }
    assert_eq!(queue.take_next(), Some(Work::Storage(view(49))));
    assert_eq!(queue.take_next(), Some(Work::Session(session(49))));
    assert_eq!(queue.take_next(), None);
    assert!(queue.push(Work::Session(session(1))));
    assert!(!queue.push(Work::Erase), "what waited is forgotten too");
    assert_eq!((queue.take_next(), queue.take_next()), (Some(Work::Erase), None));
}
