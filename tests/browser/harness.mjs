// What every browser test stands on: dist/ served under a sub-path of a random port, one Chromium per test file, pages that
// fail their test when the console reports an error or anything is asked of another origin, axe, and pictures.
//
//   const lab = await startLab();            // in before()
//   const page = await lab.open(t, { locale: "ko-KR" });
//   await lab.stop();                        // in after()
import assert from "node:assert/strict";
import { createReadStream } from "node:fs";
import { mkdir, readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { CHROMIUM_ARGS, chromiumPath } from "./chromium.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
export const DIST = join(HERE, "..", "..", "dist");
export const SHOTS = join(HERE, "shots");

/** A folder below the server's root: the page has to work from any. */
export const SUB_PATH = "/some/folder/";

/** The two sizes that every view is looked at in. */
export const VIEWPORTS = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };

/** How long a page may take to show itself, in ms: generous, for two busy cores. */
const PATIENCE = 30_000;

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".md": "text/markdown; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};

/** Serves a folder under SUB_PATH; everything else is 404. Resolves to { url, close }. */
export async function serveFolder(folder) {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    const inside = path.startsWith(SUB_PATH) ? normalize(path.slice(SUB_PATH.length) || "index.html") : "..";
    const file = join(folder, inside);
    const found = !inside.startsWith("..") && (await stat(file).catch(() => null));
    if (!found || !found.isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "content-length": found.size,
      "cache-control": "no-store",
    });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}${SUB_PATH}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Starts the server and the browser. `folder` is what is served: dist/ unless told otherwise. */
export async function startLab({ folder = DIST } = {}) {
  await readFile(join(folder, "index.html")).catch(() => {
    throw new Error("There is no built page. `make build` makes it.");
  });
  const server = await serveFolder(folder);
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: CHROMIUM_ARGS, headless: true });
  return new Lab(server, browser);
}

class Lab {
  constructor(server, browser) {
    this.server = server;
    this.browser = browser;
    this.url = server.url;
    this.problems = new WeakMap();
  }

  /** What a page that `open` gave has reported so far. */
  problemsOf(page) {
    return this.problems.get(page) ?? [];
  }

  /**
   * Opens the page in a fresh profile and waits until the app has taken the place of the loading line.
   *
   * `t` is the test's context: at its end the page is closed, and the test fails if the console reported an error, an
   * exception was not caught, a request failed, or anything but the page's own server was asked. `allow` is a list of
   * regular expressions for messages that the test means to cause. `query` is put behind the address ("?…" or "#…").
   * Resolves to Playwright's Page.
   */
  async open(t, { query = "", allow = [], wait = true, viewport = "wide", locale = "en-US", ...context } = {}) {
    const where = await this.browser.newContext({
      viewport: typeof viewport === "string" ? VIEWPORTS[viewport] : viewport,
      locale,
      timezoneId: "Asia/Seoul",
      ...context,
    });
    where.setDefaultTimeout(PATIENCE);
    const page = await where.newPage();
    const problems = this.watch(page);
    this.problems.set(page, problems);
    t?.after(async () => {
      // Looked at before the page is closed: closing breaks off what is still being loaded.
      const unexpected = problems.filter((problem) => !allow.some((pattern) => pattern.test(problem)));
      await where.close();
      assert.deepEqual(unexpected, [], "the page reported problems");
    });
    await page.goto(this.url + query);
    if (wait) {
      await page.locator("#app:not(:has(> .boot)) h1").first().waitFor();
      await page.waitForFunction(() => !document.querySelector(".part-loading"));
    }
    return page;
  }

  /** Collects what a page must never do. */
  watch(page) {
    const problems = [];
    const origin = new URL(this.url).origin;
    page.on("console", (message) => {
      if (message.type() === "error") problems.push(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => problems.push(`exception: ${error.message}`));
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(`${origin}/`) && !/^(data|blob):/.test(url)) problems.push(`another origin was asked: ${url}`);
    });
    page.on("requestfailed", (request) => {
      // Chromium calls a preload aborted when a fetch takes it over before its end. The fetch itself still arrives.
      const reason = request.failure()?.errorText ?? "";
      if (reason !== "net::ERR_ABORTED") problems.push(`request failed: ${request.url()} ${reason}`);
    });
    return problems;
  }

  async stop() {
    await this.browser.close();
    await this.server.close();
  }
}

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/**
 * Fails unless axe finds the page free of violations of WCAG 2.2 A and AA and of its best practices. `include` is a
 * selector that narrows it to a part, `disable` a list of rules to leave out (say why beside it).
 */
export async function assertAccessible(page, { include, disable = [] } = {}) {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.addScriptTag({ path: AXE });
  const { violations } = await page.evaluate(
    ([include, disable]) =>
      globalThis.axe.run(include ?? document, {
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
        rules: Object.fromEntries(disable.map((rule) => [rule, { enabled: false }])),
      }),
    [include, disable],
  );
  const told = violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id} (${rule.impact}): ${rule.help}\n    ${node.target.join(" ")}\n    ${node.failureSummary}`),
  );
  assert.deepEqual(told, [], "axe found violations");
}

/** Fails if the page is wider than its window: nothing on a phone may have to be pushed sideways. */
export async function assertNoSidewaysScroll(page) {
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(content <= window, `the page is ${content} px wide in a window of ${window} px`);
}

/** The eight looks of a view: each size, colour scheme and language. `context` goes to Lab.open. */
export function looks() {
  const all = [];
  for (const viewport of Object.keys(VIEWPORTS))
    for (const colorScheme of ["light", "dark"])
      for (const lang of ["ko", "en"])
        all.push({
          name: `${viewport}-${colorScheme}-${lang}`,
          context: { viewport, colorScheme, locale: lang === "ko" ? "ko-KR" : "en-US" },
        });
  return all;
}

/** Writes a picture of the window (or of the whole page) to shots/NAME.png and resolves to its path. */
export async function shoot(page, name, { fullPage = false } = {}) {
  await mkdir(SHOTS, { recursive: true });
  const path = join(SHOTS, `${name}.png`);
  await page.screenshot({ path, fullPage, animations: "disabled" });
  return path;
}
