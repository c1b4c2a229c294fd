//! Which checkpoint directories a job can start with (CS-5). Flink: `AbstractFsCheckpointStorageAccess.validatePath`,
//! `FileSystem.get`. Besides `file` the model knows the file system that the cluster is said to have; others need a plugin.

use super::{Cluster, WorldPath};

/// Why a job with this checkpoint directory does not start.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DirProblem {
    /// No scheme: the client refuses the job.
    NoScheme,
    /// The root of the file system.
    Root,
    /// A scheme for which no file system is installed.
    Unsupported {
        /// The scheme.
        scheme: String,
    },
    /// It can't be made or written.
    NotWritable {
        /// The special path that covers it.
        path: WorldPath,
    },
}

/// The scheme of a directory and its path on that file system: `file:///tmp/x` is `file` and `/tmp/x`.
pub fn split_dir(dir: &str) -> (Option<&str>, &str) {
    let scheme = dir.split_once(':').filter(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    });
    let Some((scheme, rest)) = scheme else { return (None, dir) };
    let path = match rest.strip_prefix("//") {
        Some(with_authority) => with_authority.find('/').map_or("", |slash| &with_authority[slash..]),
        None => rest,
    };
    (Some(scheme), path)
}

/// What keeps a job with this directory from starting at moment `at_ms`, if anything.
pub fn dir_problem(dir: &str, cluster: &Cluster, at_ms: u64) -> Option<DirProblem> {
    let (scheme, path) = split_dir(dir);
    match scheme {
        None => Some(DirProblem::NoScheme),
        Some("file") if path.trim_matches('/').is_empty() => Some(DirProblem::Root),
        Some("file") => special_path(path, cluster, at_ms).map(|path| DirProblem::NotWritable { path: path.clone() }),
        Some(scheme) if cluster.file_system.has_scheme(scheme) => match path.trim_matches('/').is_empty() {
            true => Some(DirProblem::Root),
            false => special_path(path, cluster, at_ms).map(|path| DirProblem::NotWritable { path: path.clone() }),
        },
        Some(scheme) => Some(DirProblem::Unsupported { scheme: scheme.into() }),
    }
}

/// The special path that covers `path` at moment `at_ms`: the path itself or one above it.
pub fn special_path<'a>(path: &str, cluster: &'a Cluster, at_ms: u64) -> Option<&'a WorldPath> {
    let covers = |special: &&WorldPath| {
        let rest = path.strip_prefix(special.path.trim_end_matches('/'));
        special.from_ms.unwrap_or(0) <= at_ms && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    cluster.paths.iter().find(covers)
}
