//! The list that the checks write to, and the checks that all of them share.

use std::ops::RangeInclusive;

use crate::scenario::{Counted, Issue, IssueKind, Named, limits};

/// More than anybody reads; a scenario of a hundred thousand wrong rows must not make as many issues.
const MOST: usize = 100;

#[derive(Default)]
pub(super) struct Found {
    issues: Vec<Issue>,
}

impl Found {
    pub(super) fn issues(self) -> Vec<Issue> {
        self.issues
    }

    pub(super) fn add(&mut self, field: impl Into<String>, kind: IssueKind) {
        if self.issues.len() < MOST {
            self.issues.push(Issue { field: field.into(), kind });
        }
    }

    pub(super) fn range(&mut self, field: impl Into<String>, value: impl Into<u64>, range: &RangeInclusive<u64>) {
        let value = value.into();
        if !range.contains(&value) {
            self.add(field, IssueKind::OutOfRange { value, low: *range.start(), high: *range.end() });
        }
    }

    pub(super) fn count(&mut self, field: &str, what: Counted, count: usize, limit: usize) {
        if count > limit {
            self.add(field, IssueKind::TooMany { what, count: count as u64, limit: limit as u64 });
        }
    }

    /// A text that may be empty.
    pub(super) fn text(&mut self, field: impl Into<String>, text: &str) {
        self.length(field, text, limits::TEXT_BYTES);
    }

    /// A name for people: not empty, not long.
    pub(super) fn name(&mut self, field: impl Into<String>, name: &str) {
        if name.trim().is_empty() {
            self.add(field, IssueKind::Empty);
        } else {
            self.length(field, name, limits::NAME_BYTES);
        }
    }

    /// A name for a program.
    pub(super) fn identifier(&mut self, field: impl Into<String>, name: &str) {
        if name.is_empty() {
            self.add(field, IssueKind::Empty);
        } else if !is_identifier(name) {
            self.add(field, IssueKind::NotAName { name: name.into() });
        } else {
            self.length(field, name, limits::NAME_BYTES);
        }
    }

    pub(super) fn length(&mut self, field: impl Into<String>, text: &str, limit: usize) {
        if text.len() > limit {
            self.add(field, IssueKind::TooLong { length: text.len() as u64, limit: limit as u64 });
        }
    }

    /// Names that must differ; `field` gives the path of the n-th.
    pub(super) fn distinct(&mut self, what: Named, names: &[&str], field: impl Fn(usize) -> String) {
        for (at, name) in names.iter().enumerate() {
            if names[..at].contains(name) {
                self.add(field(at), IssueKind::Duplicate { what, name: (*name).into() });
            }
        }
    }
}

/// Whether Python and Java both take it as the name of a class, a field or a state, and no method of ours has it.
fn is_identifier(name: &str) -> bool {
    const RESERVED: [&str; 92] = [
        // Python's and Java's own words.
        "False",
        "None",
        "True",
        "abstract",
        "and",
        "as",
        "assert",
        "async",
        "await",
        "boolean",
        "break",
        "byte",
        "case",
        "catch",
        "char",
        "class",
        "const",
        "continue",
        "def",
        "default",
        "del",
        "do",
        "double",
        "elif",
        "else",
        "enum",
        "except",
        "extends",
        "false",
        "final",
        "finally",
        "float",
        "for",
        "from",
        "global",
        "goto",
        "if",
        "implements",
        "import",
        "in",
        "instanceof",
        "int",
        "interface",
        "is",
        "lambda",
        "long",
        "native",
        "new",
        "nonlocal",
        "not",
        "null",
        "or",
        "package",
        "pass",
        "private",
        "protected",
        "public",
        "raise",
        "return",
        "self",
        "short",
        "static",
        "strictfp",
        "super",
        "switch",
        "synchronized",
        "this",
        "throw",
        "throws",
        "transient",
        "true",
        "try",
        "void",
        "volatile",
        "while",
        "with",
        "yield",
        // Names that the printed classes use themselves.
        "map",
        "open",
        "close",
        "process_element",
        "processElement",
        "snapshotState",
        "initializeState",
        "value",
        "ctx",
        "os",
        "time",
        "pd",
        "env",
        "config",
        "main",
    ];
    let mut chars = name.chars();
    chars.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_')
        && !(name.starts_with("__") || RESERVED.contains(&name))
}
