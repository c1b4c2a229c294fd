#!/usr/bin/env bash
# Measures what the page promises and writes it into README.md, between the two `budgets` comments.
#
# Whoever has something to measure prints lines of this form, and they are gathered from all four places:
#   BUDGET<tab>what is measured<tab>measured<tab>limit
#   1. tests/browser/size.mjs       how much a first visit downloads
#   2. the example `bench`          the engine, native
#   3. benches/peers                the same pipeline in SimPy and NeXosim
#   4. tests/browser/bench.mjs      the page in Chromium
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
peers() {
  local records=50000 ours simpy nexosim venv=$CACHE/tools/simpy-4.1.2
  ours=$(awk -F '\t' '$2 == "Engine, native, without trace" { print $3 + 0 }' "$lines")
  if [ ! -x "$venv/bin/python" ] && have python3; then
    python3 -m venv "$venv" && "$venv/bin/pip" install --quiet simpy==4.1.2 || rm -rf "$venv"
  fi
  peer() { printf 'BUDGET\tThe same pipeline as plain events in %s\t%s M events/s, a %s of ours\t—\n' "$1" "$2" "$(awk -v a="$2" -v b="$ours" 'BEGIN { printf "%.2f", a / b }')"; }
  if simpy=$("$venv/bin/python" benches/peers/simpy_pipeline.py $records); then peer "SimPy 4.1.2" "$simpy"; fi
  if nexosim=$(cd benches/peers/nexosim && CARGO_TARGET_DIR=$CACHE/target/peers cargo run --locked --release --quiet -- $records); then peer "NeXosim 1.0.0" "$nexosim"; fi
}
if [ -d benches/peers ]; then measure "Other simulators, in the same run" peers; fi
if [ -f tests/browser/bench.mjs ]; then
  page() { (wasm_env && node tests/browser/bench.mjs); }
  measure "The page in Chromium" page
fi
node scripts/budgets.mjs README.md <"$lines"
[ -z "$over" ] || die "a limit is passed, or something could not be measured; the table in README.md has the figures."
