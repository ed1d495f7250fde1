using System.Text.Unicode;
using OrleansInference.Models.Fields;

namespace OrleansInference.Models.Checkpoints;

/// <summary>
/// The JSON header of a safetensors file: an object from tensor names to dtype, shape and data_offsets, and <c>__metadata__</c> from strings to strings.
/// The tensors must cover the data section without gaps or overlaps.
/// </summary>
internal static class SafetensorsHeader
{
    private const int MaxTensors = 1 << 18;
    private const int MaxRank = 16;
    private const int MaxDepth = 16;

    /// <exception cref="InferenceException">The header breaks the format.</exception>
    public static Dictionary<string, TensorEntry> Parse(string path, ReadOnlySpan<byte> json, long dataLength)
    {
        if (json.IsEmpty || json[0] != (byte)'{')
            BadCheckpoint.Throw(path, "the header does not begin with '{'");
        if (!Utf8.IsValid(json))
            BadCheckpoint.Throw(path, "the header is not valid UTF-8");
        try
        {
            Dictionary<string, TensorEntry> entries = ReadEntries(path, json);
            RequireCover(path, entries, dataLength);
            return entries;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw BadCheckpoint.Error(path, $"the header is not valid JSON ({error.Message})", error);
        }
    }

    private static Dictionary<string, TensorEntry> ReadEntries(string path, ReadOnlySpan<byte> json)
    {
        Dictionary<string, TensorEntry> entries = new(StringComparer.Ordinal);
        bool metadata = false;
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            reader.Read();
            if (name == "__metadata__")
            {
                if (metadata)
                    BadCheckpoint.Throw(path, "__metadata__ is declared twice");
                metadata = true;
                RequireStrings(path, ref reader);
                continue;
            }

            if (entries.Count == MaxTensors)
                BadCheckpoint.Throw(path, $"declares more than {MaxTensors} tensors");
            if (!entries.TryAdd(name, ReadEntry(path, name, ref reader)))
                BadCheckpoint.Throw(path, $"tensor {BadCheckpoint.Quote(name)} is declared twice");
        }

        // What follows the object may only be white space; reading on makes the reader check it.
        reader.Read();
        return entries;
    }

    private static void RequireStrings(string path, ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return;
        if (reader.TokenType != JsonTokenType.StartObject)
            BadCheckpoint.Throw(path, $"__metadata__ is a JSON {reader.TokenType}, expected an object of strings");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
                BadCheckpoint.Throw(path, $"__metadata__ holds a JSON {reader.TokenType}, expected only strings");
        }
    }

    private static TensorEntry ReadEntry(string path, string name, ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            Throw(path, name, $"is a JSON {reader.TokenType}, expected an object");
        string? type = null;
        long[]? shape = null;
        long[]? offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string field = reader.GetString()!;
            reader.Read();
            bool repeated = false;
            switch (field)
            {
                case "dtype":
                    repeated = type is not null;
                    if (reader.TokenType != JsonTokenType.String)
                        Throw(path, name, $"dtype is a JSON {reader.TokenType}, expected a string");
                    type = reader.GetString();
                    break;
                case "shape":
                    repeated = shape is not null;
                    shape = ReadExtents(path, name, field, ref reader);
                    break;
                case "data_offsets":
                    repeated = offsets is not null;
                    offsets = ReadExtents(path, name, field, ref reader);
                    break;
                default:
                    reader.Skip();
                    break;
            }

            if (repeated)
                Throw(path, name, $"{field} is declared twice");
        }

        if (type is null || shape is null || offsets is not [long begin, long end])
            throw BadCheckpoint.Error(path, $"tensor {BadCheckpoint.Quote(name)} needs dtype, shape and two data_offsets");
        TensorEntry entry = new(name, type, shape, begin, end);
        RequireLength(path, entry);
        return entry;
    }

    private static long[] ReadExtents(string path, string name, string field, ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            Throw(path, name, $"{field} is a JSON {reader.TokenType}, expected a list of integers");
        List<long> extents = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long extent) || extent < 0)
                throw BadCheckpoint.Error(path, $"tensor {BadCheckpoint.Quote(name)}: {field} has a value other than an integer from 0 to 2^63-1");
            if (extents.Count == MaxRank)
                Throw(path, name, $"{field} has more than {MaxRank} entries");
            extents.Add(extent);
        }

        return [.. extents];
    }

    private static void RequireLength(string path, TensorEntry entry)
    {
        if (entry.Begin > entry.End)
            Throw(path, entry.Name, $"data_offsets are reversed, from {entry.Begin} to {entry.End}");
        if (SafetensorsTypes.Bits(entry.Type) is not int bits)
            return;
        UInt128 total = (UInt128)bits;
        foreach (long extent in entry.Shape)
        {
            if (extent == 0)
            {
                total = 0;
                break;
            }

            total = total > long.MaxValue ? total : total * (UInt128)extent;
        }

        if (total != (UInt128)(entry.End - entry.Begin) * 8)
            Throw(path, entry.Name, $"occupies {entry.End - entry.Begin} bytes, but {entry.Type} of shape [{string.Join(", ", entry.Shape)}] does not");
    }

    private static void RequireCover(string path, Dictionary<string, TensorEntry> entries, long dataLength)
    {
        long covered = 0;
        foreach (TensorEntry entry in entries.Values.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (entry.End > dataLength)
                Throw(path, entry.Name, $"ends at byte {entry.End} of a data section of {dataLength} bytes: the file is truncated or its header is wrong");
            if (entry.Begin < covered)
                Throw(path, entry.Name, $"begins at byte {entry.Begin} and overlaps another tensor that ends at {covered}");
            if (entry.Begin > covered)
                Throw(path, entry.Name, $"begins at byte {entry.Begin}, but no tensor covers the bytes from {covered}");
            covered = entry.End;
        }

        if (covered != dataLength)
            BadCheckpoint.Throw(path, $"the tensors cover {covered} bytes of a data section of {dataLength}");
    }

    [System.Diagnostics.CodeAnalysis.DoesNotReturn]
    private static void Throw(string path, string tensor, string problem) => BadCheckpoint.Throw(path, $"tensor {BadCheckpoint.Quote(tensor)} {problem}");
}
