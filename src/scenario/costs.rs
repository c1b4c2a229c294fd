//! The cost model: how long storages take, and how large things get. Every number of it stands here.
//!
//! The figures are round and of the order that such systems have in one data centre; no rule of Flink depends on them. The
//! local disk costs what [`super::Latencies`] says, which a scenario may change.

use super::FileSystem;

/// What a storage costs. Reading costs what writing does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StorageCost {
    /// One request, whatever its size: opening, naming, committing a file or an object. In microseconds.
    pub request_us: u64,
    /// One mebibyte. In microseconds; none = the local disk's, which the scenario says.
    pub mebibyte_us: Option<u64>,
}

/// What a file system costs.
pub const fn storage_cost(file_system: FileSystem) -> StorageCost {
    let (request_us, mebibyte_us) = match file_system {
        FileSystem::Local => (0, None),
        // A round trip and a commit on the server; a gigabit link.
        FileSystem::Nfs => (3_000, Some(9_000)),
        // NameNode, then a pipeline of three DataNodes.
        FileSystem::Hdfs => (15_000, Some(12_000)),
        // An authenticated request over TLS to a store that keeps several copies.
        FileSystem::S3 => (80_000, Some(20_000)),
        // The same protocol, one hop away.
        FileSystem::Minio => (15_000, Some(10_000)),
    };
    StorageCost { request_us, mebibyte_us }
}

/// How much slower a storage is while it is said to be slow.
pub const SLOW_FACTOR: u64 = 50;
