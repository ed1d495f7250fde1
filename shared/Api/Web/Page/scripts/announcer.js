import { byId } from "./dom.js";

const MaxSpoken = 280;

/** Tells people who do not see the page what happens, politely; the streaming text itself would be a torrent. */
export function announce(text) {
  byId("status").textContent = text;
}

/** Announces an answer: short ones whole. */
export function announceAnswer(content) {
  const text = content.trim();
  announce(text.length <= MaxSpoken ? `Answer: ${text}` : `Answer complete. It begins: ${text.slice(0, MaxSpoken)}`);
}
