//! A task's thread: records, user functions, mail (Flink: `StreamTask`, `MailboxProcessor`, `OperatorChain`).
//!
//! [`Engine::run_thread`] runs a thread until it has to wait. One thing happens at a time: what the thread is in the middle
//! of lies on its stack; between records it serves its mailbox, then its input. A source that sits in the checkpoint lock
//! serves no mail (BR-2). Served at the next record boundary: the starving of legacy sources' triggers is left out.

use std::sync::Arc;

use super::barrier::BarrierHandler;
use super::channel::{Element, InputGate};
use super::event::Event;
use super::task::{
    Activity, Ending, Frame, Mail, OperatorRuntime, OperatorState, SnapshotStage, SourceReader, Subtask,
};
use super::{Engine, PythonWorker};
use crate::base::{
    AttemptNumber, ChannelId, CheckpointId, OperatorIndex, RecordId, Row, SimDuration, SimTime, SubtaskId, Value,
};
use crate::program::{Effect, StateView};
use crate::scenario::{FaultAt, OperatorKind, Partitioner, StateKind};
use crate::trace::{Cause, ExecutionState, Fact, FailurePhase};

/// What became of one move of a thread.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    /// It can go on.
    More,
    /// It waits.
    Wait,
}

/// What a source finds when it looks for its next row.
enum NextRow {
    /// This one; `position` counts it in.
    Row { record: RecordId, row: Row, position: u64 },
    /// Not before this moment.
    Later(SimTime),
    /// Nothing now: it is not released, or an endless source has to wait for more.
    None,
    /// Nothing ever.
    Ended,
}

impl Engine {
    // ---- a new attempt

    pub(super) fn new_subtasks(&self) -> Vec<Subtask> {
        self.all_nodes().map(|id| self.new_subtask(id, AttemptNumber(0))).collect()
    }

    fn all_nodes(&self) -> impl Iterator<Item = SubtaskId> + use<> {
        (0..self.fixed.graph.subtasks.len() as u32).map(SubtaskId)
    }

    pub(super) fn new_subtask(&self, id: SubtaskId, attempt: AttemptNumber) -> Subtask {
        let node = &self.fixed.graph.subtasks[id.index()];
        Subtask {
            state: ExecutionState::Created,
            attempt,
            version: 0,
            alive: false,
            operators: Vec::new(),
            stack: Vec::new(),
            mailbox: Default::default(),
            activity: Activity::Idle,
            gate: InputGate::new(),
            barriers: BarrierHandler::new(self.scenario().checkpointing.mode, node.inputs.len()),
            pools: vec![0; node.outputs.len()],
            last_notified: CheckpointId(0),
            aborted: Vec::new(),
            ending: Ending::No,
            ended_inputs: 0,
            writing: Default::default(),
            restored_from: None,
            restored_finished: false,
            failure: None,
            last_checkpoint: CheckpointId(0),
            checkpoint_began: SimTime::ZERO,
            turns: vec![0; node.outputs.len()],
            armed: Vec::new(),
            doomed: false,
            running_since: None,
        }
    }

    /// Makes the operators anew and gives them back their state (SR-7, CP-36).
    pub(super) fn open_operators(&mut self, id: SubtaskId) {
        let snapshot = match self.subtasks[id.index()].restored_from {
            Some(_) => self.snapshot_for(id),
            None => None,
        };
        let chain = self.fixed.graph.task_of(id).operators.clone();
        let gated: Vec<Option<(u64, bool)>> =
            chain.iter().map(|operator| self.script.gate(*operator, self.index_of(id))).collect();
        let mut operators = Vec::new();
        for (position, operator) in chain.iter().enumerate() {
            let part = snapshot.as_ref().and_then(|snapshot| snapshot.operators.get(position));
            operators.push(self.open_operator(id, *operator, part, gated[position]));
        }
        for position in 0..self.subtasks[id.index()].turns.len() {
            let channels = self.fixed.graph.subtasks[id.index()].outputs[position].channels.len() as u64;
            let first = self.random.rebalance.between(0, channels.max(1) - 1) as u32;
            self.subtasks[id.index()].turns[position] = first;
        }
        let task = &mut self.subtasks[id.index()];
        task.operators = operators;
        let (attempt, finished) = (task.attempt, task.restored_finished);
        // A task without any state in the checkpoint is not restored, whatever the job is restored from.
        let restored_from = task.restored_from.filter(|_| chain.iter().any(|operator| self.has_state(*operator)));
        if finished {
            return;
        }
        for (position, operator) in chain.iter().enumerate().rev() {
            let runtime = &self.subtasks[id.index()].operators[position];
            let (position, values) = (runtime.source.as_ref().map(SourceReader::position), runtime.state.len() as u32);
            let operator = *operator;
            self.record(|| Fact::OperatorOpened { subtask: id, operator, attempt, restored_from, position, values });
        }
    }

