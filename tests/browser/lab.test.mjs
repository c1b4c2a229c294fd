// The lab from its first moment to a mended run, as a visitor would go through it, in both languages.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, startLab } from "./harness.mjs";

let lab;
before(async () => {
  lab = await startLab();
});
after(() => lab?.stop());

const slider = (page) => page.locator("[role=slider].track");
const now = async (page) => Number(await slider(page).getAttribute("aria-valuenow"));
const counts = async (page) => (await page.locator(".console-counts").innerText()).match(/\d+/g).map(Number);
const printed = async (page) => (await page.locator(".console-rows").innerText()).match(/\['tx\d+', [\d.]+\]/g) ?? [];

/** Waits until what the browser's database holds, as text, has all of `parts`. */
const stored = (page, ...parts) =>
  page.waitForFunction(async (parts) => {
    const ask = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    let text = "";
    for (const { name } of await indexedDB.databases()) {
      const database = await ask(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        text += JSON.stringify(await ask(database.transaction(store).objectStore(store).getAll()));
      }
      database.close();
    }
    return parts.every((part) => text.includes(part));
  }, parts);

for (const locale of ["en-US", "ko-KR"]) {
  test(`the lab is played to FAILED, gone back in, mended, and found again: ${locale}`, async (t) => {
    const page = await lab.open(t, { locale });
    await page.locator(".transport .speed").selectOption("5000");
    await page.locator(".transport .play").click();
    const end = Number(await slider(page).getAttribute("aria-valuemax"));
    await page.waitForFunction((end) => Number(document.querySelector("[role=slider].track").getAttribute("aria-valuenow")) >= end, end);
    await page.getByText("FAILED", { exact: true }).first().waitFor();
    assert.deepEqual((await counts(page)).slice(0, 2), [16, 12], "printed rows and duplicates");
    const lines = await printed(page);
    assert.equal(lines.filter((line) => line === "['tx1001', 2500.0]").length, 4);
    assert.ok(!lines.some((line) => line.includes("tx1005")), "the fifth record is never printed");

    /** Presses a key and says where that leads. */
    const goes = async (key) => {
      const before = await now(page);
      await page.keyboard.press(key);
      await page.waitForFunction((before) => Number(document.querySelector("[role=slider].track").getAttribute("aria-valuenow")) !== before, before);
      return now(page);
    };
    const start = await goes("Home");
    const failure = await goes("f");
    assert.ok(start < failure && failure < end);
    assert.ok((await goes("ArrowLeft")) < failure);
    assert.deepEqual((await counts(page)).slice(0, 2), [4, 0]);

    const moment = await now(page);
    await page.locator("#tab-settings").click();
    const result = page.locator(".figure dd").first();
    assert.equal(await result.innerText(), "FAILED");
    const choice = page.locator("#f-operators-1--kind-function");
    await choice.selectOption({ index: 1 });
    await page.waitForFunction(() => document.querySelector(".figure dd").innerText === "FINISHED");
    assert.equal(await now(page), moment, "the moment stays in view");

    await page.locator(".transport").getByRole("button").last().click();
    assert.deepEqual((await counts(page)).slice(0, 2), [16, 4]);
    await assertAccessible(page);
    const finished = await now(page);
    await stored(page, "failed_once");

    await page.reload();
    await page.locator("#app:not(:has(> .boot)) h1").first().waitFor();
    await page.waitForFunction((at) => Number(document.querySelector("[role=slider].track")?.getAttribute("aria-valuenow")) === at, finished);
    assert.deepEqual((await counts(page)).slice(0, 2), [16, 4]);
    await page.locator("#tab-settings").click();
    assert.equal(await page.locator(".figure dd").first().innerText(), "FINISHED");
  });
}
