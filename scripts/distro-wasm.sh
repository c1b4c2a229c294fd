#!/usr/bin/env bash
# A compiler for wasm32 without rustup's downloads: the distribution's rustc, and a standard library built once from the
# sources that the distribution ships with it. Nothing outside the cache folder is changed but the packages and one
# `rustup toolchain link`. Called by setup.sh.
source "$(dirname "$0")/common.sh"
NAME=checkpoint-lab-distro

newest_enough() { # the crate's rust-version against a compiler's
  local want got
  want=$(sed -n 's/^rust-version *= *"\(.*\)"/\1/p' Cargo.toml)
  got=$("$1" -V 2>/dev/null | cut -d' ' -f2)
  [ -n "$got" ] && [ "$(printf '%s\n' "$want" "$got" | sort -V | head -n 1)" = "$want" ]
}

have rustup || die "rustup is needed to use the distribution's compiler beside yours. Install it from https://rustup.rs."

# Debian keeps the compiler that its browsers are built with as rustc-web, newer than its rustc.
if ! newest_enough /usr/bin/rustc || ! [ -f /usr/lib/rustlib/src/rust/library/std/Cargo.toml ] || ! [ -x /usr/bin/clippy-driver ]; then
  apt_install rustc-web cargo-web rust-web-src rust-web-clippy ||
    apt_install rustc cargo rust-src rust-clippy ||
    die "neither rustup nor apt could give a compiler with the wasm32 target. With a network: rustup target add wasm32-unknown-unknown."
  newest_enough /usr/bin/rustc || die "the distribution's rustc is older than this project needs ($(/usr/bin/rustc -V)). With a network: rustup target add wasm32-unknown-unknown."
fi

version=$(/usr/bin/rustc -vV)
release=$(sed -n 's/^release: //p' <<<"$version")
host=$(sed -n 's/^host: //p' <<<"$version")
llvm=$(sed -n 's/^LLVM version: \([0-9]*\).*/\1/p' <<<"$version")
lld=/usr/bin/wasm-ld-$llvm
[ -x "$lld" ] || apt_install "lld-$llvm" || die "the linker lld-$llvm, which belongs to rustc $release, could not be installed."

# A toolchain folder of our own: the distribution's compiler with another sysroot. The version is in its name, so that a new
# compiler is a new folder, and cargo builds everything anew.
home=$CACHE/distro-rust-$release-llvm$llvm
if [ ! -f "$home/.complete" ]; then
  rm -rf "$home"
  mkdir -p "$home/bin" "$home/lib/rustlib/wasm32-unknown-unknown/lib" "$home/lib/rustlib/$host"
  ln -s "/usr/lib/rustlib/$host/lib" "$home/lib/rustlib/$host/lib"
  mkdir "$home/lib/rustlib/$host/bin"
  ln -s "/usr/bin/lld-$llvm" "$home/lib/rustlib/$host/bin/rust-lld"
  ln -s /usr/lib/rustlib/src "$home/lib/rustlib/src"
  printf '#!/bin/sh\nexec /usr/bin/rustc --sysroot "%s" "$@"\n' "$home" >"$home/bin/rustc"
  printf '#!/bin/sh\nSYSROOT="%s" exec /usr/bin/clippy-driver "$@"\n' "$home" >"$home/bin/clippy-driver"
  chmod +x "$home/bin/rustc" "$home/bin/clippy-driver"
  ln -s /usr/bin/cargo /usr/bin/cargo-clippy "$home/bin/"
fi
rustup toolchain link "$NAME" "$home" >/dev/null 2>&1

if [ ! -f "$home/.complete" ]; then
  # Any crate will do to have the library built; an empty target folder, for two copies of one library break every build.
  empty=$(mktemp -d)
  trap 'rm -rf "$empty"' EXIT
  mkdir "$empty/src"
  printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2024"\n[workspace]\n' >"$empty/Cargo.toml"
  printf '#![no_std]\n' >"$empty/src/lib.rs"
  quietly "Building Rust's standard library for wasm32 with rustc $release" "1 min, once" \
    env RUSTUP_TOOLCHAIN="$NAME" RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Cembed-bitcode=yes CARGO_TARGET_DIR="$empty/target" \
    cargo build --manifest-path "$empty/Cargo.toml" --release -Z build-std=std,panic_abort,proc_macro,test --target wasm32-unknown-unknown ||
    die "the standard library for wasm32 could not be built."
  for library in "$empty"/target/wasm32-unknown-unknown/release/deps/*.rlib; do
    case $(basename "$library") in libempty-*) ;; *) cp "$library" "$home/lib/rustlib/wasm32-unknown-unknown/lib/" ;; esac
  done
  touch "$home/.complete"
fi
printf '%s\n' "$NAME" >"$CACHE/wasm-toolchain"