    /// Whether an operator declares state or keeps a position.
    fn has_state(&self, operator: OperatorIndex) -> bool {
        match &self.scenario().operators[operator.index()].kind {
            OperatorKind::Source(source) => source.kind.keeps_position(),
            OperatorKind::Function(function) => !function.states.is_empty(),
            OperatorKind::PrintSink => false,
        }
    }

    fn open_operator(
        &self,
        id: SubtaskId,
        operator: OperatorIndex,
        part: Option<&super::OperatorSnapshot>,
        gate: Option<(u64, bool)>,
    ) -> OperatorRuntime {
        let function = self.fixed.functions[operator.index()].as_ref();
        let mut state = part.map(|part| part.state.clone()).unwrap_or_default();
        if let Some(function) = function
            && state.lists.is_empty()
        {
            state.lists = Arc::new(vec![Vec::new(); function.state_kinds().count()]);
        }
        let source = match &self.scenario().operators[operator.index()].kind {
            OperatorKind::Source(source) => {
                let partitions = self.fixed.partitions[id.index()].len();
                let offsets = part.and_then(|part| part.offsets.clone()).unwrap_or_else(|| vec![0; partitions]);
                let (permitted, held) = gate.unwrap_or((if source.gated { 0 } else { u64::MAX }, false));
                Some(SourceReader { offsets, turn: 0, permitted, held, next_at: self.now })
            }
            _ => None,
        };
        OperatorRuntime {
            operator,
            fields: function.map_or_else(Vec::new, |function| function.initial_fields().to_vec()),
            state,
            source,
            worker: self.fixed.in_worker[operator.index()].then(Box::<PythonWorker>::default),
            records: 0,
        }
    }

    pub(super) fn index_of(&self, id: SubtaskId) -> u32 {
        self.fixed.graph.subtasks[id.index()].index
    }

    // ---- running

    pub(super) fn wake_attempt(&mut self, subtask: SubtaskId, attempt: AttemptNumber) {
        if self.is_current(subtask, attempt) {
            self.woken.push(subtask);
        }
    }

    pub(super) fn post(&mut self, subtask: SubtaskId, attempt: AttemptNumber, mail: Mail) {
        if self.is_current(subtask, attempt) && self.subtasks[subtask.index()].alive {
            self.subtasks[subtask.index()].mailbox.push_back(mail);
            self.woken.push(subtask);
        }
    }

    /// Lets a thread run until it has to wait.
    pub(super) fn run_thread(&mut self, id: SubtaskId) {
        let task = &self.subtasks[id.index()];
        if !task.alive || !matches!(task.state, ExecutionState::Running | ExecutionState::Canceling) {
            return;
        }
        if matches!(task.activity, Activity::Busy { until, .. } if until > self.now) {
            return;
        }
        self.leave_backpressure(id);
        while self.subtasks[id.index()].alive {
            if self.advance(id) == Progress::Wait {
                return;
            }
        }
    }

    fn leave_backpressure(&mut self, id: SubtaskId) {
        if let Activity::BackPressured(channel) = self.subtasks[id.index()].activity {
            self.record(|| Fact::BackpressureChanged { subtask: id, channel, on: false });
        }
        self.subtasks[id.index()].activity = Activity::Idle;
    }

    fn enter_backpressure(&mut self, id: SubtaskId, channel: ChannelId) -> Progress {
        self.subtasks[id.index()].activity = Activity::BackPressured(channel);
        self.record(|| Fact::BackpressureChanged { subtask: id, channel, on: true });
        Progress::Wait
    }

    /// The thread is busy for a while.
    pub(super) fn busy(&mut self, id: SubtaskId, duration: SimDuration) -> Progress {
        let task = &mut self.subtasks[id.index()];
        task.activity = Activity::Busy { since: self.now, until: self.now + duration };
        let attempt = task.attempt;
        self.schedule(duration, Event::Resume { subtask: id, attempt });
        Progress::Wait
    }

