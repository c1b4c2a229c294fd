//! The whole run on one strip: a lane a subtask with its attempts, snapshots and failures, the checkpoints above, the rows
//! that became visible outside below. Read from the trace alone.
//!
//! Flink shows much of this scattered over its pages (task timeline, checkpoint history, exceptions). Left out: single
//! records on their way; the strip shows what a subtask was busy with, not what travelled.

use std::sync::Arc;

use crate::base::{AttemptNumber, CheckpointId, OperatorIndex, RecordId, SimTime, SubtaskId};
use crate::graph::ExecutionGraph;
use crate::scenario::{Api, ExecutionMode, OperatorKind, Scenario};
use crate::trace::{AbortReason, ExecutionState, Fact, JobStatus, TraceEvent};

/// A stretch of time; one that has not ended has no end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// When it began.
    pub from: SimTime,
    /// When it ended.
    pub to: Option<SimTime>,
}

impl Span {
    const fn open(from: SimTime) -> Span {
        Span { from, to: None }
    }

    /// The end, or `end` where there is none.
    pub fn until(self, end: SimTime) -> SimTime {
        self.to.unwrap_or(end).max(self.from)
    }

    fn close(&mut self, at: SimTime) {
        self.to.get_or_insert(at);
    }
}

/// A run as a strip.
#[derive(Clone, PartialEq, Debug)]
pub struct Strip {
    /// The job's states.
    pub job: Vec<(JobStatus, Span)>,
    /// One a subtask, by id.
    pub lanes: Vec<Lane>,
    /// Checkpoints, in the order of their ids.
    pub checkpoints: Vec<CheckpointSpan>,
    /// Requests that did not become a checkpoint.
    pub refusals: Vec<SimTime>,
    /// From each failure until tasks are scheduled again, or for ever.
    pub outages: Vec<Outage>,
    /// Rows that became visible outside.
    pub outputs: Vec<OutputTick>,
    channel_ends: Vec<(SubtaskId, SubtaskId)>,
    roles: Vec<Role>,
    /// By operator and record: the position of the record's first row among the outputs.
    firsts: Vec<Vec<Option<u32>>>,
    distinct: usize,
    printed: Vec<u64>,
    seen: usize,
}

/// What kind of calls an operator makes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Role {
    /// None that take time.
    Other,
    /// In the task's thread: over when the row goes on.
    Function,
    /// In a Python worker: over when the next one begins.
    Worker,
}

/// What a subtask did.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Lane {
    /// The states of its attempts.
    pub states: Vec<StateSpan>,
    /// Calls of user functions.
    pub calls: Vec<CallSpan>,
    /// Its parts of checkpoints.
    pub snapshots: Vec<SnapshotSpan>,
    /// From the first barrier of a checkpoint to the last, where there are several inputs.
    pub alignments: Vec<(CheckpointId, Span)>,
    /// Waiting for a free buffer.
    pub backpressure: Vec<Span>,
    /// A checkpoint, or the end of the input, waits for the Python bundle.
    pub bundle_waits: Vec<Span>,
    /// Exceptions, with the fact's position in the trace.
    pub failures: Vec<(SimTime, usize)>,
}

/// An attempt in one state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StateSpan {
    /// Which attempt.
    pub attempt: AttemptNumber,
    /// Its state.
    pub state: ExecutionState,
    /// When.
    pub span: Span,
}

/// A call of a user function with a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CallSpan {
    /// Which operator.
    pub operator: OperatorIndex,
    /// With which record.
    pub record: RecordId,
    /// When.
    pub span: Span,
}

/// A subtask's part of a checkpoint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SnapshotSpan {
    /// Which checkpoint.
    pub checkpoint: CheckpointId,
    /// The synchronous part.
    pub sync: Span,
    /// The asynchronous part.
    pub written: Option<Span>,
}

/// A checkpoint from trigger to end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CheckpointSpan {
    /// Which.
    pub id: CheckpointId,
    /// From the trigger on.
    pub span: Span,
    /// How it ended.
    pub end: CheckpointEnd,
}

