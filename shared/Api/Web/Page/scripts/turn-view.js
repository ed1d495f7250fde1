import { copyOnClick } from "./clipboard.js";
import { fromTemplate } from "./dom.js";
import { figuresLine } from "./format.js";
import { MarkdownView } from "./markdown/markdown-view.js";
import { ReasoningView } from "./reasoning-view.js";
import { Stopwatch } from "./stopwatch.js";

const Notes = {
  stopped: "You stopped this answer.",
  length: "The answer reached its maximum length.",
  silent: "The model stopped before it gave an answer.",
};

/** One question and its answer on the page. */
export class TurnView {
  #stopwatch = new Stopwatch();
  #answer;
  #reasoning;
  #content;
  #figuresTimer = 0;

  constructor(question, { onEdit, onAgain }) {
    this.element = fromTemplate("turn-template");
    this.#answer = this.element.querySelector(".answer");
    this.element.querySelector(".bubble").textContent = question;
    this.#reasoning = new ReasoningView(this.#find(".reasoning"), this.#stopwatch);
    this.#content = new MarkdownView(this.#find(".content"));
    copyOnClick(this.#action("copy"), () => this.#content.text.trim());
    this.#action("edit").addEventListener("click", onEdit);
    this.#action("again").addEventListener("click", onAgain);
    this.#action("retry").addEventListener("click", onAgain);
  }

  /** Shows one part of the stream. */
  append({ reasoning, content, usage }) {
    this.#answer.classList.add("begun");
    if (usage) this.#stopwatch.counted(usage);
    if (reasoning) {
      this.#stopwatch.reasoned();
      this.#reasoning.append(reasoning);
    }
    if (content) {
      this.#stopwatch.answered();
      this.#reasoning.end(true);
      this.#content.append(content);
    }
    this.#showLiveFigures();
  }

  /** Ends the answer and returns the data to store. `finish` is the server's reason, "stopped" or "failed". */
  end(finish, error = null) {
    this.#reasoning.end(this.#content.text !== "");
    const answer = { reasoning: this.#reasoning.text, content: this.#content.text, finish, figures: this.#stopwatch.read() };
    this.#showEnded(answer);
    if (error) this.#showFailure(error);
    return answer;
  }

  /** Shows an earlier answer. */
  restore(answer) {
    this.#reasoning.restore(answer.reasoning, answer.figures);
    this.#content.text = answer.content;
    this.#showEnded(answer);
  }

  #showEnded({ reasoning, content, finish, figures }) {
    clearTimeout(this.#figuresTimer);
    this.#content.finish();
    if (reasoning !== "") this.#reasoning.summarise(figures);
    this.#answer.classList.add("begun", "ended");
    this.#answer.removeAttribute("aria-busy");
    this.#action("copy").hidden = content === "";
    this.#find(".figures").textContent = figuresLine(figures);
    const note = Notes[finish === "stop" && content === "" ? "silent" : finish];
    this.#find(".note").hidden = !note;
    this.#find(".note").textContent = note ?? "";
  }

  #showFailure(error) {
    this.#answer.classList.add("failed");
    this.#find(".failure-message").textContent = error.message;
    this.#find(".failure-detail").textContent = error.detail;
    this.#find(".failure").hidden = false;
  }

  #showLiveFigures() {
    if (this.#figuresTimer !== 0) return;
    this.#figuresTimer = setTimeout(() => {
      this.#figuresTimer = 0;
      this.#find(".figures").textContent = figuresLine(this.#stopwatch.read());
    }, 250);
  }

  #find(selector) {
    return this.#answer.querySelector(selector);
  }

  #action(name) {
    return this.element.querySelector(`[data-action="${name}"]`);
  }
}
