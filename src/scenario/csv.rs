//! Reading a learner's CSV text as `pandas.read_csv(…)[[id, amount]].dropna().values.tolist()` would: the delimiter is found
//! from the header, a repeated header gets `.1`, missing trailing fields are missing values, and a column of whole numbers
//! without a gap stays whole.
//!
//! Where the model is kinder than pandas: blanks around a field are cut off. Where it is stricter: an amount that is no
//! number is an error, while pandas would quietly read the whole column as text. Left out: dates, truth values, comments.

use serde::{Deserialize, Serialize};

use super::{Column, Table, limits};
use crate::base::{Value, ValueType};

/// Why a CSV text can't be read. Lines are counted from 1, the header being line 1.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CsvError {
    /// Nothing in it, not even a header.
    Empty,
    /// A text that is too long.
    TooLong {
        /// Its bytes.
        bytes: u64,
        /// The most allowed.
        limit: u64,
    },
    /// Too many rows.
    TooManyRows {
        /// The most allowed.
        limit: u64,
    },
    /// No column of this name.
    MissingColumn {
        /// The header looked for.
        wanted: String,
        /// The headers that exist.
        columns: Vec<String>,
    },
    /// An amount that is no number.
    NotANumber {
        /// Where the row begins.
        line: u64,
        /// What stands there.
        text: String,
    },
    /// A row with more fields than the header.
    TooManyFields {
        /// Where the row begins.
        line: u64,
        /// Its fields.
        fields: u64,
        /// Columns of the header.
        columns: u64,
    },
    /// A quotation mark that is never closed.
    UnclosedQuote {
        /// Where it opens.
        line: u64,
    },
}

/// What a page shows before the columns are chosen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CsvPreview {
    /// The character between two fields.
    pub delimiter: char,
    /// The headers, made unique as pandas does.
    pub columns: Vec<String>,
    /// The first rows, as text.
    pub rows: Vec<Vec<String>>,
    /// The column that looks like the id.
    pub id_column: Option<String>,
    /// The column that looks like the amount.
    pub amount_column: Option<String>,
}

/// How many rows a preview holds, and looks at to guess the columns.
const PREVIEW_ROWS: usize = 50;

/// Reads a CSV text with a header row, keeps the two named columns and drops rows in which either is missing.
///
/// # Errors
/// The first thing that can't be read.
pub fn read_csv(text: &str, id_column: &str, amount_column: &str) -> Result<Table, CsvError> {
    let (_, columns, rows) = records(text, limits::ROWS)?;
    let find = |wanted: &str| {
        let missing = || CsvError::MissingColumn { wanted: wanted.into(), columns: columns.clone() };
        columns.iter().position(|column| column == wanted).ok_or_else(missing)
    };
    let (id, amount) = (find(id_column)?, find(amount_column)?);
    let ids = ColumnType::of(rows.iter().map(|row| row.field(id)));
    let amounts = match ColumnType::of(rows.iter().map(|row| row.field(amount))) {
        ColumnType::Text => return Err(not_a_number(&rows, amount)),
        number => number,
    };
    // A frame of only numbers has one type for all: whole numbers beside fractions become fractions.
    let (ids, amounts) = match (ids, amounts) {
        (ColumnType::Whole, ColumnType::Fraction) | (ColumnType::Fraction, ColumnType::Whole) => {
            (ColumnType::Fraction, ColumnType::Fraction)
        }
        as_they_are => as_they_are,
    };
    let kept: Vec<Value> = rows
        .iter()
        .map(|row| (row.field(id), row.field(amount)))
        .filter(|(id, amount)| !is_missing(id) && !is_missing(amount))
        .map(|(id, amount)| Value::list(vec![ids.value(id), amounts.value(amount)]))
        .collect();
    Ok(Table {
        columns: vec![ids.column(id_column), amounts.column(amount_column)],
        dropped: rows.len() - kept.len(),
        rows: kept,
        partitions: Vec::new(),
    })
}

