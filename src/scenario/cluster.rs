//! The cluster and the world around the job: TaskManagers, network, file system, and the latencies that the model
//! assumes. Latencies are the model's own; Flink has no such settings.

use serde::{Deserialize, Serialize};

use super::incidents::Incident;

/// TaskManagers, network and file system.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    /// How many TaskManagers.
    pub task_managers: u32,
    /// `taskmanager.numberOfTaskSlots`.
    pub slots_per_task_manager: u32,
    /// `jobmanager.execution.failover-strategy` (JS-9).
    pub failover_strategy: FailoverStrategy,
    /// `taskmanager.memory.segment-size` in bytes (BP-1).
    pub segment_size: u32,
    /// `execution.buffer-timeout.interval` in milliseconds; 0 = every record is sent at once.
    pub buffer_timeout_ms: u64,
    /// `cluster.evenly-spread-out-slots`: slots are taken from all TaskManagers alike, rather than from the first that has
    /// a free one.
    #[serde(default, skip_serializing_if = "is_off")]
    pub spread_out_slots: bool,
    /// How long Flink waits before it believes something to be lost.
    #[serde(default, skip_serializing_if = "Timeouts::are_usual")]
    pub timeouts: Timeouts,
    /// What keeps the checkpoint directory: its plugin is installed, its costs are in [`super::costs`].
    #[serde(default, skip_serializing_if = "FileSystem::is_local")]
    pub file_system: FileSystem,
    /// `high-availability.type` is `zookeeper` or `kubernetes`: a new leader goes on where a dead JobManager was (HA-5).
    #[serde(default, skip_serializing_if = "is_off")]
    pub high_availability: bool,
    /// A new TaskManager is started so many milliseconds after one has ended, as Kubernetes does; absent = nobody starts one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replacement_ms: Option<u64>,
    /// What goes wrong with processes, network and storage.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incidents: Vec<Incident>,
    /// Channels between subtasks of one TaskManager hand their buffers over without a copy, as Flink's do: what is in flight
    /// lies at the sender. Off: every channel is as one over the network.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub local_channels: bool,
    /// `taskmanager.network.memory.buffer-debloat.enabled`; absent = off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buffer_debloat: Option<BufferDebloat>,
    /// What is special about some paths of the file system.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<WorldPath>,
    /// How long things take.
    pub latencies: Latencies,
}

impl Default for Cluster {
    fn default() -> Self {
        Cluster {
            task_managers: 1,
            slots_per_task_manager: 4,
            failover_strategy: FailoverStrategy::Region,
            segment_size: 32_768,
            buffer_timeout_ms: 100,
            spread_out_slots: false,
            timeouts: Timeouts::default(),
            file_system: FileSystem::Local,
            high_availability: false,
            replacement_ms: None,
            incidents: Vec::new(),
            local_channels: false,
            buffer_debloat: None,
            paths: Vec::new(),
            latencies: Latencies::default(),
        }
    }
}

const fn is_off(on: &bool) -> bool {
    !*on
}

impl Cluster {
    /// The TaskManager in which slot `slot` of the `needed` ones lies at first: one TaskManager after the other is filled,
    /// or all alike.
    pub fn home_of_slot(&self, slot: u32, needed: u32) -> u32 {
        match self.spread_out_slots {
            true => (slot * self.task_managers.min(needed)) / needed.max(1),
            false => slot / self.slots_per_task_manager.max(1),
        }
    }
}

/// What keeps the checkpoint directory.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FileSystem {
    /// The disk of one machine, on which all processes run: `file://`.
    #[default]
    Local,
    /// A directory that all machines have mounted: `file://`.
    Nfs,
    /// `hdfs://`.
    Hdfs,
    /// Amazon S3: `s3://`.
    S3,
    /// MinIO, by the same protocol: `s3://`.
    Minio,
}

impl FileSystem {
    /// All of them.
    pub const ALL: [FileSystem; 5] =
        [FileSystem::Local, FileSystem::Nfs, FileSystem::Hdfs, FileSystem::S3, FileSystem::Minio];

    fn is_local(&self) -> bool {
        *self == FileSystem::Local
    }

    /// Whether directories with this scheme lie there.
    pub fn has_scheme(self, scheme: &str) -> bool {
        match self {
            FileSystem::Local | FileSystem::Nfs => scheme == "file",
            FileSystem::Hdfs => matches!(scheme, "file" | "hdfs"),
            FileSystem::S3 | FileSystem::Minio => matches!(scheme, "file" | "s3" | "s3a" | "s3p"),
        }
    }

