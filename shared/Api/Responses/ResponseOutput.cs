using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using OrleansInference.Api.Items;

namespace OrleansInference.Api.Responses;

/// <summary>Item of a response's output, while it grows.</summary>
/// <param name="Kind">Kind of the item.</param>
/// <param name="Id">Id of the item.</param>
/// <param name="Name">Name of the called function; null for text.</param>
/// <param name="CallId">Id with which the function's result refers to the call; null for text.</param>
internal sealed record OutputItem(OutputKind Kind, string Id, string? Name, string? CallId)
{
    public StringBuilder Text { get; } = new();

    /// <param name="status">Status of the item.</param>
    /// <param name="isEmpty">Whether the item is shown as it was before its first text.</param>
    public JsonObject ToJson(string status, bool isEmpty = false)
    {
        string text = isEmpty ? string.Empty : Text.ToString();
        return Kind switch
        {
            OutputKind.Reasoning => new JsonObject
            {
                ["id"] = Id,
                ["type"] = "reasoning",
                ["status"] = status,
                ["summary"] = new JsonArray(),
                ["content"] = isEmpty ? new JsonArray() : new JsonArray(Part(text)),
            },
            OutputKind.Text => new JsonObject
            {
                ["id"] = Id,
                ["type"] = "message",
                ["status"] = status,
                ["role"] = "assistant",
                ["content"] = isEmpty ? new JsonArray() : new JsonArray(Part(text)),
            },
            _ => new JsonObject { ["id"] = Id, ["type"] = "function_call", ["status"] = status, ["call_id"] = CallId, ["name"] = Name, ["arguments"] = text },
        };
    }

    /// <summary>Creates the content part of a message or of reasoning.</summary>
    public JsonObject Part(string text) => Kind is OutputKind.Reasoning
        ? new() { ["type"] = "reasoning_text", ["text"] = text }
        : new() { ["type"] = "output_text", ["annotations"] = new JsonArray(), ["logprobs"] = new JsonArray(), ["text"] = text };
}

/// <summary>Collects the items of a response's output. Ids follow from the response's id and the item's place, so that they are the same after a repetition.</summary>
/// <param name="id">Id of the response.</param>
internal sealed class ResponseOutput(string id)
{
    private readonly string _suffix = id[(id.IndexOf('_', StringComparison.Ordinal) + 1)..];
    private readonly List<OutputItem> _items = [];

    public IReadOnlyList<OutputItem> Items => _items;

    /// <summary>Returns whether a piece begins a new item.</summary>
    public bool Begins(OutputPiece piece) => _items.Count == 0 || piece.Kind is OutputKind.Call || _items[^1].Kind != piece.Kind;

    /// <summary>Adds a piece to its item, which may be new.</summary>
    public OutputItem Add(OutputPiece piece)
    {
        if (Begins(piece))
            _items.Add(Create(piece));
        _items[^1].Text.Append(piece.Text);
        return _items[^1];
    }

    /// <param name="isWhole">Whether the last item is complete.</param>
    public JsonObject[] ToJson(bool isWhole) => [.. _items.Select((item, index) => item.ToJson(isWhole || index < _items.Count - 1 ? "completed" : "incomplete"))];

    private OutputItem Create(OutputPiece piece)
    {
        string place = string.Create(CultureInfo.InvariantCulture, $"{_suffix}{_items.Count:x2}");
        return piece.Kind switch
        {
            OutputKind.Reasoning => new(piece.Kind, $"{ItemId.Reasoning}_{place}", null, null),
            OutputKind.Text => new(piece.Kind, $"{ItemId.Message}_{place}", null, null),
            _ => new(piece.Kind, $"{ItemId.Call}_{place}", piece.Name, $"call_{place}"),
        };
    }
}
