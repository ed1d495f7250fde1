using System.Text.Json;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Api.Generation;

/// <summary>Writes the parts that all chunks of a stream share: the head, the only choice, and the end.</summary>
/// <param name="id">Id of the answer.</param>
/// <param name="kind">Value of the field <c>object</c>.</param>
/// <param name="created">Start of the answer.</param>
/// <param name="model">Model that answers.</param>
/// <param name="includeUsage">Whether the stream ends with its usage. Every earlier chunk then has a null usage.</param>
internal sealed class ChunkWriter(string id, string kind, DateTimeOffset created, ServedModel model, bool includeUsage)
{
    private readonly JsonEncodedText _kind = JsonEncodedText.Encode(kind);
    private readonly JsonEncodedText _model = JsonEncodedText.Encode(model.Id);
    private readonly JsonEncodedText _fingerprint = JsonEncodedText.Encode(model.Fingerprint);

    /// <summary>Starts a chunk with one choice, whose fields follow.</summary>
    public void Open(Utf8JsonWriter json, int index)
    {
        WriteHead(json);
        json.WriteStartObject();
        json.WriteNumber("index"u8, index);
    }

    /// <summary>Ends the choice and the chunk.</summary>
    public void Close(Utf8JsonWriter json)
    {
        json.WriteEndObject();
        json.WriteEndArray();
        if (includeUsage)
            json.WriteNull("usage"u8);
        json.WriteEndObject();
    }

    /// <summary>Writes the chunk without a choice that ends a stream.</summary>
    public void WriteUsage(Utf8JsonWriter json, Usage usage)
    {
        WriteHead(json);
        json.WriteEndArray();
        json.WritePropertyName("usage"u8);
        JsonSerializer.Serialize(json, usage, ApiJson.Default.Usage);
        json.WriteEndObject();
    }

    private void WriteHead(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("object"u8, _kind);
        json.WriteNumber("created"u8, created.ToUnixTimeSeconds());
        json.WriteString("model"u8, _model);
        json.WriteString("system_fingerprint"u8, _fingerprint);
        json.WriteStartArray("choices"u8);
    }
}