    /// The directory that a page offers.
    pub const fn usual_dir(self) -> &'static str {
        match self {
            FileSystem::Local => "file:///tmp/flink-checkpoints",
            FileSystem::Nfs => "file:///mnt/nfs/flink-checkpoints",
            FileSystem::Hdfs => "hdfs://namenode:8020/flink-checkpoints",
            FileSystem::S3 | FileSystem::Minio => "s3://lab/flink-checkpoints",
        }
    }
}

/// How long Flink waits before it believes something to be lost (HA-1, RS-13, JS-7). In milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Timeouts {
    /// `heartbeat.interval`.
    pub heartbeat_interval_ms: u64,
    /// `heartbeat.timeout`.
    pub heartbeat_timeout_ms: u64,
    /// `slot.request.timeout`.
    pub slot_request_ms: u64,
    /// `task.cancellation.interval`.
    pub cancellation_interval_ms: u64,
    /// `task.cancellation.timeout`; 0 = a task may take for ever.
    pub cancellation_ms: u64,
}

impl Default for Timeouts {
    fn default() -> Self {
        Timeouts {
            heartbeat_interval_ms: 10_000,
            heartbeat_timeout_ms: 50_000,
            slot_request_ms: 300_000,
            cancellation_interval_ms: 30_000,
            cancellation_ms: 180_000,
        }
    }
}

impl Timeouts {
    fn are_usual(&self) -> bool {
        *self == Timeouts::default()
    }
}

/// `taskmanager.network.memory.buffer-debloat.*` (BP-3).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct BufferDebloat {
    /// `target`: how long what is in flight should last, in milliseconds.
    pub target_ms: u64,
    /// `period`: from one look to the next, in milliseconds.
    pub period_ms: u64,
    /// `samples`: looks that a new size is averaged over.
    pub samples: u32,
    /// `threshold-percentages`: a smaller change is not announced.
    pub threshold_percent: u32,
}

impl Default for BufferDebloat {
    fn default() -> Self {
        BufferDebloat { target_ms: 1_000, period_ms: 200, samples: 20, threshold_percent: 25 }
    }
}

/// `jobmanager.execution.failover-strategy`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FailoverStrategy {
    /// Only the pipelined regions that are touched.
    Region,
    /// Everything.
    Full,
}

/// Something special about a path and all below it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WorldPath {
    /// Absolute path without scheme.
    pub path: String,
    /// What is there.
    pub nature: PathNature,
    /// From this moment on, in milliseconds; absent = from the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_ms: Option<u64>,
}

/// Why a directory can't be made or written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PathNature {
    /// A regular file is in the way.
    RegularFile,
    /// No permission.
    ReadOnly,
}

/// How long things take in the model, in microseconds. Chosen near what recorded runs showed; no rule depends on them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Latencies {
    /// From submission until the JobMaster is up.
    pub job_start_us: u64,
    /// Requesting slots, for one scheduling round.
    pub slot_us: u64,
    /// From DEPLOYING to INITIALIZING.
    pub deploy_us: u64,
    /// From INITIALIZING to RUNNING, without state.
    pub initialize_us: u64,
    /// The same for a task with a Python worker, first attempt (the worker process starts).
    pub python_first_start_us: u64,
    /// The same for a Python worker, later attempts.
    pub python_restart_us: u64,
    /// First record of a Python bundle, from the task to the worker.
    pub python_bundle_start_us: u64,
    /// From an exception in the Python worker until the task fails.
    pub python_failure_us: u64,
    /// One message between JobManager and TaskManager.
    pub rpc_us: u64,
    /// One buffer over the network.
    pub network_us: u64,
    /// Handling one record in one operator, besides what the function itself sleeps.
    pub record_us: u64,
    /// The synchronous part of an operator's snapshot.
    pub snapshot_sync_us: u64,
    /// The asynchronous part, besides writing the bytes.
    pub snapshot_async_us: u64,
    /// Writing or reading one mebibyte of state.
    pub storage_us_per_mib: u64,
    /// Writing `_metadata` and completing a checkpoint.
    pub finalize_us: u64,
    /// Cancelling one task.
    pub cancel_us: u64,
}

impl Default for Latencies {
    fn default() -> Self {
        Latencies {
            job_start_us: 60_000,
            slot_us: 120_000,
            deploy_us: 40_000,
            initialize_us: 60_000,
            python_first_start_us: 5_000_000,
            python_restart_us: 1_500_000,
            python_bundle_start_us: 100_000,
            python_failure_us: 300_000,
            rpc_us: 1_000,
            network_us: 1_000,
            record_us: 20,
            snapshot_sync_us: 2_000,
            snapshot_async_us: 8_000,
            storage_us_per_mib: 20_000,
            finalize_us: 4_000,
            cancel_us: 5_000,
        }
    }
}
