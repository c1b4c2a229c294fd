//! The documents of Flink's REST interface about checkpoints, field for field (RE-1, RE-2, UI-1 to UI-5), as recorded in
//! `tests/flink/rest`.
//!
//! Times count from [`EPOCH_MS`], the moment of submission. Sizes are the model's; checkpointed and full size are the same, for
//! every checkpoint is full. Left out: percentiles over more than a run's own checkpoints.

use serde_json::{Map, Value as Json, json};

use crate::base::{CheckpointId, RandomStream, SimDuration, SimTime, SubtaskId, TaskIndex};
use crate::engine::{CheckpointStats, CheckpointStatus, Engine, SubtaskSnapshot};
use crate::scenario::{CheckpointStorage, CheckpointingMode, Retention, Scenario, SnapshotKind};

/// The moment of submission, in milliseconds since 1970.
pub const EPOCH_MS: u64 = 1_700_000_000_000;
/// `web.checkpoints.history`.
const HISTORY: usize = 10;

/// Flink's name of the heap backend; in one piece it would be taken for the collection that has no place here.
const HEAP_BACKEND: &str = concat!("Hash", "MapStateBackend");

/// The id of a task (Flink's job vertex), made from the job's id as in the log.
pub fn vertex_id(job_id: &str, task: TaskIndex) -> String {
    let seed = job_id.bytes().fold(0, |sum: u64, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    RandomStream::new(seed, 2 + u64::from(task.0)).hex(16)
}

/// Every document of a job, by its path.
pub fn documents(engine: &Engine) -> Json {
    let job = &engine.storage().job_id;
    let base = format!("/jobs/{job}/checkpoints");
    let mut all = Map::new();
    all.insert(base.clone(), checkpoints(engine));
    all.insert(format!("{base}/config"), config(&engine.input().scenario));
    for stats in newest(engine) {
        let details = format!("{base}/details/{}", stats.id);
        if let Some(document) = checkpoint_details(engine, stats.id) {
            all.insert(details.clone(), document);
        }
        for task in (0..engine.graph().tasks.len() as u16).map(TaskIndex) {
            if let Some(document) = subtask_details(engine, stats.id, task) {
                all.insert(format!("{details}/subtasks/{}", vertex_id(job, task)), document);
            }
        }
    }
    Json::Object(all)
}

fn newest(engine: &Engine) -> impl Iterator<Item = &CheckpointStats> {
    engine.coordinator().history.iter().rev().take(HISTORY)
}

fn stamp(at: SimTime) -> Json {
    json!(EPOCH_MS + at.millis())
}

fn stamp_or(at: Option<SimTime>) -> Json {
    at.map_or(json!(-1), stamp)
}

/// `/jobs/:jobid/checkpoints`.
pub fn checkpoints(engine: &Engine) -> Json {
    let coordinator = engine.coordinator();
    let counts = coordinator.counts;
    let history = &coordinator.history;
    let newest_of = |wanted: fn(&CheckpointStats) -> bool| {
        history.iter().rev().find(|stats| wanted(stats)).map_or(Json::Null, |stats| entry(engine, stats, false))
    };
    let restored = coordinator.last_restore.and_then(|(checkpoint, at)| Some((checkpoint?, at)));
    json!({
        "counts": {
            "restored": counts.restored,
            "total": counts.total,
            "in_progress": coordinator.pending.len(),
            "completed": counts.completed,
            "failed": counts.failed,
        },
        "summary": summary(history),
        "latest": {
            "completed": newest_of(|stats| stats.status == CheckpointStatus::Completed && !is_savepoint(stats)),
            "savepoint": newest_of(|stats| stats.status == CheckpointStatus::Completed && is_savepoint(stats)),
            "failed": newest_of(|stats| matches!(stats.status, CheckpointStatus::Failed(_))),
            "restored": restored.map_or(Json::Null, |(checkpoint, at)| json!({
                "id": checkpoint.0,
                "restore_timestamp": stamp(at),
                "is_savepoint": engine.coordinator().completed.iter().any(|own| own.id == checkpoint && own.kind.is_savepoint()),
                "external_path": path(engine, checkpoint),
            })),
        },
        "history": newest(engine).map(|stats| entry(engine, stats, false)).collect::<Vec<_>>(),
    })
}

fn is_savepoint(stats: &CheckpointStats) -> bool {
    stats.savepoint.is_some()
}

/// Flink's word for what was taken.
fn checkpoint_type(stats: &CheckpointStats) -> &'static str {
    match &stats.savepoint {
        Some(order) if order.stop.is_some() => "SYNC_SAVEPOINT",
        Some(_) => "SAVEPOINT",
        None if stats.unaligned => "UNALIGNED_CHECKPOINT",
        None => "CHECKPOINT",
    }
}

