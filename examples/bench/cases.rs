//! What is measured, and what has to come out the same, natively and in wasm.

// Each of the programs that share this file uses a part of it.
#![allow(dead_code)]

use std::hash::{DefaultHasher, Hasher};
use std::sync::Arc;

use checkpoint_lab::base::{RandomStream, SimTime};
use checkpoint_lab::engine::Engine;
use checkpoint_lab::scenario::{
    Api, Checkpointing, Commands, Dataset, DatasetRows, Edge, Operator, OperatorKind, Partitioner, RestartStrategy,
    RunInput, Scenario, Source, SourceKind, presets,
};
use checkpoint_lab::trace::line;

/// The handout's lab.
pub fn handout() -> RunInput {
    RunInput { scenario: presets::handout(), seed: 0, commands: Commands::default(), snapshot: None }
}

/// A Java job that never sleeps: log source, keyBy, print, parallelism 2, a checkpoint each second.
pub fn busy_job(rows: u32) -> RunInput {
    let operator = |uid: &str, kind| Operator {
        uid: uid.into(),
        name: uid.into(),
        kind,
        parallelism: None,
        disable_chaining: false,
        without_uid: false,
    };
    let source = Source {
        kind: SourceKind::Log,
        dataset: "rows".into(),
        bounded: true,
        gated: false,
        every_ms: 0,
        partitions: 2,
    };
    let scenario = Scenario {
        name: "busy".into(),
        api: Api::Java,
        data: vec![Dataset { name: "rows".into(), rows: DatasetRows::Generated { rows, seed: 1 } }],
        operators: vec![operator("source", OperatorKind::Source(source)), operator("print", OperatorKind::PrintSink)],
        edges: vec![Edge::new("source", "print", Partitioner::KeyBy { column: 0 })],
        parallelism: 2,
        checkpointing: Checkpointing { interval_ms: Some(1_000), ..Checkpointing::default() },
        recovery: Default::default(),
        restart: RestartStrategy::NotSet,
        ..presets::handout()
    };
    RunInput { scenario, seed: 1, commands: Commands::default(), snapshot: None }
}

/// The presets from which the first digests are made; those that came later have one each behind these.
const FIRST_PRESETS: usize = 10;
const FIRST_DIGESTS: usize = 60;
/// How many runs [`digest`] knows.
pub const DIGESTS: u32 = (FIRST_DIGESTS + presets::ALL.len() - FIRST_PRESETS) as u32;

/// A run made up from its number: a preset with settings drawn at random.
pub fn random_run(number: u32) -> RunInput {
    let mut random = RandomStream::new(u64::from(number), 77);
    let at = number as usize;
    let at = if at < FIRST_DIGESTS { at % FIRST_PRESETS } else { FIRST_PRESETS + at - FIRST_DIGESTS };
    let (_, preset) = presets::ALL[at];
    let mut scenario = preset();
    let checkpointing = &mut scenario.checkpointing;
    checkpointing.interval_ms = Some(random.between(50, 4_000));
    checkpointing.min_pause_ms = if random.one_in(2) { random.between(0, 2_000) } else { 0 };
    checkpointing.max_concurrent = random.between(1, 3) as u32;
    checkpointing.num_retained = random.between(1, 3) as u32;
    scenario.chaining = !random.one_in(3);
    scenario.cluster.segment_size = 256 << random.between(0, 7);
    scenario.cluster.buffer_timeout_ms = random.between(0, 3) * 30;
    scenario.restart = match random.between(0, 2) {
        0 => RestartStrategy::FixedDelay { attempts: 2, delay_ms: random.between(0, 3_000) },
        1 => RestartStrategy::FailureRate { max_failures: 2, interval_ms: 20_000, delay_ms: random.between(0, 3_000) },
        _ => RestartStrategy::NotSet,
    };
    RunInput { scenario, seed: random.between(0, u64::MAX), commands: Commands::default(), snapshot: None }
}

/// A run in one line: how many events, how many facts, and a hash over all the trace's lines.
pub fn digest(number: u32) -> String {
    let mut engine = Engine::new(Arc::new(random_run(number)));
    engine.run_until(SimTime::from_millis(120_000), 20_000);
    let mut hasher = DefaultHasher::new();
    for event in engine.trace() {
        hasher.write(line(event).as_bytes());
    }
    format!("{number} {} {} {:016x}", engine.steps(), engine.trace().len(), hasher.finish())
}
