//! Metrics as Flink's Prometheus reporter writes them (ME-3): the name is the logical scope and the metric's name, joined by
//! underscores; counters and meters are gauges; texts count 0.

use std::fmt::Write as _;

use super::gauges::{JobGauges, TaskGauges};
use super::rest::{EPOCH_MS, vertex_id};
use crate::base::SubtaskId;
use crate::engine::Engine;
use crate::trace::JobStatus;

const JOB: &str = "jobmanager_job";
const TASK: &str = "taskmanager_job_task";
const OPERATOR: &str = "taskmanager_job_task_operator";

/// All metrics of the job, as one scrape of JobManager and TaskManagers.
pub fn text(engine: &Engine) -> String {
    let mut page = Page::default();
    job(engine, &mut page);
    tasks(engine, &mut page);
    debloating(engine, &mut page);
    operators(engine, &mut page);
    page.0
}

/// A page of metrics; each is given whole, with all its labels.
#[derive(Default)]
struct Page(String);

impl Page {
    fn metric(&mut self, scope: &str, name: &str, values: &[(String, f64)]) {
        if values.is_empty() {
            return;
        }
        let full = format!("flink_{scope}_{}", allowed(name));
        let help = name.rsplit('.').next().unwrap_or(name);
        let scope = match name.rsplit_once('.') {
            Some((group, _)) => format!("{scope}_{}", allowed(group)),
            None => scope.to_owned(),
        };
        _ = writeln!(self.0, "# HELP {full} {help} (scope: {scope})\n# TYPE {full} gauge");
        for (labels, value) in values {
            _ = writeln!(self.0, "{full}{{{labels}}} {}", number(*value));
        }
    }
}

/// What a name may hold; all else becomes an underscore.
fn allowed(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, ':' | '_') { c } else { '_' }).collect()
}

fn number(value: f64) -> String {
    if value.is_nan() { "NaN".into() } else { format!("{value:?}") }
}

fn job_labels(engine: &Engine) -> String {
    let (id, name) = (&engine.storage().job_id, allowed(&engine.input().scenario.name));
    format!("job_id=\"{id}\",host=\"localhost\",job_name=\"{name}\",")
}

fn job(engine: &Engine, page: &mut Page) {
    let gauges = JobGauges::of(engine);
    let labels = job_labels(engine);
    let mut add = |name: &str, value: f64| page.metric(JOB, name, &[(labels.clone(), value)]);
    add("numRestarts", gauges.num_restarts as f64);
    add("fullRestarts", gauges.num_restarts as f64);
    add("uptime", gauges.uptime as f64);
    add("downtime", gauges.downtime as f64);
    let (now, status) = (engine.now(), engine.job().status);
    for (name, state) in [
        ("createdTime", JobStatus::Created),
        ("initializingTime", JobStatus::Initializing),
        ("runningTime", JobStatus::Running),
        ("restartingTime", JobStatus::Restarting),
        ("cancellingTime", JobStatus::Cancelling),
        ("failingTime", JobStatus::Failing),
    ] {
        let within = engine.job().status_since.filter(|_| status == state);
        add(name, within.map_or(0.0, |since| now.since(since).millis() as f64));
    }
    add("totalNumberOfCheckpoints", gauges.total as f64);
    add("numberOfInProgressCheckpoints", gauges.in_progress as f64);
    add("numberOfCompletedCheckpoints", gauges.completed as f64);
    add("numberOfFailedCheckpoints", gauges.failed as f64);
    add("lastCheckpointDuration", gauges.last.duration as f64);
    add("lastCheckpointSize", gauges.last.size as f64);
    add("lastCheckpointFullSize", gauges.last.full_size as f64);
    add("lastCheckpointProcessedData", gauges.last.processed as f64);
    add("lastCheckpointPersistedData", gauges.last.persisted as f64);
    add("lastCheckpointExternalPath", 0.0);
    add("lastCompletedCheckpointId", gauges.last.id as f64);
    add("lastCheckpointRestoreTimestamp", gauges.last_restore.map_or(-1.0, |at| (EPOCH_MS + at.millis()) as f64));
}

/// The labels of a subtask, with those of one of its operators between.
fn task_labels(engine: &Engine, id: SubtaskId, operator: &str) -> String {
    let graph = engine.graph();
    let (node, task) = (&graph.subtasks[id.index()], engine.subtask(id));
    let (job, vertex) = (&engine.storage().job_id, vertex_id(&engine.storage().job_id, node.task));
    let (name, job_name) = (allowed(&graph.task_of(id).name), allowed(&engine.input().scenario.name));
    format!(
        "job_id=\"{job}\",task_id=\"{vertex}\",task_attempt_id=\"{vertex}_{}_{}\",host=\"localhost\",{operator}task_name=\"{name}\",\
         task_attempt_num=\"{}\",job_name=\"{job_name}\",tm_id=\"tm_{}\",subtask_index=\"{}\",",
        node.index, task.attempt, task.attempt, node.task_manager, node.index
    )
}

