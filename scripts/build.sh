#!/usr/bin/env bash
# Builds the page, or builds and serves it.
#   build.sh            dist/, optimised: what is published
#   build.sh serve      the same on http://127.0.0.1:PORT/, built again when a source changes (PORT=8080)
#   build.sh dev        quicker to build, slower to run, with debug assertions
source "$(dirname "$0")/common.sh"
bash scripts/setup.sh build
wasm_env
# trunk reads NO_COLOR as a boolean, where the convention is that any value will do.
unset NO_COLOR
port=${PORT:-8080}

case ${1:-build} in
  build)
    quietly "Building the page into dist/" "3 min the first time, then up to 1 min" trunk build --release --offline --locked ||
      die "the page does not build; the compiler's message is above."
    ;;
  serve | dev)
    release=--release
    [ "$1" = serve ] || release=
    say "Building the page: 3 min the first time, then up to 1 min. It will be at http://127.0.0.1:$port/ (Ctrl+C stops it)."
    # shellcheck disable=SC2086
    exec trunk serve $release --offline --port "$port" --dist "$CARGO_TARGET_DIR/serve"
    ;;
  *) die "build.sh knows nothing, 'serve' and 'dev'." ;;
esac
