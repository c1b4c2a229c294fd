//! Settings that are given as configuration keys, with the values as Flink reads them.

use super::Dialect;
use crate::scenario::{
    Api, BufferDebloat, CheckpointStorage, Cluster, ExecutionMode, FailoverStrategy, PythonSettings, RestartStrategy,
    Retention, Scenario,
};

/// A configuration key that the program sets.
pub(super) struct Key {
    /// The setting's path in the scenario.
    pub(super) field: String,
    /// Flink's key.
    pub(super) key: String,
    /// Its value; the checkpoint directory stands in a constant of its own.
    pub(super) value: String,
}

/// All keys that differ from Flink's defaults and have no setter, or have lost it.
pub(super) fn keys(scenario: &Scenario, dialect: Dialect) -> Vec<Key> {
    let mut keys = Keys(Vec::new());
    let checkpointing = &scenario.checkpointing;
    if dialect == Dialect::Flink2 && matches!(checkpointing.storage, CheckpointStorage::FileSystem { .. }) {
        keys.add("checkpointing.storage", "execution.checkpointing.storage", "filesystem");
        keys.add("checkpointing.storage.file_system.dir", CHECKPOINT_DIR, "");
    }
    if checkpointing.num_retained != 1 {
        keys.add("checkpointing.num_retained", "execution.checkpointing.num-retained", checkpointing.num_retained);
    }
    let retention = match checkpointing.retention {
        Retention::NoExternalizedCheckpoints => None,
        Retention::DeleteOnCancellation => Some("DELETE_ON_CANCELLATION"),
        Retention::RetainOnCancellation => Some("RETAIN_ON_CANCELLATION"),
    };
    if let Some(retention) = retention {
        // PyFlink 1.20 has a setter for it, but looks for its Java class in the wrong place.
        keys.add("checkpointing.retention", "execution.checkpointing.externalized-checkpoint-retention", retention);
    }
    if !checkpointing.after_tasks_finish {
        let key = "execution.checkpointing.checkpoints-after-tasks-finish";
        keys.add("checkpointing.after_tasks_finish", key, false);
    }
    if let Some(unaligned) = &checkpointing.unaligned {
        keys.add("checkpointing.unaligned", "execution.checkpointing.unaligned.enabled", true);
        if unaligned.forced {
            keys.add("checkpointing.unaligned.forced", "execution.checkpointing.unaligned.forced", true);
        }
        if unaligned.aligned_timeout_ms > 0 {
            let (key, field) =
                ("execution.checkpointing.aligned-checkpoint-timeout", "checkpointing.unaligned.aligned_timeout_ms");
            keys.add(field, key, duration(unaligned.aligned_timeout_ms));
        }
    }
    restart(&scenario.restart, dialect, &mut keys);
    if let Api::Python(python) = &scenario.api {
        python_keys(python, &mut keys);
    }
    cluster(&scenario.cluster, &mut keys);
    keys.0
}

/// The key whose value is the constant with the checkpoint directory.
pub(super) const CHECKPOINT_DIR: &str = "execution.checkpointing.dir";

/// A time as Flink's configuration reads it.
pub(super) fn duration(ms: u64) -> String {
    if ms > 0 && ms.is_multiple_of(1_000) { format!("{} s", ms / 1_000) } else { format!("{ms} ms") }
}

struct Keys(Vec<Key>);

impl Keys {
    fn add(&mut self, field: impl Into<String>, key: impl Into<String>, value: impl ToString) {
        self.0.push(Key { field: field.into(), key: key.into(), value: value.to_string() });
    }
}

