using System.Text.Json;

namespace OrleansInference.Text.Streaming;

/// <summary>Reads the calls inside a block that <see cref="ToolCallSplitter"/> has found.</summary>
internal static class ToolCallReader
{
    private const string CallOpen = "<｜tool▁call▁begin｜>";
    private const string CallClose = "<｜tool▁call▁end｜>";
    private const string Separator = "<｜tool▁sep｜>";
    private const string Fence = "```";

    /// <returns>The calls; empty if the block is malformed.</returns>
    public static IReadOnlyList<ToolCall> Read(string block)
    {
        string text = block.Trim();
        if (!text.StartsWith(CallOpen, StringComparison.Ordinal))
        {
            return ReadObject(text) is { } single ? [single] : [];
        }

        string[] parts = text.Split(CallOpen, StringSplitOptions.RemoveEmptyEntries);
        ToolCall[] calls = [.. parts.Select(ReadFenced).OfType<ToolCall>()];
        return calls.Length == parts.Length ? calls : [];
    }

    /// <summary>Reads <c>{"name": …, "arguments": {…}}</c>.</summary>
    private static ToolCall? ReadObject(string text)
    {
        if (Parse(text) is not { } call || !call.TryGetProperty("name", out JsonElement name) || name.ValueKind is not JsonValueKind.String)
        {
            return null;
        }

        bool has = call.TryGetProperty("arguments", out JsonElement arguments) || call.TryGetProperty("parameters", out arguments);
        return !has ? new ToolCall(name.GetString()!, "{}")
            : arguments.ValueKind is JsonValueKind.String && Parse(arguments.GetString()!) is not null ? new ToolCall(name.GetString()!, arguments.GetString()!)
            : arguments.ValueKind is JsonValueKind.Object ? new ToolCall(name.GetString()!, arguments.GetRawText())
            : null;
    }

    /// <summary>Reads DeepSeek's <c>function｜sep｜NAME</c> and the fenced arguments after it.</summary>
    private static ToolCall? ReadFenced(string text)
    {
        int end = text.IndexOf(CallClose, StringComparison.Ordinal);
        string[] parts = text[..(end < 0 ? text.Length : end)].Split(Separator, 2);
        string[] lines = parts.Length < 2 ? [] : parts[1].Split('\n', 2);
        if (lines.Length < 2 || lines[0].Trim() is not { Length: > 0 } name)
        {
            return null;
        }

        string arguments = lines[1].Trim();
        if (arguments.StartsWith(Fence, StringComparison.Ordinal) && arguments.EndsWith(Fence, StringComparison.Ordinal) && arguments.IndexOf('\n', StringComparison.Ordinal) is > 0 and int start)
        {
            arguments = arguments[start..^Fence.Length].Trim();
        }

        return Parse(arguments) is null ? null : new ToolCall(name, arguments);
    }

    private static JsonElement? Parse(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind is JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
