//! The strip drawn into a width: bars and ticks in pixels. What is too small to be told apart is drawn together, so that a
//! run of a hundred thousand events is a few hundred marks.

use super::strip::{CheckpointEnd, Lane, Span, Strip};
use crate::base::{CheckpointId, OperatorIndex, SimDuration, SimTime};
use crate::trace::{AbortReason, ExecutionState, JobStatus};

/// The stretch of the run that is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    /// Its beginning.
    pub from: SimTime,
    /// Its end, later than the beginning.
    pub to: SimTime,
}

/// A run drawn into a width.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct StripPicture {
    /// The job's states.
    pub job: Vec<Bar>,
    /// Checkpoints.
    pub checkpoints: Vec<Bar>,
    /// Requests refused.
    pub refusals: Vec<f64>,
    /// A lane a subtask.
    pub lanes: Vec<LanePicture>,
    /// Times without running tasks, over all lanes.
    pub outages: Vec<OutageBar>,
    /// Rows that became visible.
    pub outputs: Vec<Tick>,
    /// Marks of the axis: where, and at which second.
    pub axis: Vec<(f64, SimTime)>,
}

/// A subtask's lane.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct LanePicture {
    /// The states of its attempts.
    pub states: Vec<Bar>,
    /// What it was busy with, on top of them.
    pub marks: Vec<Bar>,
    /// Exceptions.
    pub failures: Vec<f64>,
}

/// A bar.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bar {
    /// Left edge.
    pub x: f64,
    /// Width.
    pub w: f64,
    /// What it stands for.
    pub kind: BarKind,
}

/// What a bar stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BarKind {
    /// The job in a state.
    Job(JobStatus),
    /// A subtask in a state.
    State(ExecutionState),
    /// A call of a user function, in the thread or in a worker.
    Call(OperatorIndex),
    /// Waiting for a Python bundle.
    BundleWait,
    /// Waiting for a free buffer.
    Backpressure,
    /// Aligning.
    Align(CheckpointId),
    /// The synchronous part of a snapshot.
    Sync(CheckpointId),
    /// The asynchronous part.
    Async(CheckpointId),
    /// A checkpoint under way.
    Pending(CheckpointId),
    /// A completed one.
    Completed(CheckpointId),
    /// One that was given up.
    Failed(CheckpointId, AbortReason),
}

/// A time without running tasks.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct OutageBar {
    /// Left edge.
    pub x: f64,
    /// Width.
    pub w: f64,
    /// Of which the restart strategy's delay takes this much.
    pub delay_w: f64,
    /// The delay; none when there is no restart.
    pub delay: Option<SimDuration>,
}

/// Rows that became visible, so close together that they are one mark.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tick {
    /// Where, in pixels.
    pub x: i32,
    /// Rows seen for the first time.
    pub firsts: u32,
    /// Rows seen before.
    pub duplicates: u32,
}

/// Narrower marks are drawn this wide.
const LEAST: f64 = 2.0;
/// Calls closer together than this are one bar.
const APART: f64 = 1.5;
/// Between two marks of the axis.
const AXIS_STEP: f64 = 84.0;

impl Window {
    /// Where a moment is in a strip of this width.
    pub fn x(self, at: SimTime, width: f64) -> f64 {
        let whole = self.to.since(self.from).micros().max(1) as f64;
        (at.micros() as f64 - self.from.micros() as f64) / whole * width
    }

    /// The moment at a place, within the window.
    pub fn at(self, x: f64, width: f64) -> SimTime {
        let whole = self.to.since(self.from).micros() as f64;
        let part = if width > 0.0 { (x / width).clamp(0.0, 1.0) } else { 0.0 };
        SimTime::from_micros(self.from.micros() + (part * whole).round() as u64)
    }

    /// The same length of time so that `at` is in it: the next page over where it is not.
    pub fn following(self, at: SimTime, end: SimTime) -> Window {
        if at >= self.from && at <= self.to {
            return self;
        }
        let length = self.to.since(self.from).micros().max(1);
        let page = at.micros().min(end.micros()) / length;
        Window { from: SimTime::from_micros(page * length), to: SimTime::from_micros((page + 1) * length) }
    }

    /// Nearer (`by` < 1) or farther, around a moment, within `0..=end`.
    pub fn zoomed(self, by: f64, around: SimTime, end: SimTime) -> Window {
        const CLOSEST: f64 = 5_000.0;
        let end = end.micros() as f64;
        let length = (self.to.since(self.from).micros() as f64 * by).clamp(CLOSEST, end.max(CLOSEST));
        let part = self.x(around, 1.0).clamp(0.0, 1.0);
        let from = (around.micros() as f64 - part * length).clamp(0.0, (end - length).max(0.0));
        Window { from: SimTime::from_micros(from as u64), to: SimTime::from_micros((from + length) as u64) }
    }
}

