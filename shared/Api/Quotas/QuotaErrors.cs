using OrleansInference.Models;
using OrleansInference.Tenancy.Quotas;

namespace OrleansInference.Api.Quotas;

/// <summary>Errors for requests that a limit refuses or ends.</summary>
public static class QuotaErrors
{
    private static readonly TimeSpan ShortWait = TimeSpan.FromSeconds(1);

    /// <summary>Returns the error for a limit. A budget that does not renew within a minute is another error than a rate, which clients wait for by themselves.</summary>
    /// <param name="exceeded">The limit.</param>
    /// <param name="owner">Whose limit it is, such as <c>tenant 'team'</c>.</param>
    public static InferenceException Of(QuotaExceeded exceeded, string owner) => exceeded is { IsBudget: true, IsLeased: true }
        ? new InferenceException(ErrorCode.Overloaded, $"What is left of the limit {exceeded.Limit} of the {owner} is leased to requests that run.") { RetryAfter = ShortWait }
        : exceeded.IsBudget
        ? new InferenceException(ErrorCode.BudgetExceeded, exceeded.Describe(owner)) { RetryAfter = exceeded.RenewsAt - DateTimeOffset.UtcNow }
        : new InferenceException(ErrorCode.Overloaded, exceeded.Describe(owner)) { RetryAfter = exceeded.RenewsAt is { } renewal ? renewal - DateTimeOffset.UtcNow : ShortWait };

    /// <summary>Returns the error for a running request that needs more tokens than a budget has.</summary>
    public static InferenceException OfRunning(QuotaExceeded exceeded, string owner) => Of(exceeded with { IsLeased = false }, owner);

    /// <returns>Granted tokens, and the error for a request that needs more; null if what was wanted is granted.</returns>
    public static (long Granted, InferenceException? Refusal) Of(ExtensionAnswer answer) => (answer.Granted, answer.Exceeded is { } exceeded ? OfRunning(exceeded, answer.Owner) : null);
}