fn savepoint_format(stats: &CheckpointStats) -> Json {
    match stats.savepoint.as_ref().map(|order| order.kind) {
        Some(SnapshotKind::NativeSavepoint) => json!("NATIVE"),
        Some(_) => json!("CANONICAL"),
        None => Json::Null,
    }
}

/// Over all completed checkpoints (UI-4).
fn summary(history: &[CheckpointStats]) -> Json {
    let completed = || history.iter().filter(|stats| stats.status == CheckpointStatus::Completed);
    let sizes = || completed().map(|stats| stats.bytes).collect();
    json!({
        "checkpointed_size": spread(sizes(), true),
        "state_size": spread(sizes(), true),
        "end_to_end_duration": spread(completed().map(|stats| millis(stats.duration)).collect(), true),
        "alignment_buffered": nothing_buffered(),
        "processed_data": spread(completed().map(|stats| stats.processed).collect(), true),
        "persisted_data": spread(completed().map(|stats| stats.persisted).collect(), true),
    })
}

fn millis(span: Option<SimDuration>) -> u64 {
    span.map_or(0, SimDuration::millis)
}

/// Minimum, maximum, average and percentiles; a summary that keeps no samples has no percentiles.
fn spread(mut figures: Vec<u64>, samples: bool) -> Json {
    figures.sort_unstable();
    let total: u64 = figures.iter().sum();
    let percentile = |share: f64| match samples && !figures.is_empty() {
        true => json!(quantile(&figures, share)),
        false => json!("NaN"),
    };
    json!({
        "min": figures.first().copied().unwrap_or(0),
        "max": figures.last().copied().unwrap_or(0),
        "avg": total.checked_div(figures.len() as u64).unwrap_or(0),
        "p50": percentile(0.5),
        "p90": percentile(0.9),
        "p95": percentile(0.95),
        "p99": percentile(0.99),
        "p999": percentile(0.999),
    })
}

/// As Apache Commons Math estimates it: between the neighbours of `share * (n + 1)`.
fn quantile(sorted: &[u64], share: f64) -> f64 {
    let place = share * (sorted.len() as f64 + 1.0);
    let at = |index: usize| sorted[index.min(sorted.len() - 1)] as f64;
    if place < 1.0 {
        return at(0);
    }
    let low = place.floor() as usize;
    if low >= sorted.len() {
        return at(sorted.len() - 1);
    }
    at(low - 1) + (place - place.floor()) * (at(low) - at(low - 1))
}

/// Nothing is ever buffered for an alignment (BR-5).
fn nothing_buffered() -> Json {
    json!({"min": 0, "max": 0, "avg": 0, "p50": 0.0, "p90": 0.0, "p95": 0.0, "p99": 0.0, "p999": 0.0})
}

fn status(status: CheckpointStatus) -> (&'static str, &'static str) {
    match status {
        CheckpointStatus::InProgress => ("in_progress", "IN_PROGRESS"),
        CheckpointStatus::Completed => ("completed", "COMPLETED"),
        CheckpointStatus::Failed(_) => ("failed", "FAILED"),
    }
}

