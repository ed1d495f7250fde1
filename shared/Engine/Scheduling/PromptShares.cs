namespace OrleansInference.Engine.Scheduling;

/// <summary>
/// Divides the time that a step has for prompts among tenants, so that prompts and rows together come to the tenants in proportion to their weights: who has
/// fewer rows in the step gets the more of its prompts. What one has no use for goes to the others.
/// </summary>
internal sealed class PromptShares(StepTimeModel time)
{
    private const int Halvings = 40;

    /// <summary>Sets each active tenant's <see cref="Tenant.PromptSeconds"/>.</summary>
    /// <param name="tenants">The active tenants, with the rows that they have in the step.</param>
    /// <param name="prompts">Sequences with prompt tokens to compute, highest class first; the highest class is divided.</param>
    /// <param name="seconds">Time for prompts.</param>
    /// <param name="decode">Time of the rows.</param>
    public void Set(List<Tenant> tenants, List<Sequence> prompts, double seconds, double decode)
    {
        int rows = 0;
        foreach (Tenant tenant in tenants)
        {
            tenant.PromptSeconds = 0;
            rows += tenant.Taken;
        }

        foreach (Sequence sequence in prompts)
        {
            if (sequence.Priority == prompts[0].Priority)
            {
                sequence.Tenant.PromptSeconds += sequence.RemainingTokens * time.PromptToken(sequence.Next + (sequence.RemainingTokens / 2));
            }
        }

        double perRow = rows == 0 ? 0 : decode / rows;
        double low = 0, high = 0;
        foreach (Tenant tenant in tenants)
        {
            high = Math.Max(high, ((tenant.Taken * perRow) + tenant.PromptSeconds) / tenant.Weight);
        }

        for (int i = 0; i < Halvings; i++)
        {
            double level = (low + high) / 2;
            double sum = 0;
            foreach (Tenant tenant in tenants)
            {
                sum += Part(tenant, level, perRow);
            }

            (low, high) = sum <= seconds ? (level, high) : (low, level);
        }

        foreach (Tenant tenant in tenants)
        {
            tenant.PromptSeconds = Part(tenant, high, perRow);
        }
    }

    /// <summary>What a tenant gets of what it has use for when all are filled up to a level.</summary>
    private static double Part(Tenant tenant, double level, double perRow) =>
        Math.Clamp((level * tenant.Weight) - (tenant.Taken * perRow), 0, tenant.PromptSeconds);
}
