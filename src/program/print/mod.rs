//! A scenario as a complete program that runs on real Flink, with a map from its statements, operators and settings to
//! lines, so that the code pane, the engine and the export are one thing.
//!
//! A PyFlink job is printed as a Python script; for the untouched handout that is the handout's own. A Java job is printed
//! as a Java program, and so is a PyFlink job with operator state or with a sink that
//! PyFlink lacks. What only the
//! simulator does (planted failures, gates, special paths) is not in the program; a comment says so.

mod body;
mod data;
mod java;
mod java_class;
mod java_imports;
mod java_words;
mod keys;
mod notes;
mod plan;
mod python;
mod python_class;
mod python_words;
mod sinks;
mod time;
mod writer;

use std::collections::BTreeMap;

use super::StmtId;
use crate::base::{Language, OperatorIndex};
use crate::scenario::{Api, FlinkVersion, OperatorKind, Scenario};

/// The API that a program is written for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    /// Flink 1.20, with the setters that the handout uses.
    Flink1,
    /// Flink 2.x, where restart strategy and checkpoint storage are configuration keys.
    Flink2,
}

impl Dialect {
    /// The dialect that a release understands.
    pub const fn of(version: FlinkVersion) -> Dialect {
        match version {
            FlinkVersion::V1_20 => Dialect::Flink1,
            FlinkVersion::V2_3 => Dialect::Flink2,
        }
    }
}

/// The language that a program is written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CodeLanguage {
    /// PyFlink.
    Python,
    /// Flink's Java API.
    Java,
}

/// A printed program. Lines are counted from 0.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listing {
    /// What it is written in.
    pub language: CodeLanguage,
    /// What its file should be called.
    pub file_name: String,
    /// Its lines, without line ends.
    pub lines: Vec<String>,
    /// The line of every statement of every function.
    pub statements: BTreeMap<(OperatorIndex, StmtId), usize>,
    /// The line that makes each operator.
    pub operators: Vec<usize>,
    /// The line that makes each setting, by its path in the scenario; what is not printed because it is Flink's default has
    /// none.
    pub settings: BTreeMap<String, usize>,
    /// Files that the program reads, with what must be in them.
    pub files: Vec<DataFile>,
}

/// A file that a printed program reads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DataFile {
    /// Its path, as the program names it.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl Listing {
    /// The whole program as one text.
    pub fn text(&self) -> String {
        self.lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
    }
}

/// Prints a scenario without errors for a dialect, with comments in a language or none.
pub type Printer = fn(&Scenario, Dialect, Option<Language>) -> Listing;

/// What a scenario is printed with.
pub fn print(scenario: &Scenario, dialect: Dialect, comments: Option<Language>) -> Listing {
    let printer = match language_of(scenario) {
        CodeLanguage::Python => PYTHON,
        CodeLanguage::Java => JAVA,
    };
    printer(scenario, dialect, comments)
}

/// Prints what is printed in Python.
pub const PYTHON: Printer = python::print;
/// Prints what is printed in Java.
pub const JAVA: Printer = java::print;

/// What a scenario is printed in.
pub fn language_of(scenario: &Scenario) -> CodeLanguage {
    let java_only = scenario.operators.iter().any(|operator| match &operator.kind {
        OperatorKind::Function(function) => function.states.iter().any(|state| !state.kind.is_keyed()),
        OperatorKind::Sink(sink) => sinks::only_in_java(sink),
        _ => false,
    });
    match scenario.api {
        Api::Python(_) if !java_only => CodeLanguage::Python,
        _ => CodeLanguage::Java,
    }
}