/// How a checkpoint ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CheckpointEnd {
    /// It has not.
    Pending,
    /// Completed.
    Completed,
    /// Given up.
    Failed(AbortReason),
}

/// A time without running tasks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Outage {
    /// From the failure until tasks are scheduled again.
    pub span: Span,
    /// When the restart strategy's delay is over; none when it refused.
    pub delay_until: Option<SimTime>,
    /// Which restart this leads to, from 1; none when the job ends.
    pub restart: Option<u32>,
}

/// A row that became visible outside.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutputTick {
    /// When.
    pub at: SimTime,
    /// Where.
    pub subtask: SubtaskId,
    /// By which sink.
    pub operator: OperatorIndex,
    /// Of which record.
    pub record: RecordId,
    /// How often this record has been seen by now: more than once is a duplicate.
    pub times: u32,
    /// The row.
    pub text: Arc<str>,
    /// Position of the record's first row among the outputs.
    pub first: usize,
    /// Different records seen by now.
    pub distinct: usize,
    /// Rows of this subtask by now.
    pub own: u64,
}

impl Strip {
    /// The strip of a run, before anything has happened.
    pub fn new(graph: &ExecutionGraph, scenario: &Scenario) -> Strip {
        Strip {
            job: Vec::new(),
            lanes: vec![Lane::default(); graph.subtasks.len()],
            checkpoints: Vec::new(),
            refusals: Vec::new(),
            outages: Vec::new(),
            outputs: Vec::new(),
            channel_ends: graph.channels.iter().map(|channel| (channel.from, channel.to)).collect(),
            roles: scenario.operators.iter().map(|operator| Role::of(&operator.kind, &scenario.api)).collect(),
            firsts: vec![Vec::new(); scenario.operators.len()],
            distinct: 0,
            printed: vec![0; graph.subtasks.len()],
            seen: 0,
        }
    }

    /// The strip of a trace.
    pub fn of(graph: &ExecutionGraph, scenario: &Scenario, trace: &[TraceEvent]) -> Strip {
        let mut strip = Strip::new(graph, scenario);
        strip.extend(trace);
        strip
    }

    /// Takes in what the trace has gained since the last time.
    pub fn extend(&mut self, trace: &[TraceEvent]) {
        while let Some(event) = trace.get(self.seen) {
            self.add(event.at, &event.fact);
            self.seen += 1;
        }
    }

    fn add(&mut self, at: SimTime, fact: &Fact) {
        self.add_job(at, fact);
        self.add_checkpoint(at, fact);
        self.add_task(at, fact);
    }

    fn add_job(&mut self, at: SimTime, fact: &Fact) {
        match fact {
            Fact::JobStatusChanged { from, to } => {
                match self.job.last_mut() {
                    Some((_, span)) => span.close(at),
                    None => self.job.push((*from, Span { from: SimTime::ZERO, to: Some(at) })),
                }
                self.job.push((*to, Span::open(at)));
                if to.is_terminal() {
                    self.close_outage(at);
                }
            }
            Fact::RestartScheduled { delay, restart, .. } => {
                self.close_outage(at);
                let delay_until = Some(at + *delay);
                self.outages.push(Outage { span: Span::open(at), delay_until, restart: Some(*restart) });
            }
            Fact::RestartSuppressed { .. } => {
                self.close_outage(at);
                self.outages.push(Outage { span: Span::open(at), delay_until: None, restart: None });
            }
            Fact::RestoreAssigned { .. } => self.close_outage(at),
            _ => {}
        }
    }

    fn close_outage(&mut self, at: SimTime) {
        if let Some(last) = self.outages.last_mut() {
            last.span.close(at);
        }
    }