type Figure = fn(&TaskGauges) -> f64;

fn tasks(engine: &Engine, page: &mut Page) {
    const NUMBERS: [(&str, Figure); 27] = [
        ("idleTimeMsPerSecond", |task| task.load.idle as f64),
        ("busyTimeMsPerSecond", |task| if task.busy_is_known { task.load.busy as f64 } else { f64::NAN }),
        ("backPressuredTimeMsPerSecond", |task| task.load.back_pressured() as f64),
        ("softBackPressuredTimeMsPerSecond", |task| task.load.soft as f64),
        ("hardBackPressuredTimeMsPerSecond", |task| task.load.hard as f64),
        ("maxHardBackPressureTimeMs", |task| task.max_hard as f64),
        ("isBackPressured", |task| f64::from(u8::from(task.is_back_pressured))),
        ("accumulateBusyTimeMs", |task| if task.busy_is_known { task.accumulated[0] as f64 } else { f64::NAN }),
        ("accumulateIdleTimeMs", |task| task.accumulated[1] as f64),
        ("accumulateBackPressuredTimeMs", |task| task.accumulated[2] as f64),
        ("numRecordsIn", |task| task.records_in as f64),
        ("numRecordsOut", |task| task.records_out as f64),
        ("numBytesIn", |task| task.bytes_in as f64),
        ("numBytesOut", |task| task.bytes_out as f64),
        ("numBuffersOut", |task| task.buffers_out as f64),
        ("checkpointAlignmentTime", |task| task.alignment_ns as f64),
        ("checkpointStartDelayNanos", |task| task.start_delay_ns as f64),
        ("initializationTime", |task| task.initialization as f64),
        ("mailboxQueueSize", |task| task.mailbox as f64),
        ("buffers.inPoolUsage", |task| task.pool_usage[0]),
        ("buffers.outPoolUsage", |task| task.pool_usage[1]),
        ("buffers.inputQueueLength", |task| task.queued[0] as f64),
        ("buffers.outputQueueLength", |task| task.queued[1] as f64),
        ("Shuffle.Netty.Input.Buffers.inPoolUsage", |task| task.pool_usage[0]),
        ("Shuffle.Netty.Output.Buffers.outPoolUsage", |task| task.pool_usage[1]),
        ("Shuffle.Netty.Input.Buffers.inputQueueLength", |task| task.queued[0] as f64),
        ("Shuffle.Netty.Output.Buffers.outputQueueLength", |task| task.queued[1] as f64),
    ];
    let all = TaskGauges::all(engine);
    for (name, figure) in NUMBERS {
        let values = all.iter().map(|task| (task_labels(engine, task.subtask, ""), figure(task)));
        page.metric(TASK, name, &values.collect::<Vec<_>>());
    }
}

/// Of buffer debloating, where it is on.
fn debloating(engine: &Engine, page: &mut Page) {
    let figures = |figure: fn(&crate::engine::Debloater, u64) -> u64| -> Vec<(String, f64)> {
        let segment = u64::from(engine.input().scenario.cluster.segment_size);
        let tasks = TaskGauges::all(engine).into_iter();
        let on = tasks.filter_map(|task| {
            let debloater = engine.subtask(task.subtask).debloater.as_ref()?;
            Some((task_labels(engine, task.subtask, ""), figure(debloater, segment) as f64))
        });
        on.collect()
    };
    page.metric(TASK, "debloatedBufferSize", &figures(|debloater, segment| debloater.announced.unwrap_or(segment)));
    page.metric(TASK, "estimatedTimeToConsumeBuffersMs", &figures(|debloater, _| debloater.time_to_consume_ms));
}

fn operators(engine: &Engine, page: &mut Page) {
    let all = TaskGauges::all(engine);
    let figures = |figure: fn(&crate::engine::OperatorRuntime) -> u64| -> Vec<(String, f64)> {
        let of_task = |task: &TaskGauges| {
            let id = task.subtask;
            let runtimes = engine.subtask(id).operators.iter();
            let lines = runtimes.map(|runtime| {
                let name = allowed(&engine.input().scenario.operators[runtime.operator.index()].name);
                let operator = format!(
                    "operator_id=\"{}\",operator_name=\"{name}\",",
                    engine.graph().operators[runtime.operator.index()].id
                );
                (task_labels(engine, id, &operator), figure(runtime) as f64)
            });
            lines.collect::<Vec<_>>()
        };
        all.iter().flat_map(of_task).collect()
    };
    page.metric(
        OPERATOR,
        "numRecordsIn",
        &figures(|runtime| if runtime.source.is_some() { 0 } else { runtime.records }),
    );
    page.metric(OPERATOR, "numRecordsOut", &figures(|runtime| runtime.emitted));
}
