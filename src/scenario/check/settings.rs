//! Numbers and paths of the settings, with Flink's own limits.

use super::found::Found;
use crate::scenario::dir::{DirProblem, dir_problem};
use crate::scenario::limits;
use crate::scenario::{
    Api, CheckpointStorage, Checkpointing, CheckpointingMode, Cluster, Counted, IssueKind, RestartStrategy, Scenario,
};

pub(super) fn check(scenario: &Scenario, found: &mut Found) {
    found.length("name", &scenario.name, limits::NAME_BYTES);
    found.range("parallelism", scenario.parallelism, &limits::PARALLELISM);
    if let Api::Python(python) = &scenario.api {
        found.range("api.python.bundle_size", python.bundle_size, &limits::BUNDLE_SIZE);
        found.range("api.python.bundle_time_ms", python.bundle_time_ms, &limits::BUNDLE_MS);
    }
    checkpointing(&scenario.checkpointing, &scenario.cluster, found);
    restart(&scenario.restart, found);
    cluster(&scenario.cluster, found);
}

fn checkpointing(set: &Checkpointing, cluster: &Cluster, found: &mut Found) {
    if let Some(interval) = set.interval_ms {
        found.range("checkpointing.interval_ms", interval, &limits::CHECKPOINT_MS);
    }
    found.range("checkpointing.timeout_ms", set.timeout_ms, &limits::CHECKPOINT_MS);
    found.range("checkpointing.min_pause_ms", set.min_pause_ms, &limits::MIN_PAUSE_MS);
    found.range("checkpointing.max_concurrent", set.max_concurrent, &limits::MAX_CONCURRENT);
    found.range("checkpointing.tolerable_failed", set.tolerable_failed, &limits::TOLERABLE_FAILED);
    found.range("checkpointing.inline_threshold", set.inline_threshold, &limits::INLINE_THRESHOLD);
    found.range("checkpointing.num_retained", set.num_retained, &limits::NUM_RETAINED);
    if let Some(unaligned) = &set.unaligned {
        let field = "checkpointing.unaligned.aligned_timeout_ms";
        found.range(field, unaligned.aligned_timeout_ms, &limits::DELAY_MS);
        if set.mode == CheckpointingMode::AtLeastOnce {
            found.add("checkpointing.unaligned", IssueKind::UnalignedAtLeastOnce);
        } else if set.max_concurrent > 1 {
            found.add("checkpointing.max_concurrent", IssueKind::UnalignedConcurrent);
        }
    }
    if let CheckpointStorage::FileSystem { dir } = &set.storage {
        directory(dir, set.interval_ms.is_some(), cluster, found);
    }
}

/// Without checkpointing nobody looks at the directory, but the printed script names it all the same.
fn directory(dir: &str, in_use: bool, cluster: &Cluster, found: &mut Found) {
    let field = "checkpointing.storage.file_system.dir";
    if dir.is_empty() {
        return found.add(field, IssueKind::Empty);
    }
    found.text(field, dir);
    match dir_problem(dir, cluster, 0) {
        None => {}
        Some(DirProblem::NoScheme) => {
            let with_scheme = dir.starts_with('/').then(|| format!("file://{dir}"));
            found.add(field, IssueKind::DirWithoutScheme { with_scheme });
        }
        Some(_) if !in_use => {}
        Some(DirProblem::Root) => found.add(field, IssueKind::DirIsRoot),
        Some(DirProblem::Unsupported { scheme }) => found.add(field, IssueKind::DirSchemeUnsupported { scheme }),
        Some(DirProblem::NotWritable { path }) => {
            found.add(field, IssueKind::DirNotWritable { path: path.path, nature: path.nature });
        }
    }
}

fn restart(strategy: &RestartStrategy, found: &mut Found) {
    match strategy {
        RestartStrategy::NotSet | RestartStrategy::None => {}
        RestartStrategy::FixedDelay { attempts, delay_ms } => {
            found.range("restart.fixed_delay.attempts", *attempts, &limits::ATTEMPTS);
            found.range("restart.fixed_delay.delay_ms", *delay_ms, &limits::DELAY_MS);
        }
        RestartStrategy::FailureRate { max_failures, interval_ms, delay_ms } => {
            found.range("restart.failure_rate.max_failures", *max_failures, &limits::POSITIVE);
            found.range("restart.failure_rate.interval_ms", *interval_ms, &limits::POSITIVE_MS);
            found.range("restart.failure_rate.delay_ms", *delay_ms, &limits::DELAY_MS);
        }
        RestartStrategy::ExponentialDelay {
            initial_backoff_ms,
            max_backoff_ms,
            multiplier_thousandths,
            reset_threshold_ms,
            jitter_thousandths,
            attempts,
        } => {
            let field = |name: &str| format!("restart.exponential_delay.{name}");
            found.range(field("initial_backoff_ms"), *initial_backoff_ms, &limits::POSITIVE_MS);
            found.range(field("max_backoff_ms"), *max_backoff_ms, &limits::POSITIVE_MS);
            found.range(field("multiplier_thousandths"), *multiplier_thousandths, &limits::MULTIPLIER);
            found.range(field("reset_threshold_ms"), *reset_threshold_ms, &limits::POSITIVE_MS);
            found.range(field("jitter_thousandths"), *jitter_thousandths, &limits::JITTER);
            if let Some(attempts) = attempts {
                found.range(field("attempts"), *attempts, &limits::POSITIVE);
            }
            if initial_backoff_ms > max_backoff_ms {
                let (initial_ms, max_ms) = (*initial_backoff_ms, *max_backoff_ms);
                found.add(field("initial_backoff_ms"), IssueKind::BackoffAboveMaximum { initial_ms, max_ms });
            }
        }
    }
}

