//! The person at the controls: timed commands and one script whose steps wait for conditions.

use std::sync::Arc;

use super::Engine;
use super::checkpoint::CheckpointStatus;
use super::event::Event;
use crate::base::{AttemptNumber, CheckpointId, OperatorIndex, SimDuration, SimTime, SortedMap, SortedSet, SubtaskId};
use crate::scenario::{Action, Condition, FaultAt, RunInput, SnapshotKind, Step};
use crate::trace::{Fact, StopMode};

/// How far the script is, and what it has set.
#[derive(Clone, Debug)]
pub(super) struct ScriptState {
    next: usize,
    since: SimTime,
    wake_planned: bool,
    wants_texts: bool,
    texts: SortedSet<(OperatorIndex, AttemptNumber, Arc<str>)>,
    manual: Option<CheckpointId>,
    manual_over: bool,
    /// Released records and held locks, by source and subtask: they outlive restarts.
    permits: SortedMap<(OperatorIndex, u32), u64>,
    holds: SortedSet<OperatorIndex>,
    /// Which of the waiting actions have happened; empty when there are none.
    happened: Vec<bool>,
    /// Records that operators began in attempts that are over.
    handled: SortedMap<OperatorIndex, u64>,
    /// How much longer records take: by operator and subtask. They outlive restarts.
    slowed: SortedMap<(OperatorIndex, u32), SimDuration>,
}

impl ScriptState {
    pub(super) fn new(input: &RunInput) -> ScriptState {
        let texts = |step: &Step| matches!(step, Step::Wait(Condition::PrintedText { .. }));
        ScriptState {
            next: 0,
            since: SimTime::ZERO,
            wake_planned: false,
            wants_texts: input.commands.script.iter().any(texts)
                || input.commands.when.iter().any(|waiting| matches!(waiting.when, Condition::PrintedText { .. })),
            texts: SortedSet::new(),
            manual: None,
            manual_over: true,
            permits: SortedMap::new(),
            holds: SortedSet::new(),
            happened: vec![false; input.commands.when.len()],
            handled: SortedMap::new(),
            slowed: SortedMap::new(),
        }
    }

    pub(super) fn wants_texts(&self) -> bool {
        self.wants_texts
    }

    pub(super) fn printed(&mut self, sink: OperatorIndex, attempt: AttemptNumber, text: &Arc<str>) {
        if self.wants_texts {
            self.texts.insert((sink, attempt, text.clone()));
        }
    }

    pub(super) fn checkpoint_triggered(&mut self, id: CheckpointId) {
        self.manual = Some(id);
    }

    pub(super) fn checkpoint_ended(&mut self, id: CheckpointId) {
        if self.manual == Some(id) {
            self.manual_over = true;
        }
    }

    pub(super) fn checkpoint_over(&mut self) {
        self.manual_over = true;
    }

    /// What has been released to a source's subtask, and whether it is held; `None` when nothing was said.
    pub(super) fn gate(&self, operator: OperatorIndex, subtask: u32) -> Option<(u64, bool)> {
        let held = self.holds.contains(&operator);
        let permitted = self.permits.get(&(operator, subtask)).copied();
        permitted.map(|permitted| (permitted, held)).or(held.then_some((u64::MAX, true)))
    }
}

impl Engine {
    pub(super) fn schedule_commands(&mut self) {
        let fixed = self.fixed.clone();
        for (index, command) in fixed.input.commands.at.iter().enumerate() {
            self.events.push(command.at, Event::Command { index: index as u32 });
        }
        for (index, fault) in fixed.input.scenario.faults.iter().enumerate() {
            if let FaultAt::Moment(ms) = fault.at {
                self.events.push(SimTime::from_millis(ms), Event::FaultMoment { fault: index as u32 });
            }
        }
        for (index, incident) in fixed.input.scenario.cluster.incidents.iter().enumerate() {
            let index = index as u32;
            self.events.push(SimTime::from_millis(incident.from_ms), Event::Incident { index, begins: true });
            if let Some(until) = incident.until_ms {
                self.events.push(SimTime::from_millis(until), Event::Incident { index, begins: false });
            }
        }
        for waiting in &fixed.input.commands.when {
            if let Condition::Elapsed(ms) = waiting.when {
                self.events.push(SimTime::from_millis(ms), Event::ScriptWakes);
            }
        }
        if !fixed.input.commands.script.is_empty() {
            self.events.push(SimTime::ZERO, Event::ScriptWakes);
        }
    }

    pub(super) fn on_command(&mut self, index: u32) {
        let fixed = self.fixed.clone();
        self.act(&fixed.input.commands.at[index as usize].action);
    }

