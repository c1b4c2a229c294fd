// Pictures of the page for a person to look at: each size, colour scheme and language.
//   node tests/browser/shoot.mjs [--name NAME] [--query '?…'] [--only wide-dark] [--wait MS] [--full] [--keys 'Space ArrowRight']
// They are written to tests/browser/shots/NAME-SIZE-SCHEME-LANGUAGE.png.
import { parseArgs } from "node:util";
import { looks, shoot, startLab } from "./harness.mjs";

const { values } = parseArgs({
  options: {
    name: { type: "string", default: "page" },
    query: { type: "string", default: "" },
    only: { type: "string", default: "" },
    wait: { type: "string", default: "300" },
    full: { type: "boolean", default: false },
    keys: { type: "string", default: "" },
  },
});

const lab = await startLab();
let failed = false;
try {
  for (const look of looks().filter(({ name }) => name.includes(values.only))) {
    const page = await lab.open(null, { query: values.query, ...look.context });
    for (const key of values.keys.split(" ").filter(Boolean)) await page.keyboard.press(key);
    await page.waitForTimeout(Number(values.wait));
    console.log(await shoot(page, `${values.name}-${look.name}`, { fullPage: values.full }));
    for (const problem of lab.problemsOf(page)) {
      failed = true;
      console.error(`  ${problem}`);
    }
    await page.context().close();
  }
} finally {
  await lab.stop();
}
process.exitCode = failed ? 1 : 0;
