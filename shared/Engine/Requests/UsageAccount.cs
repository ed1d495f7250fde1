namespace OrleansInference.Engine.Requests;

/// <summary>Account under which the tokens of a request are counted, in addition to its tenant.</summary>
/// <param name="Key">Id of the key.</param>
/// <param name="Model">Name of the model.</param>
/// <param name="Requests">Number of requests that this one counts for: 0 for all prompts of a request but the first.</param>
public sealed record UsageAccount(string Key, string Model, int Requests);
