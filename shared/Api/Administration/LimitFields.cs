using OrleansInference.Api.Requests;
using OrleansInference.Models;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.Api.Administration;

/// <summary>Fields of <c>limits</c> in requests.</summary>
internal sealed class LimitFields
{
    private const int MaxModels = 256;

    private Limits _limits = Limits.None;

    public static FieldTable<LimitFields> Table { get; } = new("Limits",
    [
        Count("requests_per_minute", static (limits, value) => limits with { RequestsPerMinute = (int)Math.Min(value, int.MaxValue) }, "Requests accepted in a minute."),
        Count("tokens_per_minute", static (limits, value) => limits with { TokensPerMinute = value }, "Tokens of prompts and answers in a minute."),
        Count("streams", static (limits, value) => limits with { Streams = (int)Math.Min(value, int.MaxValue) }, "Requests that run at the same time."),
        Count("tokens_per_day", static (limits, value) => limits with { TokensPerDay = value }, "Tokens of prompts and answers in a day, in UTC."),
        Count("tokens_per_month", static (limits, value) => limits with { TokensPerMonth = value }, "Tokens of prompts and answers in a calendar month, in UTC."),
        Count("token_budget", static (limits, value) => limits with { TokenBudget = value }, "Tokens of prompts and answers in all."),
        Count("kv_bytes", static (limits, value) => limits with { KvBytes = value }, "Bytes of pages that idle conversations may keep."),
        RequestField.Of<LimitFields>("weight", "number", static (fields, value) => fields._limits = fields._limits with { Weight = value.PositiveNumber(1e6f) }, "Share in a step, in relation to other tenants; 1 by default."),
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

    private static RequestField<LimitFields> Count(string name, Func<Limits, long, Limits> set, string description) =>
        RequestField.Of<LimitFields>(name, "integer", (fields, value) => fields._limits = set(fields._limits, value.LongInteger()), description);
}
