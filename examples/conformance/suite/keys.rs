//! Key groups: hashes, groups, ranges and subtasks, one by one.

use checkpoint_lab::base::Value;
use checkpoint_lab::graph::{
    default_max_parallelism, java_hash, key_group, key_group_range, murmur, python_key_hash, python_untyped_key_hash,
    subtask_of,
};
use serde_json::{Map, Value as Json, json};

use super::Verdict;
use super::compare::same;

/// Java's keys.
pub fn java(json: &Json) -> Result<String, Verdict> {
    all_of(json).map_err(Verdict::Fail)
}

fn all_of(json: &Json) -> Result<String, String> {
    let object = |name: &str| json[name].as_object().cloned().unwrap_or_default();
    let defaults = object("default_max_parallelism_for_parallelism");
    let engine = defaults.keys().map(|key| Ok((key.clone(), json!(default_max_parallelism(number(key)?)))));
    same("default max parallelism", &json!(defaults), &Json::Object(engine.collect::<Result<_, String>>()?))?;
    for (max, by_parallelism) in object("key_group_ranges_inclusive") {
        let mut engine = Map::new();
        for key in by_parallelism.as_object().into_iter().flat_map(Map::keys) {
            let (parallelism, max) = (number(key)?, number(&max)?);
            let range = |index| key_group_range(index, parallelism, max);
            let ranges: Vec<Json> =
                (0..parallelism).map(|index| json!([*range(index).start(), *range(index).end()])).collect();
            engine.insert(key.clone(), json!(ranges));
        }
        same(&format!("key group ranges of {max}"), &by_parallelism, &Json::Object(engine))?;
    }
    for (code, recorded) in object("murmurHash_of_int") {
        let code: i32 = code.parse().map_err(|_| format!("no int: '{code}'"))?;
        same(&format!("murmur({code})"), &recorded, &json!(murmur(code)))?;
    }
    let keys = json["keys"].as_array().cloned().unwrap_or_default();
    for row in &keys {
        one_key(row)?;
    }
    Ok(format!("{} keys", keys.len()))
}

fn one_key(row: &Json) -> Result<(), String> {
    let key = key(row["type"].as_str().unwrap_or(""), &row["key"])?;
    let hash = java_hash(&key);
    let mut engine = row.clone();
    engine["hash_code"] = json!(hash);
    engine["murmur"] = json!(murmur(hash));
    engine["key_group_128"] = json!(key_group(hash, 128).0);
    for (name, max) in [("subtask_max128", 128), ("subtask_max4096", 4_096)] {
        for (parallelism, subtask) in engine[name].as_object_mut().into_iter().flatten() {
            *subtask = json!(subtask_of(key_group(hash, max), number(parallelism)?, max));
        }
    }
    for (max, group) in engine["key_group_by_max_parallelism"].as_object_mut().into_iter().flatten() {
        *group = json!(key_group(hash, number(max)?).0);
    }
    same(&format!("key {}", row["key"]), row, &engine)
}

/// `p4`, `mp128`, `max10`: the number.
fn number(name: &str) -> Result<u32, String> {
    name.trim_start_matches(|letter: char| letter.is_alphabetic()).parse().map_err(|_| format!("no number: '{name}'"))
}

fn key(kind: &str, json: &Json) -> Result<Value, String> {
    let text = || json.as_str().map_or_else(|| json.to_string(), str::to_owned);
    let wrong = |text: String| format!("no {kind}: {text}");
    Ok(match kind {
        "string" => Value::text(&text()),
        "int" => Value::Int(text().parse().map_err(|_| wrong(text()))?),
        "long" => Value::Long(text().parse().map_err(|_| wrong(text()))?),
        "double" => Value::Double(text().parse().map_err(|_| wrong(text()))?),
        "boolean" => Value::Boolean(text().parse().map_err(|_| wrong(text()))?),
        tuple if tuple.starts_with("tuple") => {
            let kinds = tuple.split_once('<').map_or("", |(_, rest)| rest.trim_end_matches('>'));
            let fields = kinds.split(',').zip(json.as_array().into_iter().flatten());
            Value::list(fields.map(|(kind, field)| key(kind, field)).collect::<Result<_, _>>()?)
        }
        other => return Err(format!("unknown key type '{other}'")),
    })
}

/// PyFlink's keys: typed ones hash as a row, untyped ones as their pickled bytes.
pub fn pyflink(json: &Json) -> Result<String, Verdict> {
    let parallelism = json["parallelism"].as_u64().unwrap_or(1) as u32;
    let max = json["max_parallelism"].as_u64().unwrap_or(128) as u32;
    let rows = json["rows"].as_array().cloned().unwrap_or_default();
    for row in &rows {
        one_python_key(row, parallelism, max).map_err(Verdict::Fail)?;
    }
    Ok(format!("{} keys", rows.len()))
}

fn one_python_key(row: &Json, parallelism: u32, max: u32) -> Result<(), String> {
    let tag = row["tag"].as_str().unwrap_or("");
    let kind = tag.strip_prefix("typed_").unwrap_or("string");
    let key = key(kind, &row["key"])?;
    let hash = if tag == "untyped" { python_untyped_key_hash(&key) } else { python_key_hash(&key) };
    let group = key_group(hash, max);
    let subtask = subtask_of(group, parallelism, max);
    let mut engine = row.clone();
    engine["subtask"] = json!(subtask);
    engine["print_prefix"] = json!(subtask + 1);
    if row["java_subtask"].is_u64() {
        engine["java_subtask"] = json!(subtask_of(key_group(java_hash(&key), max), parallelism, max));
    }
    if row["row_hash"].is_i64() {
        engine["row_hash"] = json!(hash);
        engine["key_group_via_row"] = json!(group.0);
        engine["subtask_via_row"] = json!(subtask);
    }
    same(&format!("{tag} key {}", row["key"]), row, &engine)
}
