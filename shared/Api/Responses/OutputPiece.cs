using OrleansInference.Text.Streaming;

namespace OrleansInference.Api.Responses;

/// <summary>Kind of a part of a response's output.</summary>
internal enum OutputKind
{
    Reasoning,
    Text,
    Call,
}

/// <summary>Smallest part of a response's output: the text that became certain with a token, or a function call. The events of a stream depend only on the pieces.</summary>
/// <param name="Kind">Kind of the item that it belongs to.</param>
/// <param name="Text">Text, or the arguments of the call.</param>
/// <param name="Name">Name of the called function; null for text.</param>
internal readonly record struct OutputPiece(OutputKind Kind, string Text, string? Name = null)
{
    /// <summary>Returns the piece as it is stored.</summary>
    public string[] ToFields() => Kind switch
    {
        OutputKind.Reasoning => ["r", Text],
        OutputKind.Text => ["t", Text],
        _ => ["c", Text, Name!],
    };

    /// <summary>Restores a stored piece.</summary>
    public static OutputPiece From(string[] fields) => fields[0] switch
    {
        "r" => new(OutputKind.Reasoning, fields[1]),
        "t" => new(OutputKind.Text, fields[1]),
        _ => new(OutputKind.Call, fields[1], fields[2]),
    };

    public static OutputPiece From(AnswerPart part) => part.Call is { } call ? new(OutputKind.Call, call.Arguments, call.Name) : new(OutputKind.Text, part.Text);
}
