//! A CSV text on its way to become the data. What the learner gave is in the model; what it says is read by the dialog that
//! shows it.

use std::sync::Arc;

use crate::scenario::{CsvData, CsvError, CsvPreview, CsvSource, preview_csv};

/// A CSV text whose columns are being chosen.
#[derive(Clone, PartialEq, Debug)]
pub struct CsvDraft {
    /// The file's name, empty for a pasted text.
    pub file: String,
    /// The whole text.
    pub text: Arc<str>,
    /// The chosen columns, id and amount; none until the learner chooses.
    pub columns: Option<(String, String)>,
}

/// What a draft says.
#[derive(Clone, PartialEq, Debug)]
pub struct CsvReading {
    /// What is in the text.
    pub preview: Result<CsvPreview, CsvError>,
    /// The id column: as chosen, or as guessed.
    pub id_column: String,
    /// The amount column.
    pub amount_column: String,
    /// The data that it would be; an error when it would be none.
    pub outcome: Result<CsvData, CsvError>,
}

impl CsvDraft {
    /// Reads it.
    pub fn read(&self) -> CsvReading {
        let preview = preview_csv(&self.text);
        let guess = |column: fn(&CsvPreview) -> Option<&String>| match &preview {
            Ok(preview) => column(preview).or(preview.columns.first()).cloned().unwrap_or_default(),
            Err(_) => String::new(),
        };
        let guessed = || (guess(|p| p.id_column.as_ref()), guess(|p| p.amount_column.as_ref()));
        let (id_column, amount_column) = self.columns.clone().unwrap_or_else(guessed);
        let outcome = match &preview {
            Ok(_) => self.data(&id_column, &amount_column),
            Err(error) => Err(error.clone()),
        };
        CsvReading { preview, id_column, amount_column, outcome }
    }

    fn data(&self, id_column: &str, amount_column: &str) -> Result<CsvData, CsvError> {
        let data = CsvData::from(CsvSource {
            file: self.file.clone(),
            text: self.text.as_ref().into(),
            id_column: id_column.into(),
            amount_column: amount_column.into(),
        });
        match data.table() {
            Ok(_) => Ok(data),
            Err(error) => Err(error.clone()),
        }
    }
}
