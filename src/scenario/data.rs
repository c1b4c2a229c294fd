//! Input data: a dataset is a table of typed rows, from a CSV text, from the included sample, generated or written out.

use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};

use super::csv::delimiter_of;
use super::{CsvError, read_csv};
use crate::base::{RandomStream, Row, Value, ValueType};

/// A named table that a source can read.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Dataset {
    /// What sources call it.
    pub name: String,
    /// Where its rows come from.
    pub rows: DatasetRows,
}

/// Where the rows of a dataset come from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DatasetRows {
    /// The included sample: thirteen transactions, one without an amount.
    Sample,
    /// Transactions made up from a seed.
    Generated {
        /// How many.
        rows: u32,
        /// Of which stream.
        seed: u64,
    },
    /// A learner's CSV text with a header row.
    Csv(#[cfg_attr(not(target_arch = "wasm32"), schemars(with = "CsvSource"))] CsvData),
    /// Rows written out, with an optional partition for each.
    Inline {
        /// Names and types of the columns; a single column makes lone values, several make lists.
        columns: Vec<Column>,
        /// The rows.
        rows: Vec<Row>,
        /// Log sources: the partition of each row, when not dealt in turn.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        partitions: Vec<u32>,
    },
}

/// A CSV text and which of its columns are meant.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema), schemars(inline))]
pub struct CsvSource {
    /// The file's name, for display.
    pub file: String,
    /// The whole text.
    pub text: String,
    /// Header of the id column.
    pub id_column: String,
    /// Header of the amount column.
    pub amount_column: String,
}

/// A CSV text that has been read. It is read where it comes in, once: whoever has it needs no reader.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "CsvSource")]
pub struct CsvData(Arc<(CsvSource, Result<Table, CsvError>, char)>);

impl CsvData {
    /// What is in the text.
    ///
    /// # Errors
    /// Why it can't be read.
    pub fn table(&self) -> Result<&Table, &CsvError> {
        self.0.1.as_ref()
    }

    /// What stands between its columns.
    pub fn delimiter(&self) -> char {
        self.0.2
    }
}

impl From<CsvSource> for CsvData {
    fn from(source: CsvSource) -> CsvData {
        let table = read_csv(&source.text, &source.id_column, &source.amount_column);
        let delimiter = delimiter_of(&source.text);
        CsvData(Arc::new((source, table, delimiter)))
    }
}

impl Deref for CsvData {
    type Target = CsvSource;

    fn deref(&self) -> &CsvSource {
        &self.0.0
    }
}

impl PartialEq for CsvData {
    fn eq(&self, other: &CsvData) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || **self == **other
    }
}

impl Serialize for CsvData {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

/// A column of a table.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its header.
    pub name: String,
    /// The type of its values.
    #[serde(rename = "type")]
    pub value_type: ValueType,
}

/// A dataset with its rows at hand.
#[derive(Clone, PartialEq, Debug)]
pub struct Table {
    /// The columns of every row.
    pub columns: Vec<Column>,
    /// The rows that a source reads.
    pub rows: Vec<Row>,
    /// The partition of each row; empty = dealt in turn.
    pub partitions: Vec<u32>,
    /// Rows left out because a value was missing, as pandas' `dropna` does before Flink sees them.
    pub dropped: usize,
}

/// The included sample, as a CSV text. The last row has no amount.
pub const SAMPLE_CSV: &str = "transaction_id,amount,customer
tx1001,2500.0,c1
tx1002,3100.0,c2
tx1003,4000.0,c1
tx1004,2900.0,c3
tx1005,8900.0,c2
tx1006,1200.0,c1
tx1007,450.0,c4
tx1008,7700.0,c2
tx1009,3300.0,c3
tx1010,6100.0,c1
tx1011,980.0,c4
tx1012,5400.0,c2
tx1013,,c3
";

impl Dataset {
    /// The table behind the dataset.
    ///
    /// # Errors
    /// What is wrong with a CSV text.
    pub fn table(&self) -> Result<Table, CsvError> {
        match &self.rows {
            DatasetRows::Sample => Ok(sample()),
            DatasetRows::Generated { rows, seed } => Ok(generated(*rows, *seed)),
            DatasetRows::Csv(csv) => csv.table().cloned().map_err(Clone::clone),
            DatasetRows::Inline { columns, rows, partitions } => {
                Ok(Table { columns: columns.clone(), rows: rows.clone(), partitions: partitions.clone(), dropped: 0 })
            }
        }
    }
}

/// What [`SAMPLE_CSV`] says.
fn sample() -> Table {
    const AMOUNTS: [f64; 12] =
        [2500.0, 3100.0, 4000.0, 2900.0, 8900.0, 1200.0, 450.0, 7700.0, 3300.0, 6100.0, 980.0, 5400.0];
    let rows = (1001..).zip(AMOUNTS).map(|(number, amount)| transaction(number, amount)).collect();
    Table { columns: transaction_columns(), rows, partitions: Vec::new(), dropped: 1 }
}

fn transaction(number: u32, amount: f64) -> Row {
    Value::list(vec![Value::text(&format!("tx{number}")), Value::Double(amount)])
}

fn transaction_columns() -> Vec<Column> {
    vec![
        Column { name: "transaction_id".into(), value_type: ValueType::String },
        Column { name: "amount".into(), value_type: ValueType::Double },
    ]
}

fn generated(rows: u32, seed: u64) -> Table {
    let mut random = RandomStream::new(seed, 0xDA7A);
    let rows = (0..rows)
        .map(|i| {
            let amount = random.between(1, 999) * 10;
            transaction(1001 + i, amount as f64)
        })
        .collect();
    Table { columns: transaction_columns(), rows, partitions: Vec::new(), dropped: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_what_its_text_says() {
        assert_eq!(read_csv(SAMPLE_CSV, "transaction_id", "amount"), Ok(sample()));
    }
}
