// Measures the engine in wasm and the page's frames, for `make bench`: lines `BUDGET<tab>what<tab>measured<tab>limit`.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { CHROMIUM_ARGS, chromiumPath } from "./chromium.mjs";
import { serveFolder, startLab } from "./harness.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CACHE = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
const budget = (what, measured, limit) => console.log(["BUDGET", what, measured, limit].join("\t"));
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Builds the measuring module as the page is built, and says where it lies. */
function buildModule() {
  const target = process.env.CARGO_TARGET_DIR ?? join(CACHE, "checkpoint-lab", "target-bench");
  const run = (command, args) =>
    execFileSync(command, args, { cwd: ROOT, stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, CARGO_TARGET_DIR: target } });
  run("cargo", ["build", "--locked", "--quiet", "--profile", "web", "--example", "bench_web", "--target", "wasm32-unknown-unknown"]);
  const folder = join(target, "bench-web");
  mkdirSync(folder, { recursive: true });
  const built = join(target, "wasm32-unknown-unknown", "web", "examples", "bench_web.wasm");
  run("wasm-bindgen", ["--target", "web", "--no-typescript", "--out-dir", folder, built]);
  const optimised = join(folder, "bench_web_bg.wasm");
  run("wasm-opt", [...wasmOptLevel(), "--enable-bulk-memory", "--enable-nontrapping-float-to-int", "--enable-sign-ext", "--enable-mutable-globals", "--enable-reference-types", "--enable-multivalue", optimised, "-o", optimised]);
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>bench</title>");
  return folder;
}

/** What index.html asks of wasm-opt, so that the same code is measured that the page runs. */
function wasmOptLevel() {
  return [process.env.WASM_OPT_LEVEL ?? "-O3"];
}

async function engine() {
  const server = await serveFolder(buildModule());
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: CHROMIUM_ARGS, headless: true });
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    const figures = await page.evaluate(async () => {
      const bench = await import("./bench_web.js");
      await bench.default();
      const time = (run) => {
        const begun = performance.now();
        const result = run();
        return [performance.now() - begun, result];
      };
      const rates = (trace) => Array.from({ length: 9 }, () => time(() => bench.run_busy(50_000, trace))).map(([ms, events]) => events / ms / 1e3);
      const plain = rates(false);
      const traced = rates(true);
      // Many short runs in one measurement: the browser's clock is coarse.
      const handout = Array.from({ length: 9 }, () => time(() => { for (let i = 0; i < 50; i += 1) bench.run_handout(); })[0] / 50);
      const events = bench.lay_out(50_000);
      const seeks = [];
      let position = 7;
      for (let i = 0; i < 200; i += 1) {
        position = (position * 391 + 13) % 1000;
        seeks.push(time(() => bench.seek(position))[0]);
      }
      return { plain, traced, handout, events, seeks };
    });
    budget("Engine, wasm, without trace", `${median(figures.plain).toFixed(1)} M events/s`, "≥ 5 M events/s");
    budget("Engine, wasm, with trace", `${median(figures.traced).toFixed(1)} M events/s`, "≥ 2 M events/s");
    budget("The handout lab simulated, wasm", `${median(figures.handout).toFixed(2)} ms`, "≤ 1 ms");
    budget(`Any moment of a run of ${figures.events} events, wasm`, `${median(figures.seeks).toFixed(1)} ms, at most ${Math.max(...figures.seeks).toFixed(1)} ms`, "≤ 16 ms");
  } finally {
    await browser.close();
    await server.close();
  }
}

await engine();
