//! Running the Python workers: bundles in, results out, exceptions.

use super::event::Event;
use super::python::{WorkItem, WorkResult};
use super::task::{Activity, Frame, Mail, SnapshotStage, SubtaskSnapshot};
use super::thread::Progress;
use super::time::outgoing;
use super::{Engine, PythonWorker, WorkerCall};
use crate::base::{AttemptNumber, RecordId, SimDuration, SubtaskId};
use crate::program::Effect;
use crate::scenario::{Api, PythonSettings, defaults::python_flushes_each_second};
use crate::trace::{Cause, Fact, FailurePhase};

/// How often a worker sends its results in 1.20; a little late, as its timer is.
const FLUSH_EVERY: SimDuration = SimDuration::from_millis(1_000);
const FLUSH_LATE: SimDuration = SimDuration::from_millis(50);
/// In one of so many failures a checkpoint that waits for the bundle slips through between the exception and the task's
/// failure (recorded in `tests/flink/seed_lab`: about one in eight, and only in jobs without any state).
const SLIPS_THROUGH_ONE_IN: u64 = 8;

impl Engine {
    fn python_settings(&self) -> PythonSettings {
        match &self.scenario().api {
            Api::Python(settings) => settings.clone(),
            Api::Java => PythonSettings::default(),
        }
    }

    fn worker(&mut self, id: SubtaskId, position: u16) -> Option<&mut PythonWorker> {
        self.subtasks[id.index()].operators.get_mut(usize::from(position))?.worker.as_deref_mut()
    }

    /// The task hands a record over; a full bundle is finished at once.
    pub(super) fn hand_to_worker(&mut self, id: SubtaskId, position: u16, item: WorkItem) {
        let record = item.record;
        let settings = self.python_settings();
        let start = SimDuration::from_micros(self.latencies().python_bundle_start_us);
        let now = self.now;
        let task = &mut self.subtasks[id.index()];
        let (operator, attempt) = (task.operators[usize::from(position)].operator, task.attempt);
        let Some(worker) = self.worker(id, position) else { return };
        let opens = worker.bundle_records == 0;
        worker.queue.push_back(item);
        worker.bundle_records += 1;
        let size = worker.bundle_records;
        if opens {
            worker.bundle += 1;
            worker.bundle_since = now;
            // The worker's own clock begins when it has the bundle.
            worker.flushed_at = now + start;
        }
        let bundle = worker.bundle;
        self.record(|| Fact::BundleGrew { subtask: id, operator, record, size });
        if size >= settings.bundle_size {
            self.push(id, Frame::FinishBundle { position, begun: false });
        }
        if opens {
            let after = SimDuration::from_millis(settings.bundle_time_ms);
            self.schedule(after, Event::BundleTimer { subtask: id, position, attempt, bundle });
            self.schedule(start, Event::WorkerResumes { subtask: id, position, attempt });
            if let Some(worker) = self.worker(id, position) {
                worker.busy = Some((now, now + start));
            }
            // The source may be held up while its worker is being opened, or hand over all it has: the lock is not fair
            // (recorded in `tests/flink/seed_lab_2x`, where a checkpoint comes at that moment).
            if bundle == 1 && self.random.python.one_in(2) {
                self.push(id, Frame::Busy(start));
            }
        } else {
            self.run_worker(id, position);
        }
    }

    pub(super) fn on_worker_resumes(&mut self, id: SubtaskId, position: u16, attempt: AttemptNumber) {
        if self.is_current(id, attempt) {
            self.run_worker(id, position);
        }
    }

    /// Lets a worker run until it has to wait.
    fn run_worker(&mut self, id: SubtaskId, position: u16) {
        let now = self.now;
        let record_cost = self.record_cost();
        loop {
            let Some(worker) = self.worker(id, position) else { return };
            if worker.failed.is_some() || worker.busy.is_some_and(|(_, until)| until > now) {
                return;
            }
            worker.busy = None;
            if let Some(call) = worker.call.take() {
                if !self.advance_worker_call(id, position, call) {
                    return;
                }
                continue;
            }
            let Some(item) = worker.queue.pop_front() else {
                self.woken.push(id);
                return;
            };
            let record = item.record;
            let fault = match item.timer {
                Some(_) => None,
                None => {
                    let runtime = &mut self.subtasks[id.index()].operators[usize::from(position)];
                    let operator = runtime.operator;
                    runtime.records += 1;
                    self.record(|| Fact::RecordReceived { subtask: id, operator, record });
                    self.fault_on_record(id, position, record)
                }
            };
            let effects = match fault {
                Some(message) => vec![Effect::Raise(message)],
                None => self.call_function(id, position, &item),
            };
            if let Some(worker) = self.worker(id, position) {
                worker.call = Some(WorkerCall { record, time: item.leaving_time(), key: item.key, effects, next: 0 });
            }
            self.worker_busy(id, position, record_cost);
            return;
        }
    }