/// The headers and first rows of a CSV text, with the columns that look like id and amount.
///
/// # Errors
/// As [`read_csv`], as far as the first rows show it.
pub fn preview_csv(text: &str) -> Result<CsvPreview, CsvError> {
    let (delimiter, columns, mut rows) = records(text, limits::ROWS)?;
    rows.truncate(PREVIEW_ROWS);
    let (id, amount) = guess_columns(&columns, &rows);
    let name = |index: usize| columns[index].clone();
    Ok(CsvPreview {
        delimiter,
        id_column: id.map(name),
        amount_column: amount.map(name),
        rows: rows.into_iter().map(|row| row.fields).collect(),
        columns,
    })
}

struct CsvRow {
    line: u64,
    fields: Vec<String>,
}

impl CsvRow {
    /// A field; a missing trailing one is empty.
    fn field(&self, index: usize) -> &str {
        self.fields.get(index).map_or("", String::as_str)
    }
}

/// Delimiter, headers and rows of a text.
fn records(text: &str, most_rows: usize) -> Result<(char, Vec<String>, Vec<CsvRow>), CsvError> {
    if text.len() > limits::CSV_BYTES {
        return Err(CsvError::TooLong { bytes: text.len() as u64, limit: limits::CSV_BYTES as u64 });
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let delimiter = delimiter_of(text);
    if let Some(line) = unclosed_quote(text, delimiter) {
        return Err(CsvError::UnclosedQuote { line });
    }
    let reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .delimiter(delimiter as u8)
        .from_reader(text.as_bytes());
    // Reading from a &str can neither fail to read nor meet invalid UTF-8, and a flexible reader takes any length.
    let mut rows = reader.into_records().filter_map(Result::ok);
    let columns = unique_headers(&rows.next().ok_or(CsvError::Empty)?);
    let mut kept = Vec::new();
    for row in rows {
        if kept.len() == most_rows {
            return Err(CsvError::TooManyRows { limit: most_rows as u64 });
        }
        let line = row.position().map_or(0, csv::Position::line);
        let fields =
            row.iter().enumerate().filter(|(_, field)| !field.is_empty()).last().map_or(1, |(last, _)| last + 1);
        if fields > columns.len() {
            return Err(CsvError::TooManyFields { line, fields: fields as u64, columns: columns.len() as u64 });
        }
        kept.push(CsvRow { line, fields: row.iter().map(str::to_owned).collect() });
    }
    Ok((delimiter, columns, kept))
}

/// The character that stands most often in the header outside quotation marks; a comma when none does.
pub(super) fn delimiter_of(text: &str) -> char {
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    let count = |wanted: char| {
        let mut quoted = false;
        let unquoted = header.chars().filter(|&c| {
            quoted ^= c == '"';
            !quoted && c == wanted
        });
        unquoted.count()
    };
    [';', '\t', '|'].into_iter().fold(',', |best, next| if count(next) > count(best) { next } else { best })
}

/// The line in which a quotation mark opens that is never closed. A quotation mark means something only at the start of a
/// field; within a quoted field two of them stand for one.
fn unclosed_quote(text: &str, delimiter: char) -> Option<u64> {
    let (mut line, mut open, mut at_start) = (1, None, true);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        line += u64::from(c == '\n');
        match open {
            Some(_) if c == '"' && chars.peek() == Some(&'"') => drop(chars.next()),
            Some(_) if c == '"' => open = None,
            Some(_) => {}
            None if c == '"' && at_start => open = Some(line),
            None => {}
        }
        at_start = open.is_none() && (c == delimiter || c == '\n' || c == '\r');
    }
    open
}

/// The headers; the second `amount` becomes `amount.1`, as in pandas.
fn unique_headers(headers: &csv::StringRecord) -> Vec<String> {
    let mut unique: Vec<String> = Vec::new();
    for header in headers {
        let mut name = header.to_owned();
        let mut copies = 0;
        while unique.contains(&name) {
            copies += 1;
            name = format!("{header}.{copies}");
        }
        unique.push(name);
    }
    unique
}

