// The page as such: it starts from any folder, in every look, and says something when it cannot start.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, assertNoSidewaysScroll, looks, startLab } from "./harness.mjs";

let lab;
before(async () => {
  lab = await startLab();
});
after(() => lab?.stop());

test("the page starts and shows its heading", async (t) => {
  const page = await lab.open(t);
  assert.match(await page.title(), /Checkpoint Lab/);
  assert.ok(await page.getByRole("heading", { level: 1 }).first().isVisible());
  assert.equal(await page.locator("#app > .boot").count(), 0, "the loading line is gone");
});

for (const look of looks()) {
  test(`it is accessible and fits its window: ${look.name}`, async (t) => {
    const page = await lab.open(t, look.context);
    await assertAccessible(page);
    await assertNoSidewaysScroll(page);
  });
}

test("a page that cannot start says so", async (t) => {
  const page = await lab.open(t, { wait: false, allow: [/./], query: "?", serviceWorkers: "block" });
  await page.route("**/*_bg.wasm", (route) => route.fulfill({ status: 500, body: "" }));
  await page.reload();
  await page.getByRole("alert").waitFor();
  assert.match(await page.getByRole("alert").innerText(), /could not start/);
});
