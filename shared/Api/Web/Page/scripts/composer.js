import { byId } from "./dom.js";

const MaxHeight = 0.4;

/** The message box with its buttons. */
export class Composer {
  #prompt = byId("prompt");
  #send = byId("send");
  #stop = byId("stop");
  #busy = false;

  constructor({ onSend, onStop, onCancelEdit }) {
    const submit = () => {
      if (!this.#busy && this.text.trim() !== "") onSend(this.text.trim());
    };
    byId("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      submit();
    });
    this.#prompt.addEventListener("keydown", (event) => {
      // While an input method composes, Enter accepts its suggestion.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      submit();
    });
    this.#prompt.addEventListener("input", () => this.#changed());
    this.#stop.addEventListener("click", onStop);
    byId("cancel-edit").addEventListener("click", () => {
      onCancelEdit();
      this.clear();
    });
    addEventListener("resize", () => this.#changed());
    this.#changed();
  }

  get text() {
    return this.#prompt.value;
  }

  /** Sets the text of the box, with the cursor at its end. */
  set text(text) {
    this.#prompt.value = text;
    this.#changed();
    this.focus();
    this.#prompt.setSelectionRange(text.length, text.length);
  }

  /** Restores a text that was not answered, unless another one has been entered. */
  offer(text) {
    if (this.text === "") this.text = text;
  }

  clear() {
    this.text = "";
  }

  focus() {
    this.#prompt.focus({ preventScroll: true });
  }

  set busy(busy) {
    const held = document.activeElement === this.#send || document.activeElement === this.#stop;
    this.#busy = busy;
    this.#send.hidden = busy;
    this.#stop.hidden = !busy;
    if (held) this.focus();
  }

  set editing(editing) {
    byId("editing").hidden = !editing;
  }

  #changed() {
    this.#send.disabled = this.text.trim() === "";
    this.#prompt.style.height = "auto";
    this.#prompt.style.height = `${Math.min(this.#prompt.scrollHeight, innerHeight * MaxHeight)}px`;
  }
}
