//! From a recorded Flink configuration to settings of a scenario.

use checkpoint_lab::scenario::{
    BufferDebloat, CheckpointStorage, Checkpointing, CheckpointingMode, Cluster, FailoverStrategy, FlinkVersion,
    Latencies, RestartStrategy, Retention, Unaligned,
};
use serde_json::Value as Json;

use super::Verdict;

/// The parts of a scenario that a configuration decides.
pub struct Settings {
    pub flink: FlinkVersion,
    pub checkpointing: Checkpointing,
    pub restart: RestartStrategy,
    pub cluster: Cluster,
}

/// The model's latencies near those of the mini cluster that the recordings were made on.
fn latencies() -> Latencies {
    Latencies {
        job_start_us: 40_000,
        slot_us: 10_000,
        deploy_us: 15_000,
        initialize_us: 15_000,
        ..Latencies::default()
    }
}

/// Reads `flink_version`, `slots_per_tm` and `config` of a recording.
pub fn settings(json: &Json) -> Result<Settings, Verdict> {
    let config = Config(&json["config"]);
    let mut cluster = Cluster { latencies: latencies(), ..Cluster::default() };
    if let Some(slots) = json["slots_per_tm"].as_u64() {
        cluster.slots_per_task_manager = slots as u32;
    }
    if let Some(managers) = json["task_managers"].as_u64() {
        cluster.task_managers = managers as u32;
    }
    if config.text("jobmanager.execution.failover-strategy") == Some("full") {
        cluster.failover_strategy = FailoverStrategy::Full;
    }
    if let Some(size) = config.text("taskmanager.memory.segment-size") {
        cluster.segment_size = bytes(size)?;
    }
    if config.text("taskmanager.network.memory.buffer-debloat.enabled") == Some("true") {
        cluster.buffer_debloat = Some(BufferDebloat::default());
    }
    let unaligned = config.text("execution.checkpointing.unaligned.enabled") == Some("true");
    let mut checkpointing = checkpointing(&config)?;
    if unaligned {
        let aligned_timeout_ms = config.millis("execution.checkpointing.aligned-checkpoint-timeout")?.unwrap_or(0);
        checkpointing.unaligned = Some(Unaligned { forced: false, aligned_timeout_ms });
    }
    Ok(Settings { flink: version(json)?, checkpointing, restart: restart(&config)?, cluster })
}

fn version(json: &Json) -> Result<FlinkVersion, Verdict> {
    match json["flink_version"].as_str() {
        None => Ok(FlinkVersion::V1_20),
        Some(text) if text.starts_with("1.20") => Ok(FlinkVersion::V1_20),
        Some(text) if text.starts_with("2.3") => Ok(FlinkVersion::V2_3),
        Some(text) => Err(Verdict::Waits(format!("Flink {text}"))),
    }
}

struct Config<'a>(&'a Json);

impl Config<'_> {
    fn text(&self, key: &str) -> Option<&str> {
        self.0[key].as_str()
    }

    fn millis(&self, key: &str) -> Result<Option<u64>, Verdict> {
        self.text(key).map(millis).transpose()
    }

    fn number(&self, key: &str) -> Result<Option<u32>, Verdict> {
        let parse = |text: &str| text.parse().map_err(|_| unreadable(text));
        self.text(key).map(parse).transpose()
    }

    fn thousandths(&self, key: &str) -> Result<Option<u32>, Verdict> {
        let parse = |text: &str| text.parse::<f64>().map(|number| (number * 1_000.0).round() as u32);
        self.text(key).map(|text| parse(text).map_err(|_| unreadable(text))).transpose()
    }
}

