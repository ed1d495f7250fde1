namespace OrleansInference.Serving.Routing;

/// <summary>What a tenant's running sequences ask of a step.</summary>
/// <param name="Rows">Sequences that decode.</param>
/// <param name="Attended">Tokens that these look at.</param>
/// <param name="Prompts">Whether others have prompt tokens to compute.</param>
internal readonly record struct TenantDemand(int Rows, double Attended, bool Prompts)
{
    public TenantDemand With(Sequence sequence) => sequence.Decoding
        ? this with { Rows = Rows + 1, Attended = Attended + sequence.Log.Length }
        : this with { Prompts = true };
}
