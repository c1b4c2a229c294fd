//! What happened: an append-only list of facts in the past tense, each with one fixed text line.
//!
//! The trace is the engine's only account to the outside: console lines, timeline, explanations, lessons' goals and the
//! comparison with recorded runs are all read from it. Ids in facts are those of the execution graph.

mod cause;
mod fact;
mod line;
mod sink;

pub use cause::{Cause, FailurePhase, JobManagerChange, TaskManagerChange};
pub use fact::{AbortReason, ExecutionState, Fact, JobStatus, RefusalReason, StopMode, TraceEvent};
pub use line::line;
pub use sink::{CommitEffect, Shown, TakenBack, Written};
