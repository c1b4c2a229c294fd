//! Keys, hashes and key groups (KG-1 to KG-5). Flink: `KeyGroupRangeAssignment`, `MathUtils`.

use std::ops::RangeInclusive;

use crate::base::{KeyGroup, Value};

/// The key group of a key's hash (KG-1).
pub fn key_group(hash: i32, max_parallelism: u32) -> KeyGroup {
    KeyGroup((murmur(hash) as u32 % max_parallelism) as u16)
}

/// The subtask that owns a key group (KG-1).
pub fn subtask_of(group: KeyGroup, parallelism: u32, max_parallelism: u32) -> u32 {
    u32::from(group.0) * parallelism / max_parallelism
}

/// The key groups of subtask `index` (KG-3).
pub fn key_group_range(index: u32, parallelism: u32, max_parallelism: u32) -> RangeInclusive<u16> {
    let start = (index * max_parallelism).div_ceil(parallelism);
    let end = ((index + 1) * max_parallelism - 1) / parallelism;
    start as u16..=end as u16
}

/// The maximum parallelism that Flink derives (KG-5).
pub fn default_max_parallelism(parallelism: u32) -> u32 {
    (parallelism + parallelism / 2).next_power_of_two().clamp(128, 32_768)
}

/// Flink's murmur hash of a 32-bit code (KG-2); never negative.
pub fn murmur(code: i32) -> i32 {
    let mut code = (code as u32).wrapping_mul(0xCC9E_2D51).rotate_left(15).wrapping_mul(0x1B87_3593).rotate_left(13);
    code = code.wrapping_mul(5).wrapping_add(0xE654_6B64);
    code ^= 4;
    code ^= code >> 16;
    code = code.wrapping_mul(0x85EB_CA6B);
    code ^= code >> 13;
    code = code.wrapping_mul(0xC2B2_AE35);
    code ^= code >> 16;
    match code as i32 {
        i32::MIN => 0,
        code => code.abs(),
    }
}

/// Java's `hashCode` of a value (KG-4). A list hashes as a Java tuple.
pub fn java_hash(value: &Value) -> i32 {
    match value {
        Value::Null => 0,
        Value::Boolean(true) => 1231,
        Value::Boolean(false) => 1237,
        Value::Int(number) => *number,
        Value::Long(number) => fold(*number as u64),
        Value::Double(number) if number.is_nan() => fold(0x7ff8_0000_0000_0000),
        Value::Double(number) => fold(number.to_bits()),
        Value::String(text) => {
            text.encode_utf16().fold(0, |hash: i32, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
        }
        Value::List(values) => {
            let mut hashes = values.iter().map(java_hash);
            let first = hashes.next().unwrap_or(0);
            hashes.fold(first, |hash, next| hash.wrapping_mul(31).wrapping_add(next))
        }
    }
}

/// The hash of a typed PyFlink key: it travels wrapped in a row of one field, which adds 62 (recorded in
/// `tests/flink/h2_pyflink_keyby`).
pub fn python_key_hash(value: &Value) -> i32 {
    java_hash(value).wrapping_add(62)
}

fn fold(bits: u64) -> i32 {
    (bits ^ (bits >> 32)) as i32
}
