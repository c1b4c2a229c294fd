//! Seeded randomness. Every concern (first trigger, backoff jitter, names …) draws from a stream of its own, so that one
//! more draw in one place changes nothing elsewhere.

use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// A deterministic stream of random numbers for one concern.
#[derive(Clone, Debug)]
pub struct RandomStream(Pcg64Mcg);

impl RandomStream {
    /// The stream for `concern` in the run with `seed`. Equal arguments give equal streams on every machine.
    pub fn new(seed: u64, concern: u64) -> Self {
        RandomStream(Pcg64Mcg::seed_from_u64(seed ^ concern.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
    }

    /// An integer in `low..=high`, each equally likely but for a bias below 2⁻³² on ranges a learner can set.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        if high <= low {
            return low;
        }
        let span = u128::from(high - low) + 1;
        low + ((u128::from(self.0.next_u64()) * span) >> 64) as u64
    }

    /// True once in `n` draws on average.
    pub fn one_in(&mut self, n: u64) -> bool {
        self.between(1, n) == 1
    }

    /// `bytes` random bytes as lower-case hexadecimal, as Flink prints its ids.
    pub fn hex(&mut self, bytes: usize) -> String {
        (0..bytes).map(|_| format!("{:02x}", self.between(0, 255))).collect()
    }
}
