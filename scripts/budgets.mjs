// Writes the lines `BUDGET<tab>what<tab>measured<tab>limit` of its input as a table between the two `budgets` comments of a
// file. A line measured this time takes the place of the one of the same name; the others stay.
import { readFileSync, writeFileSync } from "node:fs";

const file = process.argv[2];
const [OPEN, CLOSE] = ["<!-- budgets -->", "<!-- /budgets -->"];
const text = readFileSync(file, "utf8");
const [start, end] = [text.indexOf(OPEN), text.indexOf(CLOSE)];
if (start < 0 || end < start) throw new Error(`${file} has no ${OPEN} … ${CLOSE}`);

const rows = new Map();
for (const line of text.slice(start + OPEN.length, end).split("\n")) {
  const cells = line.split("|").map((cell) => cell.trim());
  if (cells.length === 5 && !/^(-+|What)$/.test(cells[1])) rows.set(cells[1], cells.slice(2, 4));
}
for (const line of readFileSync(0, "utf8").split("\n")) {
  const [mark, what, ...cells] = line.split("\t");
  if (mark === "BUDGET") rows.set(what.trim(), cells.map((cell) => cell.trim()));
}
const table = [...rows].map(([what, [measured, limit]]) => `| ${what} | ${measured} | ${limit} |`);
const section = [OPEN, "| What | Measured | Limit |", "|---|---|---|", ...table, ""].join("\n");
writeFileSync(file, text.slice(0, start) + section + text.slice(end));
console.log(`${file}: ${rows.size} measurements in its table.`);
