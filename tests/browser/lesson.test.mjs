// Lesson 1 in a browser: played by pointer in English and by keyboard in Korean, from the first word to the last.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, assertNoSidewaysScroll, looks, startLab } from "./harness.mjs";

let lab;
before(async () => {
  lab = await startLab();
});
after(() => lab?.stop());

const EN = {
  next: "Next", back: "Back", play: "Play", toEnd: "Go to the end", skip: "Go to that moment", close: "Close the lesson",
  solution: "Show the solution", speed: "Speed", lesson: "Lesson",
};
const KO = {
  next: "다음", back: "이전", play: "재생", toEnd: "끝으로 이동", skip: "그 순간으로 이동", close: "레슨 닫기",
  solution: "해답 보기", lesson: "레슨",
};

const column = (page) => page.locator("section.lesson");
const heading = (page) => column(page).getByRole("heading", { level: 2 });
const clock = async (page) => (await page.locator("output.clock b").innerText()).trim();

/** Opens the page, which on a first visit shows the lesson. */
async function begin(t, options) {
  const page = await lab.open(t, options);
  await heading(page).waitFor();
  return page;
}

/** On to the step with this heading. */
async function on(page, words, title) {
  await column(page).getByRole("button", { name: words.next, exact: true }).click();
  await column(page).getByRole("heading", { level: 2, name: title }).waitFor();
}

