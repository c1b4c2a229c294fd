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
            let mut hash: i32 = 0;
            // Keyed records come by here one by one, and most keys are plain: their bytes are their UTF-16 units.
            if text.is_ascii() {
                for byte in text.as_bytes() {
                    hash = hash.wrapping_mul(31).wrapping_add(i32::from(*byte));
                }
            } else {
                for unit in text.encode_utf16() {
                    hash = hash.wrapping_mul(31).wrapping_add(i32::from(unit));
                }
            }
            hash
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

/// The hash of a PyFlink key without a type: it travels as its pickled bytes, wrapped in the same row. A list counts as
/// its first element: PyFlink does not key by lists.
pub fn python_untyped_key_hash(value: &Value) -> i32 {
    let bytes = pickled(value);
    bytes.iter().fold(1, |hash: i32, byte| hash.wrapping_mul(31).wrapping_add(i32::from(*byte as i8))).wrapping_add(62)
}

/// `pickle.dumps(value, protocol=5)` of a scalar.
fn pickled(value: &Value) -> Vec<u8> {
    let integer = |number: i64| match (u8::try_from(number), u16::try_from(number), i32::try_from(number)) {
        (Ok(small), ..) => vec![b'K', small],
        (_, Ok(short), _) => [&[b'M'][..], &short.to_le_bytes()].concat(),
        (_, _, Ok(int)) => [&[b'J'][..], &int.to_le_bytes()].concat(),
        _ => {
            let bytes = number.to_le_bytes();
            let sign = if number < 0 { 0xFF } else { 0 };
            let fits = |len: &usize| bytes[*len..].iter().all(|byte| *byte == sign) && (bytes[len - 1] ^ sign) < 0x80;
            let len = (1..8).find(fits).unwrap_or(8);
            [&[0x8A, len as u8][..], &bytes[..len]].concat()
        }
    };
    let opcodes = match value {
        Value::Null => vec![b'N'],
        Value::Boolean(flag) => vec![if *flag { 0x88 } else { 0x89 }],
        Value::Int(number) => integer(i64::from(*number)),
        Value::Long(number) => integer(*number),
        Value::Double(number) => [&[b'G'][..], &number.to_be_bytes()].concat(),
        Value::String(text) => {
            let length = text.len() as u32;
            let head = match u8::try_from(length) {
                Ok(short) => vec![0x8C, short],
                Err(_) => [&[b'X'][..], &length.to_le_bytes()].concat(),
            };
            [&head[..], text.as_bytes(), &[0x94]].concat()
        }
        Value::List(_) => return pickled(value.column(0)),
    };
    let body = [&opcodes[..], b"."].concat();
    // Anything of four bytes or more is framed.
    let frame = if body.len() >= 4 { [&[0x95][..], &(body.len() as u64).to_le_bytes()].concat() } else { Vec::new() };
    [&[0x80, 5][..], &frame, &body].concat()
}

fn fold(bits: u64) -> i32 {
    (bits ^ (bits >> 32)) as i32
}
