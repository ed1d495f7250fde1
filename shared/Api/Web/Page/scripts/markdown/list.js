import { interruptsParagraph, isBlank, parseNodes, unindent } from "./blocks.js";
import { element } from "./nodes.js";

const Item = /^( {0,12})(?:([-*+])|(\d{1,9})([.)]))(?: (.*))?$/;

/** Returns the list item that starts at a line, or null. */
export function listItem(line) {
  const match = Item.exec(line);
  if (!match) return null;
  const [, indent, bullet, number, delimiter, text = ""] = match;
  return {
    indent: indent.length,
    kind: bullet ?? delimiter,
    ordered: bullet === undefined,
    number: Number(number ?? 0),
    width: indent.length + (bullet ?? number + delimiter).length + 1,
    text: text.trim(),
    rest: text,
  };
}

/** Parses a list of one kind; an item contains the lines that are indented by two or more beyond its marker. */
export function parseList(lines, at, growing, depth) {
  const first = listItem(lines[at]);
  const items = [];
  let loose = false;
  let next = at;
  while (next < lines.length) {
    const item = listItem(lines[next]);
    if (!item || item.kind !== first.kind || item.indent >= first.indent + 2) break;
    const end = itemEnd(lines, next, item);
    const content = [item.rest, ...lines.slice(next + 1, end).map((line) => unindent(line, item.width))];
    loose ||= end < lines.length && isBlank(lines[end - 1]) && continues(lines[end], first);
    items.push(parseNodes(content, growing, depth + 1));
    next = end;
  }
  const children = items.map((nodes) => element("li", loose ? nodes : nodes.flatMap((node) => (node.tag === "p" ? node.children : [node]))));
  const start = first.ordered && first.number !== 1 ? { start: String(first.number) } : null;
  return { node: element(first.ordered ? "ol" : "ul", children, start), count: next - at };
}

function continues(line, first) {
  const item = listItem(line);
  return item !== null && item.kind === first.kind && item.indent < first.indent + 2;
}

// Returns the line after the item's last one; blank lines after the item belong to it.
function itemEnd(lines, at, item) {
  let next = at + 1;
  let afterBlank = false;
  for (; next < lines.length; next++) {
    const line = lines[next];
    if (isBlank(line)) {
      afterBlank = true;
      continue;
    }
    const indented = line.startsWith(" ".repeat(item.indent + 2));
    const lazy = !afterBlank && listItem(line) === null && !interruptsParagraph(lines, next);
    if (!indented && !lazy) break;
    afterBlank = false;
  }
  return next;
}
