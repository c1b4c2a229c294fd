//! Event time inside a task: watermarks in, timers and windows, watermarks out; and timers of the machine's clock (SB-6,
//! SR-8 to SR-10). Flink: `AbstractStreamOperator.processWatermark`, `InternalTimerServiceImpl`,
//! `TimestampsAndWatermarksOperator`, `ProcessingTimeService`.
//!
//! Left out: a PyFlink watermark that fires timers waits until their bundle is finished, where Flink passes it on and the
//! rows follow; watermarks of single splits.

use std::sync::Arc;

use super::channel::Element;
use super::event::Event;
use super::exception::java_exception;
use super::python::WorkItem;
use super::task::{Call, Emission, Ending, Frame, Mail, WindowState};
use super::thread::Progress;
use super::timers::Timer;
use super::watermark::Signal;
use super::{Engine, WatermarkGenerator};
use crate::base::{
    AttemptNumber, ChannelId, EventTime, RecordId, Row, SimDuration, SimTime, SubtaskId, TimeWindow, Value,
};
use crate::program::Effect;
use crate::scenario::{AUTO_WATERMARK_INTERVAL_MS, OperatorKind, TimeDomain, WatermarkStrategy};
use crate::trace::{Fact, FailurePhase};

const INTERVAL: SimDuration = SimDuration::from_millis(AUTO_WATERMARK_INTERVAL_MS);

impl Engine {
    // ---- into a task and through its chain

    /// A signal was read from a channel.
    pub(super) fn on_signal(&mut self, id: SubtaskId, channel: ChannelId, signal: Signal) {
        let at = self.input_position(id, channel);
        let valve = &mut self.subtasks[id.index()].valve;
        for signal in valve.take(at, signal).into_iter().rev() {
            self.record(|| match signal {
                Signal::Watermark(watermark) => Fact::WatermarkAdvanced { subtask: id, watermark },
                Signal::Idle(idle) => Fact::IdleChanged { subtask: id, idle },
            });
            self.hand_signal(id, 0, signal);
        }
    }

    /// A signal meets the operator at `position` of the chain.
    fn hand_signal(&mut self, id: SubtaskId, position: u16, signal: Signal) {
        let runtime = &mut self.subtasks[id.index()].operators[usize::from(position)];
        if let Some(generator) = runtime.generator.as_mut() {
            // It makes watermarks of its own and passes only the last one on.
            if signal == Signal::Watermark(EventTime::MAX) {
                generator.end();
                self.push(id, Frame::Signal { position, signal, output: 0, channel: 0 });
            }
            return;
        }
        self.push(
            id,
            match signal {
                Signal::Watermark(watermark) => Frame::Advance { position, watermark },
                Signal::Idle(_) => Frame::Signal { position, signal, output: 0, channel: 0 },
            },
        );
    }

    /// The end of the input: event time has no more to come (SR-10). Sources say so; `--drain` too.
    pub(super) fn advance_to_end_of_event_time(&mut self, id: SubtaskId) {
        if self.fixed.event_time && !self.subtasks[id.index()].event_time_ended {
            self.subtasks[id.index()].event_time_ended = true;
            let signal = Signal::Watermark(EventTime::MAX);
            self.push(id, Frame::Signal { position: 0, signal, output: 0, channel: 0 });
        }
    }

    /// An operator's clock goes on: timers fire one by one, then the watermark leaves.
    pub(super) fn advance_watermark(&mut self, id: SubtaskId, position: u16, watermark: EventTime) -> Progress {
        if self.holds_watermark(id, position, watermark) {
            return Progress::More;
        }
        let in_worker = self.in_worker(id, position);
        self.subtasks[id.index()].operators[usize::from(position)].watermark = watermark;
        let mut fired = false;
        while let Some((timer, record)) = self.due_timer(id, position, TimeDomain::EventTime, watermark) {
            if !fired {
                self.push(id, Frame::Advance { position, watermark });
                if in_worker {
                    self.push(id, Frame::FinishBundle { position, begun: false });
                }
            }
            fired = true;
            self.fire_timer(id, position, TimeDomain::EventTime, timer, record);
            if !in_worker || self.bundle_is_full(id, position) {
                break;
            }
        }
        if !fired {
            let signal = Signal::Watermark(watermark);
            self.push(id, Frame::Signal { position, signal, output: 0, channel: 0 });
        }
        Progress::More
    }

