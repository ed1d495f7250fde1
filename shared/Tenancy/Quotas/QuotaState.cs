using System.Globalization;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.Tenancy.Quotas;

/// <summary>
/// What a tenant or key has used of its limits. Tokens are counted when they are leased to a request, and given back when the request ends with fewer. Minutes, days and months are those of UTC.
/// </summary>
public sealed record QuotaState
{
    private const long SecondsOfMinute = 60;
    private const long SecondsOfDay = 86_400;

    /// <summary>Nothing used.</summary>
    public static QuotaState None { get; } = new();

    /// <summary>Minute that <see cref="MinuteRequests"/> and <see cref="MinuteTokens"/> belong to, counted from 1970.</summary>
    public long Minute { get; init; }

    public long MinuteRequests { get; init; }

    /// <summary>Tokens of the minute. A running answer may pass the limit; what it used beyond counts in the following minutes.</summary>
    public long MinuteTokens { get; init; }

    /// <summary>Day that <see cref="DayTokens"/> belongs to, counted from 1970.</summary>
    public long Day { get; init; }

    public long DayTokens { get; init; }

    /// <summary>Month that <see cref="MonthTokens"/> belongs to, counted from the year 0.</summary>
    public long Month { get; init; }

    public long MonthTokens { get; init; }

    /// <summary>Tokens since the beginning.</summary>
    public long TotalTokens { get; init; }

    /// <summary>Requests that run.</summary>
    public long Streams { get; init; }

    /// <summary>Returns the state at a time: counters of past minutes, days and months are 0.</summary>
    public QuotaState At(DateTimeOffset now, Limits limits)
    {
        long minute = MinuteOf(now), day = DayOf(now), month = MonthOf(now);
        QuotaState state = this;
        if (minute != state.Minute)
        {
            long past = Math.Max(0, minute - state.Minute);
            long excess = limits.TokensPerMinute is { } limit && past > 0 ? Math.Max(0, state.MinuteTokens - (limit * Math.Min(past, (state.MinuteTokens / limit) + 1))) : 0;
            state = state with { Minute = minute, MinuteRequests = 0, MinuteTokens = excess };
        }

        return state with { Day = day, DayTokens = day == Day ? DayTokens : 0, Month = month, MonthTokens = month == Month ? MonthTokens : 0 };
    }

    /// <summary>Finds the limit that a new request would pass.</summary>
    /// <param name="limits">Limits.</param>
    /// <param name="requests">Requests that it counts for.</param>
    /// <param name="tokens">Tokens that it needs at least: those of its prompt and one more.</param>
    /// <param name="now">Time; the state is that of it.</param>
    /// <returns>The limit; null if there is room for the request.</returns>
    public QuotaExceeded? Refuses(Limits limits, int requests, long tokens, DateTimeOffset now)
    {
        if (limits.Streams is { } streams && requests > 0 && Streams + requests > streams)
        {
            return new QuotaExceeded("streams", streams, Streams, null);
        }

        if (limits.RequestsPerMinute is { } perMinute && requests > 0 && MinuteRequests + requests > perMinute)
        {
            return new QuotaExceeded("requests_per_minute", perMinute, MinuteRequests, NextMinute(now));
        }

        // A request of more tokens than a minute has is served if the minute is unused.
        if (limits.TokensPerMinute is { } tokensPerMinute && MinuteTokens > 0 && MinuteTokens + tokens > tokensPerMinute)
        {
            return new QuotaExceeded("tokens_per_minute", tokensPerMinute, MinuteTokens, NextMinute(now) + TimeSpan.FromMinutes(Math.Max(0, (MinuteTokens + tokens - tokensPerMinute - 1) / tokensPerMinute)));
        }

        return Exhausted(limits, tokens, now);
    }

