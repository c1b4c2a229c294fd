// Measures the engine in wasm and the page's frames, for `make bench`: lines `BUDGET<tab>what<tab>measured<tab>limit`.
import { chromium } from "playwright-core";
import { CHROMIUM_ARGS, chromiumPath } from "./chromium.mjs";
import { serveFolder, startLab } from "./harness.mjs";
import { buildModule } from "./module.mjs";

const budget = (what, measured, limit) => console.log(["BUDGET", what, measured, limit].join("\t"));
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

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
      // The first runs only warm the compiler up.
      const rates = (trace) =>
        Array.from({ length: 15 }, () => {
          bench.prepare_busy(50_000, trace);
          const [ms, events] = time(() => bench.run_busy());
          return events / ms / 1e3;
        }).slice(4);
      const plain = rates(false);
      const traced = rates(true);
      const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
      const workloads = bench.workloads().map((name, at) => {
        const rates = Array.from({ length: 7 }, () => {
          bench.prepare_workload(at);
          const [ms, events] = time(() => bench.run_busy());
          return events / ms / 1e3;
        });
        return [name, median(rates.slice(2))];
      });
      // Many short runs in one measurement: the browser's clock is coarse.
      const handout = Array.from({ length: 9 }, () => time(() => { for (let i = 0; i < 50; i += 1) bench.run_handout(); })[0] / 50);
      const events = bench.lay_out(50_000);
      const seeks = [];
      let position = 7;
      for (let i = 0; i < 200; i += 1) {
        position = (position * 391 + 13) % 1000;
        seeks.push(time(() => bench.seek(position))[0]);
      }
      return { plain, traced, workloads, handout, events, seeks };
    });
    budget("Engine, wasm, without trace", `${median(figures.plain).toFixed(1)} M events/s`, "≥ 5 M events/s");
    budget("Engine, wasm, with trace", `${median(figures.traced).toFixed(1)} M events/s`, "≥ 2 M events/s");
    for (const [name, rate] of figures.workloads) budget(`Engine, wasm: ${name}`, `${rate.toFixed(1)} M events/s`, "—");
    budget("The handout lab simulated, wasm", `${median(figures.handout).toFixed(2)} ms`, "≤ 1 ms");
    budget(`Any moment of a run of ${figures.events} events, wasm`, `${median(figures.seeks).toFixed(1)} ms, at most ${Math.max(...figures.seeks).toFixed(1)} ms`, "≤ 16 ms");
  } finally {
    await browser.close();
    await server.close();
  }
}

/** The heaviest picture that the settings lead to: all channels of a job on four slots are full. */
async function openFullChannels(lab) {
  const page = await lab.open(null, {});
  const set = (path, value) => page.locator(`#f-${path.replace(/[.[\]]/g, "-")}`).selectOption(value);
  const type = (path, number) => page.locator(`#f-${path.replace(/[.[\]]/g, "-")}`).fill(`${number}`);
  await page.locator("header select").first().selectOption("two-sources-alignment");
  await page.locator("#tab-settings").click();
  await set("parallelism", "4");
  for (const source of [0, 1]) {
    await set(`data[${source}]`, { index: 1 });
    await type(`operators[${source}].kind.source.partitions`, 4);
    await type(`operators[${source}].kind.source.every_ms`, 0);
  }
  for (const edge of [0, 1, 2]) await set(`edges[${edge}]`, { index: 1 });
  await page.locator("#tab-code").click();
  return page;
}

/** The time that a thread worked for `events`, in ms; what is inside another one counts once. */
function worked(events) {
  let [end, sum] = [0, 0];
  for (const event of events.toSorted((a, b) => a.ts - b.ts || b.dur - a.dur)) {
    if (event.ts < end) continue;
    end = event.ts + event.dur;
    sum += event.tdur ?? event.dur;
  }
  return sum / 1e3;
}

const SCRIPT = ["FireAnimationFrame", "FunctionCall", "RunMicrotasks", "TimerFire", "EventDispatch", "MinorGC", "MajorGC"];
const STYLE_AND_LAYOUT = ["UpdateLayoutTree", "Layout"];

/** Script, style and layout from each animation frame to the next while a job with 200 records on the stage plays, in ms. */
async function frames() {
  const lab = await startLab();
  try {
    const page = await openFullChannels(lab);
    const records = () => page.locator(".marks .record").count();
    await page.locator(".transport .speed").selectOption("100");
    await page.locator(".steps .step").first().click();
    await page.locator(".transport .play").click();
    await page.waitForFunction(() => document.querySelectorAll(".marks .record").length >= 200);
    const before = await records();
    await lab.browser.startTracing(page, { categories: ["devtools.timeline"] });
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 4_000)));
    const { traceEvents } = JSON.parse((await lab.browser.stopTracing()).toString());
    const drawn = Math.min(before, await records());
    const fires = traceEvents.filter((event) => event.name === "FireAnimationFrame").sort((a, b) => a.ts - b.ts);
    const costs = fires.slice(0, -1).map((fire, at) => {
      const until = fires[at + 1].ts;
      const within = (event) => event.ph === "X" && event.tid === fire.tid && event.ts >= fire.ts && event.ts < until;
      return worked(traceEvents.filter((event) => within(event) && [...SCRIPT, ...STYLE_AND_LAYOUT].includes(event.name)));
    });
    budget(`A frame with ${drawn} drawn records: script, style and layout`, `${median(costs).toFixed(1)} ms (median of ${costs.length})`, "≤ 6 ms with 200");
  } finally {
    await lab.stop();
  }
}

await engine();
await frames();
