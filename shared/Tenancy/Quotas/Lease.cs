namespace OrleansInference.Tenancy.Quotas;

/// <summary>Request for tokens before a prompt is served.</summary>
/// <param name="Id">Id of the lease, random.</param>
/// <param name="Tenant">Name of the tenant.</param>
/// <param name="Key">Id of the stored key; null if the request has none, so that only the limits of the tenant apply.</param>
/// <param name="Requests">Requests that the prompt counts for: 0 for all prompts of a request but the first.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="Tokens">Further tokens that are wanted at first.</param>
public sealed record LeaseRequest(Guid Id, string Tenant, string? Key, int Requests, int PromptTokens, long Tokens);

/// <summary>Answer to a <see cref="LeaseRequest"/>.</summary>
/// <param name="Granted">Tokens that may be used, with those of the prompt; 0 if the request is refused.</param>
/// <param name="Exceeded">Limit that refuses the request; null if it is granted.</param>
/// <param name="IsOfKey">Whether that limit is one of the key.</param>
/// <param name="Rates">Limits of a minute and what is left of them, for the headers of the answer.</param>
public sealed record LeaseAnswer(long Granted, QuotaExceeded? Exceeded, bool IsOfKey, MinuteRates Rates);

/// <summary>The tighter of the limits of tenant and key for a minute; null where there is no limit.</summary>
/// <param name="Requests">Limit of requests.</param>
/// <param name="RequestsLeft">Requests that are left.</param>
/// <param name="Tokens">Limit of tokens.</param>
/// <param name="TokensLeft">Tokens that are left.</param>
/// <param name="Reset">Time until the next minute.</param>
public sealed record MinuteRates(long? Requests, long? RequestsLeft, long? Tokens, long? TokensLeft, TimeSpan Reset)
{
    /// <summary>No limits.</summary>
    public static MinuteRates None { get; } = new(null, null, null, null, TimeSpan.Zero);
}

/// <summary>Answer to an extension of a lease.</summary>
/// <param name="Granted">Tokens that may be used in all, with those of the prompt.</param>
/// <param name="Exceeded">Budget that grants no more; null if what was wanted is granted.</param>
/// <param name="Owner">Owner of that budget, such as <c>tenant 'team'</c>; empty if what was wanted is granted.</param>
public sealed record ExtensionAnswer(long Granted, QuotaExceeded? Exceeded, string Owner);
