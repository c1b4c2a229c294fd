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

test("a first visit brings no part that it does not show", async (t) => {
  const page = await lab.open(t, { wait: false });
  const asked = new Set();
  page.on("request", (request) => asked.add(new URL(request.url()).pathname.split("/").at(-1)));
  await page.reload();
  await page.locator(".lesson h2").first().waitFor();
  await page.locator(".code-lines li").first().waitFor();
  const parts = () => [...asked].map((file) => /split_(\w+)\.wasm$/.exec(file)?.[1]).filter(Boolean).toSorted();
  assert.deepEqual(parts(), ["lesson", "python"]);
  assert.equal([...asked].filter((file) => file.endsWith(".css")).length, 1);

  const store = page.waitForRequest(/split_store\.wasm$/);
  await page.getByRole("tab", { name: "Settings" }).click();
  await page.getByLabel(/^Restarts/).waitFor();
  await page.getByRole("button", { name: /^To the end/ }).click();
  await store;
  assert.deepEqual(parts(), ["lesson", "panels", "python", "store"]);
});

test("a part that cannot be loaded says so, and can be asked for again", async (t) => {
  const page = await lab.open(t, { allow: [/./] });
  let broken = true;
  await page.route("**/*split_panels.wasm", (route) => (broken ? route.fulfill({ status: 500, body: "" }) : route.continue()));
  await page.getByRole("tab", { name: "Settings" }).click();
  await page.getByRole("alert").getByText("could not be loaded").waitFor();
  broken = false;
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByLabel(/^Restarts/).waitFor();
});

test("a page that cannot start says so", async (t) => {
  const page = await lab.open(t, { wait: false, allow: [/./], query: "?", serviceWorkers: "block" });
  await page.route("**/*_bg.wasm", (route) => route.fulfill({ status: 500, body: "" }));
  await page.reload();
  await page.getByRole("alert").waitFor();
  assert.match(await page.getByRole("alert").innerText(), /could not start/);
});
