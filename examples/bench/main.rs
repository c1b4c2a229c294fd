//! Measures the engine, for `make bench`: lines of the form `BUDGET<tab>what<tab>measured<tab>limit`.

mod cases;
mod workloads;

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
    for (what, workload) in workloads::ALL {
        println!("BUDGET\tEngine, native: {what}\t{}\t—", events(rate(&workload(), false)));
    }
    for (what, job) in workloads::GROWTH {
        growth(what, *job);
    }
    let lab = cases::handout();
    let took = median(&mut (0..200).map(|_| run(&lab, true).1).collect::<Vec<_>>());
    println!("BUDGET\tThe handout lab simulated, native\t{:.2} ms\t≤ 1 ms", took.as_secs_f64() * 1e3);
}

/// How a run's time grows when something becomes eight times as much; n log n of that is the limit, from a thousand on.
fn growth(what: &str, job: fn(u32) -> RunInput) {
    let time = |factor| {
        let input = job(factor);
        median(&mut (0..7).map(|_| run(&input, false).1).collect::<Vec<_>>()).as_secs_f64()
    };
    let (factor, n) = (f64::from(workloads::FACTOR), 1_000.0_f64);
    let (grown, limit) = (time(workloads::FACTOR) / time(1), factor * (factor * n).ln() / n.ln());
    println!("BUDGET\tTime with more {what}\t{grown:.1} times as long\t≤ {limit:.1} times (n log n)");
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
