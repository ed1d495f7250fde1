using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OrleansInference.Tenancy.Audit.Lines;

/// <summary>
/// Format of a line: a JSON object in UTF-8 whose last three fields are the chain, <c>"sequence":N,"previous":"P","hash":"H"}</c>, followed by a line feed. H is the SHA-256 of the line's bytes up to the comma before
/// <c>"hash"</c>, followed by a closing brace: the same object without its last field. P is the H of the line before, and 64 zeros in the first line. docs/audit.md describes all fields.
/// </summary>
internal static class AuditLine
{
    public const int HashLength = 64;

    public const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    private const int TimeLength = 24;

    private static readonly JsonWriterOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdef"u8);

    private static ReadOnlySpan<byte> TimeField => "{\"timestamp\":\""u8;

    private static ReadOnlySpan<byte> NodeField => "\",\"node\":\""u8;

    private static ReadOnlySpan<byte> SequenceField => ",\"sequence\":"u8;

    private static ReadOnlySpan<byte> PreviousField => ",\"previous\":\""u8;

    private static ReadOnlySpan<byte> HashField => ",\"hash\":\""u8;

    private static ReadOnlySpan<byte> End => "\"}"u8;

    // Bytes of: ,"hash":"H"}
    private static int HashFieldLength => HashField.Length + HashLength + End.Length;

