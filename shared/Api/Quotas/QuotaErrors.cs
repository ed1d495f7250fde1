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
    public static InferenceException Of(QuotaExceeded exceeded, string owner) => exceeded.IsBudget
        ? new InferenceException(ErrorCode.BudgetExceeded, exceeded.Describe(owner)) { RetryAfter = exceeded.RenewsAt - DateTimeOffset.UtcNow }
        : new InferenceException(ErrorCode.Overloaded, exceeded.Describe(owner)) { RetryAfter = exceeded.RenewsAt is { } renewal ? renewal - DateTimeOffset.UtcNow : ShortWait };

    /// <returns>Granted tokens, and the error for a request that needs more; null if what was wanted is granted.</returns>
    public static (long Granted, InferenceException? Refusal) Of(ExtensionAnswer answer) => (answer.Granted, answer.Exceeded is { } exceeded ? Of(exceeded, answer.Owner) : null);
}
