//! Comparing facts.

use serde_json::Value as Json;

/// The first difference between what was recorded and what the engine gave.
pub fn difference(what: &str, recorded: &Json, engine: &Json) -> Option<String> {
    if recorded == engine {
        return None;
    }
    match (recorded, engine) {
        (Json::Object(left), Json::Object(right)) => {
            let keys = left.keys().chain(right.keys().filter(|key| !left.contains_key(*key)));
            let empty = Json::Null;
            let mut found = keys.filter_map(|key| {
                let of = |map: &serde_json::Map<String, Json>| map.get(key).unwrap_or(&empty).clone();
                difference(&format!("{what}.{key}"), &of(left), &of(right))
            });
            found.next().or_else(|| Some(said(what, recorded, engine)))
        }
        (Json::Array(left), Json::Array(right)) if left.len() == right.len() && recorded.to_string().len() > 200 => {
            let mut pairs = left.iter().zip(right).enumerate();
            pairs.find_map(|(i, (left, right))| difference(&format!("{what}[{i}]"), left, right))
        }
        _ => Some(said(what, recorded, engine)),
    }
}

/// `Ok` when equal, else the first difference.
pub fn same(what: &str, recorded: &Json, engine: &Json) -> Result<(), String> {
    difference(what, recorded, engine).map_or(Ok(()), Err)
}

/// `what: recorded …, engine …`.
pub fn said(what: &str, recorded: &Json, engine: &Json) -> String {
    format!("{what}: recorded {}, engine {}", short(recorded), short(engine))
}

/// `Ok` when a measured number lies between two bounds.
pub fn within(what: &str, engine: u64, low: u64, high: u64) -> Result<(), String> {
    if (low..=high).contains(&engine) {
        Ok(())
    } else {
        Err(format!("{what}: expected {low}..={high}, engine {engine}"))
    }
}

/// `Ok` when the engine's number is near the recorded one: a quarter plus `slack` apart at most.
pub fn near(what: &str, recorded: u64, engine: u64, slack: u64) -> Result<(), String> {
    let reach = recorded / 4 + slack;
    within(what, engine, recorded.saturating_sub(reach), recorded + reach)
}

/// A cause chain without what differs between runs: timestamps and job ids.
pub fn plain_chain(chain: &Json) -> Vec<String> {
    let links = chain.as_array().into_iter().flatten();
    links.filter_map(Json::as_str).map(|link| without_ids(&without_timestamp(link))).collect()
}

fn without_timestamp(text: &str) -> String {
    const MARK: &str = "nextRestartTimestamp=";
    match text.split_once(MARK) {
        Some((before, after)) => {
            let after = after.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '-');
            format!("{before}{MARK}T{after}")
        }
        None => text.into(),
    }
}

/// Replaces runs of 32 hexadecimal digits.
fn without_ids(text: &str) -> String {
    let mut plain = String::new();
    let mut run = String::new();
    for letter in text.chars().chain(Some('\n')) {
        if letter.is_ascii_hexdigit() {
            run.push(letter);
            continue;
        }
        plain.push_str(if run.len() == 32 { "JOBID" } else { &run });
        run.clear();
        plain.push(letter);
    }
    plain.pop();
    plain
}

fn short(json: &Json) -> String {
    let text = json.to_string();
    match text.char_indices().nth(300) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
