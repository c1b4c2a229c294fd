//! Reading a folder of recordings.

use std::fs;
use std::path::Path;

use serde_json::Value as Json;

/// The recordings of one case.
pub struct Folder {
    /// The folder's name: a label, nothing is derived from it.
    pub name: String,
    /// Its JSON files.
    pub recordings: Vec<Recording>,
}

/// One recorded run, or one corpus of them.
pub struct Recording {
    /// The file's name without ending: a label too.
    pub label: String,
    /// Its contents.
    pub json: Json,
    /// The facts that were the same in several repetitions, where there are any: the entry of `conformance.json` with the
    /// recording's own scenario and Flink version.
    pub stable: Option<Json>,
}

/// Every case below `root`, by name.
///
/// # Errors
/// When something can't be read.
pub fn folders(root: &Path) -> Result<Vec<Folder>, String> {
    let stable = match root.join("conformance.json") {
        path if path.exists() => read_json(&path)?,
        _ => Json::Null,
    };
    let mut folders = Vec::new();
    for entry in sorted(root)?.into_iter().filter(|path| path.is_dir()) {
        let folder = folder(&entry, &stable)?;
        if !folder.recordings.is_empty() {
            folders.push(folder);
        }
    }
    if folders.is_empty() {
        folders.extend(Some(folder(root, &stable)?).filter(|folder| !folder.recordings.is_empty()));
    }
    Ok(folders)
}

fn folder(dir: &Path, stable: &Json) -> Result<Folder, String> {
    let mut recordings = Vec::new();
    for path in sorted(dir)? {
        let file = name(&path);
        if path.is_file() && file.ends_with(".json") && file != "conformance.json" {
            let json = read_json(&path)?;
            let stable = stable_facts(stable, &json);
            recordings.push(Recording { label: file.trim_end_matches(".json").into(), json, stable });
        }
    }
    Ok(Folder { name: name(dir), recordings })
}

fn stable_facts(all: &Json, json: &Json) -> Option<Json> {
    let same = |entry: &&Json| {
        !json["scenario"].is_null()
            && entry["scenario"] == json["scenario"]
            && entry["flink_version"] == json["flink_version"]
    };
    all.as_array()?.iter().find(same).map(|entry| entry["stable"].clone())
}

fn sorted(dir: &Path) -> Result<Vec<std::path::PathBuf>, String> {
    let entries = fs::read_dir(dir).map_err(|error| format!("{}: {error}", dir.display()))?;
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

fn name(path: &Path) -> String {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    path.file_name().map_or(String::new(), |name| name.to_string_lossy().into_owned())
}

fn read_json(path: &Path) -> Result<Json, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}
