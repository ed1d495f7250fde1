using OrleansInference.Tenancy.Quotas;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.Unit.Tenancy.Quotas;

public sealed class QuotaStateTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 23, 59, 30, TimeSpan.Zero);

    [Fact]
    public void Counters_end_with_their_minute_day_and_month()
    {
        QuotaState state = QuotaState.None.At(Now, Limits.None).Charge(1, 100);
        Assert.Equal((1, 100, 100, 100, 100, 1), (state.MinuteRequests, state.MinuteTokens, state.DayTokens, state.MonthTokens, state.TotalTokens, state.Streams));
        QuotaState next = state.At(Now.AddMinutes(1), Limits.None); // the next month, too
        Assert.Equal((0, 0, 0, 0, 100, 1), (next.MinuteRequests, next.MinuteTokens, next.DayTokens, next.MonthTokens, next.TotalTokens, next.Streams));
        Assert.Equal(state, state.At(Now.AddSeconds(29), Limits.None));
    }

    [Fact]
    public void What_answers_used_beyond_a_minute_is_taken_off_the_following_ones()
    {
        Limits limits = new() { TokensPerMinute = 100 };
        QuotaState state = QuotaState.None.At(Now, limits).Charge(1, 250);
        Assert.Equal(150, state.At(Now.AddMinutes(1), limits).MinuteTokens);
        Assert.Equal(50, state.At(Now.AddMinutes(2), limits).MinuteTokens);
        Assert.Equal(0, state.At(Now.AddMinutes(3), limits).MinuteTokens);
        Assert.Equal(50, state.At(Now.AddMinutes(1), limits).At(Now.AddMinutes(2), limits).MinuteTokens);
        Assert.Equal(0, state.At(Now.AddYears(1), limits).MinuteTokens);
    }

    [Theory]
    [InlineData("streams", 2, 1, 1, true)]
    [InlineData("streams", 2, 1, 2, false)]
    [InlineData("requests_per_minute", 3, 1, 2, true)]
    [InlineData("requests_per_minute", 3, 1, 3, false)]
    [InlineData("requests_per_minute", 3, 0, 3, true)] // a further prompt of the same request
    public void A_request_is_refused_by_the_limit_it_would_pass(string limit, int value, int requests, int running, bool expected)
    {
        Limits limits = limit == "streams" ? new() { Streams = value } : new() { RequestsPerMinute = value };
        QuotaState state = QuotaState.None.At(Now, limits).Charge(running, 0);
        QuotaExceeded? refusal = state.Refuses(limits, requests, 10, Now);
        Assert.Equal(expected, refusal is null);
        Assert.True(refusal is null || (refusal.Limit == limit && !refusal.IsBudget && refusal.RenewsAt is null == (limit == "streams")));
    }

    [Fact]
    public void A_budget_names_when_it_renews()
    {
        Limits limits = new() { TokensPerDay = 100, TokensPerMonth = 150, TokenBudget = 170 };
        QuotaState state = QuotaState.None.At(Now, limits).Charge(0, 99);
        Assert.Equal(1, state.Left(limits));
        Assert.Null(state.Exhausted(limits, 1, Now));
        QuotaExceeded day = state.Exhausted(limits, 2, Now)!;
        Assert.Equal(("tokens_per_day", 100, 99, new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero)), (day.Limit, day.Value, day.Used, day.RenewsAt));
        Assert.Equal("The tenant 'team' has used its limit tokens_per_day of 100. It renews at 2026-02-01 00:00:00 UTC.", day.Describe("tenant 'team'"));
        Limits month = limits with { TokensPerDay = null };
        Assert.Equal(("tokens_per_month", new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero)), (state.Exhausted(month, 60, Now)!.Limit, state.Exhausted(month, 60, Now)!.RenewsAt));
        QuotaExceeded total = state.Exhausted(month with { TokensPerMonth = null }, 80, Now)!;
        Assert.Equal(("token_budget", true, (DateTimeOffset?)null), (total.Limit, total.IsBudget, total.RenewsAt));
        Assert.Equal(long.MaxValue, state.Left(Limits.None));
        Assert.False(total.IsLeased);
        Assert.True(state.Charge(1, 0).Exhausted(limits, 2, Now)!.IsLeased);
    }

    [Fact]
    public void Unused_tokens_return_to_the_windows_of_their_lease()
    {
        Limits limits = new() { TokensPerDay = 1000 };
        QuotaState state = QuotaState.None.At(Now, limits).Charge(1, 100);
        QuotaState same = state.Return(1, 40, Now);
        Assert.Equal((0, 60, 60, 60, 60), (same.Streams, same.MinuteTokens, same.DayTokens, same.MonthTokens, same.TotalTokens));
        QuotaState later = state.At(Now.AddDays(1), limits).Charge(0, 5).Return(1, 40, Now);
        Assert.Equal((0, 5, 5, 5, 65), (later.Streams, later.MinuteTokens, later.DayTokens, later.MonthTokens, later.TotalTokens));
        Assert.Equal(110, state.Return(0, -10, Now).TotalTokens);
    }
}
