import { byId } from "./dom.js";

const MaxSpoken = 280;

/** Announces events to users of screen readers, in a polite live region. The streaming text is not announced, because it changes too often. */
export function announce(text) {
  byId("status").textContent = text;
}

/** Announces an answer; short answers completely. */
export function announceAnswer(content) {
  const text = content.trim();
  announce(text.length <= MaxSpoken ? `Answer: ${text}` : `Answer complete. It begins: ${text.slice(0, MaxSpoken)}`);
}
