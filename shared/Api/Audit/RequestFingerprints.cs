using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OrleansInference.Api.Access;

namespace OrleansInference.Api.Audit;

/// <summary>
/// Computes the fingerprints of requests: HMAC-SHA256 over tenant, operation and normalised body. Equal requests of a tenant have equal fingerprints on all servers with the same key; those of different tenants differ, and
/// nothing of the body can be found out without the key.
/// </summary>
/// <param name="key">Secret key.</param>
public sealed class RequestFingerprints(ReadOnlyMemory<byte> key)
{
    /// <summary>Header of the response with the fingerprint.</summary>
    public const string Header = "x-request-fingerprint";

    private static readonly JsonWriterOptions Normal = new() { SkipValidation = true, MaxDepth = int.MaxValue };

    /// <summary>Sets the header of a request's response.</summary>
    internal void Set(HttpContext context, JsonElement body)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<IEndpointNameMetadata>() is { } operation && context.User.Identity is CallerIdentity identity)
        {
            context.Response.Headers[Header] = Of(identity.Caller.Tenant, operation.EndpointName, body);
        }
    }

    /// <summary>Computes the fingerprint of a request in lower-case hexadecimal digits.</summary>
    internal string Of(string tenant, string operation, JsonElement body)
    {
        byte[] head = Encoding.UTF8.GetBytes($"{tenant}\n{operation}\n");
        ArrayBufferWriter<byte> text = new();
        text.Write(head);
        try
        {
            using Utf8JsonWriter json = new(text, Normal);
            Write(json, body);
        }
        catch (InvalidOperationException)
        {
            // A text has half of a surrogate pair, which nothing can be normalised with.
            text.ResetWrittenCount();
            text.Write(head);
            text.Write(Encoding.UTF8.GetBytes(body.GetRawText()));
        }

        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key.Span, text.WrittenSpan, hash);
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>Writes a value without white space, with the properties of objects in ordinal order, and numbers by their value.</summary>
    private static void Write(Utf8JsonWriter json, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (JsonProperty property in value.EnumerateObject().OrderBy(static property => property.Name, StringComparer.Ordinal))
                {
                    json.WritePropertyName(property.Name);
                    Write(json, property.Value);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (JsonElement item in value.EnumerateArray())
                {
                    Write(json, item);
                }

                json.WriteEndArray();
                break;
            case JsonValueKind.Number when value.TryGetInt64(out long integer):
                json.WriteNumberValue(integer);
                break;
            case JsonValueKind.Number when value.TryGetDouble(out double number) && double.IsFinite(number):
                // 1.0 is the integer 1, as clients differ in how they write it.
                if (number == Math.Truncate(number) && Math.Abs(number) < 1L << 53)
                    json.WriteNumberValue((long)number);
                else
                    json.WriteNumberValue(number);
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }
}
