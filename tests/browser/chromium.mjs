// Which Chromium the tests drive: the one named by CHROMIUM, one found on PATH, or the one that Playwright has downloaded.
// Run by itself it prints the path, and fails if there is none.
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The path of a Chromium that can be started, or an error that says how to have one. */
export function chromiumPath() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const name of NAMES) {
    for (const folder of (process.env.PATH ?? "").split(delimiter)) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // not there: look on
      }
    }
  }
  const own = chromium.executablePath();
  if (own && existsSync(own)) return own;
  throw new Error("No Chromium found. `make test` installs one; or name yours: CHROMIUM=/path/to/chromium make test");
}

/** No sandbox, because the tests may run as root in a container; nothing that makes Chromium call home. */
export const CHROMIUM_ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(chromiumPath());
