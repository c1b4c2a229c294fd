//! A record inside a chain: handed to an operator, through its function, out to the next or into a channel. Flink:
//! `OperatorChain`, `RecordWriterOutput`, `KeyGroupStreamPartitioner`, `RebalancePartitioner`.

use std::sync::Arc;

use super::Engine;
use super::exception::java_exception;
use super::fixed::Exit;
use super::python::WorkItem;
use super::task::{Call, Emission, Frame, OperatorRuntime, OperatorState};
use super::thread::Progress;
use super::time::outgoing;
use crate::base::{
    ChannelId, EventTime, KeyGroup, OperatorIndex, RecordId, Row, SortedSet, SubtaskId, TimeWindow, Value,
};
use crate::program::{Effect, Invocation, StateView};
use crate::scenario::{Api, Partitioner, StateKind};
use crate::trace::{Fact, FailurePhase};

impl Engine {
    /// A record meets the operator at `position` of the chain.
    pub(super) fn hand_over(&mut self, id: SubtaskId, position: u16, record: RecordId, row: Row, time: EventTime) {
        let runtime = &mut self.subtasks[id.index()].operators[usize::from(position)];
        let operator = runtime.operator;
        runtime.records += 1;
        self.add_slowness(id, operator);
        self.record(|| Fact::RecordReceived { subtask: id, operator, record });
        if let Some(message) = self.fault_on_record(id, position, record) {
            self.throw(id, position, FailurePhase::Record, java_exception(&message), Some(record));
            return;
        }
        let fixed = &self.fixed.operators[operator.index()];
        if fixed.prints {
            self.print_row(id, operator, record, &row);
            return;
        }
        if fixed.sink.is_some() {
            self.write_to_store(id, position, record, &row);
            return;
        }
        let key = match position {
            0 => fixed.key.and_then(|keyed| keyed.key_of(&row)),
            _ => None,
        };
        if fixed.function.is_none() {
            return self.assign_timestamp(id, position, record, row);
        }
        let in_worker = fixed.in_worker;
        let item = WorkItem { record, row, key, time, timer: None };
        if in_worker {
            self.hand_to_worker(id, position, item);
            return;
        }
        let effects = self.call_function(id, position, &item);
        self.push(id, Frame::Call(Call { position, record, time, key: item.key, effects, next: 0 }));
    }

    fn print_row(&mut self, id: SubtaskId, operator: OperatorIndex, record: RecordId, row: &Row) {
        let times = self.outside.print(operator, record);
        let attempt = self.subtasks[id.index()].attempt;
        let wanted = self.tracing || self.script.wants_texts();
        if !wanted {
            return;
        }
        let text = self.text_of(row);
        self.script.printed(operator, attempt, &text);
        self.record(|| Fact::RowPrinted { subtask: id, operator, attempt, record, text, times });
    }

    /// A row as a sink writes it.
    pub(super) fn text_of(&self, row: &Row) -> Arc<str> {
        match self.scenario().api {
            Api::Java => row.java().into(),
            Api::Python(_) => row.python().into(),
        }
    }

    /// What the function at `position` does with a record or a timer.
    pub(super) fn call_function(&self, id: SubtaskId, position: u16, item: &WorkItem) -> Vec<Effect> {
        let runtime = &self.subtasks[id.index()].operators[usize::from(position)];
        let function =
            self.fixed.operators[runtime.operator.index()].function.as_ref().expect("the operator has a function");
        let view = View { runtime, key: item.key.as_ref(), files: &self.outside.files };
        let mut effects = Vec::new();
        let with = Invocation {
            row: &item.row,
            time: item.time,
            key: item.key.as_ref().unwrap_or(&Value::Null),
            watermark: runtime.watermark,
            processing_time: self.now.millis(),
            timer: item.timer.map(|(_, window)| window),
        };
        function.call(&with, &view, self.tracing, &mut effects);
        effects
    }

