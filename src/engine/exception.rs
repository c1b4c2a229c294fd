//! Exceptions of user code, thrown by functions or planted by fault points, and what becomes of the task.

use std::sync::Arc;

use super::Engine;
use super::event::Event;
use crate::base::{RecordId, SubtaskId};
use crate::scenario::{FaultAt, OperatorKind};
use crate::trace::{Cause, Fact, FailurePhase};

impl Engine {
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

    /// Fails a subtask's attempt at this very moment, whatever its thread is in the middle of; false when there is none that
    /// runs. It is how every possible failure is tried: a learner's fault points strike where user code is called.
    pub fn fail_now(&mut self, subtask: SubtaskId, message: &str) -> bool {
        if !self.subtasks[subtask.index()].alive {
            return false;
        }
        let operator = self.fixed.graph.task_of(subtask).operators[0];
        let cause = java_exception(message);
        self.outside.thrown += 1;
        let (phase, message) = (FailurePhase::Record, format!("{}: {}", cause.class, cause.message).into());
        self.record(|| Fact::ExceptionThrown { subtask, operator, phase, message, record: None });
        self.fail_attempt(subtask, cause);
        true
    }

    /// A failure of the whole job at this very moment, as one of an operator coordinator would be (JS-11).
    pub fn fail_job_now(&mut self, message: &str) {
        self.fail_globally(java_exception(message));
    }

    pub(super) fn fail_attempt(&mut self, id: SubtaskId, cause: Cause) {
        self.close_outputs(id);
        self.close_sinks(id);
        let task = &mut self.subtasks[id.index()];
        task.kill();
        task.failure = Some(cause);
        let attempt = task.attempt;
        self.schedule(self.rpc(), Event::FailureReported { subtask: id, attempt });
    }

    /// The message of a fault point that strikes on this record, if one does.
    #[inline(always)]
    pub(super) fn fault_on_record(&mut self, id: SubtaskId, position: u16, record: RecordId) -> Option<Arc<str>> {
        if self.subtasks[id.index()].armed.is_empty() && self.fixed.input.scenario.faults.is_empty() {
            return None;
        }
        self.find_fault(id, position, record)
    }

    fn find_fault(&mut self, id: SubtaskId, position: u16, record: RecordId) -> Option<Arc<str>> {
        let task = &mut self.subtasks[id.index()];
        if let Some(at) = task.armed.iter().position(|(armed, _)| *armed == position) {
            return Some(task.armed.remove(at).1);
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
        let struck = self.outside.struck.or_default(fault as u32);
        if point.times.is_some_and(|times| *struck >= times) {
            return false;
        }
        *struck += 1;
        true
    }
}

impl super::Fixed {
    fn is_row(&self, dataset: &str, row: u32, record: RecordId) -> bool {
        self.operators.iter().zip(&self.input.scenario.operators).any(|(fixed, operator)| {
            match (&operator.kind, &fixed.source) {
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
