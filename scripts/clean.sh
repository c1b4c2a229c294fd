#!/usr/bin/env bash
# Removes what was built for this checkout. The tools, and what other checkouts have built, stay in the cache folder.
source "$(dirname "$0")/common.sh"
for kind in native wasm; do rm -rf "$(target_path "$kind")"; done
rm -rf dist target tests/browser/shots
[ ! -L tests/browser/node_modules ] || rm tests/browser/node_modules
say "Removed. The tools are kept in $CACHE: delete that folder to remove them too."