    public static string TimeText(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    /// <summary>Writes the fields of a line up to the chain, without a closing brace.</summary>
    public static byte[] WriteFields(AuditEntry entry, string node, DateTimeOffset time)
    {
        ArrayBufferWriter<byte> buffer = new(1024);
        using (Utf8JsonWriter json = new(buffer, Format))
        {
            json.WriteStartObject();
            json.WriteString("timestamp"u8, TimeText(time));
            json.WriteString("node"u8, node);
            json.WriteString("request_id"u8, entry.RequestId);
            json.WriteString("user_id"u8, entry.UserId);
            json.WriteString("tenant"u8, entry.Tenant);
            json.WriteString("key_id"u8, entry.KeyId);
            json.WriteString("action"u8, entry.Action);
            json.WriteString("target"u8, entry.Target);
            json.WriteString("model_version"u8, entry.ModelVersion);
            WriteNumber(json, "input_length"u8, entry.InputLength);
            WriteNumber(json, "output_length"u8, entry.OutputLength);
            WriteNumber(json, "latency_ms"u8, entry.Latency is { } latency ? Math.Round((decimal)latency.TotalMilliseconds, 3) : null);
            WriteNumber(json, "status"u8, entry.Status);
            json.WriteString("input_sha256"u8, entry.InputHash);
            json.WriteString("output_sha256"u8, entry.OutputHash);
            json.WriteString("source"u8, entry.Source);
            WriteIfGiven(json, "fingerprint"u8, entry.Fingerprint);
            WriteIfGiven(json, "input"u8, entry.Input);
            WriteIfGiven(json, "output"u8, entry.Output);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes a whole line with its line feed.</summary>
    /// <param name="fields">Fields up to the chain.</param>
    /// <param name="before">Place of the line before.</param>
    /// <param name="output">Receives the line.</param>
    /// <returns>Place of the line.</returns>
    public static ChainPoint Write(ReadOnlySpan<byte> fields, ChainPoint before, ArrayBufferWriter<byte> output)
    {
        int most = fields.Length + SequenceField.Length + 20 + PreviousField.Length + HashLength + 1 + HashFieldLength + 1;
        Span<byte> line = output.GetSpan(most);
        long sequence = before.Sequence + 1;
        int length = 0;
        Append(fields, line, ref length);
        Append(SequenceField, line, ref length);
        Utf8Formatter.TryFormat(sequence, line[length..], out int digits);
        length += digits;
        Append(PreviousField, line, ref length);
        length += System.Text.Encoding.ASCII.GetBytes(before.Hash, line[length..]);
        Append(End, line, ref length);

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(line[..length], hash);
        string text = Convert.ToHexStringLower(hash);
        length--; // the brace
        Append(HashField, line, ref length);
        length += System.Text.Encoding.ASCII.GetBytes(text, line[length..]);
        Append(End, line, ref length);
        line[length++] = (byte)'\n';
        output.Advance(length);
        return new ChainPoint(sequence, text);
    }

    /// <summary>Reads the chain at the end of a line, without its line feed. The line's contents are not checked.</summary>
    /// <returns>Whether the line has a chain.</returns>
    public static bool TryReadChain(ReadOnlySpan<byte> line, out long sequence, out ReadOnlySpan<byte> previous, out ReadOnlySpan<byte> hash)
    {
        sequence = 0;
        previous = hash = default;
        int hashAt = line.Length - HashFieldLength;
        int previousAt = hashAt - 1 - HashLength - PreviousField.Length;
        if (previousAt < 0 || line[0] != '{' || !line[hashAt..].StartsWith(HashField) || !line.EndsWith(End) || line[hashAt - 1] != '"' || !line[previousAt..].StartsWith(PreviousField))
        {
            return false;
        }

        previous = line.Slice(previousAt + PreviousField.Length, HashLength);
        hash = line.Slice(hashAt + HashField.Length, HashLength);
        int digitsAt = line[..previousAt].LastIndexOfAnyExceptInRange((byte)'0', (byte)'9') + 1;
        ReadOnlySpan<byte> digits = line[digitsAt..previousAt];
        return line[..digitsAt].EndsWith(SequenceField)
            && Utf8Parser.TryParse(digits, out sequence, out int used) && used == digits.Length && digits[0] != '0'
            && !previous.ContainsAnyExcept(HexDigits) && !hash.ContainsAnyExcept(HexDigits);
    }

    /// <summary>Computes the hash that a line must have. The bytes of the line are the same afterwards.</summary>
    /// <param name="line">Line with a chain, without its line feed.</param>
    /// <param name="hash">Receives the hash in hexadecimal digits.</param>
    public static void ComputeHash(Span<byte> line, Span<byte> hash)
    {
        int hashAt = line.Length - HashFieldLength;
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        (byte comma, line[hashAt]) = (line[hashAt], (byte)'}');
        SHA256.HashData(line[..(hashAt + 1)], bytes);
        line[hashAt] = comma;
        Convert.TryToHexStringLower(bytes, hash, out _);
    }

    /// <summary>Reads the node of a line.</summary>
    /// <returns>The name; empty if the line does not begin as lines do.</returns>
    public static ReadOnlySpan<byte> NodeOf(ReadOnlySpan<byte> line)
    {
        int nameAt = TimeField.Length + TimeLength + NodeField.Length;
        if (line.Length <= nameAt || !line.StartsWith(TimeField) || !line[(TimeField.Length + TimeLength)..].StartsWith(NodeField))
        {
            return default;
        }

        ReadOnlySpan<byte> rest = line[nameAt..];
        return rest[..Math.Max(rest.IndexOf((byte)'"'), 0)];
    }

    /// <summary>Reads the time of a line.</summary>
    /// <returns>The time; null if the line does not begin as lines do.</returns>
    public static DateTimeOffset? TimeOf(ReadOnlySpan<byte> line)
    {
        if (line.Length < TimeField.Length + TimeLength || !line.StartsWith(TimeField))
        {
            return null;
        }

        string text = System.Text.Encoding.ASCII.GetString(line.Slice(TimeField.Length, TimeLength));
        return DateTimeOffset.TryParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time) ? time : null;
    }

    private static void Append(ReadOnlySpan<byte> bytes, Span<byte> line, ref int length)
    {
        bytes.CopyTo(line[length..]);
        length += bytes.Length;
    }

    private static void WriteNumber(Utf8JsonWriter json, ReadOnlySpan<byte> name, decimal? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void WriteIfGiven(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
