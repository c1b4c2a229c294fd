//! Why time went on: watermarks, timers, windows, late records.

use super::{Language, Names};
use crate::base::EventTime;
use crate::scenario::TimeDomain;
use crate::trace::Fact;

/// The sentence of a fact about time.
pub(super) fn time_sentence(t: Language, fact: &Fact, names: &Names) -> String {
    match fact {
        Fact::WatermarkEmitted { operator, watermark: EventTime::MAX, .. } => {
            t.watermark_end(names.operator(*operator))
        }
        Fact::WatermarkEmitted { operator, watermark, .. } => {
            t.watermark_emitted(names.operator(*operator), watermark.to_string())
        }
        Fact::WatermarkAdvanced { subtask, watermark } => {
            t.watermark_advanced(names.subtask(*subtask), watermark.to_string())
        }
        Fact::IdleChanged { subtask, idle: true } => t.became_idle(names.subtask(*subtask)),
        Fact::IdleChanged { subtask, idle: false } => t.became_active(names.subtask(*subtask)),
        Fact::TimerRegistered { operator, domain, key, time, .. } => {
            t.timer_registered(names.operator(*operator), t.clock(*domain), time.to_string(), key.python_repr())
        }
        Fact::TimerDeleted { operator, domain, key, time, .. } => {
            t.timer_deleted(names.operator(*operator), t.clock(*domain), time.to_string(), key.python_repr())
        }
        Fact::TimerFired { operator, domain, key, time, .. } => {
            t.timer_fired(names.operator(*operator), t.clock(*domain), time.to_string(), key.python_repr())
        }
        Fact::WindowAdded { operator, key, window, .. } => {
            t.window_added(names.operator(*operator), window.to_string(), key.python_repr())
        }
        Fact::WindowSet { operator, key, window, values, .. } => {
            let values: Vec<String> = values.iter().map(|value| value.python_repr()).collect();
            t.window_set(names.operator(*operator), window.to_string(), key.python_repr(), values.join(", "))
        }
        Fact::WindowFired { operator, key, window, watermark, .. } => {
            t.window_fired(names.operator(*operator), window.to_string(), key.python_repr(), watermark.to_string())
        }
        Fact::WindowCleared { operator, key, window, .. } => {
            t.window_cleared(names.operator(*operator), window.to_string(), key.python_repr())
        }
        Fact::RecordLate { operator, record, aside, .. } => {
            let (op, record) = (names.operator(*operator), names.record(*record));
            if *aside { t.record_late_aside(op, record) } else { t.record_late_dropped(op, record) }
        }
        Fact::StateCleared { operator, slot, key, .. } => {
            t.state_cleared(names.state(*operator, *slot), key.python_repr())
        }
        _ => String::new(),
    }
}

impl Language {
    /// Which of the two clocks.
    pub const fn clock(self, domain: TimeDomain) -> &'static str {
        match domain {
            TimeDomain::EventTime => self.clock_event(),
            TimeDomain::ProcessingTime => self.clock_processing(),
        }
    }
}
