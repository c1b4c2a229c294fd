//! Windows over event time, as functions over state like any other. Flink: `WindowOperator` with `EventTimeTrigger`,
//! `MergingWindowSet` for sessions.
//!
//! The window's contents and its timers are keyed state and come back after a failure; the watermark by which a record is
//! late does not (SR-8, SR-9). Left out: the namespace of a merged session's state, which Flink keeps under one of the
//! merged windows and the model under the window that they have become.

use super::call::{Effect, Invocation, StateView};
use super::fold::with_column;
use crate::base::{EventTime, Row, TimeWindow, Value};
use crate::scenario::{TimeDomain, Window, WindowAssigner, WindowKeeps};

const NO_TIMESTAMP: &str = "Record has Long.MIN_VALUE timestamp (= no timestamp marker). Is the time characteristic set to \
                            'ProcessingTime', or did you forget to call 'DataStream.assignTimestampsAndWatermarks(...)'?";

impl WindowAssigner {
    /// The windows of a timestamp, in Flink's order: the latest first.
    pub fn windows(self, time: EventTime) -> Vec<TimeWindow> {
        let window =
            |start: i64, size: u64| TimeWindow { start: EventTime(start), end: EventTime(start + size as i64) };
        match self {
            WindowAssigner::Tumbling { size_ms } => vec![window(start_of(time, size_ms), size_ms)],
            WindowAssigner::Sliding { size_ms, slide_ms } => {
                let first = start_of(time, slide_ms);
                let starts = (0..).map(|n| first - n * slide_ms as i64);
                starts
                    .take_while(|start| *start > time.0 - size_ms as i64)
                    .map(|start| window(start, size_ms))
                    .collect()
            }
            WindowAssigner::Session { gap_ms } => vec![window(time.0, gap_ms)],
        }
    }

    const fn merges(self) -> bool {
        matches!(self, WindowAssigner::Session { .. })
    }
}

/// `TimeWindow.getWindowStartWithOffset` with offset 0.
fn start_of(time: EventTime, size: u64) -> i64 {
    time.0 - time.0.rem_euclid(size as i64)
}

impl Window {
    /// When a window's state goes.
    pub fn cleanup_time(&self, window: TimeWindow) -> EventTime {
        window.max_timestamp().plus(self.lateness_ms as i64)
    }

    fn is_late(&self, window: TimeWindow, watermark: EventTime) -> bool {
        self.cleanup_time(window) <= watermark
    }

    /// A record comes.
    pub(super) fn on_record(
        &self,
        call: &Invocation<'_>,
        view: &impl StateView,
        effects: &mut Vec<Effect>,
    ) -> Result<(), String> {
        if call.time == EventTime::MIN {
            return Err(NO_TIMESTAMP.into());
        }
        let mut skipped = true;
        for window in self.assigner.windows(call.time) {
            let (window, merged) = match self.assigner.merges() {
                true => merge(window, view),
                false => (window, Vec::new()),
            };
            if self.is_late(window, call.watermark) {
                continue;
            }
            skipped = false;
            self.add(call, view, window, &merged, effects)?;
        }
        if skipped && call.time.plus(self.lateness_ms as i64) <= call.watermark {
            effects.push(Effect::Late { row: call.row.clone(), tag: u16::from(self.late_output.is_some()) });
        }
        Ok(())
    }

