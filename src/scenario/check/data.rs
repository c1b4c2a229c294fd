//! Datasets: CSV texts that can be read, rows that are as declared.

use super::found::Found;
use crate::base::{Row, Value};
use crate::scenario::shape::value_type;
use crate::scenario::{Column, Counted, CsvError, Dataset, DatasetRows, IssueKind, Named, Scenario, Table, limits};

/// The datasets' tables; none for one that can't be read.
pub(super) fn check(scenario: &Scenario, found: &mut Found) -> Vec<Option<Table>> {
    found.count("data", Counted::Datasets, scenario.data.len(), limits::DATASETS);
    let names: Vec<&str> = scenario.data.iter().map(|dataset| dataset.name.as_str()).collect();
    found.distinct(Named::Dataset, &names, |at| format!("data[{at}].name"));
    scenario.data.iter().enumerate().map(|(at, dataset)| check_dataset(at, dataset, found)).collect()
}

fn check_dataset(at: usize, dataset: &Dataset, found: &mut Found) -> Option<Table> {
    let field = format!("data[{at}].rows");
    found.name(format!("data[{at}].name"), &dataset.name);
    match &dataset.rows {
        DatasetRows::Generated { rows, .. } if *rows as usize > limits::ROWS => {
            found.range(format!("{field}.generated.rows"), *rows, &(0..=limits::ROWS as u64));
            return None;
        }
        DatasetRows::Inline { columns, rows, partitions } => {
            inline(&format!("{field}.inline"), columns, rows, partitions, found)
        }
        DatasetRows::Sample | DatasetRows::Generated { .. } | DatasetRows::Csv(_) => {}
    }
    match dataset.table() {
        Ok(table) => {
            if table.rows.is_empty() {
                found.add(field, IssueKind::NoRows);
            }
            Some(table)
        }
        Err(error) => {
            found.add(csv_field(&field, &dataset.rows, &error), IssueKind::Csv(error));
            None
        }
    }
}

/// The field to which an error belongs: the chosen column, or the text.
fn csv_field(field: &str, rows: &DatasetRows, error: &CsvError) -> String {
    let part = match (rows, error) {
        (DatasetRows::Csv(csv), CsvError::MissingColumn { wanted, .. }) if *wanted == csv.id_column => "id_column",
        (_, CsvError::MissingColumn { .. }) => "amount_column",
        _ => "text",
    };
    format!("{field}.csv.{part}")
}

fn inline(field: &str, columns: &[Column], rows: &[Row], partitions: &[u32], found: &mut Found) {
    if columns.is_empty() {
        return found.add(format!("{field}.columns"), IssueKind::Empty);
    }
    found.count(&format!("{field}.columns"), Counted::Columns, columns.len(), limits::COLUMNS);
    found.count(&format!("{field}.rows"), Counted::Rows, rows.len(), limits::ROWS);
    let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    found.distinct(Named::Column, &names, |at| format!("{field}.columns[{at}].name"));
    for (at, column) in columns.iter().enumerate() {
        found.name(format!("{field}.columns[{at}].name"), &column.name);
    }
    if !partitions.is_empty() && partitions.len() != rows.len() {
        let kind = IssueKind::PartitionsCount { partitions: partitions.len() as u64, rows: rows.len() as u64 };
        found.add(format!("{field}.partitions"), kind);
    }
    for (at, row) in rows.iter().enumerate().filter(|(_, row)| !is_as_declared(columns, row)) {
        check_row(&format!("{field}.rows[{at}]"), columns, row, found);
    }
}

/// The quick look that nearly all rows pass.
fn is_as_declared(columns: &[Column], row: &Row) -> bool {
    let fits = |column: &Column, value: &Value| match value {
        Value::Null => true,
        Value::Double(number) if !number.is_finite() => false,
        Value::String(text) if text.len() > limits::TEXT_BYTES => false,
        typed => value_type(typed) == Some(column.value_type),
    };
    match (columns, row) {
        ([only], lone) => fits(only, lone),
        (several, Value::List(values)) => {
            several.len() == values.len()
                && several.iter().zip(values.iter()).all(|(column, value)| fits(column, value))
        }
        _ => false,
    }
}

fn check_row(field: &str, columns: &[Column], row: &Row, found: &mut Found) {
    match (columns, row) {
        ([only], lone) if !matches!(lone, Value::List(_)) => check_value(field, only, lone, found),
        (several, Value::List(values)) if several.len() == values.len() && several.len() > 1 => {
            for (at, (column, value)) in several.iter().zip(values.iter()).enumerate() {
                check_value(&format!("{field}.list[{at}]"), column, value, found);
            }
        }
        _ => {
            let width = if let Value::List(values) = row { values.len() } else { 1 };
            let kind = IssueKind::RowWidth { found: width as u64, columns: columns.len() as u64 };
            found.add(field, kind);
        }
    }
}

fn check_value(field: &str, column: &Column, value: &Value, found: &mut Found) {
    match value {
        Value::Null => {}
        Value::Double(number) if !number.is_finite() => found.add(field, IssueKind::NotFinite),
        Value::String(text) if text.len() > limits::TEXT_BYTES => found.text(field, text),
        typed if value_type(typed) != Some(column.value_type) => {
            found.add(field, IssueKind::WrongType { expected: column.value_type });
        }
        _ => {}
    }
}