    /// True when the call is over and the worker can take the next record.
    fn advance_worker_call(&mut self, id: SubtaskId, position: u16, mut call: WorkerCall) -> bool {
        while let Some(effect) = call.effects.get(usize::from(call.next)).cloned() {
            call.next += 1;
            if let Some((row, time, tag)) = outgoing(&effect, call.time) {
                let result = WorkResult { record: call.record, row: row.clone(), time, tag };
                self.worker_emits(id, position, result);
            }
            match effect {
                Effect::Sleep(duration) => {
                    if let Some(worker) = self.worker(id, position) {
                        worker.call = Some(call);
                    }
                    self.worker_busy(id, position, duration);
                    return false;
                }
                Effect::Emit { .. } => {}
                Effect::Raise(message) => {
                    self.worker_raises(id, position, call.record, &message);
                    return false;
                }
                other => self.apply(id, position, call.key.as_ref(), call.record, &other),
            }
        }
        true
    }

    fn worker_busy(&mut self, id: SubtaskId, position: u16, duration: SimDuration) {
        let (now, attempt) = (self.now, self.subtasks[id.index()].attempt);
        if let Some(worker) = self.worker(id, position) {
            worker.busy = Some((now, now + duration));
        }
        self.schedule(duration, Event::WorkerResumes { subtask: id, position, attempt });
    }

    // ---- results

    fn worker_emits(&mut self, id: SubtaskId, position: u16, result: WorkResult) {
        let each_second = python_flushes_each_second(self.scenario().flink);
        let (now, attempt) = (self.now, self.subtasks[id.index()].attempt);
        let Some(worker) = self.worker(id, position) else { return };
        worker.unsent.push(result);
        if !each_second || worker.flush_planned {
            return;
        }
        let since = now.since(worker.flushed_at);
        if since >= FLUSH_EVERY {
            self.flush_worker(id, position);
        } else {
            worker.flush_planned = true;
            let after = FLUSH_EVERY - since + FLUSH_LATE;
            self.schedule(after, Event::WorkerFlushes { subtask: id, position, attempt });
        }
    }

    pub(super) fn on_worker_flushes(&mut self, id: SubtaskId, position: u16, attempt: AttemptNumber) {
        if self.is_current(id, attempt) {
            self.flush_worker(id, position);
        }
    }

    fn flush_worker(&mut self, id: SubtaskId, position: u16) {
        let now = self.now;
        // Results that a worker had not sent when an exception ended it are lost.
        let Some(worker) = self.worker(id, position).filter(|worker| worker.failed.is_none()) else { return };
        worker.flush_planned = false;
        worker.flushed_at = now;
        let sent = std::mem::take(&mut worker.unsent);
        worker.results.extend(sent);
        self.woken.push(id);
    }

    /// A result that a worker has sent and the task has not passed on.
    pub(super) fn take_worker_result(&mut self, id: SubtaskId) -> Option<(u16, WorkResult)> {
        let operators = self.subtasks[id.index()].operators.iter_mut().enumerate();
        let mut workers = operators.filter_map(|(at, operator)| operator.worker.as_mut().map(|worker| (at, worker)));
        workers.find_map(|(at, worker)| worker.results.pop_front().map(|result| (at as u16, result)))
    }

    // ---- bundles

    /// The first worker of the chain with an open bundle.
    pub(super) fn open_bundle(&self, id: SubtaskId) -> Option<u16> {
        let operators = &self.subtasks[id.index()].operators;
        let open = operators.iter().position(|op| op.worker.as_ref().is_some_and(|worker| worker.bundle_records > 0));
        open.map(|position| position as u16)
    }

    /// Whether a worker's bundle takes no more.
    pub(super) fn bundle_is_full(&mut self, id: SubtaskId, position: u16) -> bool {
        let size = self.python_settings().bundle_size;
        self.worker(id, position).is_some_and(|worker| worker.bundle_records >= size)
    }