    fn in_worker(&self, id: SubtaskId, position: u16) -> bool {
        let operator = self.subtasks[id.index()].operators[usize::from(position)].operator;
        self.fixed.operators[operator.index()].in_worker
    }

    /// A watermark waits while a Python bundle is open, so that it does not overtake the rows in it.
    fn holds_watermark(&mut self, id: SubtaskId, position: u16, watermark: EventTime) -> bool {
        let runtime = &mut self.subtasks[id.index()].operators[usize::from(position)];
        let Some(worker) = runtime.worker.as_mut().filter(|worker| worker.bundle_records > 0) else { return false };
        if watermark == EventTime::MAX {
            self.push(id, Frame::Advance { position, watermark });
            self.push(id, Frame::FinishBundle { position, begun: false });
        } else {
            worker.held = Some(watermark);
        }
        true
    }

    /// A signal leaves an operator by all its outputs, channel by channel.
    pub(super) fn advance_signal(
        &mut self,
        id: SubtaskId,
        position: u16,
        signal: Signal,
        mut output: u16,
        mut channel: u16,
    ) -> Progress {
        let operator = self.subtasks[id.index()].operators[usize::from(position)].operator;
        let fixed = Arc::clone(&self.fixed);
        while let Some(exit) = fixed.operators[operator.index()].exits.get(usize::from(output)) {
            if let Some(to) = exit.chained_to {
                self.push(id, Frame::Signal { position, signal, output: output + 1, channel: 0 });
                self.hand_signal(id, to, signal);
                return Progress::More;
            }
            let channels = &fixed.subtasks[id.index()].outputs[exit.output];
            while let Some(to) = channels.get(usize::from(channel)) {
                if !self.try_put_signal(*to, Element::Signal(signal)) {
                    self.push(id, Frame::Signal { position, signal, output, channel });
                    return self.enter_backpressure(id, *to);
                }
                channel += 1;
            }
            (output, channel) = (output + 1, 0);
        }
        Progress::More
    }

    // ---- generators

    fn strategy(&self, id: SubtaskId, position: u16) -> Option<WatermarkStrategy> {
        let operator = self.subtasks[id.index()].operators.get(usize::from(position))?.operator;
        match &self.scenario().operators[operator.index()].kind {
            OperatorKind::Watermarks(strategy) => Some(strategy.clone()),
            _ => None,
        }
    }

    /// A record gets its timestamp; the watermark follows it.
    pub(super) fn assign_timestamp(&mut self, id: SubtaskId, position: u16, record: RecordId, row: Row) {
        let Some(strategy) = self.strategy(id, position) else { return };
        let time = match row.column(strategy.column) {
            Value::Int(number) => EventTime(i64::from(*number)),
            Value::Long(number) => EventTime(*number),
            other => {
                let cause = java_exception(&format!("The timestamp {} is not a whole number.", other.java()));
                return self.throw(id, position, FailurePhase::Record, cause, Some(record));
            }
        };
        let said = match self.generator(id, position) {
            Some(generator) => generator.on_record(&strategy, time),
            None => Vec::new(),
        };
        self.say(id, position, &said);
        self.push(id, Frame::Emission(Emission { position, record, time, row, tag: 0, output: 0 }));
        self.plan_watermark(id, position);
    }

    fn generator(&mut self, id: SubtaskId, position: u16) -> Option<&mut WatermarkGenerator> {
        self.subtasks[id.index()].operators.get_mut(usize::from(position))?.generator.as_deref_mut()
    }

    fn say(&mut self, id: SubtaskId, position: u16, signals: &[Signal]) {
        let operator = self.subtasks[id.index()].operators[usize::from(position)].operator;
        for signal in signals.iter().rev() {
            let signal = *signal;
            self.record(|| match signal {
                Signal::Watermark(watermark) => Fact::WatermarkEmitted { subtask: id, operator, watermark },
                Signal::Idle(idle) => Fact::IdleChanged { subtask: id, idle },
            });
            self.push(id, Frame::Signal { position, signal, output: 0, channel: 0 });
        }
    }

