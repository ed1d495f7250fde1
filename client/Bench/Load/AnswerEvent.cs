namespace OrleansInference.Bench.Load;

/// <summary>Server-sent event of an answer, as far as the measurement needs it.</summary>
/// <param name="Advances">Whether it contains a part of the answer: not the role that opens a chat, nor a finish without text.</param>
/// <param name="Finished">Whether a choice finished.</param>
/// <param name="Done">Whether it marks the end of the stream.</param>
internal sealed record AnswerEvent(bool Advances = false, bool Finished = false, bool Done = false, TokenUsage? Usage = null, string? Error = null)
{
    /// <summary>Text of the answer in the event.</summary>
    public string Text { get; init; } = "";

    /// <summary>Text of the reasoning in the event.</summary>
    public string Reasoning { get; init; } = "";

    private static readonly string[] TextFields = ["content", "reasoning_content", "reasoning"];

    /// <exception cref="JsonException">The data is not JSON.</exception>
    public static AnswerEvent Parse(string type, ReadOnlySpan<byte> data)
    {
        if (data.SequenceEqual("[DONE]"u8))
        {
            return new AnswerEvent(Done: true);
        }

        Utf8JsonReader reader = new(data);
        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        JsonElement root = document.RootElement;
        if (Property(root, "error") is { } error)
        {
            return new AnswerEvent(Error: ReadText(error, "message") ?? error.GetRawText());
        }

        if (type == "error")
        {
            return new AnswerEvent(Error: ReadText(root, "message") ?? root.GetRawText());
        }

        AnswerEvent answer = new(Usage: ReadUsage(root));
        if (Property(root, "choices") is { ValueKind: JsonValueKind.Array } choices)
        {
            foreach (JsonElement choice in choices.EnumerateArray())
            {
                bool finished = Property(choice, "finish_reason") is not null;
                answer = answer with
                {
                    Advances = answer.Advances || CarriesText(choice, finished),
                    Finished = answer.Finished || finished,
                    Text = answer.Text + (Property(choice, "delta") is { } delta ? TextOf(delta, "content") : TextOf(choice, "text")),
                    Reasoning = answer.Reasoning + (Property(choice, "delta") is { } more ? TextOf(more, "reasoning_content") : ""),
                };
            }
        }

        return answer;
    }

    /// <summary>Whether a choice counts as text. A chunk without text is a token whose character is incomplete, unless it opens or closes the answer.</summary>
    private static bool CarriesText(JsonElement choice, bool finished)
    {
        if (Property(choice, "delta") is { } delta)
        {
            return TextFields.Any(field => ReadText(delta, field) is { Length: > 0 }) || (!finished && Property(delta, "role") is null);
        }

        return ReadText(choice, "text") is string text && (text.Length > 0 || !finished);
    }

    private static TokenUsage? ReadUsage(JsonElement root) => Property(root, "usage") is { } usage && Integer(usage, "prompt_tokens") is int prompt
        ? new TokenUsage(prompt, Integer(usage, "completion_tokens") ?? 0, Property(usage, "prompt_tokens_details") is { } details ? Integer(details, "cached_tokens") : null)
        : null;

    private static JsonElement? Property(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static int? Integer(JsonElement element, string name) =>
        Property(element, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out int number) && number >= 0 ? number : null;

    private static string TextOf(JsonElement element, string name) => ReadText(element, name) ?? "";

    private static string? ReadText(JsonElement element, string name)
    {
        try
        {
            return Property(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, escaped: it is text, but .NET cannot represent it.
            return "\uFFFD";
        }
    }
}
