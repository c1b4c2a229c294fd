#!/usr/bin/env bash
# Measures what the page promises and writes it into README.md, between the two `budgets` comments.
#
# Whoever has something to measure prints lines of this form, and they are gathered from all three places:
#   BUDGET<tab>what is measured<tab>measured<tab>limit
#   1. tests/browser/size.mjs       how much a first visit downloads
#   2. the example `bench`          the engine, native
#   3. tests/browser/bench.mjs      the page in Chromium
source "$(dirname "$0")/common.sh"
bash scripts/setup.sh test
bash scripts/build.sh
lines=$(mktemp)
over=
trap 'rm -f "$lines"' EXIT

measure() { # measure WHAT COMMAND…
  say "• $1"
  shift
  "$@" </dev/null | tee -a "$lines" | sed 's/^/    /' || over=yes
}

measure "What a first visit downloads" node tests/browser/size.mjs
if has_example bench; then
  native() { (CARGO_TARGET_DIR=$(target_dir native) && export CARGO_TARGET_DIR && cargo run --locked --release --quiet --example bench); }
  measure "The engine, native" native
fi
if [ -f tests/browser/bench.mjs ]; then
  page() { (wasm_env && node tests/browser/bench.mjs); }
  measure "The page in Chromium" page
fi
node scripts/budgets.mjs README.md <"$lines"
[ -z "$over" ] || die "a limit is passed, or something could not be measured; the table in README.md has the figures."