    /// Asks a generator at its next moment, if it may have something to say.
    fn plan_watermark(&mut self, id: SubtaskId, position: u16) {
        let (now, attempt) = (self.now, self.subtasks[id.index()].attempt);
        let Some(strategy) = self.strategy(id, position) else { return };
        let Some(generator) = self.generator(id, position) else { return };
        if generator.asked || !generator.wants_tick(&strategy) {
            return;
        }
        generator.asked = true;
        let at = generator.next_tick(now, INTERVAL);
        self.events.push(at, Event::WatermarkTick { subtask: id, position, attempt });
    }

    pub(super) fn on_tick_mail(&mut self, id: SubtaskId, position: u16) {
        let now = self.now;
        let Some(strategy) = self.strategy(id, position) else { return };
        let ended = self.subtasks[id.index()].ending != Ending::No;
        let Some(generator) = self.generator(id, position) else { return };
        generator.asked = false;
        if ended || generator.watermark == EventTime::MAX {
            return;
        }
        let said = generator.on_tick(&strategy, now);
        self.say(id, position, &said);
        self.plan_watermark(id, position);
    }

    // ---- timers

    /// The next timer due, with the record that it comes from.
    fn due_timer(
        &mut self,
        id: SubtaskId,
        position: u16,
        domain: TimeDomain,
        until: EventTime,
    ) -> Option<(Timer, RecordId)> {
        let state = &mut self.subtasks[id.index()].operators[usize::from(position)].state;
        if state.timers.of(domain).next_time().is_none_or(|time| time > until) {
            return None;
        }
        let (timer, record) = Arc::make_mut(&mut state.timers).of_mut(domain).pop(until)?;
        let window = timer.window.and_then(|window| state.windows.get(&(timer.key.clone(), window)));
        let record = window.map_or(record, |window| window.record);
        Some((timer, record))
    }

    fn fire_timer(&mut self, id: SubtaskId, position: u16, domain: TimeDomain, timer: Timer, record: RecordId) {
        let cost = self.record_cost();
        let runtime = &self.subtasks[id.index()].operators[usize::from(position)];
        let operator = runtime.operator;
        let Timer { time, key, window } = timer;
        if window.is_none() {
            self.record(|| Fact::TimerFired { subtask: id, operator, domain, key: key.clone(), time });
        }
        let item = WorkItem { record, row: Value::Null, key: Some(key), time, timer: Some((domain, window)) };
        if self.fixed.operators[operator.index()].in_worker {
            return self.hand_to_worker(id, position, item);
        }
        let owed = &mut self.subtasks[id.index()].owed;
        *owed = *owed + cost;
        let effects = self.call_function(id, position, &item);
        let call = Call { position, record, time: item.leaving_time(), key: item.key, effects, next: 0 };
        self.push(id, Frame::Call(call));
    }

    /// Wakes the thread when the next timer of the machine's clock is due: one millisecond after its moment.
    pub(super) fn plan_processing_timer(&mut self, id: SubtaskId, position: u16) {
        let task = &self.subtasks[id.index()];
        let attempt = task.attempt;
        let timers = &task.operators[usize::from(position)].state.timers;
        let Some(time) = timers.processing.next_time() else { return };
        let at = SimTime::from_millis(time.0.saturating_add(1).max(0) as u64).max(self.now);
        self.events.push(at, Event::ProcessingTimer { subtask: id, position, attempt });
    }

    /// Timers of the machine's clock fire, one by one; at the end of the input none does any more.
    pub(super) fn advance_processing(&mut self, id: SubtaskId, position: u16) -> Progress {
        if self.subtasks[id.index()].ending != Ending::No {
            return Progress::More;
        }
        let until = EventTime(self.now.millis() as i64 - 1);
        match self.due_timer(id, position, TimeDomain::ProcessingTime, until) {
            Some((timer, record)) => {
                self.push(id, Frame::Processing { position });
                self.fire_timer(id, position, TimeDomain::ProcessingTime, timer, record);
            }
            None => self.plan_processing_timer(id, position),
        }
        Progress::More
    }

    /// What a new attempt owes its restored timers and its generators.
    pub(super) fn start_clocks(&mut self, id: SubtaskId) {
        for position in 0..self.subtasks[id.index()].operators.len() as u16 {
            self.plan_processing_timer(id, position);
            self.plan_watermark(id, position);
        }
    }