fn cluster(cluster: &Cluster, found: &mut Found) {
    found.range("cluster.task_managers", cluster.task_managers, &limits::TASK_MANAGERS);
    found.range("cluster.slots_per_task_manager", cluster.slots_per_task_manager, &limits::SLOTS);
    found.range("cluster.buffer_timeout_ms", cluster.buffer_timeout_ms, &limits::BUFFER_TIMEOUT_MS);
    found.range("cluster.segment_size", cluster.segment_size, &limits::SEGMENT);
    if limits::SEGMENT.contains(&u64::from(cluster.segment_size)) && !cluster.segment_size.is_power_of_two() {
        let value = u64::from(cluster.segment_size);
        found.add("cluster.segment_size", IssueKind::NotAPowerOfTwo { value, next: value.next_power_of_two() });
    }
    let timeouts = &cluster.timeouts;
    for (name, value) in [
        ("heartbeat_interval_ms", timeouts.heartbeat_interval_ms),
        ("heartbeat_timeout_ms", timeouts.heartbeat_timeout_ms),
        ("slot_request_ms", timeouts.slot_request_ms),
        ("cancellation_interval_ms", timeouts.cancellation_interval_ms),
    ] {
        found.range(format!("cluster.timeouts.{name}"), value, &limits::POSITIVE_MS);
    }
    found.range("cluster.timeouts.cancellation_ms", timeouts.cancellation_ms, &limits::DELAY_MS);
    if timeouts.heartbeat_timeout_ms <= timeouts.heartbeat_interval_ms {
        let (interval_ms, timeout_ms) = (timeouts.heartbeat_interval_ms, timeouts.heartbeat_timeout_ms);
        let kind = IssueKind::HeartbeatTimeoutTooShort { interval_ms, timeout_ms };
        found.add("cluster.timeouts.heartbeat_timeout_ms", kind);
    }
    found.range("cluster.replacement_ms", cluster.replacement_ms.unwrap_or(0), &limits::MOMENT_MS);
    if let Some(debloat) = &cluster.buffer_debloat {
        found.range("cluster.buffer_debloat.target_ms", debloat.target_ms, &limits::POSITIVE_MS);
        found.range("cluster.buffer_debloat.period_ms", debloat.period_ms, &limits::CHECKPOINT_MS);
        found.range("cluster.buffer_debloat.samples", debloat.samples, &limits::DEBLOAT_SAMPLES);
        found.range("cluster.buffer_debloat.threshold_percent", debloat.threshold_percent, &limits::PERCENT);
    }
    found.count("cluster.paths", Counted::Paths, cluster.paths.len(), limits::PATHS);
    for (at, path) in cluster.paths.iter().enumerate() {
        let field = format!("cluster.paths[{at}].path");
        if path.path.is_empty() {
            found.add(field, IssueKind::Empty);
        } else if !path.path.starts_with('/') {
            found.add(field, IssueKind::PathNotAbsolute { absolute: format!("/{}", path.path) });
        } else {
            found.text(field, &path.path);
        }
        found.range(format!("cluster.paths[{at}].from_ms"), path.from_ms.unwrap_or(0), &limits::MOMENT_MS);
    }
    let times = &cluster.latencies;
    found.range("cluster.latencies.deploy_us", times.deploy_us, &limits::DEPLOY_US);
    for (name, value) in [
        ("job_start_us", times.job_start_us),
        ("slot_us", times.slot_us),
        ("initialize_us", times.initialize_us),
        ("python_first_start_us", times.python_first_start_us),
        ("python_restart_us", times.python_restart_us),
        ("python_bundle_start_us", times.python_bundle_start_us),
        ("python_failure_us", times.python_failure_us),
        ("rpc_us", times.rpc_us),
        ("network_us", times.network_us),
        ("record_us", times.record_us),
        ("snapshot_sync_us", times.snapshot_sync_us),
        ("snapshot_async_us", times.snapshot_async_us),
        ("storage_us_per_mib", times.storage_us_per_mib),
        ("finalize_us", times.finalize_us),
        ("cancel_us", times.cancel_us),
    ] {
        found.range(format!("cluster.latencies.{name}"), value, &limits::LATENCY_US);
    }
}
