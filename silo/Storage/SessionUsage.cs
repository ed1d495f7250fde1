using OrleansInference.Cluster.Protocol;

namespace OrleansInference.Silo.Storage;

/// <summary>What usage counts of a session.</summary>
/// <param name="Tenant">Tenant; null if nothing is counted.</param>
/// <param name="Key">Id of the key; null if nothing is counted.</param>
/// <param name="Model">Name of the model; null if nothing is counted.</param>
/// <param name="Requests">Requests.</param>
/// <param name="PromptTokens">Prompt tokens.</param>
/// <param name="CompletionTokens">Generated tokens.</param>
/// <param name="IsReported">Whether the answer used fewer tokens than were generated, so that the number may change after the end.</param>
internal sealed record SessionUsage(string? Tenant, string? Key, string? Model, int Requests, int PromptTokens, long CompletionTokens, bool IsReported)
{
    /// <summary>Lease of its tokens; null if it has none.</summary>
    public Guid? Lease { get; init; }

    /// <summary>Tokens that count against budgets.</summary>
    public long Tokens => PromptTokens + CompletionTokens;

    private static readonly SessionUsage None = new(null, null, null, 0, 0, 0, false);

    /// <summary>Returns the usage of a session. A request that failed without a token costs nothing.</summary>
    public static SessionUsage Of(SessionRecord record)
    {
        bool reported = record.Used.Length > 0;
        if (record.Request.Account is not { } account)
        {
            return None with { IsReported = reported };
        }

        long tokens = record.CountedTokens;
        bool served = record.Error is null || tokens > 0;
        return new SessionUsage(record.Request.Tenant, account.Key, account.Model, served ? account.Requests : 0, served ? record.Request.Prompt.Length : 0, tokens, reported) { Lease = account.Lease };
    }
}
