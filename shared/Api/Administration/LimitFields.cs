using System.Text.Json;
using OrleansInference.Api.Requests;
using OrleansInference.Models;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.Api.Administration;

/// <summary>Fields of <c>limits</c> in requests.</summary>
internal sealed class LimitFields
{
    private const int MaxModels = 256;

    // The requests of all keys of a tenant have these in common.
    private static readonly string[] OfTenantsOnly = ["kv_bytes", "weight", "shared_prefixes"];

    private Limits _limits = Limits.None;

    public static FieldTable<LimitFields> Table { get; } = new("Limits",
    [
        Count("requests_per_minute", static (limits, value) => limits with { RequestsPerMinute = (int)Math.Min(value, int.MaxValue) }, "Requests accepted in a minute."),
        Count("tokens_per_minute", static (limits, value) => limits with { TokensPerMinute = value }, "Tokens of prompts and answers in a minute."),
        Count("streams", static (limits, value) => limits with { Streams = (int)Math.Min(value, int.MaxValue) }, "Requests that run at the same time."),
        Count("tokens_per_day", static (limits, value) => limits with { TokensPerDay = value }, "Tokens of prompts and answers in a day, in UTC."),
        Count("tokens_per_month", static (limits, value) => limits with { TokensPerMonth = value }, "Tokens of prompts and answers in a calendar month, in UTC."),
        Count("token_budget", static (limits, value) => limits with { TokenBudget = value }, "Tokens of prompts and answers in all."),
        Count("kv_bytes", static (limits, value) => limits with { KvBytes = value }, "Bytes of pages that idle conversations may keep. Not for keys."),
        RequestField.Of<LimitFields>("weight", "number", static (fields, value) => fields._limits = fields._limits with { Weight = value.DoubleNumber(Limits.MinWeight, Limits.MaxWeight) }, "Share of the tenant, in relation to other tenants; that of the setting TenantWeights by default. Not for keys."),
        RequestField.Boolean<LimitFields>("shared_prefixes", static (fields, value) => fields._limits = fields._limits with { SharedPrefixes = value }, "Whether cached prefixes are shared with all other tenants that have this set; false by default. Not for keys."),
        RequestField.Integer<LimitFields>("max_priority", ApiKey.LowestPriority, ApiKey.HighestPriority, static (fields, value) => fields._limits = fields._limits with { MaxPriority = value }, "The highest priority that a request may have; 0 by default."),
        RequestField.Of<LimitFields>("models", "array", static (fields, value) => fields._limits = fields._limits with { Models = value.List(MaxModels, static item => item.Text(256)) }, "Models that may be used; all by default."),
    ]);

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidRequest"/>: a limit cannot be kept.</exception>
    public static Limits Read(FieldValue value)
    {
        LimitFields fields = new();
        Table.Read(value, fields);
        return fields._limits.FindFault() is { } fault ? throw value.Invalid($"'{value.Path}' is refused: {fault}.") : fields._limits;
    }

    /// <inheritdoc cref="Read"/>
    public static Limits ReadOfKey(FieldValue value)
    {
        Limits limits = Read(value);
        return OfTenantsOnly.FirstOrDefault(name => value.Element.TryGetProperty(name, out JsonElement limit) && limit.ValueKind is not JsonValueKind.Null) is { } name
            ? throw new InferenceException(ErrorCode.InvalidRequest, $"'{value.Path}.{name}' is a limit of tenants, which keys cannot have.", $"{value.Path}.{name}")
            : limits;
    }

    private static RequestField<LimitFields> Count(string name, Func<Limits, long, Limits> set, string description) =>
        RequestField.Of<LimitFields>(name, "integer", (fields, value) => fields._limits = set(fields._limits, value.LongInteger()), description);
}
