//! How fast the run plays, and where a new run is opened.

use serde::{Deserialize, Serialize};

use crate::base::{SimDuration, SimTime};
use crate::timeline::{Landmark, Timeline};

/// Playing speed, in hundredths of real time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Speed(u32);

impl Speed {
    /// What the page offers, slowest first.
    pub const ALL: [Speed; 9] =
        [Speed(10), Speed(25), Speed(50), Speed(100), Speed(200), Speed(500), Speed(1_000), Speed(2_000), Speed(5_000)];

    /// As fast as it really happens.
    pub const REAL: Speed = Speed(100);

    /// The simulated time that passes in `elapsed_us` microseconds at the screen.
    pub const fn advance(self, elapsed_us: u64) -> SimDuration {
        SimDuration::from_micros(elapsed_us.saturating_mul(self.0 as u64) / 100)
    }

    /// The next slower or faster one; the same at the end of the scale.
    pub fn shifted(self, by: i32) -> Speed {
        let at = Speed::ALL.iter().position(|speed| *speed >= self).unwrap_or(Speed::ALL.len() - 1);
        let to = at.saturating_add_signed(by as isize).min(Speed::ALL.len() - 1);
        Speed::ALL[to]
    }

    /// `0.25×`, `1×`, `50×`.
    pub fn label(self) -> String {
        match (self.0 / 100, self.0 % 100) {
            (whole, 0) => format!("{whole}×"),
            (whole, part) if part % 10 == 0 => format!("{whole}.{}×", part / 10),
            (whole, part) => format!("{whole}.{part:02}×"),
        }
    }

    /// In hundredths.
    pub const fn hundredths(self) -> u32 {
        self.0
    }

    /// The offered speed of so many hundredths.
    pub fn of_hundredths(hundredths: u32) -> Option<Speed> {
        Speed::ALL.into_iter().find(|speed| speed.0 == hundredths)
    }
}

/// Where a new run is opened: when the first barrier is on its way, so that there is something to see, but never at or
/// after the first failure, which the learner is to predict.
pub(super) fn opening(timeline: &Timeline) -> SimTime {
    let at = |kind| timeline.next(kind, SimTime::ZERO).map(|fact| timeline.trace()[fact].at);
    let (barrier, failure) = (at(Landmark::Barrier), at(Landmark::Failure));
    match (barrier, failure) {
        (Some(barrier), Some(failure)) if barrier < failure => barrier,
        (Some(barrier), None) => barrier,
        (_, Some(failure)) => SimTime::from_micros(failure.micros() / 2),
        (None, None) => SimTime::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_shift_along_the_scale() {
        assert_eq!(Speed::REAL.shifted(1).label(), "2×");
        assert_eq!(Speed::REAL.shifted(-2).label(), "0.25×");
        assert_eq!(Speed::ALL[0].shifted(-1).label(), "0.1×");
        assert_eq!(Speed::ALL[8].shifted(1).label(), "50×");
        assert_eq!(Speed::ALL[0].advance(1_000_000), SimDuration::from_millis(100));
        assert_eq!(Speed::ALL[8].advance(16_000), SimDuration::from_millis(800));
    }
}
