using System.Text.Json;

namespace OrleansInference.Api.Generation;

/// <summary>Format of the answer to a kind of request. One instance serves one request.</summary>
internal interface IAnswerFormat
{
    /// <summary>Operation of the request, named according to OpenTelemetry's conventions for generative AI.</summary>
    string Operation { get; }

    /// <summary>Returns whether the stream has a chunk for a choice before its first text.</summary>
    bool HasStart(Choice choice);

    /// <summary>Writes the chunk for a choice before its first text.</summary>
    void WriteStart(Utf8JsonWriter json, Choice choice);

    /// <summary>Writes a chunk with new text; either text may be empty.</summary>
    void WriteDelta(Utf8JsonWriter json, ChoiceUpdate update);

    /// <summary>Writes the chunk with the finish reason of a choice.</summary>
    void WriteFinish(Utf8JsonWriter json, Choice choice);

    /// <summary>Writes the stream's last chunk, which has no choices.</summary>
    void WriteUsage(Utf8JsonWriter json, Usage usage);

    /// <summary>Writes the answer to a request without a stream.</summary>
    void WriteWhole(Utf8JsonWriter json, IEnumerable<CollectedChoice> choices, Usage usage);
}
