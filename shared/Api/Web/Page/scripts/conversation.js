import { StoredValue } from "./storage.js";

const stored = new StoredValue("conversation", "sessionStorage");

/**
 * The turns: { question, answer }, where answer is { reasoning, content, finish, figures }, or null while it streams and after it failed
 * with nothing to show. Kept for the life of the browser's tab, so that a reload loses nothing.
 */
export class Conversation {
  turns = [];

  static restored() {
    const conversation = new Conversation();
    const turns = stored.read();
    if (Array.isArray(turns)) conversation.turns = turns.filter((turn) => typeof turn?.question === "string" && typeof turn.answer?.content === "string");
    return conversation;
  }

  add(question) {
    const turn = { question, answer: null };
    this.turns.push(turn);
    return turn;
  }

  /** Removes a turn and all turns after it. */
  truncate(turn) {
    this.turns.length = this.turns.indexOf(turn);
    this.save();
  }

  save() {
    stored.write(this.turns.length === 0 ? null : this.turns.filter(({ answer }) => answer !== null));
  }

  /** Returns the messages to send for the answer of the last turn: the earlier answers without their reasoning. */
  messages(systemPrompt) {
    const messages = systemPrompt ? [{ role: "system", content: systemPrompt }] : [];
    for (const { question, answer } of this.turns) {
      messages.push({ role: "user", content: question });
      if (answer !== null) messages.push({ role: "assistant", content: answer.content });
    }
    return messages;
  }
}
