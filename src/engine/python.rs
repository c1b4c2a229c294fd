//! The Python worker beside a task (PyFlink in process mode). Flink: `AbstractExternalPythonFunctionOperator`,
//! `BeamPythonFunctionRunner`.
//!
//! The task hands records over in bundles and goes on; the worker handles them one by one and sends its results about once
//! a second (1.20) or when the bundle is finished (2.3). A checkpoint must finish the bundle first, so it waits for every
//! record in it. Left out: each function has a worker of its own, where Flink fuses neighbouring ones.

use std::collections::VecDeque;
use std::sync::Arc;

use super::task::Emission;
use crate::base::{EventTime, RecordId, Row, SimTime, TimeWindow, Value};
use crate::program::Effect;
use crate::scenario::TimeDomain;

/// A worker and its bundle.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PythonWorker {
    /// Records handed over and not begun.
    pub queue: VecDeque<WorkItem>,
    /// The record in hand.
    pub call: Option<WorkerCall>,
    /// Since when the worker has been busy with the present step, and until when.
    pub busy: Option<(SimTime, SimTime)>,
    /// Results that have not been sent.
    pub unsent: Vec<WorkResult>,
    /// Results that were sent and wait for the task.
    pub results: VecDeque<WorkResult>,
    /// Records in the present bundle, handled ones included; 0 = no bundle is open.
    pub bundle_records: u32,
    /// Number of the present bundle.
    pub bundle: u32,
    /// When the present bundle was opened.
    pub bundle_since: SimTime,
    /// When results were last sent.
    pub(super) flushed_at: SimTime,
    /// A watermark that waits for the bundle.
    pub(super) held: Option<EventTime>,
    /// Whether a flush is on its way.
    pub(super) flush_planned: bool,
    /// The exception that ended it.
    pub failed: Option<Arc<str>>,
}

/// What a worker is given to do.
#[derive(Clone, PartialEq, Debug)]
pub struct WorkItem {
    /// The record.
    pub record: RecordId,
    /// Its row.
    pub row: Row,
    /// Its key, after a keyBy.
    pub key: Option<Value>,
    /// Its timestamp.
    pub time: EventTime,
    /// A timer in place of a record: its clock, and its window, if it is a window's.
    pub timer: Option<(TimeDomain, Option<TimeWindow>)>,
}

impl WorkItem {
    /// The timestamp of the rows that come of it: a timer of the machine's clock has none to give.
    pub(super) fn leaving_time(&self) -> EventTime {
        match self.timer {
            Some((TimeDomain::ProcessingTime, _)) => EventTime::MIN,
            _ => self.time,
        }
    }
}

/// A row that a worker has made.
#[derive(Clone, PartialEq, Debug)]
pub struct WorkResult {
    /// The record that it comes from.
    pub record: RecordId,
    /// The row.
    pub row: Row,
    /// Its timestamp.
    pub time: EventTime,
    /// Which output of the operator it leaves by.
    pub tag: u16,
}

impl WorkResult {
    /// On its way out of the operator at this position.
    pub(super) fn leaving(self, position: u16) -> Emission {
        let WorkResult { record, row, time, tag } = self;
        Emission { position, record, time, row, tag, output: 0 }
    }
}

/// A call in a worker.
#[derive(Clone, PartialEq, Debug)]
pub struct WorkerCall {
    /// Its record.
    pub record: RecordId,
    /// Its key, after a keyBy.
    pub key: Option<Value>,
    /// The timestamp that its rows get.
    pub time: EventTime,
    /// What it does.
    pub effects: Vec<Effect>,
    /// The next effect.
    pub next: u16,
}

impl PythonWorker {
    /// Whether every record of the bundle has been handled and its results are with the task.
    pub fn is_done(&self) -> bool {
        self.is_drained() && self.unsent.is_empty() && self.results.is_empty()
    }

    /// Whether everything is handled though perhaps not sent.
    pub(super) fn is_drained(&self) -> bool {
        self.failed.is_none() && self.queue.is_empty() && self.call.is_none() && self.busy.is_none()
    }
}
