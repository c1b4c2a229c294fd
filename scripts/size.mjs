// How much a first visit downloads: every file of the built page as a web server with brotli sends it.
//   node scripts/size.mjs dist
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

/** The most that a first visit may download, in KB (1000 bytes), compressed. */
const LIMIT_KB = 250;
/** What the page asks for before it can be used. Everything else in the folder is loaded later, if at all. */
const FIRST = new Set([".html", ".css", ".js", ".mjs", ".wasm", ".svg", ".woff2"]);
const COMPRESSED_ALREADY = new Set([".woff2", ".png"]);

const folder = process.argv[2] ?? "dist";
const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && FIRST.has(extname(entry.name)))
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name));

const sent = (bytes, name) =>
  COMPRESSED_ALREADY.has(extname(name))
    ? bytes.length
    : brotliCompressSync(bytes, {
        params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
      }).length;

const kinds = new Map();
for (const file of files) {
  const bytes = readFileSync(file);
  const kind = extname(file) === ".mjs" ? ".js" : extname(file);
  const sum = kinds.get(kind) ?? { plain: 0, sent: 0 };
  sum.plain += bytes.length;
  sum.sent += sent(bytes, file);
  kinds.set(kind, sum);
}

const kb = (bytes) => `${(bytes / 1000).toFixed(1)} KB`;
let total = 0;
for (const [kind, sum] of [...kinds].sort((a, b) => b[1].sent - a[1].sent)) {
  total += sum.sent;
  console.log(`${kind.padEnd(8)} ${kb(sum.plain).padStart(10)} plain ${kb(sum.sent).padStart(10)} with brotli`);
}
console.log(["BUDGET", "First visit, compressed with brotli", kb(total), `${LIMIT_KB} KB`].join("\t"));
if (total > LIMIT_KB * 1000) {
  console.error(`The first visit is over its limit of ${LIMIT_KB} KB.`);
  process.exitCode = 1;
}
