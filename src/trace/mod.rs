//! What happened: an append-only list of facts in the past tense, each with one fixed text line.
//!
//! The trace is the engine's only account to the outside: console lines, timeline, explanations, lessons' goals and the
//! comparison with recorded runs are all read from it. Ids in facts are those of the execution graph.

mod fact;
mod line;

pub use fact::{
    AbortReason, Cause, ExecutionState, Fact, FailurePhase, JobManagerChange, JobStatus, RefusalReason,
    TaskManagerChange, TraceEvent,
};
pub use line::line;