    pub(super) fn on_fault_moment(&mut self, fault: u32) {
        let fixed = self.fixed.clone();
        let point = &fixed.input.scenario.faults[fault as usize];
        self.arm(&point.operator, point.subtask, &point.message);
    }

    /// Does what has waited for its condition, then what the script says until a condition does not hold.
    #[inline(always)]
    pub(super) fn advance_script(&mut self) {
        if !self.script.happened.is_empty() {
            self.do_what_waited();
        }
        self.advance_steps();
    }

    fn do_what_waited(&mut self) {
        let fixed = self.fixed.clone();
        for (at, waiting) in fixed.input.commands.when.iter().enumerate() {
            if !self.script.happened[at] && self.has_come(&waiting.when) {
                self.script.happened[at] = true;
                self.act(&waiting.action);
                while let Some(subtask) = self.woken.pop() {
                    self.run_thread(subtask);
                }
            }
        }
        if self.script.happened.iter().all(|happened| *happened) {
            self.script.happened = Vec::new();
        }
    }

    /// A waiting action counts from the submission; a script's step from the step before it.
    fn has_come(&mut self, condition: &Condition) -> bool {
        match condition {
            Condition::Elapsed(ms) => self.now >= SimTime::from_millis(*ms),
            other => self.holds(other),
        }
    }

    fn advance_steps(&mut self) {
        if self.script.next >= self.fixed.input.commands.script.len() {
            return;
        }
        let fixed = self.fixed.clone();
        while let Some(step) = fixed.input.commands.script.get(self.script.next) {
            match step {
                Step::Do(action) => self.act(action),
                Step::Wait(condition) => {
                    if !self.holds(condition) {
                        return;
                    }
                }
            }
            self.script.next += 1;
            self.script.since = self.now;
            self.script.wake_planned = false;
            while let Some(subtask) = self.woken.pop() {
                self.run_thread(subtask);
            }
        }
    }

    fn holds(&mut self, condition: &Condition) -> bool {
        match condition {
            Condition::Elapsed(ms) => {
                let due = self.script.since + SimDuration::from_millis(*ms);
                if self.now < due && !self.script.wake_planned {
                    self.script.wake_planned = true;
                    self.events.push(due, Event::ScriptWakes);
                }
                self.now >= due
            }
            Condition::AllRunning => self.all_running(),
            Condition::Printed { sink, count } => {
                self.scenario().operator(sink).is_some_and(|sink| self.outside.rows[sink.index()] >= *count)
            }
            Condition::PrintedText { sink, text, attempt } => {
                let sink = self.scenario().operator(sink);
                self.script.texts.iter().any(|(operator, by, printed)| {
                    sink == Some(*operator) && **printed == **text && attempt.is_none_or(|attempt| by.0 == attempt)
                })
            }
            Condition::Thrown(count) => self.outside.thrown >= *count,
            Condition::CheckpointDone => self.script.manual_over,
            Condition::CompletedCheckpoints(count) => u64::from(self.coordinator.counts.completed) >= *count,
            Condition::Records { operator, count } => self.records_of(operator) >= *count,
            Condition::CheckpointTriggered(id) => self.coordinator.stats(CheckpointId(*id)).is_some(),
            Condition::CheckpointCompleted(id) => self.stands(*id, |status| status == CheckpointStatus::Completed),
            Condition::CheckpointFailed(id) => self.stands(*id, |status| matches!(status, CheckpointStatus::Failed(_))),
            Condition::Restarted(count) => self.job.restarts >= *count && self.all_running(),
            Condition::Ended => self.job.status.is_terminal(),
        }
    }

    fn stands(&self, id: u64, wanted: fn(CheckpointStatus) -> bool) -> bool {
        self.coordinator.stats(CheckpointId(id)).is_some_and(|stats| wanted(stats.status))
    }

    /// Records that an operator has begun, in all attempts.
    fn records_of(&self, uid: &str) -> u64 {
        let Some(operator) = self.scenario().operator(uid) else { return 0 };
        let position = self.fixed.graph.operators[operator.index()].position;
        let subtasks = self.subtasks_of_operator(operator).into_iter();
        let now: u64 = subtasks
            .filter_map(|id| self.subtasks[id.index()].operators.get(position))
            .map(|runtime| runtime.records)
            .sum();
        now + self.script.handled.get(&operator).copied().unwrap_or(0)
    }

    /// An attempt is over: what it handled is remembered.
    pub(super) fn remember_records(&mut self, id: SubtaskId) {
        for runtime in &self.subtasks[id.index()].operators {
            *self.script.handled.or_default(runtime.operator) += runtime.records;
        }
    }

