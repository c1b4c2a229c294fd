//! Keys, hashes and key groups (KG-1 to KG-5). The recorded keys are compared in `tests/conformance.rs`; here are vectors
//! from Flink's own classes and what must hold for every key.

use checkpoint_lab::base::{KeyGroup, Value};
use checkpoint_lab::graph::{
    default_max_parallelism, java_hash, key_group, key_group_range, murmur, python_key_hash, python_untyped_key_hash,
    subtask_of,
};
use proptest::prelude::*;

/// Hash, murmur, key group of 128, subtasks at parallelism 4 and 3.
fn vector(key: &Value) -> (i32, i32, u16, u32, u32) {
    let hash = java_hash(key);
    let group = key_group(hash, 128);
    (hash, murmur(hash), group.0, subtask_of(group, 4, 128), subtask_of(group, 3, 128))
}

/// KG-1, KG-4.
#[test]
fn keys_hash_as_in_flink() {
    let text = Value::text;
    let pair = |a: Value, b: Value| Value::list(vec![a, b]);
    for (key, wanted) in [
        (Value::Int(0), (0, 593689054, 94, 2, 2)),
        (Value::Long(0), (0, 593689054, 94, 2, 2)),
        (text(""), (0, 593689054, 94, 2, 2)),
        (Value::Double(0.0), (0, 593689054, 94, 2, 2)),
        (Value::Int(1), (1, 68075478, 86, 2, 2)),
        (Value::Long(1), (1, 68075478, 86, 2, 2)),
        (Value::Int(-1), (-1, 1982413648, 80, 2, 1)),
        (Value::Long(-1), (0, 593689054, 94, 2, 2)),
        (Value::Int(42), (42, 1134849565, 29, 0, 0)),
        (Value::Long(4294967296), (1, 68075478, 86, 2, 2)),
        (Value::Long(123456789012), (-1097262584, 723049339, 123, 3, 2)),
        (Value::Int(i32::MIN), (i32::MIN, 1718298732, 108, 3, 2)),
        (text("a"), (97, 1455541201, 81, 2, 1)),
        (text("hello"), (99162322, 1715862179, 35, 1, 0)),
        (text("tx1001"), (-861655836, 1408270960, 112, 3, 2)),
        (text("tx1005"), (-861655832, 248574503, 39, 1, 0)),
        (text("사용자"), (49028019, 2021470984, 8, 0, 0)),
        (text("user-1"), (-836031825, 1662039673, 121, 3, 2)),
        (Value::Boolean(true), (1231, 1090530765, 77, 2, 1)),
        (Value::Boolean(false), (1237, 1530821891, 3, 0, 0)),
        (Value::Double(1.0), (1072693248, 1409882055, 71, 2, 1)),
        (Value::Double(-0.0), (i32::MIN, 1718298732, 108, 3, 2)),
        (Value::Double(2500.0), (1084459008, 1017970924, 108, 3, 2)),
        (Value::Double(f64::NAN), (2146959360, 1585394089, 41, 1, 0)),
        (pair(text("a"), Value::Int(1)), (3008, 1123382429, 29, 0, 0)),
        (pair(text("tx1001"), Value::Double(2500.0)), (142931868, 927393044, 20, 0, 0)),
        (Value::list(vec![Value::Int(1), Value::Long(2), text("z")]), (1145, 1749392017, 17, 0, 0)),
    ] {
        assert_eq!(vector(&key), wanted, "{}", key.java());
    }
}

/// KG-2.
#[test]
fn murmur_of_small_numbers() {
    let wanted = [
        593689054, 68075478, 1085422463, 847579505, 1889779975, 236698494, 975490194, 1343918321, 1822472975,
        101886131, 848998979, 1037846502, 497652786,
    ];
    assert_eq!((0..13).map(murmur).collect::<Vec<_>>(), wanted);
}

/// KG-5.
#[test]
fn max_parallelism_is_derived_as_in_flink() {
    let derived = [1, 85, 86, 170, 171, 200, 20_000].map(default_max_parallelism);
    assert_eq!(derived, [128, 128, 256, 256, 256, 512, 32_768]);
}

/// KG-3.
#[test]
fn ranges_of_uneven_parallelisms() {
    let ranges = |parallelism, max| -> Vec<(u16, u16)> {
        let range = |index| key_group_range(index, parallelism, max);
        (0..parallelism).map(|index| (*range(index).start(), *range(index).end())).collect()
    };
    assert_eq!(ranges(3, 128), [(0, 42), (43, 85), (86, 127)]);
    assert_eq!(ranges(5, 128), [(0, 25), (26, 51), (52, 76), (77, 102), (103, 127)]);
    assert_eq!(ranges(3, 10), [(0, 3), (4, 6), (7, 9)]);
}

/// KG-4.
#[test]
fn python_keys_hash_as_rows() {
    assert_eq!(python_key_hash(&Value::Long(0)), 62);
    assert_eq!(python_key_hash(&Value::text("c")), 161);
    let subtask = |key: &Value| subtask_of(key_group(python_untyped_key_hash(key), 128), 4, 128);
    assert_eq!([subtask(&Value::text("tx1001")), subtask(&Value::text("부산"))], [2, 1]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Every key group belongs to exactly the subtask in whose range it lies.
    #[test]
    fn ranges_part_the_key_groups(parallelism in 1u32..=64, max in 1u32..=4_096) {
        prop_assume!(parallelism <= max);
        let mut next = 0;
        for index in 0..parallelism {
            for group in key_group_range(index, parallelism, max) {
                prop_assert_eq!(u32::from(group), next);
                prop_assert_eq!(subtask_of(KeyGroup(group), parallelism, max), index);
                next += 1;
            }
        }
        prop_assert_eq!(next, max);
    }

    #[test]
    fn a_group_is_below_the_maximum(hash: i32, max in 1u32..=32_768) {
        prop_assert!(murmur(hash) >= 0);
        prop_assert!(u32::from(key_group(hash, max).0) < max);
    }
}
