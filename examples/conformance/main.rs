//! Holds recorded runs of real Flink against the engine.
//!
//! `cargo run --release --example conformance -- DIR` takes a folder of recordings (default: `tests/flink`), prints one
//! line a case — `pass`, `FAIL` with the first difference, or `waits` with the missing feature — and at the end
//! `N passed, N failed, N skipped`. It ends with status 1 when something failed.

use std::path::PathBuf;
use std::process::ExitCode;

mod suite;

use suite::Verdict;

fn main() -> ExitCode {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/flink");
    let root = std::env::args().nth(1).map_or_else(|| PathBuf::from(default), PathBuf::from);
    let lines = match suite::check_all(&root, |line| println!("{line}")) {
        Ok(lines) => lines,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    let count = |kind: fn(&Verdict) -> bool| lines.iter().filter(|line| kind(&line.verdict)).count();
    let passed = count(|verdict| matches!(verdict, Verdict::Pass(_)));
    let failed = count(|verdict| matches!(verdict, Verdict::Fail(_)));
    let skipped = count(|verdict| matches!(verdict, Verdict::Waits(_)));
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    if failed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
