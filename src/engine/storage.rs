//! Checkpoint storage (CS-1 to CS-8): whether a directory can be used, what lies in it, what state costs.

use std::sync::Arc;

use super::task::{SinkState, SubtaskSnapshot};
use crate::base::{CheckpointId, SimTime, SortedMap, SortedSet};
use crate::scenario::{
    CheckpointStorage, Cluster, DirProblem, FileSystem, PathNature, Scenario, StorageTrouble, dir_problem, split_dir,
};

/// Largest state that the JobManager's heap takes from one stream (CS-2).
pub const MAX_MEMORY_STATE: u64 = 5_242_880;
/// What a non-empty operator state costs besides its values, near what recorded checkpoints weigh.
const OPERATOR_STATE_OVERHEAD: u64 = 180;
/// What a sink stores of a transaction, as recorded in `tests/flink/d1_*`.
const TRANSACTION_BYTES: u64 = 13;

/// A window as the namespace of a state: its start and its end.
const WINDOW_BYTES: u64 = 16;

/// The storage of one job.
#[derive(Clone, PartialEq, Debug)]
pub struct Storage {
    storage: CheckpointStorage,
    cluster: Arc<Cluster>,
    /// The job's id: 32 hexadecimal digits.
    pub job_id: String,
    /// `chk-N` directories that exist.
    pub checkpoints: SortedSet<CheckpointId>,
    /// `shared` and `taskowned` exist.
    pub prepared: bool,
    /// What is wrong with it.
    pub troubles: SortedSet<StorageTrouble>,
    /// Checkpoints whose files are gone, or can't be read.
    pub spoiled: SortedMap<CheckpointId, Spoiled>,
}

/// What has become of a checkpoint's files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spoiled {
    /// They are gone.
    Lost,
    /// They can't be read.
    Damaged,
}

impl Storage {
    pub(super) fn new(scenario: &Scenario, job_id: String) -> Storage {
        Storage {
            storage: scenario.checkpointing.storage.clone(),
            cluster: Arc::new(scenario.cluster.clone()),
            job_id,
            checkpoints: SortedSet::new(),
            prepared: false,
            troubles: SortedSet::new(),
            spoiled: SortedMap::new(),
        }
    }

    /// The base directory, when there is one.
    pub fn directory(&self) -> Option<&str> {
        match &self.storage {
            CheckpointStorage::JobManager => None,
            CheckpointStorage::FileSystem { dir } => Some(dir),
        }
    }

    /// `<dir>/<job-id>/chk-N`.
    pub fn path(&self, checkpoint: CheckpointId) -> Option<String> {
        self.directory().map(|dir| format!("{}/{}/chk-{checkpoint}", dir.trim_end_matches('/'), self.job_id))
    }

    /// Prepares the job's directories, or says why that fails: the causes, outermost first, as `class: message` (CS-5).
    pub(super) fn prepare(&mut self) -> Result<(), Vec<Arc<str>>> {
        let Some(dir) = self.directory().map(str::to_owned) else { return Ok(()) };
        let failed = |cause: String| -> Vec<Arc<str>> {
            vec![
                "org.apache.flink.runtime.client.JobInitializationException: Could not start the JobMaster.".into(),
                "java.util.concurrent.CompletionException: org.apache.flink.util.FlinkRuntimeException: Failed to create \
                 checkpoint storage at checkpoint coordinator side."
                    .into(),
                "org.apache.flink.util.FlinkRuntimeException: Failed to create checkpoint storage at checkpoint \
                 coordinator side."
                    .into(),
                cause.into(),
            ]
        };
        let refused = |cause: &str| vec![format!("java.lang.IllegalArgumentException: {cause}").into()];
        if let Some(trouble) = self.troubles.iter().copied().find(|trouble| *trouble < StorageTrouble::Full) {
            return Err(failed(self.cause(trouble, &dir)));
        }
        match dir_problem(&dir, &self.cluster, 0) {
            None => {
                self.prepared = true;
                Ok(())
            }
            Some(DirProblem::NoScheme) => Err(refused(&format!(
                "The scheme (hdfs://, file://, etc) is null. Please specify the file system scheme explicitly in the URI. \
                 ({dir})"
            ))),
            Some(DirProblem::Root) => Err(refused("Cannot use the root directory for checkpoints.")),
            Some(DirProblem::Unsupported { scheme }) => Err(failed(unsupported_scheme(&scheme))),
            Some(DirProblem::NotWritable { path }) => Err(failed(match path.nature {
                PathNature::RegularFile => {
                    format!("java.nio.file.FileAlreadyExistsException: {}", path.path.trim_end_matches('/'))
                }
                PathNature::ReadOnly => format!(
                    "java.io.IOException: Failed to create directory for shared state: file:{}/{}/shared",
                    split_dir(&dir).1.trim_end_matches('/'),
                    self.job_id
                ),
            })),
        }
    }

