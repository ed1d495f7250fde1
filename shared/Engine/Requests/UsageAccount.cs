namespace OrleansInference.Engine.Requests;

/// <summary>Account under which the tokens of a request are counted, in addition to its tenant.</summary>
/// <param name="Key">Id of the key.</param>
/// <param name="Model">Name of the model.</param>
/// <param name="Requests">Number of requests that this one counts for: 0 for all prompts of a request but the first.</param>
public sealed record UsageAccount(string Key, string Model, int Requests)
{
    /// <summary>Lease of tokens from the budgets of tenant and key, without which no token may be committed; null if they have no budgets.</summary>
    public Guid? Lease { get; init; }

    /// <summary>Tokens that were leased when the request was accepted, with those of the prompt.</summary>
    public long Leased { get; init; }
}
