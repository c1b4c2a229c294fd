//! Which test holds the engine to which rule: the table is `tests/rules.tsv`. A rule without a test fails, and so does a row
//! that names something that is not there.
//!
//! A row is a rule's id, a tab, and what shows it, separated by `; `:
//! `engine::name` is a test in `tests/engine.rs` that cites the rule; `run name` a recorded run of real Flink that
//! passes (`tests/flink/report.txt`); `not modelled: why` a rule that the model leaves out, which its page says too.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The rules of Flink's behaviour; the handout's claims and the golden runs are shown by other tests.
fn rules() -> Vec<String> {
    let titles = read("docs/rule-titles.tsv");
    let ids = titles.lines().filter_map(|line| line.split('\t').next()).map(str::to_owned);
    ids.filter(|id| id.split_once('-').is_some_and(|(family, _)| family.len() == 2)).collect()
}

fn table() -> BTreeMap<String, String> {
    let rows = read("tests/rules.tsv");
    let rows = rows.lines().filter_map(|line| line.split_once('\t'));
    rows.map(|(id, shown)| (id.to_owned(), shown.to_owned())).collect()
}

/// What is wrong with a witness.
fn problem(id: &str, witness: &str) -> Option<String> {
    if let Some(run) = witness.strip_prefix("run ") {
        return (!root().join("tests/flink").join(run).is_dir())
            .then(|| format!("{id}: there is no recorded run {run}"));
    }
    if let Some(why) = witness.strip_prefix("not modelled: ") {
        return (why.len() < 10).then(|| format!("{id}: say why it is not modelled"));
    }
    let Some((file, name)) = witness.split_once("::") else { return Some(format!("{id}: {witness}?")) };
    let path = Path::new("tests").join(file).with_extension("rs");
    let Ok(text) = fs::read_to_string(root().join(&path)) else {
        return Some(format!("{id}: there is no {}", path.display()));
    };
    match test_named(&text, name) {
        None => Some(format!("{id}: {} has no test {name}", path.display())),
        Some(test) if !cites(test, id) => Some(format!("{id}: {witness} does not say that it is about this rule")),
        Some(_) => None,
    }
}

/// A test with the comment above it.
fn test_named<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let at = text.find(&format!("fn {name}("))?;
    let attribute = text[..at].rfind("#[test]")?;
    let comment = text[..attribute].rfind("\n\n").unwrap_or(0);
    let end = text[at..].find("\n}").map_or(text.len(), |end| at + end);
    Some(&text[comment..end])
}

fn cites(test: &str, id: &str) -> bool {
    test.match_indices(id).any(|(at, _)| !test[at + id.len()..].starts_with(|next: char| next.is_ascii_digit()))
}

#[test]
fn every_rule_has_a_test() {
    let table = table();
    let without = rules().into_iter().filter(|id| !table.contains_key(id)).collect::<Vec<_>>();
    assert!(without.is_empty(), "no test shows {}", without.join(", "));
}

#[test]
fn every_row_names_what_is_there() {
    let rules = rules();
    let mut problems = Vec::new();
    for (id, shown) in table() {
        if !rules.contains(&id) {
            problems.push(format!("{id} is no rule"));
        }
        problems.extend(shown.split("; ").filter_map(|witness| problem(&id, witness)));
    }
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}
