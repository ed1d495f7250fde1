/** A failed request, with the server's message if there is one. */
export class ApiError extends Error {
  /** @param {{status?: number, code?: string, parameter?: string, retryAfter?: string}} facts */
  constructor(message, facts = {}) {
    super(message);
    Object.assign(this, facts);
  }

  /** The details that a user should quote in a report of the failure. */
  get detail() {
    return [
      this.status ? `HTTP ${this.status}` : null,
      this.code,
      this.parameter ? `field ${this.parameter}` : null,
      this.retryAfter ? `try again in ${this.retryAfter} s` : null,
    ].filter(Boolean).join(" · ");
  }

  /** Creates the error from a response with a failure status. */
  static async fromResponse(response) {
    const retryAfter = response.headers.get("Retry-After");
    const facts = { status: response.status, retryAfter: /^\d+$/.test(retryAfter ?? "") ? retryAfter : undefined };
    const text = await response.text().catch(() => "");
    try {
      return ApiError.fromBody(JSON.parse(text).error, facts);
    } catch {
      return new ApiError(text.trim().slice(0, 500) || `The server refused the request (${response.status} ${response.statusText}).`, facts);
    }
  }

  /** Creates the error from the error object of a response or a stream. */
  static fromBody(error, facts = {}) {
    const message = typeof error === "string" ? error : error.message;
    return new ApiError(message || "The server reported an error without a message.", { ...facts, code: error.code ?? error.type ?? undefined, parameter: error.param ?? undefined });
  }
}
