//! Measures the engine, for `make bench`: lines of the form `BUDGET<tab>what<tab>measured<tab>limit`.

mod cases;

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use checkpoint_lab::base::SimTime;
use checkpoint_lab::engine::Engine;
use checkpoint_lab::scenario::RunInput;

fn main() {
    let events = |seconds: f64| format!("{seconds:.1} M events/s");
    println!(
        "BUDGET\tEngine, native, without trace\t{}\t≥ 10 M events/s",
        events(rate(&cases::busy_job(50_000), false))
    );
    println!("BUDGET\tEngine, native, with trace\t{}\t—", events(rate(&cases::busy_job(50_000), true)));
    let lab = cases::handout();
    let took = median(&mut (0..200).map(|_| run(&lab, true).1).collect::<Vec<_>>());
    println!("BUDGET\tThe handout lab simulated, native\t{:.2} ms\t≤ 1 ms", took.as_secs_f64() * 1e3);
}

/// Millions of events a second, median of eleven runs after two that only warm up.
fn rate(input: &RunInput, trace: bool) -> f64 {
    let mut rates: Vec<f64> = (0..13)
        .map(|_| {
            let (events, took) = run(input, trace);
            events as f64 / took.as_secs_f64() / 1e6
        })
        .skip(2)
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