    fn add_checkpoint(&mut self, at: SimTime, fact: &Fact) {
        match fact {
            Fact::TriggerRefused { .. } => self.refusals.push(at),
            Fact::CheckpointTriggered { checkpoint, .. } => self.checkpoints.push(CheckpointSpan {
                id: *checkpoint,
                span: Span::open(at),
                end: CheckpointEnd::Pending,
            }),
            Fact::CheckpointCompleted { checkpoint, .. } => {
                self.end_checkpoint(*checkpoint, at, CheckpointEnd::Completed)
            }
            Fact::CheckpointAborted { checkpoint, reason, .. } => {
                self.end_checkpoint(*checkpoint, at, CheckpointEnd::Failed(*reason));
            }
            _ => {}
        }
    }

    /// Where the first row of a record is among the outputs: the next place when it has none yet.
    fn first_output(&mut self, operator: OperatorIndex, record: RecordId) -> usize {
        let firsts = &mut self.firsts[operator.index()];
        if firsts.len() <= record.index() {
            firsts.resize(record.index() + 1, None);
        }
        let first = &mut firsts[record.index()];
        if first.is_none() {
            self.distinct += 1;
        }
        *first.get_or_insert(self.outputs.len() as u32) as usize
    }

    fn end_checkpoint(&mut self, id: CheckpointId, at: SimTime, end: CheckpointEnd) {
        if let Some(checkpoint) = self.checkpoints.iter_mut().rev().find(|checkpoint| checkpoint.id == id) {
            checkpoint.span.close(at);
            checkpoint.end = end;
        }
    }

    fn add_task(&mut self, at: SimTime, fact: &Fact) {
        match fact {
            Fact::TaskStateChanged { subtask, attempt, to, .. } => self.lane(*subtask).enter(*attempt, *to, at),
            Fact::ExceptionThrown { subtask, .. } => {
                let fact = self.seen;
                let lane = self.lane(*subtask);
                lane.failures.push((at, fact));
                lane.end_calls(at);
            }
            Fact::RecordReceived { subtask, operator, record } => self.begin_call(*subtask, *operator, *record, at),
            Fact::BundleGrew { subtask, operator, .. } => {
                // The record was handed over; its call begins when the worker takes it up.
                let calls = &mut self.lane(*subtask).calls;
                if calls.last().is_some_and(|call| call.operator == *operator && call.span == Span::open(at)) {
                    calls.pop();
                }
            }
            Fact::RecordSent { channel, .. } => {
                let from = self.channel_ends[channel.index()].0;
                self.pass_on(from, at);
            }
            Fact::RowPrinted { .. } | Fact::RowWritten { .. } | Fact::TransactionCommitted { .. } => {
                fact.for_each_shown(|subtask, operator, record, text, times| {
                    let (text, first) = (text.clone(), self.first_output(operator, record));
                    let distinct = self.distinct;
                    let own = &mut self.printed[subtask.index()];
                    *own += 1;
                    let own = *own;
                    self.outputs.push(OutputTick { at, subtask, operator, record, times, text, first, distinct, own });
                });
            }
            Fact::BundleFinishing { subtask, .. } => self.lane(*subtask).bundle_waits.push(Span::open(at)),
            Fact::BundleFinished { subtask, .. } => {
                let lane = self.lane(*subtask);
                close_last(&mut lane.bundle_waits, at);
                lane.end_calls(at);
            }
            Fact::BackpressureChanged { subtask, on: true, .. } => {
                self.lane(*subtask).backpressure.push(Span::open(at))
            }
            Fact::BackpressureChanged { subtask, on: false, .. } => {
                close_last(&mut self.lane(*subtask).backpressure, at)
            }
            Fact::ChannelBlocked { checkpoint, channel } => {
                let to = self.channel_ends[channel.index()].1;
                let alignments = &mut self.lane(to).alignments;
                if alignments.last().is_none_or(|(id, span)| id != checkpoint || span.to.is_some()) {
                    alignments.push((*checkpoint, Span::open(at)));
                }
            }
            Fact::ChannelUnblocked { checkpoint, channel } => {
                let to = self.channel_ends[channel.index()].1;
                let alignments = self.lane(to).alignments.iter_mut().rev();
                if let Some((_, span)) = { alignments }.find(|(id, _)| id == checkpoint) {
                    span.close(at);
                }
            }
            Fact::SnapshotStarted { checkpoint, subtask } => {
                let span = SnapshotSpan { checkpoint: *checkpoint, sync: Span::open(at), written: None };
                self.lane(*subtask).snapshots.push(span);
            }
            Fact::SnapshotTaken { checkpoint, subtask, .. } => {
                if let Some(snapshot) = self.lane(*subtask).snapshot(*checkpoint) {
                    snapshot.sync.close(at);
                    snapshot.written = Some(Span::open(at));
                }
            }
            Fact::SnapshotStored { checkpoint, subtask } => {
                if let Some(written) = self.lane(*subtask).snapshot(*checkpoint).and_then(|it| it.written.as_mut()) {
                    written.close(at);
                }
            }
            _ => {}
        }
    }

