// A parsed text is a tree of plain objects: a string, or { tag, attributes, children }, or a code block. The parser makes
// no element and the patcher reads no markup, so a text can only ever become the few elements that are named here.

/** An element with children. */
export const element = (tag, children, attributes = null) => ({ tag, attributes, children });

/** A fenced block of code. */
export const codeBlock = (language, text) => ({ tag: "code-block", language, text });

const SafeAddress = /^(?:https?:\/\/|mailto:)[^\s]+$/i;

/** A link, or the bare children where the address is not one that may be opened. */
export function link(address, children) {
  if (!SafeAddress.test(address)) return null;
  return element("a", children, { href: address, target: "_blank", rel: "noopener noreferrer nofollow" });
}

/** Adds a node to a list, joining neighbouring texts, so that the tree and the document have the same shape. */
export function push(nodes, node) {
  if (node === "") return;
  const last = nodes.length - 1;
  if (typeof node === "string" && typeof nodes[last] === "string") nodes[last] += node;
  else nodes.push(node);
}
