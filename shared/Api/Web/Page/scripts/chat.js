import { announce, announceAnswer } from "./announcer.js";
import { ApiError } from "./api-error.js";
import { streamChat } from "./api.js";
import { byId } from "./dom.js";
import { TurnView } from "./turn-view.js";

/** Controls the conversation: one request at a time, from the composer through the stream to the page. */
export class Chat {
  #conversation;
  #composer;
  #follower;
  #requestOptions;
  #onFailure;
  #views = new Map();
  #abort = null;
  #edited = null;

  constructor({ conversation, composer, follower, requestOptions, onFailure }) {
    this.#conversation = conversation;
    this.#composer = composer;
    this.#follower = follower;
    this.#requestOptions = requestOptions;
    this.#onFailure = onFailure;
    for (const turn of conversation.turns) this.#show(turn).restore(turn.answer);
    this.#showWelcome();
    follower.toEnd();
  }

  get busy() {
    return this.#abort !== null;
  }

  /** Asks a question, as a new turn or as a replacement of the edited one. It replaces a last turn that failed without output. */
  async send(question) {
    if (this.busy) return;
    const last = this.#conversation.turns.at(-1);
    if (this.#edited) this.#removeFrom(this.#edited);
    else if (last && last.answer === null) this.#removeFrom(last);
    this.#composer.clear();
    await this.#run(this.#conversation.add(question));
  }

  /** Stops the current stream. The received part of the answer is kept. */
  stop() {
    this.#abort?.abort();
  }

  /** Starts a new, empty conversation. */
  reset() {
    this.stop();
    this.cancelEdit();
    if (this.#conversation.turns.length > 0) this.#removeFrom(this.#conversation.turns[0]);
    this.#showWelcome();
    announce("New chat");
  }

  cancelEdit() {
    this.#edited = null;
    this.#composer.editing = false;
  }

  async #again(turn) {
    if (this.busy) return;
    this.cancelEdit();
    if (this.#composer.text === turn.question) this.#composer.clear();
    this.#removeFrom(turn);
    await this.#run(this.#conversation.add(turn.question));
  }

  #edit(turn) {
    if (this.busy) return;
    this.#edited = turn;
    this.#composer.editing = true;
    this.#composer.text = turn.question;
  }

  async #run(turn) {
    const abort = new AbortController();
    const view = this.#show(turn);
    this.cancelEdit();
    this.#abort = abort;
    this.#composer.busy = true;
    this.#follower.active = true;
    this.#follower.toEnd();
    announce("Waiting for the answer");
    try {
      await this.#stream(turn, view, abort.signal);
    } finally {
      this.#follower.active = false;
      if (this.#abort === abort) {
        this.#abort = null;
        this.#composer.busy = false;
      }
    }
  }

  async #stream(turn, view, signal) {
    let finish = "stop";
    try {
      const { model, system, ...sampling } = await this.#requestOptions();
      signal.throwIfAborted();
      const body = { model, messages: this.#conversation.messages(system), ...sampling };
      for await (const part of streamChat(body, signal)) {
        if (part.finish) finish = part.finish;
        view.append(part);
      }
      this.#keep(turn, view.end(finish));
      announceAnswer(turn.answer.content);
    } catch (error) {
      if (signal.aborted) {
        this.#keep(turn, view.end("stopped"));
        announce("Stopped");
      } else if (error instanceof ApiError) this.#fail(turn, view, error);
      else throw error;
    }
  }

  #fail(turn, view, error) {
    const answer = view.end("failed", error);
    if (answer.reasoning !== "" || answer.content !== "") this.#keep(turn, answer);
    else this.#composer.offer(turn.question);
    this.#onFailure();
  }

  #keep(turn, answer) {
    turn.answer = answer;
    if (this.#conversation.turns.includes(turn)) this.#conversation.save();
  }

  #show(turn) {
    const view = new TurnView(turn.question, { onEdit: () => this.#edit(turn), onAgain: () => this.#again(turn) });
    this.#views.set(turn, view);
    byId("turns").append(view.element);
    this.#showWelcome();
    return view;
  }

  #removeFrom(turn) {
    for (const removed of this.#conversation.turns.slice(this.#conversation.turns.indexOf(turn))) {
      this.#views.get(removed).element.remove();
      this.#views.delete(removed);
    }
    this.#conversation.truncate(turn);
  }

  #showWelcome() {
    byId("welcome").hidden = this.#views.size > 0;
  }
}
