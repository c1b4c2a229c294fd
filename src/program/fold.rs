//! Putting values together: the reduce and aggregate functions of windows, running results and reducing state.

use super::arithmetic::{arithmetic, compare};
use crate::base::Value;
use crate::scenario::{Arithmetic, Comparison, Fold};

impl Fold {
    /// The accumulator of one value.
    pub(super) fn first(self, value: &Value) -> Value {
        match self {
            Fold::Count => Value::Long(1),
            Fold::Sum | Fold::Min | Fold::Max => value.clone(),
            Fold::Average => Value::list(vec![value.clone(), Value::Long(1)]),
        }
    }

    /// Two accumulators as one.
    pub(super) fn merge(self, a: &Value, b: &Value) -> Result<Value, String> {
        let better = |comparison| {
            let kept = compare(comparison, b, a)? == Value::Boolean(true);
            Ok(if kept { b.clone() } else { a.clone() })
        };
        match self {
            Fold::Count | Fold::Sum => Fold::add(a, b),
            Fold::Min => better(Comparison::Less),
            Fold::Max => better(Comparison::Greater),
            Fold::Average => {
                let part = |at: usize| Fold::add(a.column(at), b.column(at));
                Ok(Value::list(vec![part(0)?, part(1)?]))
            }
        }
    }

    /// An accumulator with one value more.
    pub(super) fn and(self, accumulator: Option<&Value>, value: &Value) -> Result<Value, String> {
        match accumulator {
            None => Ok(self.first(value)),
            Some(accumulator) => self.merge(accumulator, &self.first(value)),
        }
    }

    /// What comes out of an accumulator.
    pub(super) fn result(self, accumulator: &Value) -> Value {
        let double = |value: &Value| match value {
            Value::Int(number) => f64::from(*number),
            Value::Long(number) => *number as f64,
            Value::Double(number) => *number,
            _ => f64::NAN,
        };
        match self {
            Fold::Average => Value::Double(double(accumulator.column(0)) / double(accumulator.column(1))),
            _ => accumulator.clone(),
        }
    }

    /// The sum keeps the type of its parts where the function language would widen it.
    fn add(a: &Value, b: &Value) -> Result<Value, String> {
        let sum = arithmetic(Arithmetic::Add, a, b)?;
        Ok(match (a, b, &sum) {
            (Value::Int(_), Value::Int(_), Value::Long(number)) => Value::Int(*number as i32),
            _ => sum,
        })
    }
}

/// A row with another value in a column.
pub(super) fn with_column(row: &Value, column: usize, value: Value) -> Value {
    match row {
        Value::List(columns) => {
            let mut columns = columns.to_vec();
            if let Some(place) = columns.get_mut(column) {
                *place = value;
            }
            Value::list(columns)
        }
        _ => value,
    }
}
