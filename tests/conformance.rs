//! The runs recorded from real Flink, in `tests/flink`. The whole report stands here, so that a case which starts to wait,
//! or is compared more loosely, is seen.

use std::path::Path;

use expect_test::expect_file;

#[path = "../examples/conformance/suite/mod.rs"]
mod suite;

#[test]
fn every_recorded_run_agrees_or_waits() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/flink");
    let lines = suite::check_all(&root, |_| {}).expect("the recordings can be read");
    let report: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let failed: Vec<String> = lines.iter().map(ToString::to_string).filter(|line| line.starts_with("FAIL")).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    expect_file!["flink/report.txt"].assert_eq(&report);
}
