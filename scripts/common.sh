# shellcheck shell=bash
# Read by every script here: where things are kept, how a step is announced, how a failure is told.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$ROOT"

# Tools and build folders live outside the checkout, so that a fresh clone on a machine that has built before is quick.
CACHE=${CHECKPOINT_LAB_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/checkpoint-lab}
LOGS=$CACHE/logs
mkdir -p "$LOGS"

# rustup's cargo is not on the PATH of a shell that was open before rustup was installed.
command -v cargo >/dev/null || PATH=${CARGO_HOME:-${HOME:-/root}/.cargo}/bin:$PATH
export PATH

say() { printf '%s\n' "$*"; }
die() { printf '\nStopped: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# quietly WHAT HOW_LONG COMMAND… : one plain line, the output into a log, its end shown if the command fails.
quietly() {
  local what=$1 howlong=$2 log start status=0
  shift 2
  log=$LOGS/$(printf '%s' "$what" | tr -cs 'A-Za-z0-9' '-' | cut -c1-60).log
  start=$SECONDS
  printf '• %s (%s) … ' "$what" "$howlong"
  "$@" >"$log" 2>&1 </dev/null || status=$?
  if [ "$status" = 0 ]; then
    printf 'done in %d s\n' $((SECONDS - start))
  else
    printf 'failed after %d s\n' $((SECONDS - start))
    tail -n 25 "$log" | sed 's/^/    /'
    say "    (all of it: $log)"
  fi
  return "$status"
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif have sudo; then sudo "$@"
  else return 127
  fi
}

# One `apt-get update` a run at most, and only if something has to be installed.
apt_updated=
apt_install() {
  have apt-get || return 127
  if [ -z "$apt_updated" ]; then
    quietly "Asking for the list of packages" "10 s" as_root apt-get update || true
    apt_updated=yes
  fi
  quietly "Installing with apt: $*" "up to 1 min" \
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}

# The version of a package in Cargo.lock.
locked_version() {
  awk -v name="\"$1\"" '$1 == "name" { hit = ($3 == name) } hit && $1 == "version" { gsub(/"/, "", $3); print $3; exit }' Cargo.lock
}

# Where target_dir is, or would be.
target_path() { printf '%s/target/%s-%s' "$CACHE" "$1" "$(printf '%s' "$ROOT" | cksum | cut -d' ' -f1)"; }

# target_dir KIND: the cargo build folder of this checkout, made from another checkout's on first use: its compiled
# dependencies are the same, and only this crate has to be compiled again. Two checkouts never share one folder: cargo
# judges this crate's freshness by file times and would take one checkout's build for the other's.
target_dir() {
  local base=$CACHE/target mine donor='' other
  mine=$(target_path "$1")
  if [ ! -f "$mine/.checkout" ]; then
    mkdir -p "$base"
    # shellcheck disable=SC2045 # the newest first, and the names are our own
    for other in $(ls -td "$base/$1"-*/ 2>/dev/null); do
      [ -f "$other/.checkout" ] && donor=${other%/} && break
    done
    if [ -n "$donor" ] && [ ! -d "$(cat "$donor/.checkout")" ]; then
      mv "$donor" "$mine"
    else
      mkdir -p "$mine"
      # A fingerprint is written after what it speaks of: copied first, it never speaks of what was not there yet.
      [ -z "$donor" ] || (
        cd "$donor"
        find . -type d -name .fingerprint -print0 | xargs -0 -r cp -a --parents -t "$mine"
        find . -maxdepth 3 -type d \( -name deps -o -name build \) -print0 | xargs -0 -r cp -a --reflink=auto --parents -t "$mine"
        cp -a .rustc_info.json "$mine" 2>/dev/null || true
      )
    fi
    find "$mine" -path '*/.fingerprint/checkpoint-lab-*' -prune -exec rm -rf {} +
    printf '%s\n' "$ROOT" >"$mine/.checkout"
  fi
  # Folders of checkouts that are gone would only fill the disk.
  for other in "$base"/*/; do
    [ ! -f "$other/.checkout" ] || [ -d "$(cat "$other/.checkout")" ] || rm -rf "$other"
  done
  printf '%s\n' "$mine"
}

has_example() { [ -f "examples/$1.rs" ] || [ -f "examples/$1/main.rs" ]; }

# The environment in which the page is built: the compiler that knows wasm32, and trunk, wasm-bindgen, wasm-split-cli and wasm-opt on PATH.
wasm_env() {
  local dir
  for dir in "$CACHE"/bin "$CACHE/tools/trunk-$TRUNK_VERSION/bin" "$CACHE/tools/wasm-split-cli-$WASM_SPLIT_VERSION/bin" "$CACHE/tools/wasm-bindgen-$(locked_version wasm-bindgen)/bin" "$ROOT/tests/browser/node_modules/.bin"; do
    [ ! -d "$dir" ] || PATH=$dir:$PATH
  done
  export PATH
  if [ -s "$CACHE/wasm-toolchain" ]; then
    RUSTUP_TOOLCHAIN=$(cat "$CACHE/wasm-toolchain")
    export RUSTUP_TOOLCHAIN
  fi
  CARGO_TARGET_DIR=$(target_dir wasm)
  export CARGO_TARGET_DIR
}

TRUNK_VERSION=0.21.14
WASM_SPLIT_VERSION=0.2.4
