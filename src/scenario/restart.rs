//! `restart-strategy` settings (RS-1, RS-2).

use serde::{Deserialize, Serialize};

/// What the learner set.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RestartStrategy {
    /// Nothing set: exponential-delay with checkpointing, none without (RS-2).
    #[default]
    NotSet,
    /// `none`: the first failure ends the job (RS-11).
    None,
    /// `fixed-delay` (RS-5).
    FixedDelay {
        /// `.attempts`: restarts before the job fails.
        attempts: u32,
        /// `.delay` in milliseconds.
        delay_ms: u64,
    },
    /// `failure-rate` (RS-6).
    FailureRate {
        /// `.max-failures-per-interval`.
        max_failures: u32,
        /// `.failure-rate-interval` in milliseconds.
        interval_ms: u64,
        /// `.delay` in milliseconds.
        delay_ms: u64,
    },
    /// `exponential-delay` (RS-7).
    ExponentialDelay {
        /// `.initial-backoff` in milliseconds.
        initial_backoff_ms: u64,
        /// `.max-backoff` in milliseconds.
        max_backoff_ms: u64,
        /// `.backoff-multiplier` in thousandths: 1500 = 1.5.
        multiplier_thousandths: u32,
        /// `.reset-backoff-threshold` in milliseconds.
        reset_threshold_ms: u64,
        /// `.jitter-factor` in thousandths: 100 = 0.1.
        jitter_thousandths: u32,
        /// `.attempts-before-reset-backoff`; absent = endless.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attempts: Option<u32>,
    },
}

/// The strategy in force once defaults are filled in; never `NotSet`.
pub type StrategyInForce = RestartStrategy;

impl RestartStrategy {
    /// Exponential-delay with its default options.
    pub const EXPONENTIAL_DEFAULT: RestartStrategy = RestartStrategy::ExponentialDelay {
        initial_backoff_ms: 1_000,
        max_backoff_ms: 60_000,
        multiplier_thousandths: 1_500,
        reset_threshold_ms: 3_600_000,
        jitter_thousandths: 100,
        attempts: None,
    };

    /// What Flink uses (RS-2).
    pub fn in_force(&self, checkpointing: bool) -> StrategyInForce {
        match self {
            RestartStrategy::NotSet if checkpointing => RestartStrategy::EXPONENTIAL_DEFAULT,
            RestartStrategy::NotSet => RestartStrategy::None,
            set => set.clone(),
        }
    }
}