impl StripPicture {
    /// Draws what of the strip lies in the window. `end` is as far as the run is known.
    pub fn draw(strip: &Strip, window: Window, width: f64, end: SimTime) -> StripPicture {
        let pen = Pen { window, width, end };
        StripPicture {
            job: strip.job.iter().filter_map(|(status, span)| pen.bar(*span, BarKind::Job(*status), 0.0)).collect(),
            checkpoints: pen.checkpoints(strip),
            refusals: pen.points(strip.refusals.iter().copied()),
            lanes: strip.lanes.iter().map(|lane| pen.lane(lane)).collect(),
            outages: pen.outages(strip),
            outputs: pen.outputs(strip),
            axis: pen.axis(),
        }
    }
}

struct Pen {
    window: Window,
    width: f64,
    end: SimTime,
}

impl Pen {
    /// A bar, cut to the window and at least `least` wide; none outside of it.
    fn bar(&self, span: Span, kind: BarKind, least: f64) -> Option<Bar> {
        let (from, to) = (self.window.x(span.from, self.width), self.window.x(span.until(self.end), self.width));
        let w = (to - from).max(least);
        if from > self.width || from + w < 0.0 || w <= 0.0 {
            return None;
        }
        let x = from.max(0.0);
        Some(Bar { x, w: (from + w).min(self.width).max(x + least.min(w)) - x, kind })
    }

    fn checkpoints(&self, strip: &Strip) -> Vec<Bar> {
        let kind = |id, end| match end {
            CheckpointEnd::Pending => BarKind::Pending(id),
            CheckpointEnd::Completed => BarKind::Completed(id),
            CheckpointEnd::Failed(reason) => BarKind::Failed(id, reason),
        };
        let all = strip.checkpoints.iter();
        all.filter_map(|checkpoint| self.bar(checkpoint.span, kind(checkpoint.id, checkpoint.end), 5.0)).collect()
    }

    fn points(&self, moments: impl Iterator<Item = SimTime>) -> Vec<f64> {
        let mut points: Vec<f64> = Vec::new();
        for x in moments.map(|at| self.window.x(at, self.width)).filter(|x| (0.0..=self.width).contains(x)) {
            if points.last().is_none_or(|last| x - last >= 3.0) {
                points.push(x);
            }
        }
        points
    }

    fn lane(&self, lane: &Lane) -> LanePicture {
        let states = lane.states.iter().filter_map(|state| self.bar(state.span, BarKind::State(state.state), 0.0));
        let mut marks = self.calls(lane);
        let bars = |spans: &[Span], kind: BarKind| -> Vec<Bar> {
            self.joined(spans.iter().filter_map(|span| self.bar(*span, kind, LEAST)))
        };
        marks.extend(bars(&lane.backpressure, BarKind::Backpressure));
        marks.extend(bars(&lane.bundle_waits, BarKind::BundleWait));
        marks.extend(lane.alignments.iter().filter_map(|(id, span)| self.bar(*span, BarKind::Align(*id), LEAST)));
        for snapshot in &lane.snapshots {
            let id = snapshot.checkpoint;
            marks.extend(snapshot.written.and_then(|span| self.bar(span, BarKind::Async(id), LEAST)));
            marks.extend(self.bar(snapshot.sync, BarKind::Sync(id), LEAST));
        }
        let failures = self.points(lane.failures.iter().map(|(at, _)| *at));
        LanePicture { states: states.filter(|bar| bar.w > 0.2).collect(), marks, failures }
    }

    /// Calls, joined where no gap can be seen between them.
    fn calls(&self, lane: &Lane) -> Vec<Bar> {
        let seen = lane.calls.partition_point(|call| call.span.until(self.end) < self.window.from);
        let calls = lane.calls[seen.saturating_sub(8)..].iter().take_while(|call| call.span.from <= self.window.to);
        let bars = calls.filter_map(|call| self.bar(call.span, BarKind::Call(call.operator), 0.0));
        self.joined(bars.filter(|bar| bar.w > 0.05)).into_iter().map(|bar| Bar { w: bar.w.max(1.0), ..bar }).collect()
    }

    fn joined(&self, bars: impl Iterator<Item = Bar>) -> Vec<Bar> {
        let mut joined: Vec<Bar> = Vec::new();
        for bar in bars {
            match joined.last_mut() {
                Some(last)
                    if last.kind == bar.kind && last.w + bar.w < 3.0 * APART && bar.x - (last.x + last.w) < APART =>
                {
                    last.w = (bar.x + bar.w - last.x).max(last.w);
                }
                Some(last) if last.kind == bar.kind && bar.w < APART && bar.x - (last.x + last.w) < APART => {
                    last.w = (bar.x + bar.w - last.x).max(last.w);
                }
                _ => joined.push(bar),
            }
        }
        joined
    }

