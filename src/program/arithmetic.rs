//! Numbers and comparisons of the function language, with Python's rules.

use crate::base::Value;
use crate::scenario::{Arithmetic, Comparison};

pub(super) fn arithmetic(operator: Arithmetic, a: &Value, b: &Value) -> Result<Value, String> {
    let sign = match operator {
        Arithmetic::Add => "+",
        Arithmetic::Subtract => "-",
        Arithmetic::Multiply => "*",
        Arithmetic::Modulo => "%",
    };
    if let (Value::String(a), Value::String(b), Arithmetic::Add) = (a, b, operator) {
        return Ok(Value::text(&format!("{a}{b}")));
    }
    if let (Some(a), Some(b)) = (integer(a), integer(b)) {
        let result = match operator {
            Arithmetic::Add => a.checked_add(b),
            Arithmetic::Subtract => a.checked_sub(b),
            Arithmetic::Multiply => a.checked_mul(b),
            Arithmetic::Modulo if b == 0 => return Err("ZeroDivisionError: integer modulo by zero".into()),
            Arithmetic::Modulo => a.checked_rem_euclid(b),
        };
        return result.map(Value::Long).ok_or_else(|| format!("OverflowError: {a} {sign} {b} needs more than 64 bits"));
    }
    match (double(a), double(b)) {
        (Some(a), Some(b)) => Ok(Value::Double(match operator {
            Arithmetic::Add => a + b,
            Arithmetic::Subtract => a - b,
            Arithmetic::Multiply => a * b,
            Arithmetic::Modulo => a.rem_euclid(b),
        })),
        _ => Err(format!("TypeError: {} {sign} {} is not defined", a.python_repr(), b.python_repr())),
    }
}

pub(super) fn compare(comparison: Comparison, a: &Value, b: &Value) -> Result<Value, String> {
    let order = match (integer(a), integer(b), double(a), double(b)) {
        (Some(a), Some(b), ..) => Some(a.cmp(&b)),
        (_, _, Some(a), Some(b)) => a.partial_cmp(&b),
        _ => Some(a.cmp(b)),
    };
    let holds = match comparison {
        Comparison::Equal => order.is_some_and(|order| order.is_eq()),
        Comparison::NotEqual => order.is_none_or(|order| order.is_ne()),
        Comparison::Less => order.is_some_and(|order| order.is_lt()),
        Comparison::LessOrEqual => order.is_some_and(|order| order.is_le()),
        Comparison::Greater => order.is_some_and(|order| order.is_gt()),
        Comparison::GreaterOrEqual => order.is_some_and(|order| order.is_ge()),
    };
    Ok(Value::Boolean(holds))
}

pub(super) fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Int(number) => Some(i64::from(*number)),
        Value::Long(number) => Some(*number),
        _ => None,
    }
}

fn double(value: &Value) -> Option<f64> {
    match value {
        Value::Double(number) => Some(*number),
        other => integer(other).map(|number| number as f64),
    }
}
