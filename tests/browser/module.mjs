// Builds examples/bench_web.rs, the library as a bare wasm module, for what is asked of it outside the page.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { wasmOpt } from "../../scripts/wasm-opt.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CACHE = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");

/** Builds the measuring module as the page is built, and says where it lies. */
export function buildModule() {
  const target = process.env.CARGO_TARGET_DIR ?? join(CACHE, "checkpoint-lab", "target-bench");
  const run = (command, args) =>
    execFileSync(command, args, { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, CARGO_TARGET_DIR: target } });
  run("cargo", ["build", "--locked", "--quiet", "--profile", "web", "--example", "bench_web", "--target", "wasm32-unknown-unknown"]);
  const folder = join(target, "bench-web");
  mkdirSync(folder, { recursive: true });
  const built = join(target, "wasm32-unknown-unknown", "web", "examples", "bench_web.wasm");
  run("wasm-bindgen", ["--target", "web", "--no-typescript", "--out-dir", folder, built]);
  run("wasm-opt", wasmOpt(join(folder, "bench_web_bg.wasm")));
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>bench</title>");
  return folder;
}
