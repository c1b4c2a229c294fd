//! A new attempt of a subtask: operators made anew and given back their state (SR-7, CP-36). Flink:
//! `StreamTask.restoreInternal`, `StreamOperatorStateHandler`.

use std::sync::Arc;

use super::barrier::BarrierHandler;
use super::channel::InputGate;
use super::task::{Activity, Ending, OperatorRuntime, SourceReader, Subtask};
use super::watermark::{WatermarkGenerator, WatermarkValve};
use super::{Engine, PythonWorker};
use crate::base::{AttemptNumber, CheckpointId, Dense, EventTime, OperatorIndex, SimDuration, SimTime, SubtaskId};
use crate::scenario::{OperatorKind, SinkStyle};
use crate::trace::{ExecutionState, Fact};

impl Engine {
    pub(super) fn new_subtasks(&self) -> Dense<Subtask> {
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
            operators: Dense::default(),
            stack: Vec::new(),
            owed: SimDuration::ZERO,
            mailbox: Default::default(),
            activity: Activity::Idle,
            gate: InputGate::new(),
            barriers: BarrierHandler::new(self.scenario().checkpointing.mode, node.inputs.len()),
            valve: WatermarkValve::new(node.inputs.len()),
            event_time_ended: false,
            pools: vec![0; node.outputs.len()].into(),
            last_notified: CheckpointId(0),
            aborted: Vec::new(),
            ending: Ending::No,
            end_mode: Default::default(),
            ended_inputs: 0,
            writing: Default::default(),
            capture: None,
            recovering: false,
            restored_from: None,
            restored_finished: false,
            failure: None,
            last_checkpoint: CheckpointId(0),
            checkpoint_began: SimTime::ZERO,
            turns: vec![0; node.outputs.len()].into(),
            armed: Vec::new(),
            doomed: false,
            stuck: false,
            debloater: None,
            meters: Default::default(),
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
        let known = snapshot.is_some() && chain.iter().any(|operator| self.has_state(*operator));
        let task = &mut self.subtasks[id.index()];
        task.operators = operators.into();
        let (attempt, finished) = (task.attempt, task.restored_finished);
        // A task without any state in the checkpoint is not restored, whatever the job is restored from.
        let restored_from = task.restored_from.filter(|_| known);
        if finished {
            return;
        }
        for (position, operator) in chain.iter().enumerate().rev() {
            let runtime = &self.subtasks[id.index()].operators[position];
            let (position, values) = (runtime.source.as_ref().map(SourceReader::position), runtime.state.len() as u32);
            let operator = *operator;
            self.record(|| Fact::OperatorOpened { subtask: id, operator, attempt, restored_from, position, values });
        }
        self.start_clocks(id);
        self.open_sinks(id, snapshot.as_deref());
    }

    /// Whether an operator declares state or keeps a position.
    fn has_state(&self, operator: OperatorIndex) -> bool {
        match &self.scenario().operators[operator.index()].kind {
            OperatorKind::Source(source) => source.kind.keeps_position(),
            OperatorKind::Function(function) => !function.states.is_empty() || !function.on_timer.is_empty(),
            OperatorKind::Window(_) | OperatorKind::Reduce(_) => true,
            OperatorKind::Watermarks(_) | OperatorKind::PrintSink => false,
            OperatorKind::Sink(sink) => sink.style() != SinkStyle::Direct,
        }
    }

    fn open_operator(
        &self,
        id: SubtaskId,
        operator: OperatorIndex,
        part: Option<&super::OperatorSnapshot>,
        gate: Option<(u64, bool)>,
    ) -> OperatorRuntime {
        let function = self.fixed.operators[operator.index()].function.as_ref();
        let mut state = part.map(|part| part.state.clone()).unwrap_or_default();
        if let Some(function) = function
            && state.lists.is_empty()
        {
            state.lists = Arc::new(vec![Vec::new(); function.state_kinds().count()]);
        }
        if !state.timers.is_empty() {
            state.timers = Arc::new(state.timers.restored(|key| self.key_group(key)));
        }
        let source = match &self.scenario().operators[operator.index()].kind {
            OperatorKind::Source(source) => {
                let partitions = self.fixed.subtasks[id.index()].partitions.len();
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
            sink: self.fixed.operators[operator.index()].sink.as_ref().map(|_| Box::default()),
            worker: self.fixed.operators[operator.index()].in_worker.then(Box::<PythonWorker>::default),
            records: 0,
            watermark: EventTime::MIN,
            generator: matches!(self.scenario().operators[operator.index()].kind, OperatorKind::Watermarks(_))
                .then(|| Box::new(WatermarkGenerator::new(self.now))),
            emitted: 0,
        }
    }

    /// State is restored, in-flight data consumed.
    pub(super) fn enter_running(&mut self, subtask: SubtaskId) {
        self.change_task_state(subtask, ExecutionState::Running);
        let task = &mut self.subtasks[subtask.index()];
        task.running_since = Some(self.now);
        task.meters.begin(self.now);
        self.start_debloating(subtask);
        self.on_task_running();
    }

    pub(super) fn index_of(&self, id: SubtaskId) -> u32 {
        self.fixed.graph.subtasks[id.index()].index
    }
}