    /// Whether nothing keeps directories from being made now (CS-6). A full disk takes a directory, but no file.
    pub(super) fn takes_directories(&self, now: SimTime) -> bool {
        self.refusal(now).is_none_or(|trouble| trouble == StorageTrouble::Full)
    }

    /// What keeps files from being written now (CS-6).
    pub(super) fn refusal(&self, now: SimTime) -> Option<StorageTrouble> {
        let dir = self.directory()?;
        let trouble = self.troubles.iter().copied().find(|trouble| *trouble != StorageTrouble::Slow);
        trouble.or(dir_problem(dir, &self.cluster, now.millis()).map(|_| StorageTrouble::NoPermission))
    }

    /// Flink's words for a write that fails.
    pub(super) fn write_failure(&self, trouble: StorageTrouble) -> String {
        let dir = self.directory().unwrap_or_default();
        let cause = self.cause(trouble, dir);
        match trouble {
            StorageTrouble::Full => format!(
                "Could not flush and close the file system output stream to {dir} in order to obtain the stream state \
                 handle. Caused by: {cause}"
            ),
            _ => format!("Could not open output stream for state backend. Caused by: {cause}"),
        }
    }

    /// The exception below, as the file system's own library words it.
    pub(super) fn cause(&self, trouble: StorageTrouble, path: &str) -> String {
        match (trouble, self.cluster.file_system) {
            (StorageTrouble::Unreachable | StorageTrouble::Slow, _) => {
                "java.net.ConnectException: Connection refused".into()
            }
            (StorageTrouble::NoPermission, FileSystem::Hdfs) => {
                format!("org.apache.hadoop.security.AccessControlException: Permission denied: {path}")
            }
            (StorageTrouble::NoPermission, FileSystem::S3 | FileSystem::Minio) => {
                format!("java.nio.file.AccessDeniedException: {path}: AccessDenied (Status Code: 403)")
            }
            (StorageTrouble::NoPermission, _) => format!("java.io.FileNotFoundException: {path} (Permission denied)"),
            (StorageTrouble::Full, FileSystem::Hdfs) => {
                format!(
                    "org.apache.hadoop.hdfs.protocol.DSQuotaExceededException: The DiskSpace quota of {path} is exceeded"
                )
            }
            (StorageTrouble::Full, FileSystem::S3 | FileSystem::Minio) => {
                "java.io.IOException: XMinioStorageFull: Storage backend has reached its minimum free drive threshold"
                    .into()
            }
            (StorageTrouble::Full, _) => "java.io.IOException: No space left on device".into(),
        }
    }

    /// What keeps the files of a checkpoint from being read (CP-37).
    pub(super) fn read_failure(&self, checkpoint: CheckpointId) -> Option<String> {
        let path = self.path(checkpoint)?;
        let unread = [StorageTrouble::Unreachable, StorageTrouble::NoPermission];
        match self.spoiled.get(&checkpoint) {
            Some(Spoiled::Lost) => Some(format!("java.io.FileNotFoundException: {path} (No such file or directory)")),
            Some(Spoiled::Damaged) => Some("java.io.StreamCorruptedException: invalid stream header".into()),
            None => {
                let trouble = self.troubles.iter().copied().find(|trouble| unread.contains(trouble))?;
                Some(self.cause(trouble, &path))
            }
        }
    }