    /// Puts the record into a window, which may take others in.
    fn add(
        &self,
        call: &Invocation<'_>,
        view: &impl StateView,
        window: TimeWindow,
        merged: &[TimeWindow],
        effects: &mut Vec<Effect>,
    ) -> Result<(), String> {
        let timer = |time: EventTime, window| (TimeDomain::EventTime, time, Some(window));
        for old in merged {
            for time in [old.max_timestamp(), self.cleanup_time(*old)] {
                let (domain, time, window) = timer(time, *old);
                effects.push(Effect::DeleteTimer { domain, time, window });
            }
            effects.push(Effect::RemoveWindow { window: *old });
        }
        let before: Vec<&Value> = match merged {
            [] => view.window(window).unwrap_or(&[]).iter().collect(),
            several => several.iter().filter_map(|old| view.window(*old)).flatten().collect(),
        };
        let fires = window.max_timestamp() <= call.watermark;
        if self.keeps == WindowKeeps::Records && merged.is_empty() {
            effects.push(Effect::AddToWindow { window, value: call.row.clone() });
            if fires {
                let all: Vec<&Value> = before.iter().copied().chain([call.row]).collect();
                effects.push(self.fire(call.key, window, &all)?);
            }
        } else {
            let contents = self.together(&before, call.row)?;
            if fires {
                effects.push(Effect::SetWindow { window, values: contents.clone() });
                effects.push(self.fire(call.key, window, &contents.iter().collect::<Vec<_>>())?);
            } else {
                effects.push(Effect::SetWindow { window, values: contents });
            }
        }
        for time in [window.max_timestamp(), self.cleanup_time(window)] {
            // The trigger's timer, and the one that clears the state: one and the same without allowed lateness.
            if time > call.watermark && time != EventTime::MAX {
                let (domain, time, window) = timer(time, window);
                effects.push(Effect::RegisterTimer { domain, time, window });
            }
        }
        Ok(())
    }

    /// What a window keeps after a record.
    fn together(&self, before: &[&Value], row: &Row) -> Result<Vec<Value>, String> {
        let value = row.column(self.column);
        match self.keeps {
            WindowKeeps::Records => Ok(before.iter().copied().chain([row]).cloned().collect()),
            WindowKeeps::Accumulator => {
                let mut folded = self.fold.first(value);
                for accumulator in before.iter().rev() {
                    folded = self.fold.merge(accumulator, &folded)?;
                }
                Ok(vec![folded])
            }
            WindowKeeps::Reduced => {
                let Some((first, rest)) = before.split_first() else { return Ok(vec![row.clone()]) };
                let mut folded = first.column(self.column).clone();
                for other in rest.iter().copied().chain([row]) {
                    folded = self.fold.merge(&folded, other.column(self.column))?;
                }
                Ok(vec![with_column(first, self.column, folded)])
            }
        }
    }

    /// The window's result: key, start, end and what came of its records.
    fn fire(&self, key: &Value, window: TimeWindow, contents: &[&Value]) -> Result<Effect, String> {
        let result = match self.keeps {
            WindowKeeps::Accumulator => contents.first().map_or(Value::Null, |kept| self.fold.result(kept)),
            WindowKeeps::Reduced => contents.first().map_or(Value::Null, |kept| kept.column(self.column).clone()),
            WindowKeeps::Records => {
                let mut folded = None;
                for row in contents {
                    folded = Some(self.fold.and(folded.as_ref(), row.column(self.column))?);
                }
                folded.map_or(Value::Null, |folded| self.fold.result(&folded))
            }
        };
        let row = vec![key.clone(), Value::Long(window.start.0), Value::Long(window.end.0), result];
        Ok(Effect::FireWindow { window, row: Value::list(row) })
    }

    /// A timer of a window fires: its end is reached, or its state goes.
    pub(super) fn on_timer(
        &self,
        call: &Invocation<'_>,
        window: TimeWindow,
        view: &impl StateView,
        effects: &mut Vec<Effect>,
    ) -> Result<(), String> {
        let Some(contents) = view.window(window) else { return Ok(()) };
        if call.time == window.max_timestamp() {
            effects.push(self.fire(call.key, window, &contents.iter().collect::<Vec<_>>())?);
        }
        if call.time == self.cleanup_time(window) {
            effects.push(Effect::RemoveWindow { window });
        }
        Ok(())
    }
}

/// The window that a new one becomes together with those that it meets, and these; none when it lies within one.
fn merge(new: TimeWindow, view: &impl StateView) -> (TimeWindow, Vec<TimeWindow>) {
    let mut whole = new;
    let mut merged: Vec<TimeWindow> = Vec::new();
    for old in view.windows() {
        if old.start <= whole.end && whole.start <= old.end {
            whole = TimeWindow { start: whole.start.min(old.start), end: whole.end.max(old.end) };
            merged.push(old);
        }
    }
    if merged == [whole] {
        merged.clear();
    }
    (whole, merged)
}