    /// A record takes longer at an operator that somebody has slowed down: the task pays when it is through with it.
    #[inline(always)]
    pub(super) fn add_slowness(&mut self, id: SubtaskId, operator: OperatorIndex) {
        if !self.script.slowed.is_empty() {
            let more = self.script.slowed.get(&(operator, self.index_of(id))).copied().unwrap_or(SimDuration::ZERO);
            let task = &mut self.subtasks[id.index()];
            task.owed = task.owed + more;
        }
    }

    fn slow_down(&mut self, uid: &str, only: Option<u32>, ms: u64) {
        let Some(operator) = self.scenario().operator(uid) else { return };
        for id in self.subtasks_of_operator(operator) {
            let index = self.index_of(id);
            if only.is_none_or(|only| only == index) {
                self.script.slowed.insert((operator, index), SimDuration::from_millis(ms));
            }
        }
    }

    fn act(&mut self, action: &Action) {
        self.record(|| Fact::CommandDone { action: action.json().into() });
        match action {
            Action::Permit { source, subtask, upto } => self.permit(source, *subtask, |_| *upto),
            Action::PermitMore { source, subtask, records } => {
                self.permit(source, *subtask, |position| position + *records);
            }
            Action::Hold { source, on } => self.hold(source, *on),
            Action::TriggerCheckpoint if self.job.down => {}
            Action::TriggerCheckpoint => {
                self.script.manual_over = false;
                if self.coordinator.base_interval().is_some() {
                    self.request_checkpoint(false);
                } else {
                    self.script.manual_over = true;
                }
            }
            Action::Fail { operator, subtask, message } => self.arm(operator, *subtask, message),
            Action::TriggerSavepoint { format, dir } => {
                self.script.manual_over = false;
                self.request_savepoint(format.kind(), None, dir.as_deref());
            }
            Action::StopWithSavepoint { format, drain, dir } => {
                self.script.manual_over = false;
                let mode = if *drain { StopMode::Drain } else { StopMode::NoDrain };
                self.stop_with_savepoint(format.kind(), mode, dir.as_deref(), None);
            }
            Action::Rescale { parallelism, dir } => {
                self.script.manual_over = false;
                let kind = SnapshotKind::CanonicalSavepoint;
                self.stop_with_savepoint(kind, StopMode::NoDrain, dir.as_deref(), Some(*parallelism));
            }
            Action::SlowDown { operator, subtask, ms } => self.slow_down(operator, *subtask, *ms),
            Action::Cancel => self.cancel_job(),
            Action::Begin(what) => self.begin_mishap(what),
            Action::End(what) => self.end_mishap(what),
        }
    }

    /// Sets how far a source may read; `upto` is told where each subtask stands.
    fn permit(&mut self, source: &str, only: Option<u32>, upto: impl Fn(u64) -> u64) {
        let Some(operator) = self.scenario().operator(source) else { return };
        for id in self.subtasks_of_operator(operator) {
            let index = self.index_of(id);
            if only.is_some_and(|only| only != index) {
                continue;
            }
            let permitted = upto(self.reader(id).map_or(0, |reader| reader.position()));
            self.script.permits.insert((operator, index), permitted);
            if let Some(reader) = self.reader(id) {
                reader.permitted = permitted;
            }
            self.woken.push(id);
        }
    }

    fn hold(&mut self, source: &str, on: bool) {
        let Some(operator) = self.scenario().operator(source) else { return };
        if on {
            self.script.holds.insert(operator);
        } else {
            self.script.holds.remove(&operator);
        }
        for id in self.subtasks_of_operator(operator) {
            if let Some(reader) = self.reader(id) {
                reader.held = on;
            }
            self.woken.push(id);
        }
    }

    fn arm(&mut self, operator: &str, only: Option<u32>, message: &str) {
        let Some(operator) = self.scenario().operator(operator) else { return };
        let position = self.fixed.graph.operators[operator.index()].position as u16;
        for id in self.subtasks_of_operator(operator) {
            if only.is_none_or(|only| only == self.index_of(id)) {
                self.subtasks[id.index()].armed.push((position, message.into()));
            }
        }
    }

    fn subtasks_of_operator(&self, operator: OperatorIndex) -> Vec<SubtaskId> {
        self.fixed.graph.subtasks_of(self.fixed.graph.operators[operator.index()].task).collect()
    }

    fn reader(&mut self, id: SubtaskId) -> Option<&mut super::SourceReader> {
        self.subtasks[id.index()].operators.first_mut().and_then(|head| head.source.as_mut())
    }
}
