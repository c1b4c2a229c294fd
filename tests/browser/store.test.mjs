// What the page keeps in the browser: the checkpoints of the moment in view and the last session. Read here past the page,
// from the database itself.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, startLab } from "./harness.mjs";

let lab;
before(async () => {
  lab = await startLab();
});
after(() => lab?.stop());

const column = (page) => page.locator("section.lesson");
const clock = async (page) => (await page.locator("output.clock b").innerText()).trim();

/** Everything in the database, by table: pairs of key and record. */
const database = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const request = indexedDB.open("checkpoint-lab");
        request.onerror = () => reject(request.error);
        request.onsuccess = async () => {
          const all = {};
          const done = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
          for (const name of request.result.objectStoreNames) {
            const table = request.result.transaction(name).objectStore(name);
            const [keys, values] = await Promise.all([done(table.getAllKeys()), done(table.getAll())]);
            all[name] = keys.map((key, at) => [key, values[at]]);
          }
          request.result.close();
          resolve(all);
        };
      }),
  );

/** Waits until what `read` gives is `wanted`. */
async function becomes(read, wanted, what) {
  const end = Date.now() + 10_000;
  let last;
  while (Date.now() < end) {
    last = await read();
    if (JSON.stringify(last) === JSON.stringify(wanted)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.deepEqual(last, wanted, what);
}

const ids = async (page) => (await database(page)).checkpoints.map(([key]) => key[1]);
const preset = (page, id) => page.locator("header select").first().selectOption(id);

test("the database holds what Flink's storage holds at the moment in view", async (t) => {
  const page = await lab.open(t);
  await preset(page, "keyed-sum");
  await page.getByRole("tab", { name: "Checkpoints" }).click();
  await page.getByRole("button", { name: /^To the start/ }).click();
  await becomes(() => ids(page), [], "at the start there is none");

  const seen = new Set();
  for (let stop = 0; stop < 12; stop += 1) {
    await page.getByRole("button", { name: /^Next checkpoint/i }).click();
    // By default Flink retains one: the one that a restart would go back to.
    const held = await page.locator(".stage .chk:has(.in-force) .chk-head b").allInnerTexts();
    await becomes(() => ids(page), held.map((name) => Number(name.replace("chk-", ""))), `at ${await clock(page)}`);
    for (const id of await ids(page)) seen.add(id);
  }
  assert.ok(seen.size >= 2, "several checkpoints came and went");

  const { checkpoints, jobs } = await database(page);
  const [[key, record]] = checkpoints;
  assert.equal(key[0], record.job);
  assert.equal(record.path, `file:///tmp/flink-checkpoints/${record.job}/chk-${record.checkpoint}`);
  assert.equal(record.bytes, record.subtasks.reduce((sum, subtask) => sum + subtask.bytes, 0));
  const operators = record.subtasks.flatMap((subtask) => subtask.operators);
  assert.ok(operators.some((operator) => operator.uid === "source" && operator.offsets.length === 1));
  assert.ok(operators.some((operator) => operator.uid === "sum" && operator.keyed.length > 0));
  assert.equal(jobs[0][0], record.job);

  const listed = page.locator(".stored-checkpoint summary b");
  const names = checkpoints.map(([key]) => `chk-${key[1]}`);
  await becomes(() => listed.allInnerTexts(), names, "the tab lists what is there");
  await listed.first().click();
  assert.match(await page.locator(".stored-checkpoint").first().innerText(), /sum\['/);
  await assertAccessible(page, { include: ".stored-checkpoints" });

  await page.getByRole("button", { name: /^To the end/ }).click();
  await becomes(() => ids(page), [], "a finished job leaves none");
  await page.getByText("At this moment the storage holds no completed checkpoint.").waitFor();
});

test("after a reload the last session is back", async (t) => {
  const page = await lab.open(t);
  const lesson = column(page);
  await lesson.getByRole("button", { name: "Next", exact: true }).click();
  await lesson.getByRole("radio", { name: /^FAILED/ }).check();
  await page.getByRole("tab", { name: "State" }).click();
  for (let steps = 0; steps < 6; steps += 1) await page.getByRole("button", { name: /^Next event/i }).click();
  const before = await clock(page);
  const moment = async () => (await database(page)).session[0]?.[1].moment_us;
  await page.waitForTimeout(600);
  const kept = await moment();
  assert.ok(kept > 0);

  await page.reload();
  await lesson.getByRole("heading", { level: 2, name: "Predict first" }).waitFor();
  assert.equal(await clock(page), before);
  assert.deepEqual(await lesson.locator("input:checked").evaluateAll((all) => all.map((one) => one.value)), ["failed"]);
  assert.equal(await page.getByRole("tab", { selected: true }).innerText(), "State");

  await page.getByRole("button", { name: "Play", exact: true }).first().click();
  const later = async () => (await moment()) > kept;
  await becomes(later, true, "the moment is kept while the run plays");
  await page.getByRole("button", { name: "Pause", exact: true }).first().click();

  await preset(page, "generated-thousands");
  await page.getByRole("button", { name: /^To the end/ }).click();
  const end = await clock(page);
  await page.waitForTimeout(600);
  await page.reload();
  await page.locator("output.clock").waitFor();
  assert.equal(await page.locator("header select").first().inputValue(), "generated-thousands");
  assert.equal(await clock(page), end);
});

test("a browser that refuses a database gets a page that works and says so", async (t) => {
  const page = await lab.open(t, { wait: false });
  await page.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException("The operation is insecure.", "SecurityError");
    };
  });
  await page.reload();
  await page.getByText(/what is done here is lost when the tab closes/).first().waitFor();
  await preset(page, "keyed-sum");
  await page.getByRole("tab", { name: "Checkpoints" }).click();
  await page.getByRole("button", { name: /^Next restore/i }).click();
  await page.locator(".stored-checkpoint").first().waitFor();
  assert.match(await page.locator(".stored-checkpoints").innerText(), /only in memory/);
});

test("a database that never answers does not hold the page up", async (t) => {
  const page = await lab.open(t, { wait: false });
  await page.addInitScript(() => {
    const open = new EventTarget();
    IDBFactory.prototype.open = () => open;
  });
  await page.reload();
  await page.locator("output.clock").waitFor();
  await page.getByText(/what is done here is lost when the tab closes/).first().waitFor();
});

test("a newer page in another tab is not blocked, and this one goes on", async (t) => {
  const page = await lab.open(t);
  await preset(page, "keyed-sum");
  const other = await page.context().newPage();
  await other.goto(lab.url + "lessons/en/handout.md");
  const opened = await other.evaluate(
    () =>
      new Promise((resolve) => {
        const request = indexedDB.open("checkpoint-lab", 99);
        request.onsuccess = () => {
          request.result.close();
          resolve("open");
        };
        request.onerror = () => resolve(String(request.error));
        setTimeout(() => resolve("blocked"), 5_000);
      }),
  );
  assert.equal(opened, "open");
  await page.getByRole("tab", { name: "Checkpoints" }).click();
  await page.getByRole("button", { name: /^Next restore/i }).click();
  await page.getByText(/another tab has a newer version of the page/).waitFor();
  await page.locator(".stored-checkpoint").first().waitFor();

  await page.reload();
  await page.getByRole("tab", { name: "Checkpoints" }).click();
  await page.getByText(/comes from a newer version of the page/).waitFor();
});

test("everything can be erased", async (t) => {
  const page = await lab.open(t);
  await preset(page, "keyed-sum");
  await page.getByRole("tab", { name: "Checkpoints" }).click();
  await page.getByRole("button", { name: /^Next restore/i }).click();
  await page.locator(".stored-checkpoint").first().waitFor();
  await page.waitForTimeout(600);
  await page.getByRole("button", { name: /Erase everything/ }).click();
  const counts = async () => Object.values(await database(page)).map((rows) => rows.length);
  await becomes(counts, [0, 0, 0], "nothing is left");
  await page.reload();
  await column(page).getByRole("heading", { level: 2, name: "If it fails at the fifth record" }).waitFor();
});
