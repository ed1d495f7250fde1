import { parseBlocks } from "./blocks.js";
import { patchChildren } from "./patch.js";

/**
 * Shows a growing Markdown text in an element that it owns. Finished blocks are not parsed again; the last two are parsed once a
 * frame, and less often if that is slow (one block of many thousand lines), so that the page stays responsive.
 */
export class MarkdownView {
  #container;
  #settledLength = 0;
  #settledNodes = 0;
  #liveNodes = [];
  #pending = false;
  #cost = 0;

  /** The complete text received so far. */
  text = "";

  constructor(container) {
    this.#container = container;
  }

  append(text) {
    this.text += text;
    if (this.#pending) return;
    this.#pending = true;
    const rest = 4 * this.#cost;
    if (rest < 16) requestAnimationFrame(() => this.#renderPending());
    else setTimeout(() => requestAnimationFrame(() => this.#renderPending()), rest);
  }

  /** Shows the complete text immediately, as the text of an answer that has ended. */
  finish() {
    this.#pending = false;
    this.#render(false);
  }

  #renderPending() {
    if (!this.#pending) return;
    this.#pending = false;
    const start = performance.now();
    this.#render(true);
    this.#cost = performance.now() - start;
  }

  #render(growing) {
    const lines = this.text.slice(this.#settledLength).replaceAll("\t", "    ").split("\n");
    const blocks = parseBlocks(lines, false);
    const live = growing ? Math.max(0, blocks.length - 2) : blocks.length;
    if (growing && blocks.length > 0) this.#reparseLast(lines, blocks);
    const nodes = blocks.map(({ node }) => node);
    const shown = nodes.filter((node) => node !== null);
    patchChildren(this.#container, this.#liveNodes, shown, this.#settledNodes);
    this.#settle(blocks.slice(0, live));
    this.#liveNodes = nodes.slice(live).filter((node) => node !== null);
  }

  // Only the last block is open: its open marks count as closed while the text grows.
  #reparseLast(lines, blocks) {
    const start = blocks.slice(0, -1).reduce((sum, { count }) => sum + count, 0);
    blocks[blocks.length - 1] = parseBlocks(lines.slice(start), true)[0];
  }

  #settle(blocks) {
    for (const { node, count } of blocks) {
      for (let i = 0; i < count; i++) {
        const end = this.text.indexOf("\n", this.#settledLength);
        this.#settledLength = end < 0 ? this.text.length : end + 1;
      }
      if (node !== null) this.#settledNodes++;
    }
  }
}
