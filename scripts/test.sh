#!/usr/bin/env bash
# Everything that has to hold before a change is taken: format, lints, native tests, the runs recorded from real Flink, the
# page's build, and the page in a real browser. All of it is run even after a failure; the last line sums it up.
source "$(dirname "$0")/common.sh"
started=$SECONDS
passed=0 failed=0 skipped=0
out=$(mktemp)
trap 'rm -f "$out"' EXIT

# Adds up the lines in which the runners sum up: cargo test's, node's, and the plain one.
add_up() {
  local sums
  sums=$(awk '
    /^test result:/ { for (i = 1; i < NF; i++) { if ($(i+1) ~ /^passed/) p += $i; if ($(i+1) ~ /^failed/) f += $i; if ($(i+1) ~ /^ignored/) s += $i } }
    /^([#ℹ]|ℹ) (pass|fail|cancelled|skipped|todo) [0-9]+$/ { if ($2 == "pass") p += $3; else if ($2 == "fail" || $2 == "cancelled") f += $3; else s += $3 }
    /^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$/ { p += $1; f += $3; s += $5 }
    END { print p + 0, f + 0, s + 0 }' "$out")
  read -r p f s <<<"$sums"
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

# gate WHAT HOW_LONG COMMAND… : a check without tests of its own. A failure counts as one.
gate() { quietly "$@" || { failed=$((failed + 1)); return 1; }; }

# suite WHAT HOW_LONG COMMAND… : a test runner, seen as it runs. One that fails without naming a failed test counts as one.
suite() {
  local what=$1 howlong=$2 start=$SECONDS before=$failed status=0
  shift 2
  say "• $what ($howlong)"
  "$@" 2>&1 </dev/null | tee "$out" | sed 's/^/    /' || status=$?
  add_up
  if [ "$status" != 0 ] && [ "$failed" = "$before" ]; then failed=$((failed + 1)); fi
  say "  $what: $([ "$status" = 0 ] && echo "done" || echo FAILED) in $((SECONDS - start)) s"
}

# A compiler newer than these may have lints that nobody has seen yet: they are shown, and do not fail anyone's tests.
lints() {
  case $(rustc -V) in "rustc 1.95."* | "rustc 1.96."*) echo "-Dwarnings" ;; *) echo "-Wwarnings" ;; esac
}

native() {
  CARGO_TARGET_DIR=$(target_dir native)
  export CARGO_TARGET_DIR
}

lint() {
  gate "Checking the format (make fmt mends it)" "2 s" cargo fmt --check -- --color never || true
  (native; quietly "Lints of the library, tests and examples" "1 min the first time" cargo clippy --locked --all-targets -- "$(lints)") || failed=$((failed + 1))
  (wasm_env; quietly "Lints of the page" "1 min the first time" cargo clippy --locked --target wasm32-unknown-unknown --lib --bins -- "$(lints)") || failed=$((failed + 1))
}

bash scripts/setup.sh test
lint
if [ "${1:-}" = lint ]; then
  [ "$failed" = 0 ] || die "$failed of the checks failed."
  exit 0
fi

if (native; quietly "Compiling the tests" "1 min the first time" cargo test --locked --no-run); then
  tests() { (native; cargo test --locked --quiet --no-fail-fast); }
  suite "Native tests" "up to 2 min" tests
else
  failed=$((failed + 1))
fi
if has_example conformance && [ -d tests/flink ]; then
  if (native; quietly "Compiling the comparison with real Flink" "1 min the first time" cargo build --locked --release --example conformance); then
    conformance() { (native; cargo run --locked --release --quiet --example conformance -- tests/flink); }
    suite "Runs recorded from real Flink" "up to 1 min" conformance
  else
    failed=$((failed + 1))
  fi
fi
if bash scripts/build.sh; then
  browser() {
    (wasm_env; node --test --test-concurrency=2 --test-reporter=spec tests/browser/*.test.mjs)
  }
  suite "The page in a browser" "1 min" browser
else
  failed=$((failed + 1))
fi

say "All of it took $((SECONDS - started)) s."
say "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
