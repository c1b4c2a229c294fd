//! Small texts and styles that several parts of the stage share.

use checkpoint_lab::base::{CheckpointId, SimDuration};
use checkpoint_lab::i18n::Language;
use checkpoint_lab::scene::geometry::Rect;
use checkpoint_lab::trace::AbortReason;

/// A length of time that is seen running: seconds with one digit, so that its width does not jump.
pub fn running(length: SimDuration) -> String {
    let tenths = length.micros() / 100_000;
    format!("{}.{} s", tenths / 10, tenths % 10)
}

/// How much of a length of time is over, in the unit that suits the whole.
pub fn running_of(so_far: SimDuration, whole: SimDuration) -> String {
    if whole.millis() < 1_000 {
        return format!("{} / {} ms", so_far.millis(), whole.millis());
    }
    format!("{} / {}", running(so_far).trim_end_matches(" s"), running(whole))
}

/// Places an element at a rectangle.
pub fn at(rect: Rect) -> String {
    format!("left:{:.1}px;top:{:.1}px;width:{:.1}px;height:{:.1}px", rect.x, rect.y, rect.w, rect.h)
}

/// A part of a whole as a custom property, coarse enough not to change for nothing.
pub fn part(name: &str, part: f64) -> String {
    format!("--{name}:{:.3}", part)
}

/// The class that carries a checkpoint's colour.
pub fn cp(checkpoint: CheckpointId) -> String {
    format!("cp-{}", checkpoint.0 % 4)
}

/// A few words on why a checkpoint was given up.
pub fn reason(t: Language, reason: AbortReason) -> &'static str {
    match reason {
        AbortReason::CheckpointCoordinatorSuspend | AbortReason::JobFailoverRegion => t.stage_reason_suspend(),
        AbortReason::CheckpointCoordinatorShutdown => t.stage_reason_shutdown(),
        AbortReason::CheckpointExpired => t.stage_reason_expired(),
        AbortReason::CheckpointAsyncException => t.stage_reason_async(),
        AbortReason::IoException => t.stage_reason_io(),
        AbortReason::CheckpointSubsumed | AbortReason::CheckpointDeclinedSubsumed => t.stage_reason_subsumed(),
        AbortReason::TaskFailure => t.stage_reason_task(),
        AbortReason::FinalizeCheckpointFailure => t.stage_reason_finalize(),
        AbortReason::CheckpointDeclined
        | AbortReason::TaskCheckpointFailure
        | AbortReason::CheckpointDeclinedTaskNotReady
        | AbortReason::CheckpointDeclinedTaskClosing
        | AbortReason::CheckpointDeclinedOnCancellationBarrier
        | AbortReason::CheckpointDeclinedInputEndOfStream => t.stage_reason_declined(),
    }
}