    fn begin_call(&mut self, subtask: SubtaskId, operator: OperatorIndex, record: RecordId, at: SimTime) {
        self.pass_on(subtask, at);
        if self.roles[operator.index()] == Role::Other {
            return;
        }
        let calls = &mut self.lane(subtask).calls;
        if let Some(last) = calls.iter_mut().rev().find(|call| call.operator == operator) {
            last.span.close(at);
        }
        calls.push(CallSpan { operator, record, span: Span::open(at) });
    }

    /// A row left a function of the task's thread: the call that made it is over.
    fn pass_on(&mut self, subtask: SubtaskId, at: SimTime) {
        let in_thread = |roles: &[Role], call: &CallSpan| roles[call.operator.index()] == Role::Function;
        if let Some(last) = self.lanes[subtask.index()].calls.last_mut()
            && in_thread(&self.roles, last)
        {
            last.span.close(at);
        }
    }

    fn lane(&mut self, subtask: SubtaskId) -> &mut Lane {
        &mut self.lanes[subtask.index()]
    }
}

impl Role {
    fn of(kind: &OperatorKind, api: &Api) -> Role {
        match (kind, api) {
            (kind, Api::Python(python))
                if kind.calls_user_code() && python.execution_mode == ExecutionMode::Process =>
            {
                Role::Worker
            }
            (kind, _) if kind.calls_user_code() => Role::Function,
            _ => Role::Other,
        }
    }
}

fn close_last(spans: &mut [Span], at: SimTime) {
    if let Some(last) = spans.last_mut() {
        last.close(at);
    }
}

impl Lane {
    fn enter(&mut self, attempt: AttemptNumber, state: ExecutionState, at: SimTime) {
        if let Some(last) = self.states.last_mut() {
            last.span.close(at);
        }
        self.states.push(StateSpan { attempt, state, span: Span::open(at) });
        if state.is_terminal() || state == ExecutionState::Canceling {
            self.end_attempt(at);
        }
    }

    /// Whatever was going on ends with the attempt.
    fn end_attempt(&mut self, at: SimTime) {
        self.end_calls(at);
        close_last(&mut self.backpressure, at);
        close_last(&mut self.bundle_waits, at);
        if let Some((_, span)) = self.alignments.last_mut() {
            span.close(at);
        }
        if let Some(last) = self.snapshots.last_mut() {
            last.sync.close(at);
            if let Some(written) = &mut last.written {
                written.close(at);
            }
        }
    }

    /// Every call that is open; they are among the last ones, one an operator at most.
    fn end_calls(&mut self, at: SimTime) {
        const OPERATORS_OF_A_CHAIN: usize = 16;
        for call in self.calls.iter_mut().rev().take(OPERATORS_OF_A_CHAIN) {
            call.span.close(at);
        }
    }

    fn snapshot(&mut self, checkpoint: CheckpointId) -> Option<&mut SnapshotSpan> {
        self.snapshots.iter_mut().rev().find(|snapshot| snapshot.checkpoint == checkpoint)
    }
}