/// What pandas makes of a column.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ColumnType {
    /// `int64`.
    Whole,
    /// `float64`: also whole numbers beside missing ones.
    Fraction,
    /// `object`.
    Text,
}

impl ColumnType {
    fn of<'a>(fields: impl Iterator<Item = &'a str>) -> ColumnType {
        let (mut seen, mut whole) = (false, true);
        for field in fields {
            let missing = is_missing(field);
            if !missing && number(field).is_none() {
                return ColumnType::Text;
            }
            whole &= !missing && field.parse::<i64>().is_ok();
            seen = true;
        }
        if seen && whole { ColumnType::Whole } else { ColumnType::Fraction }
    }

    fn value(self, field: &str) -> Value {
        match self {
            ColumnType::Whole => field.parse().map_or(Value::Null, Value::Long),
            ColumnType::Fraction => number(field).map_or(Value::Null, Value::Double),
            ColumnType::Text => Value::text(field),
        }
    }

    fn column(self, name: &str) -> Column {
        let value_type = match self {
            ColumnType::Whole => ValueType::Long,
            ColumnType::Fraction => ValueType::Double,
            ColumnType::Text => ValueType::String,
        };
        Column { name: name.into(), value_type }
    }
}

fn number(field: &str) -> Option<f64> {
    field.parse().ok()
}

fn not_a_number(rows: &[CsvRow], column: usize) -> CsvError {
    let wrong = rows.iter().find(|row| !is_missing(row.field(column)) && number(row.field(column)).is_none());
    let (line, text) = wrong.map_or((0, ""), |row| (row.line, row.field(column)));
    CsvError::NotANumber { line, text: text.chars().take(80).collect() }
}

/// The texts that pandas reads as a missing value.
fn is_missing(text: &str) -> bool {
    const MISSING: [&str; 19] = [
        "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA",
        "NULL", "NaN", "None", "n/a", "nan", "null",
    ];
    MISSING.contains(&text)
}

/// The columns that look like id and amount, by their headers and by what the rows hold.
fn guess_columns(columns: &[String], rows: &[CsvRow]) -> (Option<usize>, Option<usize>) {
    const AMOUNT: [&str; 10] = ["amount", "amt", "price", "total", "sum", "value", "금액", "가격", "합계", "값"];
    const ID: [&str; 9] = ["transaction_id", "tx_id", "txid", "id", "transaction", "key", "code", "번호", "아이디"];
    let types: Vec<ColumnType> =
        (0..columns.len()).map(|column| ColumnType::of(rows.iter().map(|row| row.field(column)))).collect();
    let is_number = |column: &usize| types[*column] != ColumnType::Text;
    let distinct = |column: &usize| {
        let mut values: Vec<&str> = rows.iter().map(|row| row.field(*column)).collect();
        values.sort_unstable();
        values.dedup();
        values.len() == rows.len()
    };
    let named = |names: &[&str], fits: &dyn Fn(&usize) -> bool| {
        let lower: Vec<String> = columns.iter().map(|column| column.to_ascii_lowercase()).collect();
        let exact = names.iter().find_map(|name| (0..columns.len()).find(|&i| lower[i] == *name && fits(&i)));
        exact
            .or_else(|| names.iter().find_map(|name| (0..columns.len()).find(|&i| lower[i].contains(name) && fits(&i))))
    };
    let amount = named(&AMOUNT, &is_number);
    let id = named(&ID, &|column| Some(*column) != amount)
        .or_else(|| (0..columns.len()).find(|i| Some(*i) != amount && !is_number(i) && distinct(i)))
        .or_else(|| (0..columns.len()).find(|i| Some(*i) != amount && distinct(i)))
        .or_else(|| (0..columns.len()).find(|i| Some(*i) != amount));
    let fraction = |column: &usize| types[*column] == ColumnType::Fraction;
    let free = |i: &usize| Some(*i) != id;
    let amount = amount
        .or_else(|| (0..columns.len()).find(|i| free(i) && fraction(i)))
        .or_else(|| (0..columns.len()).find(|i| free(i) && is_number(i)));
    (id, amount)
}