    pub(super) fn on_processing_timer(&mut self, subtask: SubtaskId, position: u16, attempt: AttemptNumber) {
        self.post(subtask, attempt, Mail::ProcessingTimers(position));
    }

    // ---- effects

    /// An effect on timers, windows or late records.
    pub(super) fn apply_time(
        &mut self,
        id: SubtaskId,
        position: u16,
        key: Option<&Value>,
        record: RecordId,
        effect: &Effect,
    ) {
        let operator = self.subtasks[id.index()].operators[usize::from(position)].operator;
        let key = || key.cloned().unwrap_or(Value::Null);
        match effect {
            Effect::RegisterTimer { domain, time, window } => {
                self.set_timer(id, position, *domain, Timer { time: *time, key: key(), window: *window }, record);
            }
            Effect::DeleteTimer { domain, time, window } => {
                let timer = Timer { time: *time, key: key(), window: *window };
                let state = &mut self.subtasks[id.index()].operators[usize::from(position)].state;
                let deleted = Arc::make_mut(&mut state.timers).of_mut(*domain).delete(&timer);
                if deleted && window.is_none() {
                    let (domain, time) = (*domain, *time);
                    self.record(|| Fact::TimerDeleted { subtask: id, operator, domain, key: key(), time });
                }
            }
            Effect::AddToWindow { window, value } => {
                self.window(id, position, key(), *window, record).values.push(value.clone());
                let (window, value) = (*window, value.clone());
                self.record(|| Fact::WindowAdded { subtask: id, operator, key: key(), window, value });
            }
            Effect::SetWindow { window, values } => {
                self.window(id, position, key(), *window, record).values.clone_from(values);
                let (window, values) = (*window, values.as_slice());
                self.record(|| Fact::WindowSet { subtask: id, operator, key: key(), window, values: values.into() });
            }
            Effect::RemoveWindow { window } => {
                let state = &mut self.subtasks[id.index()].operators[usize::from(position)].state;
                Arc::make_mut(&mut state.windows).remove(&(key(), *window));
                let window = *window;
                self.record(|| Fact::WindowCleared { subtask: id, operator, key: key(), window });
            }
            Effect::FireWindow { window, row } => {
                let watermark = self.subtasks[id.index()].operators[usize::from(position)].watermark;
                let (window, row) = (*window, row.clone());
                self.record(|| Fact::WindowFired { subtask: id, operator, key: key(), window, row, watermark });
            }
            Effect::Late { tag, .. } => {
                let aside = *tag > 0;
                self.record(|| Fact::RecordLate { subtask: id, operator, record, aside });
            }
            _ => {}
        }
    }

    fn set_timer(&mut self, id: SubtaskId, position: u16, domain: TimeDomain, timer: Timer, record: RecordId) {
        let runtime = &mut self.subtasks[id.index()].operators[usize::from(position)];
        let operator = runtime.operator;
        let queue = Arc::make_mut(&mut runtime.state.timers).of_mut(domain);
        let first = queue.next_time();
        let (time, own) = (timer.time, timer.window.is_none());
        let key = timer.key.clone();
        if !queue.register(timer, record) {
            return;
        }
        if own {
            self.record(|| Fact::TimerRegistered { subtask: id, operator, domain, key, time });
        }
        if domain == TimeDomain::ProcessingTime && first.is_none_or(|first| time < first) {
            self.plan_processing_timer(id, position);
        }
    }

    fn window(
        &mut self,
        id: SubtaskId,
        position: u16,
        key: Value,
        window: TimeWindow,
        record: RecordId,
    ) -> &mut WindowState {
        let state = &mut self.subtasks[id.index()].operators[usize::from(position)].state;
        let kept = Arc::make_mut(&mut state.windows).entry((key, window)).or_default();
        kept.record = record;
        kept
    }
}

/// What an effect sends downstream: row, timestamp and output; `time` is that of the call.
pub(super) fn outgoing(effect: &Effect, time: EventTime) -> Option<(&Row, EventTime, u16)> {
    match effect {
        Effect::Emit { row, tag } => Some((row, time, *tag)),
        Effect::FireWindow { window, row } => Some((row, window.max_timestamp(), 0)),
        Effect::Late { row, tag } if *tag > 0 => Some((row, time, *tag)),
        _ => None,
    }
}
