//! What a task's thread spends its time on (BP-4, ME-2), as counters that cost an addition when the thread turns to
//! something else. Flink: `TaskIOMetricGroup`, `TimerGauge`.
//!
//! Every five seconds of simulated time the counters are noted, at the thread's next turn; a rate is the average over the
//! last minute of notes. Flink renews its rates only every five seconds; here they are exact at every moment.

use super::{Activity, Engine, Subtask};
use crate::base::{SimDuration, SimTime, SubtaskId};

/// From one note to the next (Flink: `View.UPDATE_INTERVAL_SECONDS`).
pub const NOTE_EVERY: SimDuration = SimDuration::from_millis(5_000);
/// Notes that are kept: a minute of them.
const NOTES: usize = 12;

/// Time spent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Times {
    /// With records, snapshots and what user code waits for itself.
    pub busy: SimDuration,
    /// Waiting for a free buffer between two records.
    pub soft: SimDuration,
    /// Waiting for a free buffer in the middle of a record.
    pub hard: SimDuration,
}

/// The counters of one attempt.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Meters {
    times: Times,
    longest_hard: SimDuration,
    waiting_since: SimTime,
    waits_hard: bool,
    /// When the attempt began to restore its state.
    pub(super) initializing_since: SimTime,
    next_note: SimTime,
    notes: Vec<(SimTime, Times)>,
}

/// How a task spends its time, in milliseconds of each second, averaged over the last minute.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Load {
    /// Nothing to do.
    pub idle: u64,
    /// At work.
    pub busy: u64,
    /// Held up between records.
    pub soft: u64,
    /// Held up in the middle of one.
    pub hard: u64,
}

impl Load {
    /// `backPressuredTimeMsPerSecond`.
    pub fn back_pressured(&self) -> u64 {
        self.soft + self.hard
    }
}

impl Meters {
    pub(super) fn begin(&mut self, now: SimTime) {
        self.notes = vec![(now, self.times)];
        self.next_note = now + NOTE_EVERY;
    }

    pub(super) fn wait(&mut self, now: SimTime, hard: bool) {
        (self.waiting_since, self.waits_hard) = (now, hard);
    }

    /// The thread turns from an activity to something else.
    #[inline(always)]
    pub(super) fn leave(&mut self, activity: Activity, now: SimTime) {
        if now >= self.next_note {
            self.note(now);
        }
        self.times = self.after(activity, now);
        if matches!(activity, Activity::BackPressured(_)) && self.waits_hard {
            self.longest_hard = self.longest_hard.max(now.since(self.waiting_since));
        }
    }

    /// The counters with the present activity as far as it has got.
    #[inline(always)]
    fn after(&self, activity: Activity, now: SimTime) -> Times {
        let mut times = self.times;
        match activity {
            Activity::Idle => {}
            Activity::Busy { since, until } => times.busy = times.busy + until.min(now).since(since),
            Activity::AwaitingBundle(_) => times.busy = times.busy + now.since(self.waiting_since),
            Activity::BackPressured(_) if self.waits_hard => times.hard = times.hard + now.since(self.waiting_since),
            Activity::BackPressured(_) => times.soft = times.soft + now.since(self.waiting_since),
        }
        times
    }

    #[cold]
    fn note(&mut self, now: SimTime) {
        if self.notes.is_empty() {
            return;
        }
        while self.next_note <= now {
            if self.notes.len() > NOTES {
                self.notes.remove(0);
            }
            self.notes.push((self.next_note, self.times));
            self.next_note += NOTE_EVERY;
        }
    }
}

impl Subtask {
    /// Time spent in this attempt up to a moment.
    pub fn times(&self, now: SimTime) -> Times {
        self.meters.after(self.activity, now)
    }

    /// The longest wait for a buffer in the middle of a record.
    pub fn longest_hard_back_pressure(&self) -> SimDuration {
        self.meters.longest_hard
    }

    /// How long the attempt took to become RUNNING; none before that.
    pub fn initialization_time(&self) -> Option<SimDuration> {
        self.running_since.map(|running| running.since(self.meters.initializing_since))
    }

    /// Time spent so far at the notes of the last minute, oldest first: the first is the start of the attempt or of the
    /// minute.
    pub fn notes(&self) -> &[(SimTime, Times)] {
        &self.meters.notes
    }
}

impl Engine {
    /// How a subtask's present attempt spends its time; none while it does not run.
    pub fn load(&self, id: SubtaskId) -> Option<Load> {
        let task = self.subtask(id);
        let now = self.now();
        if !task.alive || task.running_since.is_none() {
            return None;
        }
        let minute = SimDuration::from_millis(60_000);
        let mut notes = task.notes().iter().rev();
        let enough = |(at, _): &&(SimTime, Times)| now.since(*at) >= minute;
        let (from, before) = *notes.find(enough).or(task.notes().first())?;
        let whole = now.since(from).micros();
        if whole == 0 {
            return Some(Load { idle: 1_000, ..Load::default() });
        }
        let times = task.times(now);
        let share = |now: SimDuration, before: SimDuration| {
            now.micros().saturating_sub(before.micros()).min(whole) * 1_000 / whole
        };
        let load = Load {
            idle: 0,
            busy: share(times.busy, before.busy),
            soft: share(times.soft, before.soft),
            hard: share(times.hard, before.hard),
        };
        Some(Load { idle: 1_000_u64.saturating_sub(load.busy + load.soft + load.hard), ..load })
    }
}
