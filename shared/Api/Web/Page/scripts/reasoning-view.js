import { duration, reasoningLabel } from "./format.js";
import { MarkdownView } from "./markdown/markdown-view.js";

/** The collapsible part of an answer with the reasoning: open while the model reasons, collapsed when it answers, unless the user has changed it. */
export class ReasoningView {
  #details;
  #label;
  #markdown;
  #stopwatch;
  #timer = 0;
  #toggled = false;

  constructor(details, stopwatch) {
    this.#details = details;
    this.#label = details.querySelector(".reasoning-label");
    this.#markdown = new MarkdownView(details.querySelector(".reasoning-text"));
    this.#stopwatch = stopwatch;
    details.querySelector("summary").addEventListener("click", () => { this.#toggled = true; });
  }

  get text() {
    return this.#markdown.text;
  }

  append(text) {
    if (this.#details.hidden) this.#begin();
    this.#markdown.append(text);
  }

  /** Called when the answer starts, or when the stream ends. */
  end(fold) {
    if (this.#timer === 0) return;
    clearInterval(this.#timer);
    this.#timer = 0;
    this.#details.classList.remove("live");
    this.#markdown.finish();
    if (fold && !this.#toggled) this.#details.open = false;
    this.summarise(this.#stopwatch.read());
  }

  summarise(figures) {
    this.#label.textContent = reasoningLabel(figures);
  }

  /** Shows the reasoning of an earlier answer. */
  restore(text, figures) {
    if (text === "") return;
    this.#details.hidden = false;
    this.#markdown.text = text;
    this.#markdown.finish();
    this.summarise(figures);
  }

  #begin() {
    this.#details.hidden = false;
    this.#details.open = true;
    this.#details.classList.add("live");
    this.#count();
    this.#timer = setInterval(() => this.#count(), 500);
  }

  #count() {
    const seconds = this.#stopwatch.thinkingSeconds;
    this.#label.textContent = seconds < 1 ? "Thinking…" : `Thinking… ${duration(Math.floor(seconds))}`.replace(".0", "");
  }
}