    /// <summary>Finds a budget that has fewer tokens left.</summary>
    /// <returns>The budget; null if all have that many.</returns>
    public QuotaExceeded? Exhausted(Limits limits, long tokens, DateTimeOffset now)
    {
        if (limits.TokensPerDay is { } perDay && DayTokens + tokens > perDay)
        {
            return new QuotaExceeded("tokens_per_day", perDay, DayTokens, new DateTimeOffset(now.UtcDateTime.Date.AddDays(1), TimeSpan.Zero)) { IsLeased = Streams > 0 };
        }

        if (limits.TokensPerMonth is { } perMonth && MonthTokens + tokens > perMonth)
        {
            return new QuotaExceeded("tokens_per_month", perMonth, MonthTokens, new DateTimeOffset(now.UtcDateTime.Year, now.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(1)) { IsLeased = Streams > 0 };
        }

        return limits.TokenBudget is { } budget && TotalTokens + tokens > budget ? new QuotaExceeded("token_budget", budget, TotalTokens, null) { IsLeased = Streams > 0 } : null;
    }

    /// <summary>Returns the number of tokens that the budgets have left.</summary>
    public long Left(Limits limits) => Math.Max(0, Math.Min(
        Math.Min(limits.TokensPerDay - DayTokens ?? long.MaxValue, limits.TokensPerMonth - MonthTokens ?? long.MaxValue), limits.TokenBudget - TotalTokens ?? long.MaxValue));

    /// <summary>Counts leased tokens, and a request if it begins.</summary>
    public QuotaState Charge(int requests, long tokens) => this with
    {
        MinuteRequests = MinuteRequests + requests,
        Streams = Streams + requests,
        MinuteTokens = MinuteTokens + tokens,
        DayTokens = DayTokens + tokens,
        MonthTokens = MonthTokens + tokens,
        TotalTokens = TotalTokens + tokens,
    };

    /// <summary>Ends a request, and gives leased tokens back. They return to the minute, day and month of their lease, if those have not passed.</summary>
    /// <param name="requests">Requests that end.</param>
    /// <param name="tokens">Tokens that were leased and not used; negative for tokens that were used and not leased.</param>
    /// <param name="leased">Time of the lease.</param>
    public QuotaState Return(int requests, long tokens, DateTimeOffset leased) => this with
    {
        Streams = Math.Max(0, Streams - requests),
        MinuteTokens = MinuteOf(leased) == Minute ? Math.Max(0, MinuteTokens - tokens) : MinuteTokens,
        DayTokens = DayOf(leased) == Day ? Math.Max(0, DayTokens - tokens) : DayTokens,
        MonthTokens = MonthOf(leased) == Month ? Math.Max(0, MonthTokens - tokens) : MonthTokens,
        TotalTokens = Math.Max(0, TotalTokens - tokens),
    };

    private static long MinuteOf(DateTimeOffset time) => time.ToUnixTimeSeconds() / SecondsOfMinute;

    private static long DayOf(DateTimeOffset time) => time.ToUnixTimeSeconds() / SecondsOfDay;

    private static long MonthOf(DateTimeOffset time) => (time.UtcDateTime.Year * 12L) + time.UtcDateTime.Month - 1;

    private static DateTimeOffset NextMinute(DateTimeOffset now) => DateTimeOffset.FromUnixTimeSeconds((MinuteOf(now) + 1) * SecondsOfMinute);
}

/// <summary>A limit that a request would pass.</summary>
/// <param name="Limit">Name of the limit.</param>
/// <param name="Value">Its value.</param>
/// <param name="Used">What is used of it.</param>
/// <param name="RenewsAt">Time from which there is room again; null if that depends on other requests, or on an administrator.</param>
public sealed record QuotaExceeded(string Limit, long Value, long Used, DateTimeOffset? RenewsAt)
{
    /// <summary>Whether requests run that may give back tokens of the budget.</summary>
    public bool IsLeased { get; init; }

    /// <summary>Whether the limit is a budget of tokens, which is not free again within a minute.</summary>
    public bool IsBudget => Limit is "tokens_per_day" or "tokens_per_month" or "token_budget";

    /// <summary>Describes the limit for the client.</summary>
    /// <param name="owner">Whose limit it is, such as <c>tenant 'team'</c>.</param>
    public string Describe(string owner) => Limit switch
    {
        "streams" => FormattableString.Invariant($"The {owner} may run {Value} requests at the same time."),
        "token_budget" => FormattableString.Invariant($"The {owner} has used its budget of {Value} tokens. An administrator can raise it."),
        _ => string.Create(CultureInfo.InvariantCulture, $"The {owner} has used its limit {Limit} of {Value}. It renews at {RenewsAt:yyyy-MM-dd HH:mm:ss} UTC."),
    };
}
