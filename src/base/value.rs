//! Records as real rows with types.
//!
//! Doubles exist only as a learner's data: the engine never decides anything by one, it only carries, adds and prints
//! them, with the same IEEE arithmetic natively and in wasm.

use std::cmp::Ordering;
use std::fmt::{self, Write};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The type of a column, a field or a state.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ValueType {
    /// `Types.BOOLEAN()`.
    Boolean,
    /// `Types.INT()`, 32 bits.
    Int,
    /// `Types.LONG()`, 64 bits.
    Long,
    /// `Types.DOUBLE()`.
    Double,
    /// `Types.STRING()`.
    String,
}

/// One value of a row, a field or a state.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// No value: `None`.
    Null,
    /// `True` or `False`.
    Boolean(bool),
    /// A 32-bit integer.
    Int(i32),
    /// A 64-bit integer.
    Long(i64),
    /// A 64-bit float.
    Double(f64),
    /// Text.
    String(Arc<str>),
    /// Several values: a tuple in Java, a list in Python.
    List(Arc<[Value]>),
}

/// What travels between operators: one value, mostly a list of columns.
pub type Row = Value;

impl Value {
    /// Text as a value.
    pub fn text(text: &str) -> Value {
        Value::String(Arc::from(text))
    }

    /// Several values as one.
    pub fn list(values: Vec<Value>) -> Value {
        Value::List(Arc::from(values))
    }

    /// The column at `index` of a list; a lone value is its own column 0.
    #[inline(always)]
    pub fn column(&self, index: usize) -> &Value {
        match self {
            Value::List(columns) => columns.get(index).unwrap_or(&Value::Null),
            lone if index == 0 => lone,
            _ => &Value::Null,
        }
    }

    /// Serialised size in bytes, as the model counts it: Flink's own serializers' fixed sizes, text as its UTF-8 length
    /// plus one length byte, a list as the sum of its values plus one byte.
    pub fn size(&self) -> u64 {
        match self {
            Value::Null => 1,
            Value::Boolean(_) => 1,
            Value::Int(_) => 4,
            Value::Long(_) | Value::Double(_) => 8,
            Value::String(text) => text.len() as u64 + 1,
            Value::List(values) => {
                let mut size = 1;
                for value in &**values {
                    size += value.size();
                }
                size
            }
        }
    }

    /// As Python's `print` shows it: `['tx1001', 2500.0]`, a lone text without quotes.
    pub fn python(&self) -> String {
        match self {
            Value::String(text) => text.to_string(),
            other => other.python_repr(),
        }
    }

    /// As Python's `repr` shows it.
    pub fn python_repr(&self) -> String {
        self.shown(&PYTHON)
    }

    /// As Java's `toString` shows it: `(tx1001,2500.0)`.
    pub fn java(&self) -> String {
        self.shown(&JAVA)
    }

    fn shown(&self, style: &Style) -> String {
        let mut out = String::with_capacity(32);
        self.write(style, &mut out).expect("a string takes everything");
        out
    }

    /// Each row that is printed comes by here: no texts of parts are made.
    fn write(&self, style: &Style, out: &mut String) -> fmt::Result {
        match self {
            Value::Null => out.push_str(style.null),
            Value::Boolean(flag) => out.push_str(style.booleans[usize::from(*flag)]),
            Value::Int(number) => write!(out, "{number}")?,
            Value::Long(number) => write!(out, "{number}")?,
            Value::Double(number) if number.is_nan() => out.push_str(style.not_a_number),
            Value::Double(number) if number.is_infinite() => {
                let sign = if *number < 0.0 { "-" } else { "" };
                write!(out, "{sign}{}", style.infinite)?;
            }
            Value::Double(number) => write!(out, "{number:?}")?,
            Value::String(text) if style.quoted => {
                write!(out, "'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))?;
            }
            Value::String(text) => out.push_str(text),
            Value::List(values) => {
                let [open, between, close] = style.list;
                out.push_str(open);
                for (at, value) in values.iter().enumerate() {
                    if at > 0 {
                        out.push_str(between);
                    }
                    value.write(style, out)?;
                }
                out.push_str(close);
            }
        }
        Ok(())
    }

    /// A total order over all values, for sorted state: by kind, then by value.
    fn rank(&self) -> u8 {
        match self {
            Value::Null => 0,
            Value::Boolean(_) => 1,
            Value::Int(_) => 2,
            Value::Long(_) => 3,
            Value::Double(_) => 4,
            Value::String(_) => 5,
            Value::List(_) => 6,
        }
    }
}

/// How a language shows values.
struct Style {
    null: &'static str,
    booleans: [&'static str; 2],
    infinite: &'static str,
    not_a_number: &'static str,
    quoted: bool,
    list: [&'static str; 3],
}

const PYTHON: Style = Style {
    null: "None",
    booleans: ["False", "True"],
    infinite: "inf",
    not_a_number: "nan",
    quoted: true,
    list: ["[", ", ", "]"],
};

const JAVA: Style = Style {
    null: "null",
    booleans: ["false", "true"],
    infinite: "Infinity",
    not_a_number: "NaN",
    quoted: false,
    list: ["(", ",", ")"],
};

impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Value {}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Value) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Value) -> Ordering {
        match (self, other) {
            (Value::Boolean(a), Value::Boolean(b)) => a.cmp(b),
            (Value::Int(a), Value::Int(b)) => a.cmp(b),
            (Value::Long(a), Value::Long(b)) => a.cmp(b),
            (Value::Double(a), Value::Double(b)) => a.total_cmp(b),
            (Value::String(a), Value::String(b)) => a.cmp(b),
            (Value::List(a), Value::List(b)) => a.cmp(b),
            (a, b) => a.rank().cmp(&b.rank()),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.python())
    }
}
