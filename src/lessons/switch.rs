//! One change to a lesson's scenario, as the task offers it. What it does is said under `switch/ID`, why it ends as it does
//! under `switch/ID/why`.

use crate::scenario::{
    Api, OperatorKind, Partitioner, RestartStrategy, Scenario, SourceKind,
    presets::{failing_map_once, failing_process_with_state},
};

/// One change.
#[derive(Debug)]
pub struct Switch {
    /// Its id.
    pub id: &'static str,
    /// Makes the change.
    pub apply: fn(&mut Scenario),
    /// The state in which the job ends with it.
    pub ends: &'static str,
}

/// Ten restarts instead of three.
pub(super) const MORE_ATTEMPTS: Switch = Switch {
    id: "attempts",
    apply: |scenario| {
        if let RestartStrategy::FixedDelay { attempts, .. } = &mut scenario.restart {
            *attempts = 10;
        }
    },
    ends: "FAILED",
};

/// A checkpoint every second.
pub(super) const SHORT_INTERVAL: Switch =
    Switch { id: "interval", apply: |scenario| scenario.checkpointing.interval_ms = Some(1_000), ends: "FAILED" };

/// Python bundles of one record: a checkpoint has to wait for one record only.
pub(super) const SMALL_BUNDLE: Switch = Switch {
    id: "bundle",
    apply: |scenario| {
        if let Api::Python(python) = &mut scenario.api {
            python.bundle_size = 1;
        }
    },
    ends: "FAILED",
};

/// A source whose position is part of a checkpoint.
pub(super) const POSITION: Switch = Switch {
    id: "position",
    apply: |scenario| {
        for operator in &mut scenario.operators {
            if let OperatorKind::Source(source) = &mut operator.kind {
                source.kind = SourceKind::Log;
            }
        }
    },
    ends: "FAILED",
};

/// The counter in Flink state.
pub(super) const COUNTER_IN_STATE: Switch = Switch {
    id: "state",
    apply: |scenario| {
        let Some(map) = scenario.operator("map") else { return };
        let function = failing_process_with_state();
        scenario.operators[map.index()].name = function.kind.default_operator_name(true, &scenario.api).into();
        scenario.operators[map.index()].kind = OperatorKind::Function(function);
        for edge in scenario.edges.iter_mut().filter(|edge| edge.to == "map") {
            edge.partitioner = Partitioner::KeyByConstant;
        }
    },
    ends: "FAILED",
};

/// A failure that goes away.
pub(super) const FAILS_ONCE: Switch = Switch {
    id: "once",
    apply: |scenario| {
        if let Some(map) = scenario.operator("map") {
            scenario.operators[map.index()].kind = OperatorKind::Function(failing_map_once());
        }
    },
    ends: "FINISHED",
};