    fn advance(&mut self, id: SubtaskId) -> Progress {
        if let Some(frame) = self.subtasks[id.index()].stack.pop() {
            return match frame {
                Frame::Call { position, record, key, effects, next } => {
                    self.advance_call(id, position, record, key, effects, next)
                }
                Frame::Emission { position, record, row, output } => {
                    self.advance_emission(id, position, record, row, output)
                }
                Frame::Busy(duration) => self.busy(id, duration),
                Frame::FinishBundle { position, begun } => self.advance_bundle(id, position, begun),
                Frame::Checkpoint { checkpoint, stage } => self.advance_checkpoint(id, checkpoint, stage),
                Frame::Ending => self.advance_ending(id),
            };
        }
        if self.subtasks[id.index()].restored_finished {
            self.finish_task(id);
            return Progress::Wait;
        }
        if self.subtasks[id.index()].doomed {
            return Progress::Wait;
        }
        if !self.is_held(id)
            && let Some(mail) = self.subtasks[id.index()].mailbox.pop_front()
        {
            self.open_mail(id, mail);
            return Progress::More;
        }
        if let Some((position, record, row)) = self.take_worker_result(id) {
            self.push(id, Frame::Emission { position, record, row, output: 0 });
            return Progress::More;
        }
        if let Some(channel) = self.exhausted_output(id) {
            return self.enter_backpressure(id, channel);
        }
        match self.fixed.graph.is_source(id) {
            true => self.read_source(id),
            false => self.read_input(id),
        }
    }

    /// Never nothing: time must pass between two records.
    pub(super) fn record_cost(&self) -> SimDuration {
        SimDuration::from_micros(self.latencies().record_us.max(1))
    }

    pub(super) fn push(&mut self, id: SubtaskId, frame: Frame) {
        self.subtasks[id.index()].stack.push(frame);
    }

    fn is_held(&self, id: SubtaskId) -> bool {
        let head = self.subtasks[id.index()].operators.first();
        head.and_then(|head| head.source.as_ref()).is_some_and(|source| source.held)
    }

    fn open_mail(&mut self, id: SubtaskId, mail: Mail) {
        match mail {
            Mail::Trigger(checkpoint) => self.begin_triggered(id, checkpoint),
            Mail::Complete(checkpoint) => self.on_complete(id, checkpoint),
            Mail::Abort(checkpoint) => self.on_abort(id, checkpoint),
            Mail::BundleTime(position, bundle) => {
                let worker = self.subtasks[id.index()].operators[usize::from(position)].worker.as_ref();
                if worker.is_some_and(|worker| worker.bundle == bundle && worker.bundle_records > 0) {
                    self.push(id, Frame::FinishBundle { position, begun: false });
                }
            }
        }
    }

    // ---- sources

    fn read_source(&mut self, id: SubtaskId) -> Progress {
        if self.subtasks[id.index()].ending != Ending::No {
            return Progress::Wait;
        }
        match self.next_row(id) {
            NextRow::Ended => {
                self.push(id, Frame::Ending);
                Progress::More
            }
            NextRow::None => Progress::Wait,
            NextRow::Later(due) => {
                let attempt = self.subtasks[id.index()].attempt;
                self.events.push(due, Event::SourceWakes { subtask: id, attempt });
                Progress::Wait
            }
            NextRow::Row { record, row, position } => self.emit_from_source(id, record, row, position),
        }
    }

    fn emit_from_source(&mut self, id: SubtaskId, record: RecordId, row: Row, position: u64) -> Progress {
        let head = &mut self.subtasks[id.index()].operators[0];
        head.records += 1;
        let operator = head.operator;
        self.record(|| Fact::RecordEmitted { subtask: id, operator, record, position });
        if let Some(message) = self.fault_on_record(id, 0, record) {
            self.throw(id, 0, FailurePhase::Record, java_exception(&message), Some(record));
            return Progress::Wait;
        }
        self.push(id, Frame::Busy(self.record_cost()));
        self.push(id, Frame::Emission { position: 0, record, row, output: 0 });
        Progress::More
    }

