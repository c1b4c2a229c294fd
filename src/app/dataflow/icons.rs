//! States as shapes, so that colour is never the only sign: each has an outline of its own.

use checkpoint_lab::trace::{ExecutionState, JobStatus};
use yew::prelude::*;

/// The shape of a task's state.
pub fn task_state(state: ExecutionState) -> Html {
    shape(match state {
        ExecutionState::Created => Shape::Ring,
        ExecutionState::Scheduled => Shape::Clock,
        ExecutionState::Deploying => Shape::Down,
        ExecutionState::Initializing => Shape::Half,
        ExecutionState::Running => Shape::Play,
        ExecutionState::Finished => Shape::Check,
        ExecutionState::Canceling => Shape::HollowSquare,
        ExecutionState::Canceled => Shape::Square,
        ExecutionState::Failed => Shape::Cross,
    })
}

/// The shape of the job's state.
pub fn job_status(status: JobStatus) -> Html {
    shape(match status {
        JobStatus::Initializing => Shape::Half,
        JobStatus::Created => Shape::Ring,
        JobStatus::Running => Shape::Play,
        JobStatus::Failing | JobStatus::Failed => Shape::Cross,
        JobStatus::Cancelling => Shape::HollowSquare,
        JobStatus::Canceled => Shape::Square,
        JobStatus::Finished => Shape::Check,
        JobStatus::Restarting => Shape::Again,
        JobStatus::Suspended => Shape::HollowSquare,
    })
}

/// The role of a state's colour.
pub const fn task_tone(state: ExecutionState) -> &'static str {
    match state {
        ExecutionState::Running => "ok",
        ExecutionState::Finished => "done",
        ExecutionState::Failed => "fail",
        ExecutionState::Canceling | ExecutionState::Canceled => "calm",
        _ => "begin",
    }
}

/// The role of a job state's colour.
pub const fn job_tone(status: JobStatus) -> &'static str {
    match status {
        JobStatus::Running => "ok",
        JobStatus::Finished => "done",
        JobStatus::Failed | JobStatus::Failing => "fail",
        JobStatus::Restarting => "warn",
        JobStatus::Cancelling | JobStatus::Canceled => "calm",
        _ => "begin",
    }
}

/// A shape of twelve by twelve.
#[derive(Clone, Copy)]
pub enum Shape {
    /// Nothing yet.
    Ring,
    /// Waiting.
    Clock,
    /// On its way to the TaskManager.
    Down,
    /// Half there.
    Half,
    /// Running.
    Play,
    /// Done.
    Check,
    /// Ending.
    HollowSquare,
    /// Ended.
    Square,
    /// Broken.
    Cross,
    /// Once more.
    Again,
    /// Look here.
    Flag,
    /// Not kept.
    Slashed,
}

/// Draws a shape.
pub fn shape(shape: Shape) -> Html {
    let inner = match shape {
        Shape::Ring => html! { <circle cx="6" cy="6" r="4.2" class="line" /> },
        Shape::Clock => {
            html! { <><circle cx="6" cy="6" r="4.6" class="line" /><path d="M6 3.4V6l2 1.4" class="line" /></> }
        }
        Shape::Down => html! { <path d="M6 1.5v6M3 5l3 3 3-3M2 10.5h8" class="line" /> },
        Shape::Half => {
            html! { <><circle cx="6" cy="6" r="4.6" class="line" /><path d="M6 1.4a4.6 4.6 0 0 1 0 9.2z" class="full" /></> }
        }
        Shape::Play => html! { <path d="M3 1.6v8.8L10.4 6z" class="full" /> },
        Shape::Check => html! { <path d="M1.8 6.4l2.9 3 5.5-6.6" class="line bold" /> },
        Shape::HollowSquare => html! { <rect x="2" y="2" width="8" height="8" rx="1" class="line" /> },
        Shape::Square => html! { <rect x="2" y="2" width="8" height="8" rx="1" class="full" /> },
        Shape::Cross => html! { <path d="M2.4 2.4l7.2 7.2M9.600 2.4L2.4 9.600" class="line bold" /> },
        Shape::Again => html! { <path d="M10 6a4 4 0 1 1-1.3-2.9M9.200 .8v2.700H6.500" class="line" /> },
        Shape::Flag => {
            html! { <><path d="M3 1v10.500" class="line" /><path d="M3 1.500h7L8 4l2 2.500H3z" class="full" /></> }
        }
        Shape::Slashed => {
            html! { <><circle cx="6" cy="6" r="4.6" class="line" /><path d="M2.800 9.200l6.400-6.400" class="line" /></> }
        }
    };
    html! { <svg class="shape" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">{ inner }</svg> }
}
