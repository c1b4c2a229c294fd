#!/usr/bin/env bash
# Builds the page and takes its pictures into tests/browser/shots/. Arguments go to tests/browser/shoot.mjs.
source "$(dirname "$0")/common.sh"
bash scripts/setup.sh test
bash scripts/build.sh
wasm_env
exec node tests/browser/shoot.mjs "$@"
