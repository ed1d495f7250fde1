const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** "1 token", "1,204 tokens"; "≈" if the page counted the tokens instead of the server. */
export const tokenCount = (count, exact = true) => `${exact ? "" : "≈ "}${whole.format(count)} token${count === 1 ? "" : "s"}`;

/** "340 ms", "4.2 s", "1 min 12 s". */
export function duration(seconds) {
  if (seconds < 1) return `${whole.format(seconds * 1000)} ms`;
  if (seconds < 10) return `${tenths.format(seconds)} s`;
  if (seconds < 60) return `${whole.format(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}

/** "42.3 tokens/s". */
export const rate = (tokensPerSecond) => `${tokensPerSecond < 100 ? tenths.format(tokensPerSecond) : whole.format(tokensPerSecond)} tokens/s`;

/** Returns the line of figures under an answer. */
export function figuresLine(figures) {
  return [
    figures.tokensPerSecond === null ? null : rate(figures.tokensPerSecond),
    figures.tokens === 0 ? null : tokenCount(figures.tokens, figures.exact),
    figures.firstTokenSeconds === null ? null : `first after ${duration(figures.firstTokenSeconds)}`,
    figures.promptTokens === null ? null : `prompt ${tokenCount(figures.promptTokens)}`,
  ].filter(Boolean).join(" · ");
}

/** Returns the summary of finished reasoning. */
export function reasoningLabel(figures) {
  const tokens = figures.reasoningTokens > 0 ? ` · ${tokenCount(figures.reasoningTokens, figures.exact)}` : "";
  return `Thought for ${duration(figures.thinkingSeconds)}${tokens}`;
}
