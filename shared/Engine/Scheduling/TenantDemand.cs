namespace OrleansInference.Engine.Scheduling;

/// <summary>Work that a tenant's running sequences have for a step.</summary>
/// <param name="Rows">Sequences that decode.</param>
/// <param name="Attended">Tokens that these attend to.</param>
/// <param name="PromptTokens">Prompt tokens that the others are to compute.</param>
internal readonly record struct TenantDemand(int Rows, double Attended, int PromptTokens)
{
    /// <summary>Whether there are prompts to compute.</summary>
    public bool Prompts => PromptTokens > 0;

    /// <summary>Adds a sequence. One whose whole prompt is computed or in flight counts as decoding.</summary>
    public TenantDemand With(Sequence sequence) => sequence.Decoding || sequence.RowsInFlight >= sequence.Pending
        ? this with { Rows = Rows + 1, Attended = Attended + sequence.Log.Length }
        : this with { PromptTokens = PromptTokens + sequence.RemainingTokens };
}
