// What a first visit downloads, for `make bench`: the page is opened in a browser that has never seen it and left alone, and
// everything that it asked for is weighed as a web server with brotli sends it.
import { readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { DIST, startLab } from "./harness.mjs";

/** The most that a first load may weigh, in KB (1000 bytes). */
const LIMIT_KB = 250;

const weigh = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length;
const kb = (bytes) => `${(bytes / 1000).toFixed(1)} KB`;

const lab = await startLab();
const files = new Set();
try {
  const page = await lab.open(null, { wait: false });
  page.on("request", (request) => files.add(new URL(request.url()).pathname.slice(new URL(lab.url).pathname.length) || "index.html"));
  await page.reload({ waitUntil: "networkidle" });
  await page.locator(".lesson h2").first().waitFor();
} finally {
  await lab.stop();
}

// A lesson is no part of the page: its words, its player and what only that needs come when one is opened. A first visit
// opens the first.
const parts = JSON.parse(readFileSync(join(DIST, "parts.json"), "utf8"));
const shown = Object.entries(parts).filter(([part, needs]) => part !== "lesson" && files.has(needs[0]));
const ofPage = new Set(shown.flatMap(([, needs]) => needs));
const isLesson = (file) => file.startsWith("lessons/") || (parts.lesson.includes(file) && !ofPage.has(file));
const kindOf = (file) => (isLesson(file) ? "lesson" : extname(file).replace(".mjs", ".js"));
const kinds = new Map();
for (const file of files) {
  const bytes = readFileSync(join(DIST, file));
  const sum = kinds.get(kindOf(file)) ?? { files: 0, plain: 0, sent: 0 };
  kinds.set(kindOf(file), { files: sum.files + 1, plain: sum.plain + bytes.length, sent: sum.sent + weigh(bytes) });
}
for (const [kind, sum] of [...kinds].sort((a, b) => b[1].sent - a[1].sent)) {
  console.log(`${kind.padEnd(8)} ${String(sum.files).padStart(3)} files ${kb(sum.plain).padStart(10)} plain ${kb(sum.sent).padStart(10)} with brotli`);
}
const lesson = kinds.get("lesson")?.sent ?? 0;
const total = [...kinds.values()].reduce((all, sum) => all + sum.sent, 0) - lesson;
console.log(["BUDGET", "First load, compressed with brotli", kb(total), `${LIMIT_KB} KB`].join("\t"));
console.log(["BUDGET", "The first lesson and its player, besides", kb(lesson), "—"].join("\t"));
if (total > LIMIT_KB * 1000) {
  console.error(`The first load is over its limit of ${LIMIT_KB} KB.`);
  process.exitCode = 1;
}
