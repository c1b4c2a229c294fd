// Packs the built page. Its code is cut into parts that come when they are first needed (src/app/later.rs says which), and
// its stylesheets become one. Trunk calls this after a build, with its staging folder: what Trunk made of the whole code is
// replaced.
//
//   linked wasm → wasm-split-cli → wasm-bindgen (the main part) → wasm-opt (each) → names with a hash of the whole
//
// All parts of a build share one hash, so that two builds are never mixed.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { wasmOpt } from "./wasm-opt.mjs";

const BIN = "checkpoint-lab";
const release = process.env.TRUNK_PROFILE === "release";
const staging = process.env.TRUNK_STAGING_DIR;
const target = process.env.CARGO_TARGET_DIR ?? "target";
const linked = join(target, "wasm32-unknown-unknown", release ? "web" : "debug", `${BIN}.wasm`);
const work = join(target, "split");

const run = (command, args) => execFileSync(command, args, { stdio: ["ignore", "ignore", "inherit"] });

/** A file's text with something replaced; what is to be replaced has to be there. */
function replaced(text, from, to) {
  if (!text.includes(from)) throw new Error(`${from} is not in the file any more: the tool that writes it has changed`);
  return text.replaceAll(from, to);
}

const name = `${BIN}-${createHash("sha256").update(readFileSync(linked)).digest("hex").slice(0, 16)}`;
rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });
run("wasm-split-cli", ["--out-name", name, linked, work]);
// The parts share the main part's memory and function table: those exports are the linker's own, and have to stay.
run("wasm-bindgen", ["--keep-lld-exports", "--target", "web", "--no-typescript", "--out-name", name, "--out-dir", work, join(work, `${name}.wasm`)]);
rmSync(join(work, `${name}.wasm`));

const parts = readdirSync(work).filter((file) => /^(split|chunk)_.*\.wasm$/.test(file));
for (const part of parts) renameSync(join(work, part), join(work, `${name}-${part}`));
const wasm = readdirSync(work).filter((file) => file.endsWith(".wasm"));
if (release) for (const file of wasm) run("wasm-opt", wasmOpt(join(work, file)));

const links = "__wasm_split.js";
let loader = readFileSync(join(work, links), "utf8");
// Which files each part needs: for those who weigh or keep them.
const needs = {};
for (const [, part, chunks] of loader.matchAll(/__wasm_split_load_(\w+) = [\s\S]*?, \[([^\]]*)\]\)\);/g)) {
  needs[part] = [`split_${part}`, ...[...chunks.matchAll(/__chunk_(\d+)/g)].map(([, number]) => `chunk_${number}`)].map((file) => `${name}-${file}.wasm`);
}
for (const part of parts) loader = replaced(loader, `"./${part}"`, `"./${name}-${part}"`);
// A host that gives wasm a wrong type is no reason to fail: the main part does not mind either.
loader = replaced(loader, "WebAssembly.instantiateStreaming(src, imports)", "instantiate(src, imports)");
loader += `
async function instantiate(src, imports) {
  const response = await src;
  if (!response.ok) throw new Error(\`\${response.url}: \${response.status}\`);
  return WebAssembly.instantiate(await response.arrayBuffer(), imports);
}
`;
const main = replaced(readFileSync(join(work, `${name}.js`), "utf8"), `from "./${links}"`, `from "./${name}-parts.js"`);
const small = (code) => (release ? execFileSync("esbuild", ["--minify", "--format=esm", "--target=es2022"], { input: code, encoding: "utf8" }) : code);

let page = readFileSync(join(staging, "index.html"), "utf8");
const whole = page.match(new RegExp(`${BIN}-[0-9a-f]+(?=_bg\\.wasm)`))?.[0];
if (!whole) throw new Error("index.html names no wasm");
for (const file of readdirSync(staging)) if (file.startsWith(whole)) rmSync(join(staging, file));
for (const file of wasm) writeFileSync(join(staging, file), readFileSync(join(work, file)));
writeFileSync(join(staging, `${name}.js`), small(main));
writeFileSync(join(staging, `${name}-parts.js`), small(loader));
writeFileSync(join(staging, "parts.json"), JSON.stringify(needs));
page = page.replaceAll(whole, name);
if (release) page = oneStylesheet(page);
writeFileSync(join(staging, "index.html"), page);

/** The page with one stylesheet in place of many, in the same order: fewer requests, and alike rules compress together. */
function oneStylesheet(page) {
  const links = [...page.matchAll(/<link href=\.\/([\w.-]+\.css)[^>]*>/g)];
  if (links.length < 2) throw new Error("index.html names no stylesheets");
  const style = links.map(([, file]) => readFileSync(join(staging, file), "utf8")).join("\n");
  const file = `style-${createHash("sha256").update(style).digest("hex").slice(0, 16)}.css`;
  for (const [, old] of links) rmSync(join(staging, old));
  writeFileSync(join(staging, file), style);
  return links.slice(1).reduce((page, [link]) => page.replace(link, ""), page.replace(links[0][0], `<link href=./${file} rel=stylesheet>`));
}
