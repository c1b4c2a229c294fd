//! A record inside a chain: handed to an operator, through its function, out to the next or into a channel. Flink:
//! `OperatorChain`, `RecordWriterOutput`, `KeyGroupStreamPartitioner`, `RebalancePartitioner`.

use std::sync::Arc;

use super::Engine;
use super::exception::java_exception;
use super::task::{Frame, OperatorRuntime, OperatorState};
use super::thread::Progress;
use crate::base::{ChannelId, OperatorIndex, RecordId, Row, SubtaskId, Value};
use crate::program::{Effect, StateView};
use crate::scenario::{Api, OperatorKind, Partitioner, StateKind};
use crate::trace::{Fact, FailurePhase};

impl Engine {
    /// A record meets the operator at `position` of the chain.
    pub(super) fn hand_over(&mut self, id: SubtaskId, position: u16, record: RecordId, row: Row) {
        let runtime = &mut self.subtasks[id.index()].operators[usize::from(position)];
        let operator = runtime.operator;
        runtime.records += 1;
        self.record(|| Fact::RecordReceived { subtask: id, operator, record });
        if let Some(message) = self.fault_on_record(id, position, record) {
            self.throw(id, position, FailurePhase::Record, java_exception(&message), Some(record));
            return;
        }
        if matches!(self.fixed.input.scenario.operators[operator.index()].kind, OperatorKind::PrintSink) {
            self.print_row(id, operator, record, &row);
            return;
        }
        let key = match position {
            0 => self.fixed.keys[operator.index()].and_then(|keyed| keyed.key_of(&row)),
            _ => None,
        };
        if self.fixed.in_worker[operator.index()] {
            self.hand_to_worker(id, position, record, row, key);
            return;
        }
        let effects = self.call_function(id, position, &row, key.as_ref());
        self.push(id, Frame::Call { position, record, key, effects, next: 0 });
    }

    fn print_row(&mut self, id: SubtaskId, operator: OperatorIndex, record: RecordId, row: &Row) {
        let times = self.outside.print(operator, record);
        let attempt = self.subtasks[id.index()].attempt;
        let wanted = self.tracing || self.script.wants_texts();
        if !wanted {
            return;
        }
        let text: Arc<str> = match self.scenario().api {
            Api::Java => row.java().into(),
            Api::Python(_) => row.python().into(),
        };
        self.script.printed(operator, attempt, &text);
        self.record(|| Fact::RowPrinted { subtask: id, operator, attempt, record, text, times });
    }

    /// What the function at `position` does with a row.
    pub(super) fn call_function(&self, id: SubtaskId, position: u16, row: &Row, key: Option<&Value>) -> Vec<Effect> {
        let runtime = &self.subtasks[id.index()].operators[usize::from(position)];
        let function = self.fixed.functions[runtime.operator.index()].as_ref().expect("the operator has a function");
        let view = View { runtime, key, files: &self.outside.files };
        let mut effects = Vec::new();
        function.call(row, &view, self.tracing, &mut effects);
        effects
    }

    pub(super) fn advance_call(
        &mut self,
        id: SubtaskId,
        position: u16,
        record: RecordId,
        key: Option<Value>,
        effects: Vec<Effect>,
        mut next: u16,
    ) -> Progress {
        while let Some(effect) = effects.get(usize::from(next)) {
            next += 1;
            match effect {
                Effect::Sleep(duration) => {
                    let duration = *duration;
                    self.push(id, Frame::Call { position, record, key, effects, next });
                    return self.busy(id, duration);
                }
                Effect::Emit(row) => {
                    let row = row.clone();
                    if usize::from(next) < effects.len() {
                        self.push(id, Frame::Call { position, record, key, effects, next });
                    }
                    self.push(id, Frame::Emission { position, record, row, output: 0 });
                    return Progress::More;
                }
                Effect::Raise(message) => {
                    self.throw(id, position, FailurePhase::Record, java_exception(message), Some(record));
                    return Progress::Wait;
                }
                other => self.apply(id, position, key.as_ref(), other),
            }
        }
        Progress::More
    }

    /// An effect that takes no time and does not leave the operator.
    pub(super) fn apply(&mut self, id: SubtaskId, position: u16, key: Option<&Value>, effect: &Effect) {
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
            Effect::Sleep(_) | Effect::Emit(_) | Effect::Raise(_) => unreachable!("these are the caller's"),
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
        let function = self.fixed.functions[operator.index()].as_ref().expect("the operator has a function");
        let keyed = function.state_kinds().nth(usize::from(slot)) == Some(StateKind::KeyedValue);
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

    pub(super) fn advance_emission(
        &mut self,
        id: SubtaskId,
        position: u16,
        record: RecordId,
        row: Row,
        output: u16,
    ) -> Progress {
        let graph = &self.fixed.graph;
        let operator = self.subtasks[id.index()].operators[usize::from(position)].operator;
        let outputs = &graph.operators[operator.index()].outputs;
        let Some(edge) = outputs.get(usize::from(output)).copied() else {
            return Progress::More;
        };
        let more = usize::from(output) + 1 < outputs.len();
        let again = |row: Row, output| Frame::Emission { position, record, row, output };
        let node = &graph.edges[edge];
        if node.chained {
            let to = graph.operators[node.to.index()].position as u16;
            if more {
                self.push(id, again(row.clone(), output + 1));
            }
            self.hand_over(id, to, record, row);
            return Progress::More;
        }
        let channel = self.choose_channel(id, edge, &row);
        if self.try_put_record(channel, record, &row) {
            self.turn(id, edge);
            if more {
                self.push(id, again(row, output + 1));
            }
            return Progress::More;
        }
        self.push(id, again(row, output));
        self.enter_backpressure(id, channel)
    }

    fn choose_channel(&self, id: SubtaskId, edge: usize, row: &Row) -> ChannelId {
        let graph = &self.fixed.graph;
        let outputs = &graph.subtasks[id.index()].outputs;
        let at = outputs.iter().position(|output| output.edge == edge).expect("the edge leaves this subtask");
        let channels = &outputs[at].channels;
        match graph.edges[edge].partitioner {
            Partitioner::Forward => channels[0],
            Partitioner::Rebalance => channels[self.subtasks[id.index()].turns[at] as usize % channels.len()],
            keyed @ (Partitioner::KeyBy { .. } | Partitioner::KeyByConstant) => {
                let key = &keyed.key_of(row).unwrap_or(Value::Null);
                let hash = match self.scenario().api {
                    Api::Java => crate::graph::java_hash(key),
                    Api::Python(_) => crate::graph::python_key_hash(key),
                };
                let group = crate::graph::key_group(hash, graph.max_parallelism);
                channels[crate::graph::subtask_of(group, channels.len() as u32, graph.max_parallelism) as usize]
            }
        }
    }

    fn turn(&mut self, id: SubtaskId, edge: usize) {
        let outputs = &self.fixed.graph.subtasks[id.index()].outputs;
        if let Some(at) = outputs.iter().position(|output| output.edge == edge) {
            self.subtasks[id.index()].turns[at] = self.subtasks[id.index()].turns[at].wrapping_add(1);
        }
    }
}

/// What a function sees of its operator.
struct View<'a> {
    runtime: &'a OperatorRuntime,
    key: Option<&'a Value>,
    files: &'a std::collections::BTreeSet<Arc<str>>,
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
}

impl OperatorState {
    /// The value of a single-valued operator state.
    pub fn operator_value(&self, slot: u16) -> Option<&Value> {
        self.lists.get(usize::from(slot)).and_then(|list| list.last())
    }
}
