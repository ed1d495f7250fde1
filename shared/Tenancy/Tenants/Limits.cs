namespace OrleansInference.Tenancy.Tenants;

/// <summary>Limits of a tenant or of a key. A null limit does not bound. The limits of a key apply in addition to those of its tenant.</summary>
public sealed record Limits
{
    /// <summary>The lowest <see cref="Weight"/>.</summary>
    public const double MinWeight = 0.001;

    /// <summary>The highest <see cref="Weight"/>.</summary>
    public const double MaxWeight = 1000;

    /// <summary>No limit at all.</summary>
    public static Limits None { get; } = new();

    /// <summary>Requests accepted in a minute.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Tokens of prompts and answers in a minute.</summary>
    public long? TokensPerMinute { get; init; }

    /// <summary>Streams that run at the same time.</summary>
    public int? Streams { get; init; }

    /// <summary>Tokens of prompts and answers in a day, in UTC.</summary>
    public long? TokensPerDay { get; init; }

    /// <summary>Tokens of prompts and answers in a calendar month, in UTC.</summary>
    public long? TokensPerMonth { get; init; }

    /// <summary>Tokens of prompts and answers for the whole life of the tenant or key.</summary>
    public long? TokenBudget { get; init; }

    /// <summary>Share of the tenant, in relation to the weights of other tenants; null leaves it to the setting. Of tenants only.</summary>
    public double? Weight { get; init; }

    /// <summary>The highest priority that a request may have.</summary>
    public int? MaxPriority { get; init; }

    /// <summary>Models that may be used.</summary>
    public IReadOnlyList<string>? Models { get; init; }

    /// <summary>Bytes of pages that idle conversations may keep. Of tenants only.</summary>
    public long? KvBytes { get; init; }

    /// <summary>Whether cached pages are shared with all other tenants that have this set; null: not. Of tenants only.</summary>
    public bool? SharedPrefixes { get; init; }

    /// <summary>Finds a limit that cannot be kept.</summary>
    /// <returns>The limit, its value and the expected value, without a period; null if all are valid.</returns>
    public string? FindFault()
    {
        (string Name, double? Value, double Least)[] numbers =
        [
            ("requests_per_minute", RequestsPerMinute, 1), ("tokens_per_minute", TokensPerMinute, 1), ("streams", Streams, 1), ("tokens_per_day", TokensPerDay, 1),
            ("tokens_per_month", TokensPerMonth, 1), ("token_budget", TokenBudget, 1), ("kv_bytes", KvBytes, 0),
        ];
        foreach ((string name, double? value, double least) in numbers)
        {
            if (value < least)
            {
                return FormattableString.Invariant($"{name} is {value}, but must be at least {least}");
            }
        }

        if (Weight is { } weight and not (>= MinWeight and <= MaxWeight))
        {
            return FormattableString.Invariant($"weight is {weight}, but must be a number from {MinWeight} to {MaxWeight}");
        }

        return Models?.FirstOrDefault(string.IsNullOrWhiteSpace) is not null ? "models contains an empty name" : null;
    }

    /// <remarks>Two lists of models are equal if they have the same names in the same order.</remarks>
    public bool Equals(Limits? other) => other is not null
        && (RequestsPerMinute, TokensPerMinute, Streams, TokensPerDay, TokensPerMonth) == (other.RequestsPerMinute, other.TokensPerMinute, other.Streams, other.TokensPerDay, other.TokensPerMonth)
        && (TokenBudget, Weight, MaxPriority, KvBytes, SharedPrefixes) == (other.TokenBudget, other.Weight, other.MaxPriority, other.KvBytes, other.SharedPrefixes)
        && (Models is null ? other.Models is null : other.Models is not null && Models.SequenceEqual(other.Models));

    public override int GetHashCode() => HashCode.Combine(RequestsPerMinute, TokensPerMinute, Streams, TokensPerDay, TokensPerMonth, TokenBudget, Weight, MaxPriority);
}
