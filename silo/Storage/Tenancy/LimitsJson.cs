using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.Silo.Storage.Tenancy;

/// <summary>Limits as they are stored: a JSON object with the limits that are set.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Limits))]
internal sealed partial class LimitsJson : JsonSerializerContext
{
    public static string Write(Limits limits) => JsonSerializer.Serialize(limits, Default.Limits);

    public static Limits Read(string json) => JsonSerializer.Deserialize(json, Default.Limits)!;
}