    /// Takes the next row of a source's subtask: its partitions take turns.
    fn next_row(&mut self, id: SubtaskId) -> NextRow {
        let Engine { fixed, subtasks, now, .. } = self;
        let head = &mut subtasks[id.index()].operators[0];
        let operator = head.operator.index();
        let input = fixed.sources[operator].as_ref().expect("a task without input begins with a source");
        let OperatorKind::Source(settings) = &fixed.input.scenario.operators[operator].kind else {
            unreachable!("a task without input begins with a source")
        };
        let own = &fixed.partitions[id.index()];
        let reader = head.source.as_mut().expect("it has a reader");
        let turns = (0..own.len()).map(|i| (reader.turn + i) % own.len());
        let left = |at: &usize| (reader.offsets[*at] as usize) < input.partitions[own[*at]].len();
        let Some(at) = turns.into_iter().find(left) else {
            return if settings.bounded { NextRow::Ended } else { NextRow::None };
        };
        if reader.position() >= reader.permitted {
            return NextRow::None;
        }
        if reader.next_at > *now {
            return NextRow::Later(reader.next_at);
        }
        let row = input.partitions[own[at]][reader.offsets[at] as usize];
        reader.offsets[at] += 1;
        reader.turn = (at + 1) % own.len();
        reader.next_at = *now + SimDuration::from_millis(settings.every_ms);
        NextRow::Row {
            record: RecordId(input.first_record.0 + row),
            row: input.rows[row as usize].clone(),
            position: reader.position(),
        }
    }

    // ---- input

    fn read_input(&mut self, id: SubtaskId) -> Progress {
        let Some((channel, element)) = self.next_element(id) else { return Progress::Wait };
        match element {
            Element::Record(record, row) => {
                self.push(id, Frame::Busy(self.record_cost()));
                self.hand_over(id, 0, record, row);
            }
            Element::Barrier(checkpoint) => self.on_barrier(id, channel, checkpoint),
            Element::CancelMarker(checkpoint) => self.on_cancel_marker(id, channel, checkpoint),
            Element::EndOfData => {
                self.subtasks[id.index()].ended_inputs += 1;
                let inputs = self.fixed.graph.subtasks[id.index()].inputs.len();
                if self.subtasks[id.index()].ended_inputs as usize == inputs {
                    self.push(id, Frame::Ending);
                }
            }
            Element::EndOfPartition => self.on_end_of_partition(id, channel),
        }
        Progress::More
    }

    /// The next element of the gate: channels take turns, a buffer at a time; blocked ones are passed over.
    fn next_element(&mut self, id: SubtaskId) -> Option<(ChannelId, Element)> {
        loop {
            let channel = self.subtasks[id.index()].gate.ready.front().copied()?;
            let end = &mut self.channels[channel.index()];
            if end.blocked.is_some() || end.received == 0 {
                self.subtasks[id.index()].gate.ready.pop_front();
                continue;
            }
            let (element, emptied) = end.take()?;
            if emptied {
                let more = end.received > 0;
                let gate = &mut self.subtasks[id.index()].gate;
                gate.ready.pop_front();
                if more {
                    gate.ready.push_back(channel);
                }
                if matches!(element, Element::Record(..)) {
                    self.return_credit(channel, id);
                }
            }
            return Some((channel, element));
        }
    }

    // ---- operators

