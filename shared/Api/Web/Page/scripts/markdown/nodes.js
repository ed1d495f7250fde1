// A parsed text is a tree of plain objects: a string, or { tag, attributes, children }, or a code block. The parser creates
// no element and the patcher reads no markup, so a text can become only the elements that are named here.

/** An element with children. */
export const element = (tag, children, attributes = null) => ({ tag, attributes, children });

/** A fenced block of code. */
export const codeBlock = (language, text) => ({ tag: "code-block", language, text });

const SafeAddress = /^(?:https?:\/\/|mailto:)[^\s]+$/i;

/** A link, or only the children if the address must not be opened. */
export function link(address, children) {
  if (!SafeAddress.test(address)) return null;
  return element("a", children, { href: address, target: "_blank", rel: "noopener noreferrer nofollow" });
}

/** Adds a node to a list, joining adjacent texts, so that the tree and the document have the same shape. */
export function push(nodes, node) {
  if (node === "") return;
  const last = nodes.length - 1;
  if (typeof node === "string" && typeof nodes[last] === "string") nodes[last] += node;
  else nodes.push(node);
}
