//! Lines, their indentation, and which of them make what.

use std::collections::BTreeMap;

use super::notes::Note;
use super::{CodeLanguage, DataFile, Listing};
use crate::base::{Language, OperatorIndex};
use crate::program::StmtId;

pub(super) struct Writer {
    comments: Option<Language>,
    mark: &'static str,
    depth: usize,
    steps: usize,
    listing: Listing,
}

impl Writer {
    pub(super) fn new(
        language: CodeLanguage,
        file_name: String,
        operators: usize,
        comments: Option<Language>,
    ) -> Writer {
        let mark = match language {
            CodeLanguage::Python => "#",
            CodeLanguage::Java => "//",
        };
        let listing = Listing {
            language,
            file_name,
            lines: Vec::new(),
            statements: BTreeMap::new(),
            operators: vec![0; operators],
            settings: BTreeMap::new(),
            files: Vec::new(),
        };
        Writer { comments, mark, depth: 0, steps: 0, listing }
    }

    /// The whole, with `header` before all that has been written.
    pub(super) fn finish(mut self, header: Vec<String>) -> Listing {
        let down = header.len();
        let listing = &mut self.listing;
        listing.lines.splice(0..0, header);
        listing.statements.values_mut().for_each(|line| *line += down);
        listing.settings.values_mut().for_each(|line| *line += down);
        listing.operators.iter_mut().for_each(|line| *line += down);
        self.listing
    }

    /// Whether a line written so far holds this text: so that only what is used is imported.
    pub(super) fn mentions(&self, text: &str) -> bool {
        self.listing.lines.iter().any(|line| line.contains(text))
    }

    /// The language of the comments, if there are any.
    pub(super) fn comments(&self) -> Option<Language> {
        self.comments
    }

    pub(super) fn file(&mut self, file: DataFile) {
        if !self.listing.files.contains(&file) {
            self.listing.files.push(file);
        }
    }

    /// Writes a line, or several with line ends between them.
    pub(super) fn line(&mut self, text: impl AsRef<str>) {
        for line in text.as_ref().split('\n') {
            let indent = if line.is_empty() { 0 } else { 4 * self.depth };
            self.listing.lines.push(format!("{:indent$}{line}", ""));
        }
    }

    /// An empty line, unless a block has just been opened or there is one already.
    pub(super) fn blank(&mut self) {
        if self.listing.lines.last().is_some_and(|line| !line.is_empty() && !line.ends_with([':', '{'])) {
            self.line("");
        }
    }

    pub(super) fn indent(&mut self) {
        self.depth += 1;
    }

    pub(super) fn dedent(&mut self) {
        self.depth -= 1;
    }

    /// Writes a line that makes a setting.
    pub(super) fn setting(&mut self, field: impl Into<String>, text: impl AsRef<str>) {
        self.mark_setting(field);
        self.line(text);
    }

    /// The next line makes a setting.
    pub(super) fn mark_setting(&mut self, field: impl Into<String>) {
        let at = self.listing.lines.len();
        self.listing.settings.entry(field.into()).or_insert(at);
    }

    /// The next line makes the operator.
    pub(super) fn mark_operator(&mut self, operator: OperatorIndex) {
        self.listing.operators[operator.index()] = self.listing.lines.len();
    }

    /// The next line is a statement of these operators' function.
    pub(super) fn mark_statement(&mut self, operators: &[OperatorIndex], statement: StmtId) {
        for operator in operators {
            self.listing.statements.insert((*operator, statement), self.listing.lines.len());
        }
    }

    /// A comment line.
    pub(super) fn note(&mut self, note: &Note) {
        if let Some(language) = self.comments {
            let text = format!("{} {}", self.mark, note.words(language));
            self.line(text);
        }
    }

    /// An empty line and a numbered comment.
    pub(super) fn step(&mut self, note: &Note) {
        self.blank();
        self.steps += 1;
        if let Some(language) = self.comments {
            let text = format!("{} {}. {}", self.mark, self.steps, note.words(language));
            self.line(text);
        }
    }

    /// A comment at the end of the line before.
    pub(super) fn beside(&mut self, note: &Note) {
        if let (Some(language), Some(last)) = (self.comments, self.listing.lines.last_mut()) {
            *last = format!("{last}  {} {}", self.mark, note.words(language));
        }
    }
}
