import { copyOnClick } from "../clipboard.js";
import { fromTemplate } from "../dom.js";
import { patchText } from "./patch.js";

/** Creates the element of a code block: its language, a copy button and the code. */
export function createCodeBlock({ language, text }) {
  const block = fromTemplate("code-template");
  const code = block.querySelector("code");
  code.append(document.createTextNode(text));
  label(block, language);
  copyOnClick(block.querySelector("button"), () => code.textContent);
  return block;
}

export function patchCodeBlock(block, before, after) {
  if (before.language !== after.language) label(block, after.language);
  if (before.text !== after.text) patchText(block.querySelector("code").firstChild, before.text, after.text);
}

function label(block, language) {
  block.querySelector(".code-language").textContent = language || "text";
  block.querySelector("pre").setAttribute("aria-label", `Code, ${language || "text"}`);
}
