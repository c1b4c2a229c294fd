//! Restart strategies (RS-3 to RS-12). Flink: `RestartBackoffTimeStrategy` and its implementations.
//!
//! Invariant: asked once for each failure, in the order of time.

use std::collections::VecDeque;

use crate::base::{RandomStream, SimDuration, SimTime};
use crate::scenario::StrategyInForce;

/// A strategy and what it remembers. Nothing of it is reset by success (RS-5) but what RS-7 says.
#[derive(Clone, Debug)]
pub struct RestartBackoff {
    strategy: StrategyInForce,
    /// Fixed delay: failures so far. Exponential: the current attempt.
    attempt: u64,
    /// Failure rate: when the last failures were, in milliseconds.
    failures: VecDeque<u64>,
    /// Exponential: the planned restart in milliseconds; before the first failure long ago.
    next: i64,
    /// Exponential: the backoff of the current attempt, in milliseconds.
    backoff: u64,
    jitter: RandomStream,
}

/// The strategy's answer to a failure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// Whether the failure counts as a new restart.
    pub is_new: bool,
    /// The delay, when the job may restart.
    pub delay: Option<SimDuration>,
}

impl RestartBackoff {
    pub(super) fn new(strategy: StrategyInForce, jitter: RandomStream) -> RestartBackoff {
        RestartBackoff {
            strategy,
            attempt: 0,
            failures: VecDeque::new(),
            next: i64::from(i32::MIN),
            backoff: 0,
            jitter,
        }
    }

    /// The strategy in force.
    pub fn strategy(&self) -> &StrategyInForce {
        &self.strategy
    }

    /// Failures counted so far (fixed-delay), the current attempt (exponential-delay), failures within the window
    /// (failure-rate).
    pub fn used(&self) -> u64 {
        match self.strategy {
            StrategyInForce::FailureRate { .. } => self.failures.len() as u64,
            _ => self.attempt,
        }
    }

    /// The stream of its jitter.
    pub(super) fn jitter(&self) -> RandomStream {
        self.jitter.clone()
    }

    /// Notifies the strategy of a failure and asks whether to restart (RS-3).
    pub(super) fn notify_failure(&mut self, now: SimTime) -> Verdict {
        let millis = now.millis();
        match self.strategy.clone() {
            StrategyInForce::NotSet | StrategyInForce::None => Verdict { is_new: true, delay: None },
            StrategyInForce::FixedDelay { attempts, delay_ms } => {
                self.attempt += 1;
                let may = self.attempt <= u64::from(attempts);
                Verdict { is_new: true, delay: may.then(|| SimDuration::from_millis(delay_ms)) }
            }
            StrategyInForce::FailureRate { max_failures, interval_ms, delay_ms } => {
                if self.failures.len() > max_failures as usize {
                    self.failures.pop_front();
                }
                self.failures.push_back(millis);
                let oldest = self.failures.front().copied().unwrap_or(millis);
                let may = self.failures.len() <= max_failures as usize || millis - oldest > interval_ms;
                Verdict { is_new: true, delay: may.then(|| SimDuration::from_millis(delay_ms)) }
            }
            StrategyInForce::ExponentialDelay { reset_threshold_ms, attempts, .. } => {
                let at = millis as i64;
                let is_new = at > self.next;
                if is_new {
                    if at - self.next >= reset_threshold_ms as i64 {
                        self.attempt = 0;
                    }
                    self.backoff = self.exponential_backoff();
                    self.next = at + self.backoff as i64;
                    self.attempt += 1;
                }
                let may = attempts.is_none_or(|limit| self.attempt <= u64::from(limit));
                let left = (self.next - at).max(0) as u64;
                Verdict { is_new, delay: may.then(|| SimDuration::from_millis(left)) }
            }
        }
    }

    /// RS-8, RS-9: computed with doubles in Flink, `(long) (initial * multiplier^attempt)`; here with the same result for
    /// settings in thousandths, exactly and on every machine.
    fn exponential_backoff(&mut self) -> u64 {
        let StrategyInForce::ExponentialDelay {
            initial_backoff_ms,
            max_backoff_ms,
            multiplier_thousandths,
            jitter_thousandths,
            ..
        } = self.strategy
        else {
            return 0;
        };
        // Fixed point with 64 fractional bits; capped far above any maximum so that nothing overflows.
        let cap = u128::from(max_backoff_ms.max(initial_backoff_ms)) + 1;
        let mut scaled = u128::from(initial_backoff_ms) << 32;
        for _ in 0..self.attempt {
            scaled = scaled * u128::from(multiplier_thousandths) / 1_000;
            if scaled >> 32 >= cap {
                scaled = cap << 32;
                break;
            }
        }
        let base = (scaled >> 32) as u64;
        let offset = base * u64::from(jitter_thousandths) / 1_000;
        let jittered = match offset {
            0 => base,
            offset => (base + self.jitter.between(0, 2 * offset)).saturating_sub(offset),
        };
        jittered.min(max_backoff_ms).max(initial_backoff_ms)
    }

    /// The strategy as Flink prints it when it gives up (RS-12).
    pub fn describe(&self) -> String {
        let thousandths = |value: u32| {
            let (whole, rest) = (value / 1_000, value % 1_000);
            let fraction = format!("{rest:03}");
            format!(
                "{whole}.{}",
                match fraction.trim_end_matches('0') {
                    "" => "0",
                    digits => digits,
                }
            )
        };
        match &self.strategy {
            StrategyInForce::NotSet | StrategyInForce::None => "NoRestartBackoffTimeStrategy".into(),
            StrategyInForce::FixedDelay { attempts, delay_ms } => {
                format!(
                    "FixedDelayRestartBackoffTimeStrategy(maxNumberRestartAttempts={attempts}, backoffTimeMS={delay_ms})"
                )
            }
            StrategyInForce::FailureRate { max_failures, interval_ms, delay_ms } => format!(
                "FailureRateRestartBackoffTimeStrategy(FailureRateRestartBackoffTimeStrategy(failuresIntervalMS={interval_ms},\
                 backoffTimeMS={delay_ms},maxFailuresPerInterval={max_failures})"
            ),
            StrategyInForce::ExponentialDelay {
                initial_backoff_ms,
                max_backoff_ms,
                multiplier_thousandths,
                reset_threshold_ms,
                jitter_thousandths,
                attempts,
            } => format!(
                "ExponentialDelayRestartBackoffTimeStrategy(initialBackoffMS={initial_backoff_ms}, \
                 maxBackoffMS={max_backoff_ms}, backoffMultiplier={}, resetBackoffThresholdMS={reset_threshold_ms}, \
                 jitterFactor={}, attemptsBeforeResetBackoff={}, currentRestartAttempt={}, nextRestartTimestamp={})",
                thousandths(*multiplier_thousandths),
                thousandths(*jitter_thousandths),
                attempts.map_or(i32::MAX as u32, |attempts| attempts),
                self.attempt,
                self.next,
            ),
        }
    }
}
