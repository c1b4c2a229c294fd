//! Rows as files and as the arguments of a list, for both languages.

use super::DataFile;
use super::notes::Besides;
use super::plan::{MOST_INLINE_ROWS, Plan};
use super::writer::Writer;
use crate::base::Value;
use crate::scenario::{Dataset, DatasetRows, Operator, OperatorKind, SAMPLE_CSV, Source, SourceKind, Table};

/// The path under which the handout reads its data.
pub(super) const SAMPLE_PATH: &str = "../data/data.csv";

/// Whether the program reads the dataset from a file.
pub(super) fn is_large(table: &Table) -> bool {
    table.rows.len() > MOST_INLINE_ROWS
}

/// The CSV file of a dataset that has a header row and the learner's own columns.
pub(super) fn csv_file(dataset: &Dataset) -> Option<DataFile> {
    match &dataset.rows {
        DatasetRows::Sample => Some(DataFile { path: SAMPLE_PATH.into(), text: SAMPLE_CSV.into() }),
        DatasetRows::Csv(csv) => Some(DataFile { path: csv.file.clone(), text: csv.text.clone() }),
        DatasetRows::Generated { .. } | DatasetRows::Inline { .. } => None,
    }
}

/// A file with a dataset's rows, and the character between two values, which is none of the values' own.
pub(super) fn row_file(name: &str, table: &Table) -> (DataFile, char) {
    let columns = |row: &Value| -> Vec<String> {
        match row {
            Value::List(values) => values.iter().map(Value::python).collect(),
            lone => vec![lone.python()],
        }
    };
    let rows: Vec<Vec<String>> = table.rows.iter().map(columns).collect();
    let taken = |delimiter: char| rows.iter().flatten().any(|text| text.contains(delimiter));
    let delimiter = [',', '\t', ';', '|'].into_iter().find(|delimiter| !taken(*delimiter)).unwrap_or(',');
    let header: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    let between = delimiter.to_string();
    let mut text = header.join(&between) + "\n";
    for row in &rows {
        text.push_str(&row.join(&between));
        text.push('\n');
    }
    (DataFile { path: format!("{name}.csv"), text }, delimiter)
}

/// Texts with commas between them, as few lines as fit.
pub(super) fn wrapped(texts: &[String], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (at, text) in texts.iter().enumerate() {
        let comma = if at + 1 == texts.len() { "" } else { "," };
        match lines.last_mut() {
            Some(line) if line.chars().count() + text.chars().count() + 2 <= width => {
                line.push_str(&format!(" {text}{comma}"));
            }
            _ => lines.push(format!("{text}{comma}")),
        }
    }
    lines
}

/// The datasets that sources read, by their positions, each once.
pub(super) fn used_datasets(plan: &Plan, needed: impl Fn(&Source) -> bool) -> Vec<usize> {
    let mut used = Vec::new();
    for operator in &plan.scenario.operators {
        if let OperatorKind::Source(source) = &operator.kind
            && let Some(at) = plan.scenario.data.iter().position(|dataset| dataset.name == source.dataset)
            && needed(source)
            && !used.contains(&at)
        {
            used.push(at);
        }
    }
    used
}

/// Whether a printed source can't be quite the simulated one; `paced` when the language can slow it down.
pub(super) fn differs(plan: &Plan, operator: &Operator, source: &Source, paced: bool) -> bool {
    let log = source.kind == SourceKind::Log;
    let dealt = log && (source.partitions > 1 || plan.scenario.parallelism_of(operator) > 1);
    (source.every_ms > 0 && !(paced && log)) || !source.bounded || dealt
}

/// What only the simulator does, in one comment.
pub(super) fn note_besides(writer: &mut Writer, plan: &Plan) {
    let scenario = plan.scenario;
    let gated = |kind: &OperatorKind| matches!(kind, OperatorKind::Source(source) if source.gated);
    let besides = Besides {
        faults: scenario.faults.len(),
        paths: scenario.cluster.paths.len(),
        gated: scenario.operators.iter().any(|operator| gated(&operator.kind)),
    };
    if let Some(words) = writer.comments().and_then(|language| besides.words(language)) {
        writer.note(&super::notes::Note::NotInScript(&words));
        writer.blank();
    }
}

/// The next line makes a source's own settings.
pub(super) fn mark_source(writer: &mut Writer, at: usize) {
    for setting in ["kind", "dataset", "every_ms"] {
        writer.mark_setting(format!("operators[{at}].kind.source.{setting}"));
    }
}

/// A call in a chain of calls, and what it makes.
pub(super) struct Call {
    pub(super) text: String,
    pub(super) field: Option<String>,
    pub(super) is_operator: bool,
}

impl Call {
    pub(super) fn plain(text: String) -> Call {
        Call { text, field: None, is_operator: false }
    }

    pub(super) fn setting(text: String, field: String) -> Call {
        Call { text, field: Some(field), is_operator: false }
    }

    pub(super) fn operator(text: String) -> Call {
        Call { text, field: None, is_operator: true }
    }
}

/// How a language writes a chain of calls.
pub(super) struct ChainStyle {
    /// Before the first line of a chain that takes several.
    pub(super) open: &'static str,
    /// A line of its own after it.
    pub(super) close: Option<&'static str>,
    /// At the end of the last line.
    pub(super) end: &'static str,
}

/// Writes `target = head.call().call()`: in one line where it is short, else a line for each call.
pub(super) fn write_chain(
    writer: &mut Writer,
    operator: crate::base::OperatorIndex,
    target: &str,
    head: &str,
    calls: &[Call],
    style: &ChainStyle,
) {
    let whole: String = calls.iter().map(|call| call.text.as_str()).collect();
    let mark = |writer: &mut Writer, call: &Call| {
        if let Some(field) = &call.field {
            writer.mark_setting(field.clone());
        }
        if call.is_operator {
            writer.mark_operator(operator);
        }
    };
    let one_line = format!("{target}{head}{whole}{}", style.end);
    if calls.len() <= 2 && one_line.chars().count() <= 100 {
        calls.iter().for_each(|call| mark(writer, call));
        return writer.line(one_line);
    }
    // Without brackets the chain's first line is its head; with them the head stands on a line of its own.
    let first = if style.close.is_some() { format!("{target}{}", style.open) } else { format!("{target}{head}") };
    writer.line(first);
    writer.indent();
    if style.close.is_some() {
        writer.line(head);
    }
    for (at, call) in calls.iter().enumerate() {
        mark(writer, call);
        let end = if at + 1 == calls.len() && style.close.is_none() { style.end } else { "" };
        writer.line(format!("{}{end}", call.text));
    }
    writer.dedent();
    if let Some(close) = style.close {
        writer.line(close);
    }
}
