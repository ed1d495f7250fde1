import { ApiError } from "./api-error.js";
import { apiKey } from "./api-key.js";
import { readEvents } from "./server-sent-events.js";

/** Returns the names of the served models. */
export async function listModels() {
  const response = await request("v1/models");
  return (await response.json()).data.map((model) => model.id);
}

/** Returns whether the server can serve requests, and otherwise the reason: { state: "ready" | "busy" | "offline", reason }. */
export async function checkHealth() {
  try {
    const response = await fetch("health", { cache: "no-store" });
    if (response.ok) return { state: "ready" };
    const report = await response.json().catch(() => ({}));
    return { state: "busy", reason: report.reason ?? `The server answers ${response.status} ${response.statusText}.` };
  } catch {
    return { state: "offline", reason: "The server cannot be reached." };
  }
}

/**
 * Streams a chat completion as parts: { reasoning }, { content }, { finish } and { usage }.
 * Throws an ApiError; aborting the signal throws its AbortError.
 */
export async function* streamChat(body, signal) {
  const payload = { ...body, stream: true, stream_options: { include_usage: true } };
  const response = await request("v1/chat/completions", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
    body: JSON.stringify(payload),
    signal,
  });
  let finished = false;
  try {
    for await (const { event, data } of readEvents(response.body)) {
      if (data === "[DONE]") return;
      const chunk = parse(data);
      if (event === "error" || chunk.error) throw ApiError.fromBody(chunk.error ?? chunk);
      const choice = chunk.choices?.[0];
      if (choice?.delta?.reasoning_content) yield { reasoning: choice.delta.reasoning_content };
      if (choice?.delta?.content) yield { content: choice.delta.content };
      if (choice?.finish_reason) {
        finished = true;
        yield { finish: choice.finish_reason };
      }
      if (chunk.usage) yield { usage: chunk.usage };
    }
  } catch (error) {
    if (error instanceof ApiError || signal.aborted) throw error;
    throw new ApiError("The connection was lost before the answer ended.");
  }
  if (!finished) throw new ApiError("The server closed the connection before the answer ended.");
}

async function request(path, options = {}) {
  const key = apiKey.read();
  const headers = { ...options.headers, ...(key ? { Authorization: `Bearer ${key}` } : {}) };
  let response;
  try {
    response = await fetch(path, { cache: "no-store", ...options, headers });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiError("The server cannot be reached.");
  }
  if (!response.ok) throw await ApiError.fromResponse(response);
  return response;
}

function parse(data) {
  try {
    return JSON.parse(data);
  } catch {
    throw new ApiError("The server sent an event that is not JSON.");
  }
}
