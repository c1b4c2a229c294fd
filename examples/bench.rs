//! Measures the engine, for `make bench`: lines of the form `BUDGET<tab>what<tab>measured<tab>limit`.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use checkpoint_lab::base::SimTime;
use checkpoint_lab::engine::Engine;
use checkpoint_lab::scenario::{
    Api, Checkpointing, Commands, Dataset, DatasetRows, Edge, Operator, OperatorKind, Partitioner, RestartStrategy, RunInput,
    Scenario, Source, SourceKind, presets,
};

fn main() {
    let events = |seconds: f64| format!("{seconds:.1} M events/s");
    println!("BUDGET\tEngine, native, without trace\t{}\t≥ 10 M events/s", events(rate(&busy_job(50_000), false)));
    println!("BUDGET\tEngine, native, with trace\t{}\t—", events(rate(&busy_job(50_000), true)));
    let lab = RunInput { scenario: presets::handout(), seed: 0, commands: Commands::default() };
    let took = median(&mut (0..200).map(|_| run(&lab, true).1).collect::<Vec<_>>());
    println!("BUDGET\tThe handout lab simulated, native\t{:.2} ms\t≤ 1 ms", took.as_secs_f64() * 1e3);
}

/// Millions of events a second, median of nine runs.
fn rate(input: &RunInput, trace: bool) -> f64 {
    let mut rates: Vec<f64> = (0..9)
        .map(|_| {
            let (events, took) = run(input, trace);
            events as f64 / took.as_secs_f64() / 1e6
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

fn run(input: &RunInput, trace: bool) -> (u64, Duration) {
    let mut engine = Engine::new(Arc::new(input.clone()));
    engine.record_trace(trace);
    let begun = Instant::now();
    black_box(engine.run_until(SimTime::MAX, u64::MAX));
    (engine.steps(), begun.elapsed())
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// A Java job that never sleeps: log source, keyBy, print, parallelism 2, a checkpoint each second.
fn busy_job(rows: u32) -> RunInput {
    let operator = |uid: &str, kind| Operator {
        uid: uid.into(),
        name: uid.into(),
        kind,
        parallelism: None,
        disable_chaining: false,
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
        edges: vec![Edge { from: "source".into(), to: "print".into(), partitioner: Partitioner::KeyBy { column: 0 } }],
        parallelism: 2,
        checkpointing: Checkpointing { interval_ms: Some(1_000), ..Checkpointing::default() },
        restart: RestartStrategy::NotSet,
        ..presets::handout()
    };
    RunInput { scenario, seed: 1, commands: Commands::default() }
}
