//! Enough of Python and Java to tell words, texts, numbers and comments apart, line by line.

use checkpoint_lab::program::CodeLanguage;

/// What a piece of a line is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Plain,
    /// A word of the language.
    Word,
    Text,
    Comment,
    Number,
}

const PYTHON: &[&str] = &[
    "import", "from", "class", "def", "if", "else", "elif", "return", "raise", "yield", "and", "or", "not", "in", "is",
    "None", "True", "False", "with", "as", "for", "while", "pass", "self", "lambda", "try", "except",
];
const JAVA: &[&str] = &[
    "import",
    "package",
    "public",
    "private",
    "protected",
    "static",
    "final",
    "class",
    "extends",
    "implements",
    "void",
    "new",
    "return",
    "if",
    "else",
    "throw",
    "throws",
    "long",
    "int",
    "double",
    "boolean",
    "null",
    "true",
    "false",
    "this",
    "for",
    "while",
    "try",
    "catch",
    "super",
    "var",
    "transient",
];

/// A line in pieces.
pub fn words(line: &str, language: CodeLanguage) -> Vec<(Kind, &str)> {
    let (known, comment) = match language {
        CodeLanguage::Python => (PYTHON, "#"),
        CodeLanguage::Java => (JAVA, "//"),
    };
    let mut pieces: Vec<(Kind, &str)> = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let (kind, length) = if rest.starts_with(comment) {
            (Kind::Comment, rest.len())
        } else if first == '"' || first == '\'' {
            (Kind::Text, text_length(rest, first))
        } else if first.is_alphabetic() || first == '_' {
            let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            (if known.contains(&&rest[..length]) { Kind::Word } else { Kind::Plain }, length)
        } else if first.is_ascii_digit() {
            let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.').unwrap_or(rest.len());
            (Kind::Number, length)
        } else {
            (Kind::Plain, first.len_utf8())
        };
        let (piece, behind) = rest.split_at(length);
        match pieces.last_mut() {
            // Neighbours that look the same are one piece: each becomes a node of the page.
            Some((Kind::Plain, before)) if kind == Kind::Plain => {
                *before = &line[line.len() - rest.len() - before.len()..line.len() - behind.len()];
            }
            _ => pieces.push((kind, piece)),
        }
        rest = behind;
    }
    pieces
}

/// The bytes of a quoted text with its quotation marks; to the end of the line when it is not closed.
fn text_length(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}
