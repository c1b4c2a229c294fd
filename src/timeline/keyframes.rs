//! Keyframes: clones of the engine on the way through a run, few enough to keep and close enough to start from.

use crate::base::SimTime;
use crate::engine::Engine;

/// At most so many are kept; then every second one goes and the spacing doubles. A run of 100,000 events ends with
/// keyframes at most 512 events apart, which is a fraction of a frame even in wasm.
const MOST: usize = 256;
/// Events between the first keyframes.
const CLOSEST: u64 = 64;

/// The keyframes of a run, in order of time. None records a trace.
#[derive(Clone, Debug)]
pub(super) struct Keyframes {
    engines: Vec<Engine>,
    spacing: u64,
}

impl Keyframes {
    pub(super) fn starting_with(first: Engine) -> Keyframes {
        Keyframes { engines: vec![first], spacing: CLOSEST }
    }

    /// A clone that tells nothing.
    pub(super) fn quiet_clone(engine: &Engine) -> Engine {
        let mut clone = engine.clone();
        clone.record_trace(false);
        clone
    }

    /// After how many events the next keyframe is due.
    pub(super) fn spacing(&self) -> u64 {
        self.spacing
    }

    /// Keeps a clone of an engine whose trace has been taken.
    pub(super) fn offer(&mut self, engine: &Engine) {
        debug_assert!(engine.trace().is_empty());
        self.engines.push(Keyframes::quiet_clone(engine));
        if self.engines.len() > MOST {
            let mut keep = false;
            self.engines.retain(|_| {
                keep = !keep;
                keep
            });
            self.spacing *= 2;
        }
    }

    /// The last one that has not gone beyond `at`.
    pub(super) fn before(&self, at: SimTime) -> &Engine {
        let after = self.engines.partition_point(|engine| engine.now() <= at);
        &self.engines[after.saturating_sub(1)]
    }
}
