//! Records as real rows with types.
//!
//! Doubles exist only as a learner's data: the engine never decides anything by one, it only carries, adds and prints
//! them, with the same IEEE arithmetic natively and in wasm.

use std::cmp::Ordering;
use std::fmt;
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
            Value::List(values) => values.iter().map(Value::size).sum::<u64>() + 1,
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
        match self {
            Value::Null => "None".into(),
            Value::Boolean(true) => "True".into(),
            Value::Boolean(false) => "False".into(),
            Value::Int(number) => number.to_string(),
            Value::Long(number) => number.to_string(),
            Value::Double(number) => format_double(*number, "inf", "nan"),
            Value::String(text) => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
            Value::List(values) => {
                format!("[{}]", values.iter().map(Value::python_repr).collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// As Java's `toString` shows it: `(tx1001,2500.0)`.
    pub fn java(&self) -> String {
        match self {
            Value::Null => "null".into(),
            Value::Boolean(flag) => flag.to_string(),
            Value::Int(number) => number.to_string(),
            Value::Long(number) => number.to_string(),
            Value::Double(number) => format_double(*number, "Infinity", "NaN"),
            Value::String(text) => text.to_string(),
            Value::List(values) => format!("({})", values.iter().map(Value::java).collect::<Vec<_>>().join(",")),
        }
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

fn format_double(number: f64, infinite: &str, not_a_number: &str) -> String {
    if number.is_nan() {
        not_a_number.into()
    } else if number.is_infinite() {
        format!("{}{infinite}", if number < 0.0 { "-" } else { "" })
    } else {
        format!("{number:?}")
    }
}

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
