//! The same measurements in wasm: `tests/browser/bench.mjs` builds this, loads it in Chromium and holds the watch.

#![cfg(target_arch = "wasm32")]

#[path = "bench/cases.rs"]
mod cases;
#[path = "bench/workloads.rs"]
#[allow(dead_code)] // Growth is measured natively.
mod workloads;

use std::cell::RefCell;
use std::sync::Arc;

use checkpoint_lab::base::SimTime;
use checkpoint_lab::engine::Engine;
use checkpoint_lab::scenario::RunInput;
use checkpoint_lab::timeline::Timeline;
use wasm_bindgen::prelude::wasm_bindgen;

thread_local! {
    static ENGINE: RefCell<Option<Engine>> = const { RefCell::new(None) };
    static TIMELINE: RefCell<Option<Timeline>> = const { RefCell::new(None) };
}

/// Makes the busy job ready; its rows are made up here, so that only the engine is timed, as natively.
#[wasm_bindgen]
pub fn prepare_busy(rows: u32, trace: bool) {
    prepare(cases::busy_job(rows), trace);
}

/// The names of the workloads.
#[wasm_bindgen]
pub fn workloads() -> Vec<String> {
    workloads::ALL.iter().map(|(name, _)| (*name).to_owned()).collect()
}

/// Makes a workload ready.
#[wasm_bindgen]
pub fn prepare_workload(at: usize) {
    prepare(workloads::ALL[at].1(), false);
}

fn prepare(input: RunInput, trace: bool) {
    ENGINE.set(None);
    let mut engine = Engine::new(Arc::new(input));
    engine.record_trace(trace);
    ENGINE.set(Some(engine));
}

/// Runs what is ready to its end and says how many events that took.
#[wasm_bindgen]
pub fn run_busy() -> f64 {
    ENGINE.with_borrow_mut(|engine| {
        let engine = engine.as_mut().expect("a job is ready");
        engine.run_until(SimTime::MAX, u64::MAX);
        engine.steps() as f64
    })
}

/// Simulates the handout's lab, with its trace.
#[wasm_bindgen]
pub fn run_handout() -> f64 {
    let mut engine = Engine::new(Arc::new(cases::handout()));
    engine.run_until(SimTime::MAX, u64::MAX);
    engine.trace().len() as f64
}

/// Lays a run out in time and says how many events it has.
#[wasm_bindgen]
pub fn lay_out(rows: u32) -> f64 {
    let mut timeline = Timeline::new(cases::busy_job(rows));
    let end = timeline.end();
    let steps = timeline.seek(end).steps() as f64;
    TIMELINE.set(Some(timeline));
    steps
}

/// Seeks to a moment, in thousandths of the run.
#[wasm_bindgen]
pub fn seek(thousandths: u32) -> f64 {
    TIMELINE.with_borrow_mut(|timeline| {
        let timeline = timeline.as_mut().expect("a run is laid out");
        let end = timeline.end().micros();
        let at = SimTime::from_micros(end / 1_000 * u64::from(thousandths));
        timeline.seek(at).now().micros() as f64
    })
}

/// The digest of a made-up run: to be the same as natively.
#[wasm_bindgen]
pub fn digest(number: u32) -> String {
    cases::digest(number)
}