fn checkpointing(config: &Config<'_>) -> Result<Checkpointing, Verdict> {
    let key = |rest: &str| format!("execution.checkpointing.{rest}");
    let default = Checkpointing::default();
    let storage = match (config.text(&key("storage")), config.text(&key("dir"))) {
        (Some("jobmanager"), _) | (_, None) => CheckpointStorage::JobManager,
        (_, Some(dir)) => CheckpointStorage::FileSystem { dir: dir.into() },
    };
    let retention = match config.text(&key("externalized-checkpoint-retention")) {
        Some("DELETE_ON_CANCELLATION") => Retention::DeleteOnCancellation,
        Some("RETAIN_ON_CANCELLATION") => Retention::RetainOnCancellation,
        _ => Retention::NoExternalizedCheckpoints,
    };
    let mode = match config.text(&key("mode")) {
        Some("AT_LEAST_ONCE") => CheckpointingMode::AtLeastOnce,
        _ => CheckpointingMode::ExactlyOnce,
    };
    Ok(Checkpointing {
        interval_ms: config.millis(&key("interval"))?,
        mode,
        timeout_ms: config.millis(&key("timeout"))?.unwrap_or(default.timeout_ms),
        min_pause_ms: config.millis(&key("min-pause"))?.unwrap_or(default.min_pause_ms),
        max_concurrent: config.number(&key("max-concurrent-checkpoints"))?.unwrap_or(default.max_concurrent),
        tolerable_failed: config.number(&key("tolerable-failed-checkpoints"))?.unwrap_or(default.tolerable_failed),
        num_retained: config.number(&key("num-retained"))?.unwrap_or(default.num_retained),
        retention,
        storage,
        inline_threshold: default.inline_threshold,
        savepoint_dir: config.text(&key("savepoint-dir")).map(Into::into),
        after_tasks_finish: config.text(&key("checkpoints-after-tasks-finish")) != Some("false"),
        ..default
    })
}

fn restart(config: &Config<'_>) -> Result<RestartStrategy, Verdict> {
    let strategy = |kind: &str, rest: &str| format!("restart-strategy.{kind}.{rest}");
    Ok(match config.text("restart-strategy.type") {
        None => RestartStrategy::NotSet,
        Some("none" | "off" | "disable") => RestartStrategy::None,
        Some("fixed-delay" | "fixeddelay") => RestartStrategy::FixedDelay {
            attempts: config.number(&strategy("fixed-delay", "attempts"))?.unwrap_or(1),
            delay_ms: config.millis(&strategy("fixed-delay", "delay"))?.unwrap_or(1_000),
        },
        Some("failure-rate" | "failurerate") => RestartStrategy::FailureRate {
            max_failures: config.number(&strategy("failure-rate", "max-failures-per-interval"))?.unwrap_or(1),
            interval_ms: config.millis(&strategy("failure-rate", "failure-rate-interval"))?.unwrap_or(60_000),
            delay_ms: config.millis(&strategy("failure-rate", "delay"))?.unwrap_or(1_000),
        },
        Some("exponential-delay" | "exponentialdelay") => {
            let key = |rest: &str| strategy("exponential-delay", rest);
            RestartStrategy::ExponentialDelay {
                initial_backoff_ms: config.millis(&key("initial-backoff"))?.unwrap_or(1_000),
                max_backoff_ms: config.millis(&key("max-backoff"))?.unwrap_or(60_000),
                multiplier_thousandths: config.thousandths(&key("backoff-multiplier"))?.unwrap_or(1_500),
                reset_threshold_ms: config.millis(&key("reset-backoff-threshold"))?.unwrap_or(3_600_000),
                jitter_thousandths: config.thousandths(&key("jitter-factor"))?.unwrap_or(100),
                attempts: config.number(&key("attempts-before-reset-backoff"))?,
            }
        }
        Some(other) => return Err(Verdict::Waits(format!("restart strategy {other}"))),
    })
}

/// `36000 s`, `100 ms`, `1 h` in milliseconds.
pub fn millis(text: &str) -> Result<u64, Verdict> {
    let split = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..split].parse().map_err(|_| unreadable(text))?;
    let unit = match text[split..].trim() {
        "" | "ms" => 1,
        "s" => 1_000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(unreadable(text)),
    };
    Ok(number * unit)
}

fn bytes(text: &str) -> Result<u32, Verdict> {
    let split = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let number: u32 = text[..split].parse().map_err(|_| unreadable(text))?;
    match text[split..].trim() {
        "" | "b" => Ok(number),
        "k" | "kb" => Ok(number * 1_024),
        "m" | "mb" => Ok(number * 1_048_576),
        _ => Err(unreadable(text)),
    }
}

fn unreadable(text: &str) -> Verdict {
    Verdict::Fail(format!("the setting '{text}' can't be read"))
}
