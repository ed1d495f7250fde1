import { parseInline } from "./inline.js";
import { element } from "./nodes.js";

const MaxColumns = 64;
const Rule = /^:?-+:?$/;

/** Returns whether a table begins at this line: a row, followed by a delimiter row with the same number of columns. */
export function isTableStart(lines, at) {
  if (at + 1 >= lines.length || !lines[at].includes("|") || !lines[at + 1].includes("-")) return false;
  const rule = cells(lines[at + 1]);
  return rule.length <= MaxColumns && rule.every((cell) => Rule.test(cell)) && cells(lines[at]).length === rule.length;
}

export function parseTable(lines, at, growing) {
  const sides = cells(lines[at + 1]).map(sideOf);
  let next = at + 2;
  while (next < lines.length && lines[next].includes("|")) next++;
  const head = element("thead", [row(lines[at], "th", sides, growing)]);
  const body = lines.slice(at + 2, next).map((line) => row(line, "td", sides, growing));
  const table = element("table", body.length > 0 ? [head, element("tbody", body)] : [head]);
  return { node: element("div", [table], { class: "table", tabindex: "0" }), count: next - at };
}

function row(line, tag, sides, growing) {
  const texts = cells(line);
  return element("tr", sides.map((side, column) => element(tag, parseInline(texts[column] ?? "", growing), side)));
}

function sideOf(rule) {
  if (!rule.endsWith(":")) return null;
  return { class: rule.startsWith(":") ? "middle" : "end" };
}

function cells(line) {
  const trimmed = line.trim();
  const inner = trimmed.slice(trimmed.startsWith("|") ? 1 : 0, trimmed.endsWith("|") && !trimmed.endsWith("\\|") ? -1 : undefined);
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}