    pub(super) fn advance_call(&mut self, id: SubtaskId, mut call: Call) -> Progress {
        let (position, record, time) = (call.position, call.record, call.time);
        while let Some(effect) = call.effects.get(usize::from(call.next)) {
            call.next += 1;
            match effect {
                Effect::Sleep(duration) => {
                    let duration = *duration;
                    self.push(id, Frame::Call(call));
                    return self.busy(id, duration);
                }
                Effect::Raise(message) => {
                    self.throw(id, position, FailurePhase::Record, java_exception(message), Some(record));
                    return Progress::Wait;
                }
                Effect::Emit { .. } => {}
                other => self.apply(id, position, call.key.as_ref(), record, other),
            }
            if let Some((row, time, tag)) = outgoing(effect, time) {
                let emission = Emission { position, record, time, row: row.clone(), tag, output: 0 };
                if usize::from(call.next) < call.effects.len() {
                    self.push(id, Frame::Call(call));
                }
                self.push(id, Frame::Emission(emission));
                return Progress::More;
            }
        }
        Progress::More
    }

    /// An effect that takes no time and does not leave the operator.
    pub(super) fn apply(
        &mut self,
        id: SubtaskId,
        position: u16,
        key: Option<&Value>,
        record: RecordId,
        effect: &Effect,
    ) {
        let runtime = &mut self.subtasks[id.index()].operators[usize::from(position)];
        let operator = runtime.operator;
        match effect {
            Effect::Line(statement) => {
                let statement = *statement;
                self.record(|| Fact::StatementReached { subtask: id, operator, statement });
            }
            Effect::SetField { slot, value } => {
                runtime.fields[usize::from(*slot)] = value.clone();
                self.record(|| Fact::FieldChanged { subtask: id, operator, slot: *slot, value: value.clone() });
            }
            Effect::UpdateState { slot, value } | Effect::AppendState { slot, value } => {
                let append = matches!(effect, Effect::AppendState { .. });
                self.write_state(id, position, key, *slot, value, append);
            }
            Effect::Print(text) => {
                self.record(|| Fact::StdoutPrinted { subtask: id, operator, text: text.clone() });
            }
            Effect::TouchFile(path) => {
                self.outside.files.insert(path.clone());
                self.record(|| Fact::FileTouched { subtask: id, operator, path: path.clone() });
            }
            Effect::ClearState { slot } => {
                let (slot, key) = (*slot, key.cloned().unwrap_or(Value::Null));
                clear_state(runtime, slot, &key);
                self.record(|| Fact::StateCleared { subtask: id, operator, slot, key });
            }
            Effect::Sleep(_) | Effect::Emit { .. } | Effect::Raise(_) => unreachable!("these are the caller's"),
            time => self.apply_time(id, position, key, record, time),
        }
    }

    fn write_state(
        &mut self,
        id: SubtaskId,
        position: u16,
        key: Option<&Value>,
        slot: u16,
        value: &Value,
        append: bool,
    ) {
        let runtime = &mut self.subtasks[id.index()].operators[usize::from(position)];
        let operator = runtime.operator;
        let function = self.fixed.operators[operator.index()].function.as_ref().expect("the operator has a function");
        let keyed = function.state_kinds().nth(usize::from(slot)).is_some_and(StateKind::is_keyed);
        let slots = function.state_kinds().count();
        let shown_key = if keyed { Some(key.cloned().unwrap_or(Value::Null)) } else { None };
        match &shown_key {
            Some(key) => {
                let values =
                    Arc::make_mut(&mut runtime.state.keyed).entry(key.clone()).or_insert_with(|| vec![None; slots]);
                values[usize::from(slot)] = Some(value.clone());
            }
            None => {
                let list = &mut Arc::make_mut(&mut runtime.state.lists)[usize::from(slot)];
                if !append {
                    list.clear();
                }
                list.push(value.clone());
            }
        }
        self.record(|| Fact::StateChanged { subtask: id, operator, slot, key: shown_key, value: value.clone() });
    }
    // ---- outputs