fn restart(strategy: &RestartStrategy, dialect: Dialect, keys: &mut Keys) {
    match strategy {
        RestartStrategy::ExponentialDelay {
            initial_backoff_ms,
            max_backoff_ms,
            multiplier_thousandths,
            reset_threshold_ms,
            jitter_thousandths,
            attempts,
        } => {
            let field = |name: &str| format!("restart.exponential_delay.{name}");
            let key_of = |key: &str| format!("restart-strategy.exponential-delay.{key}");
            let share = |thousandths: &u32| f64::from(*thousandths) / 1_000.0;
            keys.add("restart", "restart-strategy.type", "exponential-delay");
            for (name, key, value) in [
                ("initial_backoff_ms", "initial-backoff", duration(*initial_backoff_ms)),
                ("max_backoff_ms", "max-backoff", duration(*max_backoff_ms)),
                ("multiplier_thousandths", "backoff-multiplier", share(multiplier_thousandths).to_string()),
                ("reset_threshold_ms", "reset-backoff-threshold", duration(*reset_threshold_ms)),
                ("jitter_thousandths", "jitter-factor", share(jitter_thousandths).to_string()),
            ] {
                keys.add(field(name), key_of(key), value);
            }
            if let Some(attempts) = attempts {
                keys.add(field("attempts"), key_of("attempts-before-reset-backoff"), attempts);
            }
        }
        _ if dialect == Dialect::Flink1 => {}
        RestartStrategy::NotSet => {}
        RestartStrategy::None => keys.add("restart", "restart-strategy.type", "none"),
        RestartStrategy::FixedDelay { attempts, delay_ms } => {
            keys.add("restart", "restart-strategy.type", "fixed-delay");
            keys.add("restart.fixed_delay.attempts", "restart-strategy.fixed-delay.attempts", attempts);
            keys.add("restart.fixed_delay.delay_ms", "restart-strategy.fixed-delay.delay", duration(*delay_ms));
        }
        RestartStrategy::FailureRate { max_failures, interval_ms, delay_ms } => {
            keys.add("restart", "restart-strategy.type", "failure-rate");
            let key = "restart-strategy.failure-rate.max-failures-per-interval";
            keys.add("restart.failure_rate.max_failures", key, max_failures);
            let key = "restart-strategy.failure-rate.failure-rate-interval";
            keys.add("restart.failure_rate.interval_ms", key, duration(*interval_ms));
            keys.add("restart.failure_rate.delay_ms", "restart-strategy.failure-rate.delay", duration(*delay_ms));
        }
    }
}

fn python_keys(set: &PythonSettings, keys: &mut Keys) {
    let default = PythonSettings::default();
    if set.bundle_size != default.bundle_size {
        keys.add("api.python.bundle_size", "python.fn-execution.bundle.size", set.bundle_size);
    }
    if set.bundle_time_ms != default.bundle_time_ms {
        keys.add("api.python.bundle_time_ms", "python.fn-execution.bundle.time", set.bundle_time_ms);
    }
    if set.execution_mode == ExecutionMode::Thread {
        keys.add("api.python.execution_mode", "python.execution-mode", "thread");
    }
}

fn cluster(set: &Cluster, keys: &mut Keys) {
    let default = Cluster::default();
    if set.task_managers != default.task_managers || set.slots_per_task_manager != default.slots_per_task_manager {
        keys.add("cluster.task_managers", "minicluster.number-of-taskmanagers", set.task_managers);
        let slots = set.slots_per_task_manager;
        keys.add("cluster.slots_per_task_manager", "taskmanager.numberOfTaskSlots", slots);
    }
    if set.failover_strategy == FailoverStrategy::Full {
        keys.add("cluster.failover_strategy", "jobmanager.execution.failover-strategy", "full");
    }
    if set.segment_size != default.segment_size {
        keys.add("cluster.segment_size", "taskmanager.memory.segment-size", format!("{} b", set.segment_size));
    }
    if let Some(debloat) = &set.buffer_debloat {
        let usual = BufferDebloat::default();
        let key = |name: &str| format!("taskmanager.network.memory.buffer-debloat.{name}");
        keys.add("cluster.buffer_debloat", key("enabled"), true);
        if debloat.target_ms != usual.target_ms {
            keys.add("cluster.buffer_debloat.target_ms", key("target"), duration(debloat.target_ms));
        }
        if debloat.period_ms != usual.period_ms {
            keys.add("cluster.buffer_debloat.period_ms", key("period"), duration(debloat.period_ms));
        }
        if debloat.samples != usual.samples {
            keys.add("cluster.buffer_debloat.samples", key("samples"), debloat.samples);
        }
        if debloat.threshold_percent != usual.threshold_percent {
            let field = "cluster.buffer_debloat.threshold_percent";
            keys.add(field, key("threshold-percentages"), debloat.threshold_percent);
        }
    }
}
