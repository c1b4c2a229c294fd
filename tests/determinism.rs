//! The same run gives the same trace, byte for byte: twice in one process, and on every machine. `digests.txt` holds what a
//! native build gives; `tests/browser/determinism.test.mjs` asks the wasm build for the same.

#[path = "../examples/bench/cases.rs"]
mod cases;

use expect_test::expect_file;

#[test]
fn runs_give_the_same_trace_everywhere() {
    let digests = || (0..cases::DIGESTS).map(cases::digest).collect::<Vec<_>>().join("\n") + "\n";
    let first = digests();
    assert_eq!(first, digests());
    expect_file!["digests.txt"].assert_eq(&first);
}
