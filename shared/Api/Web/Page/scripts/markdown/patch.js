import { createCodeBlock, patchCodeBlock } from "./code-block.js";

/**
 * Changes an element's children from one list of nodes to another, changing only the differences: growing text is appended to
 * its text node, so a selection survives and nothing flickers. Texts reach the document as text, never as markup.
 */
export function patchChildren(parent, before, after, offset = 0) {
  for (let i = 0; i < after.length; i++) {
    if (i < before.length) patch(parent, parent.childNodes[offset + i], before[i], after[i]);
    else parent.append(create(after[i]));
  }
  for (let i = before.length; i > after.length; i--) parent.childNodes[offset + i - 1].remove();
}

function patch(parent, current, before, after) {
  if (before === after) return;
  if (typeof before === "string" && typeof after === "string") patchText(current, before, after);
  else if (before.tag !== after.tag || before.tag === undefined || !sameAttributes(before.attributes, after.attributes)) parent.replaceChild(create(after), current);
  else if (after.tag === "code-block") patchCodeBlock(current, before, after);
  else patchChildren(current, before.children, after.children);
}

/** Changes a text node from one text to another. */
export function patchText(node, before, after) {
  if (after.length > before.length && after.startsWith(before)) node.appendData(after.slice(before.length));
  else node.data = after;
}

function create(node) {
  if (typeof node === "string") return document.createTextNode(node);
  if (node.tag === "code-block") return createCodeBlock(node);
  const made = document.createElement(node.tag);
  for (const [name, value] of Object.entries(node.attributes ?? {})) made.setAttribute(name, value);
  made.append(...node.children.map(create));
  return made;
}

const sameAttributes = (before, after) => JSON.stringify(before ?? null) === JSON.stringify(after ?? null);
