//! How far the event time of an operator is, and what waits for it: windows and timers.

use super::Moment;
use crate::base::{EventTime, OperatorIndex, Value};
use crate::engine::OperatorRuntime;

/// Windows that are listed; the others are counted.
const LISTED: usize = 4;

/// An operator's event time.
#[derive(Clone, PartialEq, Debug)]
pub struct ClockView {
    /// Its watermark.
    pub watermark: EventTime,
    /// Open windows in all.
    pub windows: usize,
    /// A few of them: key, window and what it keeps.
    pub listed: Vec<(String, String)>,
    /// Timers that functions have set.
    pub timers: usize,
    /// The next of them to fire.
    pub next: Option<EventTime>,
}

/// The event time of an operator that makes watermarks or waits for them.
pub(super) fn clock(moment: &Moment, operator: OperatorIndex, runtime: &OperatorRuntime) -> Option<ClockView> {
    if !moment.engine.input().scenario.operators[operator.index()].kind.uses_event_time() {
        return None;
    }
    let state = &runtime.state;
    let kept = |values: &[Value]| values.iter().map(Value::python_repr).collect::<Vec<_>>().join(", ");
    let listed = state.windows.iter().take(LISTED);
    let own = || state.timers.event.iter().chain(state.timers.processing.iter()).filter(|timer| timer.window.is_none());
    Some(ClockView {
        watermark: runtime.generator.as_ref().map_or(runtime.watermark, |generator| generator.watermark),
        windows: state.windows.len(),
        listed: listed
            .map(|((key, window), state)| (format!("{} {window}", key.python()), kept(&state.values)))
            .collect(),
        timers: own().count(),
        next: own().map(|timer| timer.time).min(),
    })
}
