namespace OrleansInference.Bench.Load;

/// <summary>Form of requests that the server accepts.</summary>
internal sealed record RequestShape
{
    public required string Model { get; init; }

    /// <summary>Whether to use chat completions.</summary>
    public bool Chat { get; init; }

    public bool IgnoreEos { get; init; } = true;

    public bool IncludeUsage { get; init; } = true;

    public double Temperature { get; init; }

    /// <summary>Path relative to the server's <c>/v1/</c>.</summary>
    public string Path => Chat ? "chat/completions" : "completions";

    /// <param name="prompt">A string, an array of token ids or, for a chat, an array of messages.</param>
    /// <param name="generate">Number of tokens of the answer.</param>
    public JsonObject Body(JsonNode prompt, int generate)
    {
        JsonObject body = new() { ["model"] = Model, ["stream"] = true, ["max_tokens"] = generate, ["temperature"] = Temperature };
        if (Chat)
        {
            body["messages"] = prompt is JsonArray messages ? messages : new JsonArray(new JsonObject { ["role"] = "user", ["content"] = prompt });
        }
        else
        {
            body["prompt"] = prompt;
        }

        if (IgnoreEos)
        {
            body["ignore_eos"] = true;
        }

        if (IncludeUsage)
        {
            body["stream_options"] = new JsonObject { ["include_usage"] = true };
        }

        return body;
    }
}
