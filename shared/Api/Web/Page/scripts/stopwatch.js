/** Measures one answer: time to the first token, time of the reasoning, and rate. Times are in milliseconds. */
export class Stopwatch {
  #start = performance.now();
  #first = null;
  #last = null;
  #answerBegan = null;
  #reasoningChunks = 0;
  #contentChunks = 0;
  #usage = null;

  reasoned() {
    this.#tick();
    this.#reasoningChunks++;
  }

  answered() {
    this.#tick();
    this.#contentChunks++;
    this.#answerBegan ??= this.#last;
  }

  /** Sets the server's count of tokens, which replaces the count of chunks. */
  counted(usage) {
    this.#usage = usage;
  }

  get thinkingSeconds() {
    if (this.#first === null) return 0;
    return ((this.#answerBegan ?? performance.now()) - this.#first) / 1000;
  }

  /** The current figures; `exact` is true if the server counted the tokens. */
  read() {
    const tokens = this.#usage?.completion_tokens ?? this.#reasoningChunks + this.#contentChunks;
    const seconds = this.#first === null ? 0 : (this.#last - this.#first) / 1000;
    return {
      exact: this.#usage !== null,
      tokens,
      promptTokens: this.#usage?.prompt_tokens ?? null,
      reasoningTokens: this.#usage?.completion_tokens_details?.reasoning_tokens ?? this.#reasoningChunks,
      thinkingSeconds: this.thinkingSeconds,
      firstTokenSeconds: this.#first === null ? null : (this.#first - this.#start) / 1000,
      tokensPerSecond: tokens > 1 && seconds > 0 ? (tokens - 1) / seconds : null,
    };
  }

  #tick() {
    this.#last = performance.now();
    this.#first ??= this.#last;
  }
}
