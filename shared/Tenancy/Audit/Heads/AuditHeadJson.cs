using System.Text.Json;

namespace OrleansInference.Tenancy.Audit.Heads;

/// <summary>Heads as JSON: <c>[{"node": "a", "sequence": 7, "hash": "…", "signed_at": "2026-01-01T00:00:00.000Z", "signature": "…"}]</c>.</summary>
public static class AuditHeadJson
{
    /// <summary>Writes heads as a JSON array.</summary>
    public static string Write(IReadOnlyList<AuditHead> heads) => JsonSerializer.Serialize(heads, HeadJsonContext.Default.IReadOnlyListAuditHead);

    /// <summary>Reads a JSON array of heads.</summary>
    /// <exception cref="JsonException">The text is not an array of heads.</exception>
    public static IReadOnlyList<AuditHead> Read(string json) => JsonSerializer.Deserialize(json, HeadJsonContext.Default.IReadOnlyListAuditHead) ?? throw new JsonException("The value is null; expected an array of heads.");
}