    pub(super) fn advance_emission(&mut self, id: SubtaskId, emission: Emission) -> Progress {
        let Emission { position, record, time, row, tag, output } = emission;
        let runtime = &mut self.subtasks[id.index()].operators[usize::from(position)];
        let operator = runtime.operator;
        runtime.emitted += u64::from(output == 0);
        let exits = &*self.fixed.operators[operator.index()].exits;
        let Some(output) = next_exit(exits, tag, output) else { return Progress::More };
        let exit = exits[usize::from(output)];
        let next = (usize::from(output) + 1 < exits.len()).then(|| row.clone());
        let again = |row: Row, output| Frame::Emission(Emission { position, record, time, row, tag, output });
        if let Some(to) = exit.chained_to {
            if let Some(row) = next {
                self.push(id, again(row, output + 1));
            }
            self.hand_over(id, to, record, row, time);
            return Progress::More;
        }
        let channel = self.choose_channel(id, exit, &row);
        match self.try_put_record(channel, record, row, time) {
            Ok(()) => {
                let turn = &mut self.subtasks[id.index()].turns[exit.output];
                *turn = turn.wrapping_add(1);
                if let Some(row) = next {
                    self.push(id, again(row, output + 1));
                }
                Progress::More
            }
            Err(row) => {
                // It will come by here again.
                self.subtasks[id.index()].operators[usize::from(position)].emitted -= u64::from(output == 0);
                self.push(id, again(row, output));
                self.enter_backpressure(id, channel)
            }
        }
    }

    #[inline(always)]
    fn choose_channel(&self, id: SubtaskId, exit: Exit, row: &Row) -> ChannelId {
        let channels = &*self.fixed.subtasks[id.index()].outputs[exit.output];
        match exit.partitioner {
            Partitioner::Forward => channels[0],
            Partitioner::Rebalance => channels[self.subtasks[id.index()].turns[exit.output] as usize % channels.len()],
            Partitioner::KeyBy { column } => self.channel_of_key(channels, row.column(column)),
            Partitioner::KeyByConstant => self.channel_of_key(channels, &Value::text(Partitioner::CONSTANT_KEY)),
        }
    }

    fn channel_of_key(&self, channels: &[ChannelId], key: &Value) -> ChannelId {
        let keys = self.fixed.graph.max_parallelism;
        let group = KeyGroup(self.key_group(key));
        channels[crate::graph::subtask_of(group, channels.len() as u32, keys) as usize]
    }

    /// The key group of a key (KG-1).
    pub(super) fn key_group(&self, key: &Value) -> u16 {
        let hash = match self.fixed.python_keys {
            false => crate::graph::java_hash(key),
            true => crate::graph::python_key_hash(key),
        };
        crate::graph::key_group(hash, self.fixed.graph.max_parallelism).0
    }
}

/// The next edge, from `output` on, that carries this output of the operator.
#[inline(always)]
fn next_exit(exits: &[Exit], tag: u16, output: u16) -> Option<u16> {
    let mut at = output;
    while let Some(exit) = exits.get(usize::from(at)) {
        if exit.tag == tag {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// What a function sees of its operator.
struct View<'a> {
    runtime: &'a OperatorRuntime,
    key: Option<&'a Value>,
    files: &'a SortedSet<Arc<str>>,
}

impl StateView for View<'_> {
    fn field(&self, slot: u16) -> &Value {
        &self.runtime.fields[usize::from(slot)]
    }

    fn state(&self, slot: u16) -> Option<&Value> {
        let slot = usize::from(slot);
        let keyed = self.key.and_then(|key| self.runtime.state.keyed.get(key)).and_then(|values| values[slot].as_ref());
        keyed.or_else(|| self.runtime.state.lists.get(slot).and_then(|list| list.last()))
    }

    fn file_exists(&self, path: &str) -> bool {
        self.files.contains(path)
    }

    fn window(&self, window: TimeWindow) -> Option<&[Value]> {
        let key = self.key.cloned().unwrap_or(Value::Null);
        self.runtime.state.windows.get(&(key, window)).map(|kept| kept.values.as_slice())
    }

    fn windows(&self) -> Vec<TimeWindow> {
        let key = self.key.cloned().unwrap_or(Value::Null);
        let first = TimeWindow { start: EventTime::MIN, end: EventTime::MIN };
        let from = self.runtime.state.windows.range((key.clone(), first)..);
        from.take_while(|((other, _), _)| *other == key).map(|((_, window), _)| *window).collect()
    }
}

fn clear_state(runtime: &mut OperatorRuntime, slot: u16, key: &Value) {
    let keyed = Arc::make_mut(&mut runtime.state.keyed);
    if let Some(values) = keyed.get_mut(key) {
        values[usize::from(slot)] = None;
        if values.iter().all(Option::is_none) {
            keyed.remove(key);
        }
    }
}

impl OperatorState {
    /// The value of a single-valued operator state.
    pub fn operator_value(&self, slot: u16) -> Option<&Value> {
        self.lists.get(usize::from(slot)).and_then(|list| list.last())
    }
}
