//! The pipeline of the busy job as plain events in NeXosim: sources → key → sinks, without anything that is Flink's.
//!
//! Each of two source subtasks handles a record every 20 µs and sends it to one of two sinks by its key; it is on the wire
//! for 1 ms and takes the sink 20 µs. Prints how many millions of events fired in a second; an event is a call of a model.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::{EventSource, Output};
use nexosim::simulation::{Mailbox, SimInit};
use nexosim::time::MonotonicTime;
use serde::{Deserialize, Serialize};

const RECORD: Duration = Duration::from_micros(20);
const WIRE: Duration = Duration::from_micros(1_000);

#[derive(Default, Serialize, Deserialize)]
struct Source {
    next: u32,
    end: u32,
    left: Output<u32>,
    right: Output<u32>,
}

#[Model]
impl Source {
    fn start(&mut self, (): (), cx: &Context<Self>) {
        cx.schedule_event(RECORD, schedulable!(Self::emit), ()).expect("the moment lies ahead");
    }

    #[nexosim(schedulable)]
    async fn emit(&mut self, (): (), cx: &Context<Self>) {
        let record = self.next;
        self.next += 2;
        if self.next < self.end {
            cx.schedule_event(RECORD, schedulable!(Self::emit), ()).expect("the moment lies ahead");
        }
        match record.wrapping_mul(2_654_435_761) >> 31 {
            0 => self.left.send(record).await,
            _ => self.right.send(record).await,
        }
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Sink {
    waiting: VecDeque<u32>,
    busy: bool,
}

#[Model]
impl Sink {
    fn sent(&mut self, record: u32, cx: &Context<Self>) {
        cx.schedule_event(WIRE, schedulable!(Self::arrive), record).expect("the moment lies ahead");
    }

    #[nexosim(schedulable)]
    fn arrive(&mut self, record: u32, cx: &Context<Self>) {
        self.waiting.push_back(record);
        self.begin(cx);
    }

    #[nexosim(schedulable)]
    fn done(&mut self, (): (), cx: &Context<Self>) {
        self.busy = false;
        self.begin(cx);
    }

    fn begin(&mut self, cx: &Context<Self>) {
        if !self.busy && self.waiting.pop_front().is_some() {
            self.busy = true;
            cx.schedule_event(RECORD, schedulable!(Self::done), ()).expect("the moment lies ahead");
        }
    }
}

/// Events and the time that they took. A record is emitted, sent, delivered and done.
fn run(records: u32) -> (u64, Duration) {
    let sinks = [Mailbox::new(), Mailbox::new()];
    let mut bench = SimInit::with_num_threads(1);
    let mut starts = Vec::new();
    for at in 0..2 {
        let mut source = Source { next: at, end: records, ..Source::default() };
        source.left.connect(Sink::sent, &sinks[0]);
        source.right.connect(Sink::sent, &sinks[1]);
        let mailbox = Mailbox::new();
        starts.push(EventSource::new().connect(Source::start, &mailbox).register(&mut bench));
        bench = bench.add_model(source, mailbox, &format!("source {at}"));
    }
    for (at, mailbox) in sinks.into_iter().enumerate() {
        bench = bench.add_model(Sink::default(), mailbox, &format!("sink {at}"));
    }
    let mut simulation = bench.init(MonotonicTime::EPOCH).expect("the bench is sound");
    let begun = Instant::now();
    for start in &starts {
        simulation.process_event(start, ()).expect("it starts");
    }
    simulation.run().expect("it runs");
    (u64::from(records) * 4, begun.elapsed())
}

fn main() {
    let records = std::env::args().nth(1).and_then(|count| count.parse().ok()).expect("usage: nexosim-pipeline RECORDS");
    let mut rates: Vec<f64> = (0..5)
        .map(|_| {
            let (events, took) = run(records);
            events as f64 / took.as_secs_f64() / 1e6
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    println!("{:.2}", rates[2]);
}