    /// Whether files can be written into a directory now.
    pub(super) fn directory_writable(&self, dir: &str, now: SimTime) -> bool {
        dir_problem(dir, &self.cluster, now.millis()).is_none()
    }

    /// Whether a subtask's state is too large for the storage (CS-2).
    pub(super) fn too_large(&self, bytes: u64) -> bool {
        matches!(self.storage, CheckpointStorage::JobManager) && bytes > MAX_MEMORY_STATE
    }

    /// What lies in the directory, relative to it, as in recorded listings: `JOBID/chk-3/_metadata`.
    pub fn listing(&self) -> Vec<String> {
        if !self.prepared {
            return Vec::new();
        }
        let job = &self.job_id;
        let mut entries = Vec::new();
        for checkpoint in &self.checkpoints {
            entries.push(format!("{job}/chk-{checkpoint}"));
            entries.push(format!("{job}/chk-{checkpoint}/_metadata"));
        }
        entries.push(format!("{job}/shared"));
        entries.push(format!("{job}/taskowned"));
        entries
    }
}

fn unsupported_scheme(scheme: &str) -> String {
    let plugin = match scheme {
        "s3" => "flink-s3-fs-hadoop, flink-s3-fs-presto",
        "s3a" => "flink-s3-fs-hadoop",
        "s3p" => "flink-s3-fs-presto",
        "gs" => "flink-gs-fs-hadoop",
        "oss" => "flink-oss-fs-hadoop",
        "wasb" | "wasbs" | "abfs" | "abfss" => "flink-fs-azure-hadoop",
        _ => "",
    };
    let class = "org.apache.flink.core.fs.UnsupportedFileSystemSchemeException";
    if plugin.is_empty() {
        format!("{class}: Could not find a file system implementation for scheme '{scheme}'.")
    } else {
        format!(
            "{class}: Could not find a file system implementation for scheme '{scheme}'. The scheme is directly supported by \
             Flink through the following plugin(s): {plugin}. Please ensure that each plugin resides within its own \
             subfolder within the plugins directory. See https://nightlies.apache.org/flink/flink-docs-stable/docs/\
             deployment/filesystems/plugins/ for more information. If you want to use a Hadoop file system for that \
             scheme, please add the scheme to the configuration fs.allowed-fallback-filesystems. For a full list of \
             supported file systems, please see https://nightlies.apache.org/flink/flink-docs-stable/ops/filesystems/."
        )
    }
}

/// The size of a subtask's part of a checkpoint (SB-1: always full).
pub(super) fn snapshot_bytes(snapshot: &SubtaskSnapshot) -> u64 {
    let operators = snapshot.operators.iter().map(|operator| {
        let offsets = operator.offsets.as_ref().map_or(0, |offsets| offsets.len() as u64 * 8);
        let lists: u64 = operator.state.lists.iter().flatten().map(|value| value.size()).sum();
        let keyed: u64 = operator
            .state
            .keyed
            .iter()
            .map(|(key, values)| key.size() + values.iter().flatten().map(|value| value.size()).sum::<u64>())
            .sum();
        let windows: u64 = operator
            .state
            .windows
            .iter()
            .map(|((key, _), kept)| {
                key.size() + WINDOW_BYTES + kept.values.iter().map(|value| value.size()).sum::<u64>()
            })
            .sum();
        let timer = |timer: &super::Timer| timer.key.size() + 8 + if timer.window.is_some() { WINDOW_BYTES } else { 0 };
        let timers = &operator.state.timers;
        let timers: u64 = timers.event.iter().chain(timers.processing.iter()).map(timer).sum();
        let transactions = |sink: &SinkState| u64::from(sink.open.is_some()) + sink.pending.len() as u64;
        let sinks = operator.sinks.iter().map(transactions).sum::<u64>() * TRANSACTION_BYTES;
        match offsets + lists + keyed + windows + timers + sinks {
            0 => 0,
            bytes => bytes + OPERATOR_STATE_OVERHEAD,
        }
    });
    operators.sum()
}
