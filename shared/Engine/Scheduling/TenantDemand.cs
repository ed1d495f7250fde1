namespace OrleansInference.Engine.Scheduling;

/// <summary>Work of a tenant's running sequences for a step.</summary>
/// <param name="Rows">Number of sequences that decode.</param>
/// <param name="Attended">Number of tokens that these attend to.</param>
/// <param name="PromptTokens">Number of prompt tokens that the others have to compute.</param>
internal readonly record struct TenantDemand(int Rows, double Attended, int PromptTokens)
{
    /// <summary>Whether there are prompts to compute.</summary>
    public bool Prompts => PromptTokens > 0;

    /// <summary>Adds a sequence. A sequence whose whole prompt is computed or in flight counts as decoding.</summary>
    public TenantDemand With(Sequence sequence) => sequence.Decoding || sequence.RowsInFlight >= sequence.Pending
        ? this with { Rows = Rows + 1, Attended = Attended + sequence.Log.Length }
        : this with { PromptTokens = PromptTokens + sequence.RemainingTokens };
}