    fn outages(&self, strip: &Strip) -> Vec<OutageBar> {
        let bars = strip.outages.iter().filter_map(|outage| {
            let bar = self.bar(outage.span, BarKind::Backpressure, LEAST)?;
            let delay_end = outage.delay_until.map_or(0.0, |until| self.window.x(until, self.width) - bar.x);
            let delay = outage.delay_until.map(|until| until.since(outage.span.from));
            Some(OutageBar { x: bar.x, w: bar.w, delay_w: delay_end.clamp(0.0, bar.w), delay })
        });
        bars.collect()
    }

    fn outputs(&self, strip: &Strip) -> Vec<Tick> {
        let mut ticks: Vec<Tick> = Vec::new();
        let first = strip.outputs.partition_point(|tick| tick.at < self.window.from);
        for output in strip.outputs[first..].iter().take_while(|output| output.at <= self.window.to) {
            // Two pixels a tick and one between.
            let x = (self.window.x(output.at, self.width) / 3.0).floor() as i32 * 3;
            let duplicate = u32::from(output.times > 1);
            match ticks.last_mut() {
                Some(last) if last.x == x => {
                    last.firsts += 1 - duplicate;
                    last.duplicates += duplicate;
                }
                _ => ticks.push(Tick { x, firsts: 1 - duplicate, duplicates: duplicate }),
            }
        }
        ticks
    }

    fn axis(&self) -> Vec<(f64, SimTime)> {
        let whole = self.window.to.since(self.window.from).micros();
        let wanted = whole as f64 / (self.width / AXIS_STEP).max(1.0);
        let Some(step) = nice_steps().find(|step| *step as f64 >= wanted) else { return Vec::new() };
        let first = self.window.from.micros().div_ceil(step);
        let marks = (first..).map(|n| SimTime::from_micros(n * step)).take_while(|at| *at <= self.window.to);
        marks.map(|at| (self.window.x(at, self.width), at)).collect()
    }
}

/// Round lengths of time in microseconds: 1, 2, 5 of each power of ten, then minutes and hours.
fn nice_steps() -> impl Iterator<Item = u64> {
    let decimal = (0..8).flat_map(|power| [1, 2, 5].map(|factor| factor * 10_u64.pow(power)));
    let below_minute = decimal.filter(|step| *step <= 20_000_000);
    below_minute.chain(
        [30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400, 864_000].map(|s| s * 1_000_000),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> SimTime {
        SimTime::from_millis(seconds * 1_000)
    }

    #[test]
    fn a_window_goes_both_ways() {
        let window = Window { from: seconds(10), to: seconds(30) };
        assert_eq!(window.x(seconds(15), 400.0), 100.0);
        assert_eq!(window.at(100.0, 400.0), seconds(15));
        assert_eq!(window.at(-5.0, 400.0), seconds(10));
        assert_eq!(window.following(seconds(31), seconds(100)), Window { from: seconds(20), to: seconds(40) });
        assert_eq!(window.following(seconds(11), seconds(100)), window);
    }

    #[test]
    fn zooming_keeps_the_moment_where_it_is() {
        let window = Window { from: seconds(0), to: seconds(100) };
        let nearer = window.zoomed(0.5, seconds(40), seconds(100));
        assert_eq!(nearer, Window { from: seconds(20), to: seconds(70) });
        assert_eq!(nearer.zoomed(4.0, seconds(40), seconds(100)), window);
    }

    #[test]
    fn the_axis_counts_in_round_steps() {
        let pen = Pen { window: Window { from: seconds(0), to: seconds(57) }, width: 640.0, end: seconds(57) };
        let marks: Vec<u64> = pen.axis().iter().map(|(_, at)| at.millis() / 1_000).collect();
        assert_eq!(marks, [0, 10, 20, 30, 40, 50]);
    }

    #[test]
    fn bars_end_at_the_window() {
        let pen = Pen { window: Window { from: seconds(10), to: seconds(20) }, width: 100.0, end: seconds(60) };
        let bar = |from, to: Option<u64>| {
            pen.bar(Span { from: seconds(from), to: to.map(seconds) }, BarKind::BundleWait, 2.0)
        };
        assert_eq!(bar(5, Some(15)).map(|bar| (bar.x, bar.w)), Some((0.0, 50.0)));
        assert_eq!(bar(15, None).map(|bar| (bar.x, bar.w)), Some((50.0, 50.0)));
        assert_eq!(bar(30, None), None);
        assert_eq!(bar(1, Some(2)), None);
    }
}
