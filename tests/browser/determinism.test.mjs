// The wasm build gives the same traces as the native one, byte for byte: tests/determinism.rs wrote down what those are.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { CHROMIUM_ARGS, chromiumPath } from "./chromium.mjs";
import { serveFolder } from "./harness.mjs";
import { buildModule } from "./module.mjs";

let server;
let browser;

before(async () => {
  server = await serveFolder(buildModule());
  browser = await chromium.launch({ executablePath: chromiumPath(), args: CHROMIUM_ARGS, headless: true });
});

after(async () => {
  await browser?.close();
  await server?.close();
});

test("runs give the same trace in wasm as natively", async () => {
  const expected = (await readFile(new URL("../digests.txt", import.meta.url), "utf8")).trim().split("\n");
  const page = await browser.newPage();
  await page.goto(server.url);
  const got = await page.evaluate(async (count) => {
    const module = await import("./bench_web.js");
    await module.default();
    return Array.from({ length: count }, (_, number) => module.digest(number));
  }, expected.length);
  assert.deepEqual(got, expected);
});