    /// Waits for a bundle, passing its results on meanwhile.
    pub(super) fn advance_bundle(&mut self, id: SubtaskId, position: u16, begun: bool) -> Progress {
        let operator = self.subtasks[id.index()].operators[usize::from(position)].operator;
        if self.worker(id, position).is_some_and(|worker| worker.is_drained() && !worker.unsent.is_empty()) {
            self.flush_worker(id, position);
        }
        let Some(worker) = self.worker(id, position) else { return Progress::More };
        if let Some(result) = worker.results.pop_front() {
            self.push(id, Frame::FinishBundle { position, begun });
            self.push(id, Frame::Emission(result.leaving(position)));
            return Progress::More;
        }
        if worker.is_done() {
            worker.bundle_records = 0;
            let held = worker.held.take();
            self.record(|| Fact::BundleFinished { subtask: id, operator });
            if let Some(watermark) = held {
                self.push(id, Frame::Advance { position, watermark });
            }
            return Progress::More;
        }
        let remaining = worker.queue.len() as u32 + u32::from(worker.call.is_some());
        if !begun {
            self.record(|| Fact::BundleFinishing { subtask: id, operator, remaining });
        }
        let task = &mut self.subtasks[id.index()];
        task.activity = Activity::AwaitingBundle(position);
        task.meters.wait(self.now, false);
        self.push(id, Frame::FinishBundle { position, begun: true });
        Progress::Wait
    }

    // ---- exceptions

    fn worker_raises(&mut self, id: SubtaskId, position: u16, record: RecordId, message: &str) {
        let slips = self.random.python.one_in(SLIPS_THROUGH_ONE_IN);
        let task = &self.subtasks[id.index()];
        let (operator, attempt) = (task.operators[usize::from(position)].operator, task.attempt);
        self.outside.thrown += 1;
        let (phase, text) = (FailurePhase::Record, format!("Exception: {message}").into());
        self.record(|| Fact::ExceptionThrown { subtask: id, operator, phase, message: text, record: Some(record) });
        if let Some(worker) = self.worker(id, position) {
            worker.failed = Some(message.into());
        }
        if slips {
            self.slip_checkpoint_through(id, position);
        }
        let after = SimDuration::from_micros(self.latencies().python_failure_us);
        self.schedule(after, Event::WorkerFailed { subtask: id, position, attempt });
    }

    /// The checkpoint that waits for the bundle is taken as if the bundle were done; nothing else goes on.
    fn slip_checkpoint_through(&mut self, id: SubtaskId, position: u16) {
        let stateless = |snapshot: &SubtaskSnapshot| snapshot.bytes == 0;
        let task = &self.subtasks[id.index()];
        let waiting = task.stack.iter().find_map(|frame| match frame {
            Frame::Checkpoint { checkpoint, .. } => Some(*checkpoint),
            _ => None,
        });
        let posted = task.mailbox.iter().find_map(|mail| match mail {
            Mail::Trigger(checkpoint) => Some(*checkpoint),
            _ => None,
        });
        let Some(checkpoint) = waiting.or(posted) else { return };
        if !stateless(&self.capture(id, checkpoint, SimDuration::ZERO)) {
            return;
        }
        let now = self.now;
        let task = &mut self.subtasks[id.index()];
        task.stack = vec![Frame::Checkpoint { checkpoint, stage: SnapshotStage::Barrier }];
        task.owed = SimDuration::ZERO;
        task.mailbox.clear();
        task.doomed = true;
        task.last_checkpoint = checkpoint;
        task.barriers.first_at = now;
        task.checkpoint_began = now;
        if let Some(worker) = self.worker(id, position) {
            worker.bundle_records = 0;
        }
        self.woken.push(id);
    }

    pub(super) fn on_worker_failed(&mut self, id: SubtaskId, position: u16, attempt: AttemptNumber) {
        if !self.is_current(id, attempt) || !self.subtasks[id.index()].alive {
            return;
        }
        let Some(worker) = self.worker(id, position) else { return };
        let message = worker.failed.clone().unwrap_or_default();
        let cause = Cause {
            class: "java.lang.RuntimeException",
            message: format!("Error received from SDK harness for instruction 1: Exception: {message}").into(),
        };
        self.fail_attempt(id, cause);
    }
}