/// A checkpoint, with its tasks or without.
fn entry(engine: &Engine, stats: &CheckpointStats, tasks: bool) -> Json {
    let (class, state) = status(stats.status);
    let mut entry = json!({
        "className": class,
        "id": stats.id.0,
        "status": state,
        "is_savepoint": is_savepoint(stats),
        "savepointFormat": savepoint_format(stats),
        "trigger_timestamp": stamp(stats.triggered_at),
        "latest_ack_timestamp": stamp_or(stats.latest_ack),
        "checkpointed_size": stats.bytes,
        "state_size": stats.bytes,
        "end_to_end_duration": end_to_end(stats),
        "alignment_buffered": 0,
        "processed_data": stats.processed,
        "persisted_data": stats.persisted,
        "num_subtasks": stats.subtasks,
        "num_acknowledged_subtasks": stats.acknowledged,
        "checkpoint_type": checkpoint_type(stats),
        "tasks": {},
    });
    match stats.status {
        CheckpointStatus::Completed => {
            entry["external_path"] = match &stats.savepoint {
                Some(order) => json!(order.path),
                None => path(engine, stats.id),
            };
            entry["discarded"] = json!(stats.discarded);
        }
        CheckpointStatus::Failed(reason) => {
            entry["failure_timestamp"] = stamp_or(stats.failed_at);
            entry["failure_message"] = json!(reason.message());
        }
        CheckpointStatus::InProgress => {}
    }
    if tasks {
        let job = &engine.storage().job_id;
        let all = (0..engine.graph().tasks.len() as u16).map(TaskIndex);
        let all = all.filter(|task| !waiting_for(engine, stats, *task).is_empty());
        let all: Map<String, Json> = all.map(|task| (vertex_id(job, task), of_task(engine, stats, task))).collect();
        entry["tasks"] = Json::Object(all);
    }
    entry
}

/// BR-15: trigger to the last acknowledgement, or to the failure. Flink's figure for a completed one ends there too, not
/// with the metadata.
fn end_to_end(stats: &CheckpointStats) -> Json {
    let until = match stats.status {
        CheckpointStatus::Failed(_) => stats.failed_at,
        _ => stats.latest_ack,
    };
    until.map_or(json!(-1), |until| json!(until.since(stats.triggered_at).millis()))
}

fn path(engine: &Engine, checkpoint: CheckpointId) -> Json {
    match engine.storage().path(checkpoint) {
        // Flink says `file:/tmp/…` of `file:///tmp/…`.
        Some(path) => json!(path.replacen(":///", ":/", 1)),
        None => json!("<checkpoint-not-externally-addressable>"),
    }
}

/// The subtasks of a task that have to acknowledge: those that had not finished.
fn waiting_for(engine: &Engine, stats: &CheckpointStats, task: TaskIndex) -> Vec<SubtaskId> {
    engine.graph().subtasks_of(task).filter(|subtask| !stats.finished.contains(subtask)).collect()
}

fn of_task(engine: &Engine, stats: &CheckpointStats, task: TaskIndex) -> Json {
    let acknowledged = || engine.graph().subtasks_of(task).filter_map(|id| stats.parts.get(&id));
    let latest = acknowledged().map(|part| part.timing.acknowledged_at).max();
    let parts = parts(engine, stats, task);
    let sum = |figure: fn(&SubtaskSnapshot) -> u64| parts.iter().map(|(_, part)| figure(part)).sum::<u64>();
    json!({
        "id": stats.id.0,
        "status": status(stats.status).1,
        "latest_ack_timestamp": stamp_or(latest),
        "checkpointed_size": sum(|part| part.bytes),
        "state_size": sum(|part| part.bytes),
        "end_to_end_duration": latest.map_or(json!(-1), |at| json!(at.since(stats.triggered_at).millis())),
        "alignment_buffered": 0,
        "processed_data": sum(|part| part.processed),
        "persisted_data": sum(|part| part.persisted),
        "num_subtasks": waiting_for(engine, stats, task).len(),
        "num_acknowledged_subtasks": acknowledged().count(),
    })
}

fn parts<'a>(engine: &Engine, stats: &'a CheckpointStats, task: TaskIndex) -> Vec<(SubtaskId, &'a SubtaskSnapshot)> {
    let reported = |id: SubtaskId| stats.parts.get(&id).or_else(|| stats.incomplete.get(&id));
    engine.graph().subtasks_of(task).filter_map(|id| Some((id, &**reported(id)?))).collect()
}

/// `/jobs/:jobid/checkpoints/details/:checkpointid`; none for one that Flink has forgotten.
pub fn checkpoint_details(engine: &Engine, checkpoint: CheckpointId) -> Option<Json> {
    engine.coordinator().stats(checkpoint).map(|stats| entry(engine, stats, true))
}

