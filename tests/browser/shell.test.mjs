// The shell of the page: tabs, settings with undo, a CSV of one's own, the console, dialogs, keys.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, assertNoSidewaysScroll, looks, startLab } from "./harness.mjs";

let lab;
before(async () => {
  lab = await startLab();
});
after(() => lab?.stop());

const TABS = ["settings", "code", "state", "checkpoints", "why"];
const tab = (page, id) => page.locator(`#tab-${id}`).click();
const figure = (page, label) => page.locator(".figure", { hasText: label }).locator("dd").first();

for (const look of looks()) {
  test(`every tab is accessible and fits its window: ${look.name}`, async (t) => {
    const page = await lab.open(t, look.context);
    await page.keyboard.press("f");
    for (const id of TABS) {
      await tab(page, id);
      await assertAccessible(page, { include: ".side" });
      await assertNoSidewaysScroll(page);
    }
  });
}

test("dialogs are accessible, close with Escape and give the focus back", async (t) => {
  const page = await lab.open(t);
  for (const name of ["What this model leaves out", "Keyboard shortcuts"]) {
    const button = page.getByRole("button", { name });
    await button.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name }).waitFor();
    await assertAccessible(page, { include: "dialog" });
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.ok(await button.evaluate((element) => element === document.activeElement), `${name}: the focus is back`);
  }
});

test("a changed setting runs the job anew at once, keeps the moment, and can be undone", async (t) => {
  const page = await lab.open(t);
  await page.keyboard.press("f");
  const moment = await page.locator(".transport .clock b").innerText();
  await tab(page, "settings");
  assert.equal(await figure(page, "Ends as").innerText(), "FAILED");
  assert.equal(await figure(page, "Restarts").innerText(), "3");

  await page.getByLabel(/^Restarts/).fill("1");
  await page.waitForFunction(() => document.querySelector(".result .changed"));
  assert.equal(await figure(page, "Restarts").innerText(), "1");
  assert.equal(await page.locator(".transport .clock b").innerText(), moment);

  await page.getByRole("button", { name: "Undo" }).click();
  assert.equal(await figure(page, "Restarts").innerText(), "3");
  await page.getByRole("button", { name: "Redo" }).click();
  assert.equal(await figure(page, "Restarts").innerText(), "1");
});

test("a setting that is out of range says so at its field and can be mended", async (t) => {
  const page = await lab.open(t);
  await tab(page, "settings");
  const interval = page.getByLabel(/^Interval/).first();
  await interval.fill("1");
  assert.equal(await interval.getAttribute("aria-invalid"), "true");
  await page.getByText("The settings have errors", { exact: false }).waitFor();
  await page.getByRole("button", { name: "Set to 10" }).first().click();
  await page.locator(".notice-error").waitFor({ state: "detached" });
  assert.equal(await interval.inputValue(), "10");
});

test("a function that fails only once lets the job finish", async (t) => {
  const page = await lab.open(t);
  await tab(page, "settings");
  await page.getByLabel(/^Function/).selectOption({ label: "Fails only once · counter in a field" });
  assert.equal(await figure(page, "Ends as").innerText(), "FINISHED");
});

test("a pasted CSV becomes the data, with the dropped rows counted", async (t) => {
  const page = await lab.open(t);
  await tab(page, "settings");
  await page.getByRole("button", { name: "Paste a CSV…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(/CSV text/).fill("who,when,paid\nanna,1,10.5\nbo,2,\ncy,3,30\n");
  await dialog.getByLabel("id column").selectOption("who");
  await dialog.getByLabel("amount column").selectOption("paid");
  await dialog.getByText("2 rows are used; 1 with missing values are dropped.").waitFor();
  await assertAccessible(page, { include: "dialog" });
  await dialog.getByRole("button", { name: "Use this data" }).click();
  await page.getByText("The pasted CSV was read: 2 rows, 1 dropped", { exact: false }).waitFor();
  await page.getByText("2 rows are read.", { exact: false }).waitFor();
});

test("a CSV file is read when it is chosen", async (t) => {
  const page = await lab.open(t);
  await tab(page, "settings");
  await page.locator("input[type=file]").setInputFiles({
    name: "mine.csv",
    mimeType: "text/csv",
    buffer: Buffer.from("id,amount\n1,2\n"),
  });
  await page.getByRole("dialog").getByText("mine.csv").waitFor();
});

test("the console follows the moment and marks duplicates; its moments can be gone to", async (t) => {
  const page = await lab.open(t);
  await page.keyboard.press("End");
  await page.locator(".console-counts").getByText("16 printed · 12 duplicates").waitFor();
  assert.equal(await page.locator(".console-rows .duplicate").count(), 12);
  await page.getByRole("radio", { name: "Printed" }).check();
  assert.equal(await page.locator(".console-rows .log").count(), 0);
  await page.locator(".console-rows .printed .jump").first().click();
  await page.locator(".console-counts").getByText("1 printed · 0 duplicates").waitFor();
});

test("the line that threw is red, also in the other language", async (t) => {
  const page = await lab.open(t);
  await page.keyboard.press("f");
  await tab(page, "code");
  const failed = page.locator(".code-lines .failed");
  assert.match(await failed.innerText(), /raise Exception/);
  const moment = await page.locator(".transport .clock b").innerText();
  await page.getByRole("radio", { name: "한국어" }).check();
  assert.equal(await page.locator("html").getAttribute("lang"), "ko");
  assert.match(await failed.innerText(), /raise Exception/);
  assert.equal(await page.locator(".transport .clock b").innerText(), moment);
});

test("language and theme are remembered", async (t) => {
  const page = await lab.open(t, { locale: "en-US" });
  await page.getByRole("radio", { name: "한국어" }).check();
  await page.getByRole("button", { name: /화면 색/ }).click();
  await page.reload();
  await page.getByRole("heading", { level: 1, name: "체크포인트 랩" }).waitFor();
  assert.equal(await page.locator("html").getAttribute("data-theme"), "light");
});

test("arrow keys move between tabs, and only the chosen one is a stop", async (t) => {
  const page = await lab.open(t);
  await page.locator("#tab-code").focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.evaluate(() => document.activeElement.id), "tab-state");
  assert.deepEqual(
    await page.locator("[role=tab]").evaluateAll((tabs) => tabs.filter((tab) => tab.tabIndex === 0).map((tab) => tab.id)),
    ["tab-state"],
  );
});