    /// A record meets the operator at `position` of the chain.
    fn hand_over(&mut self, id: SubtaskId, position: u16, record: RecordId, row: Row) {
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
            crate::scenario::Api::Java => row.java().into(),
            crate::scenario::Api::Python(_) => row.python().into(),
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

    fn advance_call(
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

    fn advance_emission(&mut self, id: SubtaskId, position: u16, record: RecordId, row: Row, output: u16) -> Progress {
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
                    crate::scenario::Api::Java => crate::graph::java_hash(key),
                    crate::scenario::Api::Python(_) => crate::graph::python_key_hash(key),
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

    // ---- the end of the input (CP-33)

    fn advance_ending(&mut self, id: SubtaskId) -> Progress {
        if let Some(position) = self.open_bundle(id) {
            self.push(id, Frame::Ending);
            self.push(id, Frame::FinishBundle { position, begun: false });
            return Progress::More;
        }
        self.subtasks[id.index()].ending = Ending::Finished;
        self.record(|| Fact::EndOfData { subtask: id });
        self.broadcast(id, &Element::EndOfData);
        let attempt = self.subtasks[id.index()].attempt;
        self.schedule(self.rpc(), Event::EndOfDataReported { subtask: id, attempt });
        let checkpointing = &self.scenario().checkpointing;
        if checkpointing.interval_ms.is_none() || !checkpointing.after_tasks_finish {
            self.finish_task(id);
            return Progress::Wait;
        }
        Progress::More
    }

    pub(super) fn broadcast(&mut self, id: SubtaskId, element: &Element) {
        let fixed = self.fixed.clone();
        for channel in fixed.graph.subtasks[id.index()].outputs.iter().flat_map(|output| &output.channels) {
            self.put_event(*channel, element.clone());
        }
    }

    pub(super) fn finish_task(&mut self, id: SubtaskId) {
        if self.subtasks[id.index()].restored_finished {
            self.broadcast(id, &Element::EndOfData);
            let attempt = self.subtasks[id.index()].attempt;
            self.schedule(self.rpc(), Event::EndOfDataReported { subtask: id, attempt });
        }
        self.broadcast(id, &Element::EndOfPartition);
        let task = &mut self.subtasks[id.index()];
        task.alive = false;
        task.stack.clear();
        let attempt = task.attempt;
        self.schedule(self.rpc(), Event::FinishReported { subtask: id, attempt });
    }

    // ---- exceptions

    /// An exception leaves user code: the attempt's thread ends and the JobManager will hear of it.
    pub(super) fn throw(
        &mut self,
        id: SubtaskId,
        position: u16,
        phase: FailurePhase,
        cause: Cause,
        record: Option<RecordId>,
    ) {
        let operator = self.subtasks[id.index()].operators[usize::from(position)].operator;
        self.outside.thrown += 1;
        let message: Arc<str> = format!("{}: {}", cause.class, cause.message).into();
        self.record(|| Fact::ExceptionThrown { subtask: id, operator, phase, message, record });
        self.fail_attempt(id, cause);
    }

    pub(super) fn fail_attempt(&mut self, id: SubtaskId, cause: Cause) {
        let task = &mut self.subtasks[id.index()];
        task.kill();
        task.failure = Some(cause);
        let attempt = task.attempt;
        self.schedule(self.rpc(), Event::FailureReported { subtask: id, attempt });
    }

    /// The message of a fault point that strikes on this record, if one does.
    pub(super) fn fault_on_record(&mut self, id: SubtaskId, position: u16, record: RecordId) -> Option<Arc<str>> {
        let task = &mut self.subtasks[id.index()];
        if let Some(at) = task.armed.iter().position(|(armed, _)| *armed == position) {
            return Some(task.armed.remove(at).1);
        }
        if self.fixed.input.scenario.faults.is_empty() {
            return None;
        }
        let runtime = &task.operators[usize::from(position)];
        let (operator, count) = (runtime.operator, runtime.records);
        let fixed = self.fixed.clone();
        let scenario = &fixed.input.scenario;
        for (at, fault) in scenario.faults.iter().enumerate() {
            let strikes = match &fault.at {
                FaultAt::RecordOfAttempt(wanted) => *wanted == count,
                FaultAt::Record { dataset, row } => fixed.is_row(dataset, *row, record),
                FaultAt::Moment(_) | FaultAt::Checkpoint { .. } => false,
            };
            if strikes
                && scenario.operators[operator.index()].uid == fault.operator
                && self.strike(at, self.index_of(id))
            {
                return Some(fault.message.as_str().into());
            }
        }
        None
    }

    /// Whether a fault point still strikes at this subtask; counts it if so.
    pub(super) fn strike(&mut self, fault: usize, subtask: u32) -> bool {
        let point = &self.fixed.input.scenario.faults[fault];
        if point.subtask.is_some_and(|only| only != subtask) {
            return false;
        }
        let struck = self.outside.struck.entry(fault as u32).or_insert(0);
        if point.times.is_some_and(|times| *struck >= times) {
            return false;
        }
        *struck += 1;
        true
    }
}

impl super::Fixed {
    fn is_row(&self, dataset: &str, row: u32, record: RecordId) -> bool {
        self.sources.iter().zip(&self.input.scenario.operators).any(|(source, operator)| {
            match (&operator.kind, source) {
                (OperatorKind::Source(spec), Some(source)) => {
                    spec.dataset == dataset && source.first_record.0 + row == record.0
                }
                _ => false,
            }
        })
    }
}

/// An exception of user code as Java shows it.
pub(super) fn java_exception(message: &str) -> Cause {
    Cause { class: "java.lang.RuntimeException", message: message.into() }
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

/// Nothing has to be remembered about a checkpoint's stages outside the thread.
impl SnapshotStage {
    /// Where every checkpoint begins.
    pub(super) const FIRST: SnapshotStage = SnapshotStage::PreBarrier;
}
