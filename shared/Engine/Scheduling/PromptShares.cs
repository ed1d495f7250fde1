namespace OrleansInference.Engine.Scheduling;

/// <summary>
/// Divides a step's time for prompts among the tenants, so that the sum of prompts and rows is in proportion to their weights: a tenant with fewer rows in the step gets more time for
/// prompts. Time that a tenant does not need is divided among the others.
/// </summary>
internal sealed class PromptShares(StepTimeModel time)
{
    private const int Halvings = 40;

    /// <summary>Sets each active tenant's <see cref="Tenant.PromptSeconds"/>.</summary>
    /// <param name="tenants">The active tenants, with their rows in the step.</param>
    /// <param name="prompts">Sequences with prompt tokens to compute, highest priority first. The time is divided among those of the highest priority.</param>
    /// <param name="seconds">Seconds for prompts.</param>
    /// <param name="decode">Seconds of the rows.</param>
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

    /// <summary>Returns a tenant's time for prompts when the rows and prompts of all tenants are filled up to a level.</summary>
    private static double Part(Tenant tenant, double level, double perRow) =>
        Math.Clamp((level * tenant.Weight) - (tenant.Taken * perRow), 0, tenant.PromptSeconds);
}
