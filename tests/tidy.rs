//! The house rules that no compiler checks: which layer may name which, names that are banned, files that explain
//! themselves. `ARCHITECTURE.md` says why.

use std::fs;
use std::path::{Path, PathBuf};

/// Each layer and the layers that it may name.
const LAYERS: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("scenario", &["base"]),
    ("program", &["scenario", "base"]),
    ("graph", &["program", "scenario", "base"]),
    ("trace", &["graph", "program", "scenario", "base"]),
    ("engine", &["trace", "graph", "program", "scenario", "base"]),
    ("metrics", &["engine", "trace", "graph", "program", "scenario", "base"]),
    ("timeline", &["engine", "trace", "graph", "program", "scenario", "base"]),
    ("lessons", &["engine", "trace", "graph", "program", "scenario", "base"]),
    ("scene", &["timeline", "engine", "trace", "graph", "program", "scenario", "base"]),
    ("store", &["lessons", "engine", "scenario", "base"]),
    ("i18n", &["engine", "trace", "graph", "program", "scenario", "base"]),
    ("session", &["timeline", "lessons", "engine", "trace", "graph", "program", "scenario", "base"]),
];

/// What a run may depend on lives here: no clock, no hash order, no browser, no shared mutation, no output.
const PURE: &[&str] = &[
    "base", "scenario", "program", "graph", "trace", "engine", "metrics", "timeline", "lessons", "scene", "i18n",
    "session",
];
const BANNED: &[&str] = &[
    "std::time",
    "std::fs",
    "std::env",
    "std::thread",
    "std::net",
    "HashMap",
    "HashSet",
    "RefCell",
    "web_sys",
    "js_sys",
    "wasm_bindgen",
    "yew::",
    "println!",
    "dbg!",
    "todo!",
    "unimplemented!",
    "unsafe ",
    "thread_rng",
    "SystemTime",
];
/// Doubles are a learner's data (`base/value.rs`, `program`) and a picture's coordinates (`scene`), never a decision.
const WITHOUT_FLOATS: &[&str] = &["engine", "graph", "trace"];
const LONGEST_FILE: usize = 500;

fn sources(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.expect("a folder can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The file without comments, line by line with numbers.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().map(|(number, line)| (number + 1, line.split("//").next().unwrap_or("")));
    lines.filter(|(_, line)| !line.trim().is_empty())
}

fn complain(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

fn shown(path: &Path) -> String {
    path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(path).display().to_string()
}

#[test]
fn layers_name_only_what_lies_below() {
    let mut problems = Vec::new();
    for (layer, below) in LAYERS {
        let files = sources(layer);
        for path in files {
            let text = fs::read_to_string(&path).expect("a source can be read");
            for (number, line) in code(&text) {
                for named in line.match_indices("crate::").map(|(at, found)| &line[at + found.len()..]) {
                    let named: String = named.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                    let is_layer = LAYERS.iter().any(|(other, _)| *other == named) || named == "app";
                    if is_layer && named != *layer && !below.contains(&named.as_str()) {
                        problems.push(format!("{}:{number}: {layer} may not name {named}", shown(&path)));
                    }
                }
            }
        }
    }
    complain(&problems);
}

#[test]
fn runs_depend_on_nothing_outside() {
    let mut problems = Vec::new();
    for path in PURE.iter().flat_map(|layer| sources(layer)) {
        let text = fs::read_to_string(&path).expect("a source can be read");
        for (number, line) in code(&text) {
            for banned in BANNED.iter().filter(|banned| line.contains(**banned)) {
                problems.push(format!("{}:{number}: '{}' has no place here", shown(&path), banned.trim()));
            }
        }
    }
    complain(&problems);
}

#[test]
fn decisions_are_made_without_floats() {
    let mut problems = Vec::new();
    for path in WITHOUT_FLOATS.iter().flat_map(|layer| sources(layer)) {
        let text = fs::read_to_string(&path).expect("a source can be read");
        for (number, line) in code(&text).filter(|(_, line)| line.contains("f64") || line.contains("f32")) {
            problems.push(format!("{}:{number}: a float: {}", shown(&path), line.trim()));
        }
    }
    complain(&problems);
}

#[test]
fn files_say_what_lives_in_them_and_are_not_too_long() {
    let mut problems = Vec::new();
    for path in sources("") {
        let text = fs::read_to_string(&path).expect("a source can be read");
        if !text.starts_with("//!") {
            problems.push(format!("{}: does not open with what lives here (`//!`)", shown(&path)));
        }
        let lines = text.lines().count();
        if lines > LONGEST_FILE {
            problems.push(format!("{}: {lines} lines; split it by subject", shown(&path)));
        }
    }
    complain(&problems);
}

#[test]
fn every_rule_that_is_cited_is_written_down() {
    let rules = include_str!("../docs/flink-rules.md");
    let mut problems = Vec::new();
    for path in sources("") {
        let text = fs::read_to_string(&path).expect("a source can be read");
        for (number, line) in text.lines().enumerate() {
            for id in cited(line).filter(|id| !rules.contains(&format!("<a id=\"{}\">", id.to_lowercase()))) {
                problems.push(format!("{}:{}: {id} is not in docs/flink-rules.md", shown(&path), number + 1));
            }
        }
    }
    complain(&problems);
}

/// Rule ids in a line: two capitals, a hyphen, a number, standing alone.
fn cited(line: &str) -> impl Iterator<Item = &str> {
    const KINDS: &[&str] =
        &["JS", "CP", "BR", "SB", "CS", "KG", "OS", "RS", "SP", "EO", "SR", "HA", "BP", "UI", "RE", "ME"];
    let words = line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    words.filter(|word| {
        let parts = word.split_once('-');
        parts.is_some_and(|(kind, number)| {
            KINDS.contains(&kind) && !number.is_empty() && number.chars().all(|c| c.is_ascii_digit())
        })
    })
}
