namespace OrleansInference.Engine.Scheduling;

/// <summary>What a tenant's running sequences ask of a step.</summary>
/// <param name="Rows">Sequences that decode.</param>
/// <param name="Attended">Tokens that these look at.</param>
/// <param name="PromptTokens">Prompt tokens that the others are to compute.</param>
internal readonly record struct TenantDemand(int Rows, double Attended, int PromptTokens)
{
    /// <summary>Whether there are prompts to compute.</summary>
    public bool Prompts => PromptTokens > 0;

    /// <summary>Adds a sequence; one whose prompt is computed in full by a step under way decodes from then on.</summary>
    public TenantDemand With(Sequence sequence) => sequence.Decoding || sequence.RowsInFlight >= sequence.Pending
        ? this with { Rows = Rows + 1, Attended = Attended + sequence.Log.Length }
        : this with { PromptTokens = PromptTokens + sequence.RemainingTokens };
}