test("the lesson is played by pointer, in English", async (t) => {
  const page = await begin(t);
  const lesson = column(page);
  assert.equal(await heading(page).innerText(), "If it fails at the fifth record, what runs again?");
  assert.match(await lesson.innerText(), /Checked against 5 runs of a real Flink 1\.20\.5/);
  await on(page, EN, "Predict first");

  const next = lesson.getByRole("button", { name: EN.next, exact: true });
  assert.ok(await next.isDisabled(), "nothing is predicted yet");
  await lesson.getByRole("radio", { name: /^FINISHED/ }).check();
  await lesson.getByRole("radio", { name: /^tx1001: it reads/ }).check();
  assert.ok(await next.isDisabled(), "one answer is missing");
  await lesson.getByRole("radio", { name: "All 12, once each." }).check();
  await on(page, EN, "Play to the first failure");

  await page.locator("select.speed").selectOption({ label: "20×" });
  await lesson.getByRole("button", { name: EN.play, exact: true }).click();
  await lesson.getByText("has thrown its exception").waitFor();
  const failure = await clock(page);
  await page.waitForTimeout(300);
  assert.equal(await clock(page), failure, "the run stops at the failure");
  assert.equal(await page.locator(".console-rows").getByText("tx1005").count() > 0, true, "the console has its line");
  await on(page, EN, "Play until the first line after the restart");
  await lesson.getByRole("button", { name: EN.play, exact: true }).click();
  await lesson.getByText("comes again, for two reasons").waitFor();
  assert.match(await lesson.locator(".lesson-compared").innerText(), /As predicted/);
  await on(page, EN, "Play to the end of the job");
  await lesson.getByRole("button", { name: EN.play, exact: true }).click();
  await lesson.getByText("All 3 restarts are used up").waitFor();
  const marks = await lesson.locator(".lesson-compared").evaluateAll((all) => all.map((one) => one.dataset.mark));
  assert.deepEqual(marks, ["wrong", "right", "wrong"]);

  await on(page, EN, "The handout's output and the real one");
  const claims = lesson.locator(".lesson-claim");
  assert.equal(await claims.count(), 9);
  const first = await claims.first().innerText();
  assert.match(first, /\('tx1001', 2500\.0\)[^]*\['tx1001', 2500\.0\]/);
  assert.match(await claims.nth(4).innerText(), /Retry #1[^]*No such line appears/);
  assert.match(await claims.nth(7).innerText(), /8 of the 12 records were never printed/);
  assert.match(await claims.nth(8).innerText(), /4 records were printed 4 times each/);

  await on(page, EN, "Make it end as FINISHED by one change");
  for (const [id, ends] of [["attempts", "FAILED"], ["state", "FAILED"]]) {
    await lesson.locator(`input[value=${id}]`).check();
    assert.equal(await lesson.locator(".lesson-verdict").count(), 0, "the result comes after the run");
    await lesson.getByRole("button", { name: EN.toEnd }).click();
    await lesson.locator(".lesson-verdict", { hasText: ends }).waitFor();
    assert.ok(await next.isDisabled());
  }
  await lesson.locator("input[value=once]").check();
  await lesson.getByRole("button", { name: "Play to the end", exact: true }).click();
  await lesson.locator(".lesson-verdict[data-solved=true]").waitFor();
  assert.match(await lesson.locator(".lesson-verdict").innerText(), /Restarts: 1\. Changed: the function\. Lines printed again: 4\./);
  await on(page, EN, "What was there to learn?");
  await lesson.getByRole("button", { name: "A lab that recovers" }).click();
  await lesson.getByRole("button", { name: "Look at it again" }).waitFor();
});

/** Presses Tab until the focus is on something with this text or label. */
async function tabTo(page, wanted, back = false) {
  for (let presses = 0; presses < 80; presses += 1) {
    await page.keyboard.press(back ? "Shift+Tab" : "Tab");
    const found = await page.evaluate((wanted) => {
      const element = document.activeElement;
      const label = element.labels?.[0]?.innerText ?? element.getAttribute("aria-label") ?? element.innerText ?? "";
      return label.trim().startsWith(wanted);
    }, wanted);
    if (found) return;
  }
  assert.fail(`the keyboard does not reach "${wanted}"`);
}

/** Waits until the focus is on something with this text. */
async function focusIsOn(page, text, what) {
  await page.waitForFunction((text) => document.activeElement?.innerText?.trim() === text, text, { timeout: 5_000 }).catch(async () => {
    assert.fail(`${what}: ${await page.evaluate(() => document.activeElement.outerHTML.slice(0, 200))}`);
  });
}

test("the lesson is played by keyboard, in Korean", async (t) => {
  const page = await begin(t, { locale: "ko-KR" });
  const lesson = column(page);
  const go = async (title, search = true) => {
    if (search) await tabTo(page, KO.next);
    await page.keyboard.press("Enter");
    await lesson.getByRole("heading", { level: 2, name: title }).waitFor();
    const focused = await page.evaluate(() => document.activeElement.innerText);
    assert.equal(focused.replace(/\s+/g, " "), title, "what is read aloud goes on at the heading");
  };
  await go("먼저 예측해 보세요");
  for (const group of ["FINISHED:", "tx1005:", "12건이 모두 한 번씩"]) {
    await tabTo(page, group);
    await page.keyboard.press("Space");
    await page.keyboard.press("ArrowDown");
  }
  const chosen = await lesson.locator("input:checked").evaluateAll((all) => all.map((one) => one.value));
  assert.deepEqual(chosen, ["failed", "tx1001", "some-twice"]);
  await go("첫 실패까지 재생하기");
  for (const [skipTo, following] of [
    ["예외를 던졌습니다", "재시작하고 첫 줄이 출력될 때까지 재생하기"],
    ["이 다시 나왔습니다", "잡이 끝날 때까지 재생하기"],
    ["재시작 3번을 모두 썼습니다", "핸드아웃의 출력과 실제 출력"],
  ]) {
    await tabTo(page, KO.skip);
    await page.keyboard.press("Enter");
    await lesson.getByText(skipTo).waitFor();
    await focusIsOn(page, KO.next, "the button that had the focus is gone; the way on has it");
    await go(following, false);
  }
  await go("한 가지만 바꿔 FINISHED로 만들기");
  await tabTo(page, "힌트 1/3 보기");
  for (let hint = 1; hint <= 3; hint += 1) {
    await focusIsOn(page, `힌트 ${hint}/3 보기`, "the focus stays for the next hint");
    await page.keyboard.press("Enter");
    await lesson.getByRole("heading", { level: 4, name: `힌트 ${hint}` }).waitFor();
  }
  await focusIsOn(page, KO.solution, "after the last hint comes the solution");
  await page.keyboard.press("Enter");
  await lesson.locator("input[value=once]:checked").waitFor();
  await tabTo(page, KO.toEnd, true);
  await page.keyboard.press("Enter");
  await lesson.locator(".lesson-verdict[data-solved=true]").waitFor();
  assert.match(await lesson.locator(".lesson-verdict").innerText(), /1번 재시작한 뒤 FINISHED로 끝났습니다/);
  await focusIsOn(page, KO.next, "the task is solved");
  await go("무엇을 배웠나요?", false);
  await tabTo(page, "처음부터 다시 하기");
  await page.keyboard.press("Enter");
  await lesson.getByRole("heading", { level: 2, name: "다섯 번째 레코드에서 실패하면" }).waitFor();
});

test("a change in the settings counts as well, and two are one too many", async (t) => {
  const page = await begin(t);
  const lesson = column(page);
  await finishPredictions(page, EN);
  await on(page, EN, "The handout's output and the real one");
  await on(page, EN, "Make it end as FINISHED by one change");
  await page.locator("header select").first().selectOption("handout-recovers");
  await lesson.getByRole("button", { name: EN.toEnd }).click();
  const verdict = lesson.locator(".lesson-verdict");
  await verdict.waitFor();
  assert.match(await verdict.innerText(), /3 things were changed|4 things were changed|The data was changed/);
  await page.locator("header select").first().selectOption("handout-fails-once");
  await lesson.getByRole("button", { name: EN.toEnd }).click();
  await lesson.locator(".lesson-verdict[data-solved=true]").waitFor();
});

test("a run that is not the lesson's is said to be another, and there is a way back", async (t) => {
  const page = await begin(t);
  await page.getByRole("tab", { name: "Settings" }).click();
  const restarts = page.getByLabel(/^Restarts/);
  const own = await restarts.inputValue();
  await restarts.fill("1");
  const back = column(page).getByRole("button", { name: "Back to the lesson's run" });
  await back.click();
  await back.waitFor({ state: "detached" });
  assert.equal(await restarts.inputValue(), own);
});

/** Through the predictions to the end of the run. */
async function finishPredictions(page, words) {
  const lesson = column(page);
  await lesson.getByRole("button", { name: words.next, exact: true }).click();
  for (const question of ["status", "next", "rows"]) await lesson.locator(`input[name=question-${question}]`).first().check();
  for (let step = 0; step < 3; step += 1) {
    await lesson.getByRole("button", { name: words.next, exact: true }).click();
    await lesson.getByRole("button", { name: words.skip }).click();
    await lesson.getByRole("button", { name: words.next, exact: true, disabled: false }).waitFor();
  }
}

test("another language keeps step, answers and moment", async (t) => {
  const page = await begin(t);
  const lesson = column(page);
  await on(page, EN, "Predict first");
  await lesson.getByRole("radio", { name: /^FAILED/ }).check();
  const before = await clock(page);
  await page.getByRole("radio", { name: "한국어" }).check({ force: true });
  await lesson.getByRole("heading", { level: 2, name: "먼저 예측해 보세요" }).waitFor();
  assert.deepEqual(await lesson.locator("input:checked").evaluateAll((all) => all.map((one) => one.value)), ["failed"]);
  assert.equal(await clock(page), before);
});

test("while the learner predicts, strip and why tab do not give the future away", async (t) => {
  const page = await begin(t);
  const hidden = () => page.evaluate(() => document.documentElement.dataset.lessonFuture ?? "shown");
  assert.equal(await hidden(), "hidden");
  await page.getByRole("tab", { name: "Why" }).click();
  await page.locator(".why-now").waitFor();
  assert.equal(await page.locator(".why-next").isVisible(), false);
  await finishPredictions(page, EN);
  assert.equal(await hidden(), "shown");
  await page.getByRole("button", { name: /^To the start/ }).click();
  await page.locator(".why-next").waitFor();
  await column(page).getByRole("button", { name: EN.close }).click();
  assert.equal(await page.evaluate(() => document.documentElement.hasAttribute("data-lesson-points-at")), false);
});

test("words that cannot be loaded are said to be missing, and can be asked for again", async (t) => {
  const page = await lab.open(t, { wait: false, allow: [/./] });
  let broken = true;
  await page.route("**/lessons/**", (route) => (broken ? route.fulfill({ status: 404, body: "" }) : route.continue()));
  await page.reload();
  await column(page).getByRole("alert").getByText("could not be loaded").waitFor();
  broken = false;
  await column(page).getByRole("button", { name: "Try again" }).click();
  await heading(page).waitFor();
});

for (const look of looks()) {
  test(`every step is accessible and fits: ${look.name}`, async (t) => {
    // Colours that are on their way from one to another are none that axe could judge.
    const page = await begin(t, { ...look.context, reducedMotion: "reduce" });
    const words = look.name.endsWith("ko") ? KO : EN;
    const check = async () => {
      await assertAccessible(page, { include: "section.lesson" });
      await assertNoSidewaysScroll(page);
    };
    await check();
    await finishPredictions(page, words);
    await check();
    await column(page).getByRole("button", { name: words.next, exact: true }).click();
    await check();
    await column(page).getByRole("button", { name: words.next, exact: true }).click();
    await column(page).locator("input[value=once]").check();
    await column(page).getByRole("button", { name: words.toEnd }).click();
    await check();
    await column(page).getByRole("button", { name: words.next, exact: true }).click();
    await check();
  });
}
