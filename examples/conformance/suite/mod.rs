//! Recorded runs of real Flink, held against the engine.
//!
//! A folder of recordings is read (`recorded`), each recording is recognised by what it contains, never by its name, and
//! turned into a run of the engine (`settings`, `build`, one module a family), whose observed facts (`observe`) are
//! compared with the recorded ones (`compare`). Facts that depend on a machine's speed are compared as ranges or as one of
//! several, all others exactly.

mod alignment;
mod backpressure;
mod build;
mod compare;
mod keys;
mod knobs;
mod leaders;
mod lockstep;
mod lost;
mod observe;
mod paths;
mod periodic;
mod pipelines;
mod pyflink;
mod recorded;
mod retention;
mod saves;
mod scripted;
mod settings;
mod strategies;
mod timers;
mod transactions;
mod windows;

use std::path::Path;

use serde_json::Value as Json;

use recorded::{Folder, Recording};

/// What came of a comparison.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// All facts agree; with a remark on how they were compared.
    Pass(String),
    /// The first difference.
    Fail(String),
    /// A feature that the engine does not have yet.
    Waits(String),
}

/// One line of the report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// The folder's name.
    pub name: String,
    /// What came of it.
    pub verdict: Verdict,
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let remark = |text: &String| if text.is_empty() { String::new() } else { format!(": {text}") };
        match &self.verdict {
            Verdict::Pass(text) => write!(f, "pass {}{}", self.name, remark(text)),
            Verdict::Fail(text) => write!(f, "FAIL {}{}", self.name, remark(text)),
            Verdict::Waits(text) => write!(f, "waits {}{}", self.name, remark(text)),
        }
    }
}

/// Compares every case of a folder of recordings, `report`ing line by line.
///
/// # Errors
/// When the folder can't be read.
pub fn check_all(root: &Path, mut report: impl FnMut(&Line)) -> Result<Vec<Line>, String> {
    let mut lines = Vec::new();
    for folder in recorded::folders(root)? {
        for verdict in check_folder(&folder) {
            let line = Line { name: folder.name.clone(), verdict };
            report(&line);
            lines.push(line);
        }
    }
    Ok(lines)
}

/// One verdict for a folder: the first failure of its recordings, else what waits, else a pass. A corpus of which a part
/// waits gives a line for each part.
fn check_folder(folder: &Folder) -> Vec<Verdict> {
    let mut passed = Vec::new();
    let mut waiting: Vec<String> = Vec::new();
    for recording in &folder.recordings {
        for verdict in check(recording) {
            let at =
                |text: String| if folder.recordings.len() > 1 { format!("{}: {text}", recording.label) } else { text };
            match verdict {
                Verdict::Fail(text) => return vec![Verdict::Fail(at(text))],
                Verdict::Waits(text) if waiting.contains(&text) => {}
                Verdict::Waits(text) => waiting.push(text),
                Verdict::Pass(text) => passed.push((at(String::new()), text)),
            }
        }
    }
    let mut verdicts = Vec::new();
    let remarks: Vec<&str> = passed.iter().map(|(_, text)| text.as_str()).filter(|text| !text.is_empty()).collect();
    if !passed.is_empty() {
        verdicts.push(Verdict::Pass(unique(&remarks).join("; ")));
    }
    verdicts.extend(waiting.into_iter().map(Verdict::Waits));
    verdicts
}

fn unique<'a>(texts: &[&'a str]) -> Vec<&'a str> {
    let mut seen = Vec::new();
    for text in texts {
        if !seen.contains(text) {
            seen.push(*text);
        }
    }
    seen
}

/// Recognises a recording by the facts that it holds.
fn check(recording: &Recording) -> Vec<Verdict> {
    let json = &recording.json;
    let params = &json["params"];
    let first = |list: &str| json[list].get(0).cloned().unwrap_or(Json::Null);
    let one = |result: Result<String, Verdict>| vec![result.map_or_else(|verdict| verdict, Verdict::Pass)];
    if first("cases")["pipeline"].is_string() {
        return pipelines::check(json);
    }
    if first("cases")["plan"].is_array() {
        return lockstep::check(json);
    }
    if first("cases")["steps"].is_array() {
        return alignment::check(json);
    }
    if json["murmurHash_of_int"].is_object() {
        return one(keys::java(json));
    }
    if first("rows")["row_hash"].is_i64() {
        return one(keys::pyflink(json));
    }
    if first("rows")["retention"].is_string() {
        return one(retention::check(json));
    }
    if first("runs")["task_open"].is_array() {
        return one(periodic::check(json));
    }
    if json["printed_per_attempt"].is_object() {
        return one(pyflink::check(json));
    }
    if !params["leadership"].is_null() {
        return one(leaders::check(json));
    }
    if !params["processing_time_timer_after_ms"].is_null() {
        return one(timers::check(json));
    }
    if !params["new_tm_started_after_s"].is_null() {
        return one(lost::check(json));
    }
    if json["table"].is_array() || !params["parallelism_sequence"].is_null() || is_resumed(params) {
        return one(saves::check(json, recording.stable.as_ref()));
    }
    if let Some(feature) = missing_feature(params) {
        return vec![Verdict::Waits(feature.into())];
    }
    if !params["always_fails_on"].is_null() {
        one(strategies::check(json))
    } else if !params["snapshot_ms"].is_null() {
        one(knobs::check(json))
    } else if !params["checkpoint_dir"].is_null() {
        one(paths::check(json))
    } else if !params["fast_source"].is_null() {
        one(backpressure::check(json))
    } else {
        one(scripted::check(recording))
    }
}

/// Features that no recording of the present pipelines needs.
fn missing_feature(params: &Json) -> Option<&'static str> {
    let has = |key: &str| !params[key].is_null();
    if has("phases") {
        Some("sizes and files of the state backends")
    } else if has("started_from") {
        Some("claim modes")
    } else {
        None
    }
}

/// One job that stops with a savepoint, and another that starts from it. Which files a start leaves behind is told apart.
fn is_resumed(params: &Json) -> bool {
    !params["first_job"].is_null() && params["started_from"].is_null()
}