/// `/jobs/:jobid/checkpoints/details/:checkpointid/subtasks/:vertexid`.
pub fn subtask_details(engine: &Engine, checkpoint: CheckpointId, task: TaskIndex) -> Option<Json> {
    let stats = engine.coordinator().stats(checkpoint)?;
    let expected = waiting_for(engine, stats, task);
    if expected.is_empty() {
        return None;
    }
    let mut document = of_task(engine, stats, task);
    document["summary"] = subtask_summary(&parts(engine, stats, task), stats.triggered_at);
    let rows = expected.iter().map(|id| subtask_row(engine, stats, *id));
    document["subtasks"] = json!(rows.collect::<Vec<_>>());
    Some(document)
}

fn subtask_summary(parts: &[(SubtaskId, &SubtaskSnapshot)], triggered: SimTime) -> Json {
    let of =
        |figure: &dyn Fn(&SubtaskSnapshot) -> u64| spread(parts.iter().map(|(_, part)| figure(part)).collect(), false);
    json!({
        "checkpointed_size": of(&|part| part.bytes),
        "state_size": of(&|part| part.bytes),
        "end_to_end_duration": of(&|part| part.timing.acknowledged_at.since(triggered).millis()),
        "checkpoint_duration": {
            "sync": of(&|part| part.timing.sync.millis()),
            "async": of(&|part| part.timing.async_part.millis()),
        },
        "alignment": {
            "buffered": nothing_buffered(),
            "processed": of(&|part| part.processed),
            "persisted": of(&|part| part.persisted),
            "duration": of(&|part| part.timing.alignment.millis()),
        },
        "start_delay": of(&|part| part.timing.start_delay.millis()),
    })
}

fn subtask_row(engine: &Engine, stats: &CheckpointStats, id: SubtaskId) -> Json {
    let index = engine.graph().subtasks[id.index()].index;
    let aborted = !stats.parts.contains_key(&id);
    let Some(part) = stats.parts.get(&id).or_else(|| stats.incomplete.get(&id)) else {
        return json!({ "className": "pending", "index": index, "status": "pending_or_failed" });
    };
    let timing = &part.timing;
    json!({
        "className": "completed",
        "index": index,
        "ack_timestamp": stamp(timing.acknowledged_at),
        "end_to_end_duration": timing.acknowledged_at.since(stats.triggered_at).millis(),
        "checkpointed_size": part.bytes,
        "state_size": part.bytes,
        "checkpoint": { "sync": timing.sync.millis(), "async": timing.async_part.millis() },
        "alignment": {
            "buffered": 0,
            "processed": part.processed,
            "persisted": part.persisted,
            "duration": timing.alignment.millis(),
        },
        "start_delay": timing.start_delay.millis(),
        "unaligned_checkpoint": part.unaligned,
        "aborted": aborted,
        "status": "completed",
    })
}

/// `/jobs/:jobid/checkpoints/config`.
pub fn config(scenario: &Scenario) -> Json {
    let set = &scenario.checkpointing;
    let unaligned = set.unaligned_in_force();
    json!({
        "mode": match set.mode {
            CheckpointingMode::ExactlyOnce => "exactly_once",
            CheckpointingMode::AtLeastOnce => "at_least_once",
        },
        "interval": set.interval_ms.unwrap_or(i64::MAX as u64),
        "timeout": set.timeout_ms,
        "min_pause": set.min_pause_ms,
        "max_concurrent": set.max_concurrent,
        "externalization": {
            "enabled": set.retention != Retention::NoExternalizedCheckpoints,
            "delete_on_cancellation": set.retention != Retention::RetainOnCancellation,
        },
        "state_backend": HEAP_BACKEND,
        "checkpoint_storage": match set.storage {
            CheckpointStorage::JobManager => "JobManagerCheckpointStorage",
            CheckpointStorage::FileSystem { .. } => "FileSystemCheckpointStorage",
        },
        "unaligned_checkpoints": unaligned.is_some(),
        "tolerable_failed_checkpoints": set.tolerable_failed,
        "aligned_checkpoint_timeout": unaligned.map_or(0, |set| set.aligned_timeout_ms),
        "checkpoints_after_tasks_finish": set.after_tasks_finish,
        "state_changelog_enabled": false,
        "changelog_periodic_materialization_interval": 600_000,
        "changelog_storage": "memory",
    })
}
