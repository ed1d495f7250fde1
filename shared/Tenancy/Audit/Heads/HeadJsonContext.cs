using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansInference.Tenancy.Audit.Lines;

namespace OrleansInference.Tenancy.Audit.Heads;

/// <summary>Serialization of heads and starts.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true, Converters = [typeof(TimeConverter)])]
[JsonSerializable(typeof(AuditHead))]
[JsonSerializable(typeof(IReadOnlyList<AuditHead>))]
[JsonSerializable(typeof(AuditStart))]
internal sealed partial class HeadJsonContext : JsonSerializerContext
{
    /// <summary>Times as lines of the log have them.</summary>
    internal sealed class TimeConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            string? text = reader.GetString();
            return System.DateTimeOffset.TryParseExact(text, AuditLine.TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time)
                ? time
                : throw new JsonException($"'{text}' is not a time such as 2026-01-01T00:00:00.000Z.");
        }

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(AuditLine.TimeText(value));
    }
}
