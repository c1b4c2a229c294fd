//! The JobManager's card: the job's state, the checkpoint coordinator, the restart strategy.

use super::Moment;
use crate::base::{CheckpointId, SimDuration};
use crate::scenario::RestartStrategy;
use crate::trace::JobStatus;

/// The JobManager.
#[derive(Clone, PartialEq, Debug)]
pub struct JobView {
    /// The job's name.
    pub name: String,
    /// Its state.
    pub status: JobStatus,
    /// Its process is dead: what is shown was its last knowledge.
    pub dead: bool,
    /// How fresh the state is: 1 just now, 0 long ago.
    pub fresh: f64,
    /// The checkpoint coordinator.
    pub coordinator: CoordinatorView,
    /// The restart strategy.
    pub restart: RestartView,
}

/// The checkpoint coordinator.
#[derive(Clone, PartialEq, Debug)]
pub struct CoordinatorView {
    /// The interval; none = checkpointing is off.
    pub interval: Option<SimDuration>,
    /// Until the next periodic trigger, and how much of the wait is over.
    pub next: Option<(SimDuration, f64)>,
    /// Pending checkpoints, oldest first.
    pub pending: Vec<PendingView>,
    /// Requests that wait for one of them.
    pub queued: usize,
    /// A request was refused: how fresh that is.
    pub refused: f64,
    /// The newest completed checkpoint, from which a restart would restore.
    pub latest: Option<CheckpointId>,
    /// So many have completed.
    pub completed: u32,
    /// So many have failed.
    pub failed: u32,
}

/// A pending checkpoint.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PendingView {
    /// Which.
    pub id: CheckpointId,
    /// Acknowledgements so far.
    pub done: usize,
    /// Acknowledgements needed.
    pub of: usize,
    /// Since its trigger.
    pub age: SimDuration,
    /// `_metadata` is being written.
    pub finalizing: bool,
}

/// The restart strategy.
#[derive(Clone, PartialEq, Debug)]
pub struct RestartView {
    /// In force.
    pub strategy: RestartStrategy,
    /// Failures that it has counted.
    pub used: u64,
    /// How many it allows; none = endless.
    pub limit: Option<u64>,
    /// Restarts so far.
    pub restarts: u32,
    /// While a delay runs: what is left, the whole, and how much is over.
    pub delay: Option<(SimDuration, SimDuration, f64)>,
}

pub(super) fn view(moment: &Moment) -> JobView {
    let job = moment.engine.job();
    let since = moment.backdrop.strip.job.iter().rev().map(|(_, span)| span.from).find(|from| *from <= moment.at());
    JobView {
        name: moment.engine.input().scenario.name.clone(),
        status: job.status,
        dead: job.down,
        fresh: since.map_or(0.0, |from| moment.glow(from)),
        coordinator: coordinator(moment),
        restart: restart(moment),
    }
}

fn coordinator(moment: &Moment) -> CoordinatorView {
    let coordinator = moment.engine.coordinator();
    let interval = coordinator.base_interval();
    let next = coordinator.next_tick.filter(|_| coordinator.active).zip(interval).map(|(tick, interval)| {
        let left = tick.since(moment.at());
        let over = 1.0 - left.micros() as f64 / interval.micros().max(1) as f64;
        (left, over.clamp(0.0, 1.0))
    });
    let pending = coordinator.pending.values().map(|pending| PendingView {
        id: pending.id,
        done: pending.acknowledged.len(),
        of: pending.waiting_for.len(),
        age: moment.at().since(pending.triggered_at),
        finalizing: pending.finalizing,
    });
    let refusals = &moment.backdrop.strip.refusals;
    let last_refusal = refusals[..refusals.partition_point(|at| *at <= moment.at())].last();
    CoordinatorView {
        interval,
        next,
        pending: pending.collect(),
        queued: coordinator.queue.len(),
        refused: last_refusal.map_or(0.0, |at| moment.glow(*at)),
        latest: coordinator.latest().map(|latest| latest.id),
        completed: coordinator.counts.completed,
        failed: coordinator.counts.failed,
    }
}

fn restart(moment: &Moment) -> RestartView {
    let job = moment.engine.job();
    let strategy = job.backoff.strategy().clone();
    let limit = match &strategy {
        RestartStrategy::FixedDelay { attempts, .. } => Some(u64::from(*attempts)),
        RestartStrategy::FailureRate { max_failures, .. } => Some(u64::from(*max_failures)),
        RestartStrategy::ExponentialDelay { attempts, .. } => attempts.map(u64::from),
        RestartStrategy::None | RestartStrategy::NotSet => Some(0),
    };
    let delay = job.restart_due().zip(job.restart_delay()).map(|(due, whole)| {
        let left = due.since(moment.at());
        let over = 1.0 - left.micros() as f64 / whole.micros().max(1) as f64;
        (left, whole, over.clamp(0.0, 1.0))
    });
    RestartView { strategy, used: job.backoff.used(), limit, restarts: job.restarts, delay }
}
