import { parseInline } from "./inline.js";
import { listItem, parseList } from "./list.js";
import { codeBlock, element } from "./nodes.js";
import { isTableStart, parseTable } from "./table.js";

const MaxDepth = 6;
const Fence = /^ {0,3}(`{3,}|~{3,})([^`]*)$/;
const Heading = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/;
const Rule = /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/;
const Quote = /^ {0,3}> ?(.*)$/;

export const isBlank = (line) => line.trim() === "";

/**
 * Parses lines into blocks, in order: { node, count }, where count is the number of lines of the block, including blank lines after it.
 * A block's extent depends on its own lines and the first one of the next block, so complete blocks can be removed from the start of a growing text.
 */
export function parseBlocks(lines, growing, depth = 0) {
  const blocks = [];
  for (let at = 0; at < lines.length;) {
    if (isBlank(lines[at])) {
      if (blocks.length > 0) blocks[blocks.length - 1].count++;
      else blocks.push({ node: null, count: 1 });
      at++;
      continue;
    }
    const block = parseBlock(lines, at, growing, depth);
    blocks.push(block);
    at += block.count;
  }
  return blocks;
}

/** Returns the nodes of blocks inside another block. */
export const parseNodes = (lines, growing, depth) => parseBlocks(lines, growing, depth).map(({ node }) => node).filter((node) => node !== null);

/** Returns whether a line ends the paragraph before it. */
export function interruptsParagraph(lines, at) {
  const line = lines[at];
  if (Fence.test(line) || Heading.test(line) || Rule.test(line) || Quote.test(line) || isTableStart(lines, at)) return true;
  const item = listItem(line);
  return item !== null && item.text !== "" && (!item.ordered || item.number === 1);
}

function parseBlock(lines, at, growing, depth) {
  const line = lines[at];
  const fence = Fence.exec(line);
  if (fence) return parseFence(lines, at, fence);
  const heading = Heading.exec(line);
  if (heading) return { node: element(headingTag(heading[1]), parseInline(headingText(heading[2] ?? ""), growing)), count: 1 };
  if (Rule.test(line)) return { node: element("hr", []), count: 1 };
  if (depth < MaxDepth) {
    if (Quote.test(line)) return parseQuote(lines, at, growing, depth);
    if (listItem(line)) return parseList(lines, at, growing, depth);
  }
  if (isTableStart(lines, at)) return parseTable(lines, at, growing);
  return parseParagraph(lines, at, growing);
}

function parseFence(lines, at, [opening, marks, label]) {
  const indent = opening.indexOf(marks);
  const body = [];
  let next = at + 1;
  for (; next < lines.length; next++) {
    const trimmed = lines[next].trim();
    if (trimmed.length >= marks.length && trimmed === marks[0].repeat(trimmed.length)) {
      next++;
      break;
    }
    body.push(unindent(lines[next], indent));
  }
  return { node: codeBlock(label.trim().split(/\s/, 1)[0].slice(0, 40), body.join("\n")), count: next - at };
}

function parseQuote(lines, at, growing, depth) {
  const inner = [];
  let next = at;
  for (; next < lines.length; next++) {
    const quoted = Quote.exec(lines[next]);
    if (!quoted && (isBlank(lines[next]) || interruptsParagraph(lines, next))) break;
    inner.push(quoted ? quoted[1] : lines[next]);
  }
  return { node: element("blockquote", parseNodes(inner, growing, depth + 1)), count: next - at };
}

function parseParagraph(lines, at, growing) {
  let next = at + 1;
  while (next < lines.length && !isBlank(lines[next]) && !interruptsParagraph(lines, next)) next++;
  const text = lines.slice(at, next).map((line) => line.trim()).join("\n");
  return { node: element("p", parseInline(text, growing)), count: next - at };
}

// The first two levels are used for the page's own headings.
const headingTag = (marks) => `h${Math.min(6, marks.length + 2)}`;

function headingText(text) {
  let end = text.trimEnd().length;
  const trimmed = text.slice(0, end);
  while (end > 0 && text[end - 1] === "#") end--;
  return end === 0 || text[end - 1] === " " ? text.slice(0, end).trim() : trimmed.trim();
}

/** Removes up to `width` leading blanks from a line. */
export function unindent(line, width) {
  let start = 0;
  while (start < width && line[start] === " ") start++;
  return line.slice(start);
}
