using System.Text.Unicode;
using OrleansInference.Models.Fields;

namespace OrleansInference.Models.Checkpoints;

/// <summary>Reads a JSON file of a checkpoint within limits on its size and depth.</summary>
internal static class BoundedJson
{
    private const int MaxDepth = 32;

    /// <summary>The file's bytes, no more than <paramref name="maxBytes"/>, without a byte-order mark.</summary>
    /// <exception cref="InferenceException">The file is absent, unreadable or larger.</exception>
    public static byte[] ReadBytes(string path, int maxBytes)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (stream.Length > maxBytes)
                BadCheckpoint.Throw(path, $"is {stream.Length} bytes long, expected at most {maxBytes}");
            using MemoryStream bytes = new();
            byte[] block = new byte[64 * 1024];
            for (int read; (read = stream.Read(block)) > 0;)
            {
                bytes.Write(block, 0, read);
                if (bytes.Length > maxBytes)
                    BadCheckpoint.Throw(path, $"is longer than {maxBytes} bytes");
            }

            ReadOnlySpan<byte> content = bytes.GetBuffer().AsSpan(0, (int)bytes.Length);
            return (content.StartsWith("\uFEFF"u8) ? content[3..] : content).ToArray();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw BadCheckpoint.Error(path, $"cannot be read ({error.Message})", error);
        }
    }

    /// <summary>Parses UTF-8 JSON whose root is an object without repeated names.</summary>
    /// <exception cref="InferenceException">The bytes are no such JSON.</exception>
    public static JsonElement ParseObject(string path, byte[] json)
    {
        if (!Utf8.IsValid(json))
            BadCheckpoint.Throw(path, "is not valid UTF-8");
        try
        {
            RequireReadableStrings(json);
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                BadCheckpoint.Throw(path, $"holds a JSON {document.RootElement.ValueKind}, expected an object");
            return document.RootElement.Clone();
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw BadCheckpoint.Error(path, $"is not valid JSON of at most {MaxDepth} levels ({error.Message})", error);
        }
    }

    /// <summary>An escape may spell half a surrogate pair, which the parser lets pass and every later read of that string would throw on.</summary>
    private static void RequireReadableStrings(byte[] json)
    {
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                _ = reader.GetString();
        }
    }
}
