#!/usr/bin/env bash
# Tries the properties of tests/properties.rs on far more random runs than `make test` does, others each time. A run that
# breaks one is made as small as possible and written into a file that the page opens.
#   SEED=7 make soak    the same runs again
#   CASES=500 make soak so many runs for each property
source "$(dirname "$0")/common.sh"
have cargo || die "there is no Rust here. Install it from https://rustup.rs and run this again."
seed=${SEED:-$(date +%s)}
cases=${CASES:-20000}
say "• $cases random runs for each property, SEED=$seed (20 min)"
CARGO_TARGET_DIR=$(target_dir native)
export CARGO_TARGET_DIR PROPTEST_CASES=$cases PROPTEST_RNG_SEED=$seed
cargo test --locked --release --test properties
