namespace OrleansInference.Engine.Scheduling;

/// <summary>
/// What a fair share means inside a batch. A step serves all its rows at once, but every row makes it longer for the others. So a tenant with the share s of
/// the weights must get on at least s times as fast as it would alone: no step may last longer than 1/s times the step that serves this tenant's
/// sequences alone. The rows that fit into the shortest such time go to the tenants in proportion to their weights, as far as they have use for them.
/// A tenant alone, or tenants whose sequences all fit, are not limited.
/// One whose last request ended a moment ago keeps its share, as it may ask again at once: a long step that the others began in between would keep it waiting, and nothing
/// takes a step back. (That an idle moment can be worth its while is Iyer and Druschel's, Anticipatory scheduling, 2001.)
/// </summary>
internal sealed class BatchShares(StepTimeModel time, int maxPromptTokens)
{
    /// <summary>A step aims below its limit by this factor, as estimates err.</summary>
    private const double Aim = 0.96;

    private readonly List<Tenant> _hungry = [];

    /// <summary>Seconds that the next step may take; infinite when nobody is in danger of getting less than its share.</summary>
    public double Limit { get; private set; } = double.PositiveInfinity;

    /// <summary>Seconds of prompts for each second of decoding that those tenants are entitled to who have nothing else to compute.</summary>
    public double PromptPart { get; private set; }

    /// <summary>Sets each active tenant's <see cref="Tenant.Rows"/>.</summary>
    /// <param name="tenants">The tenants that have requests, and those that had one a moment ago.</param>
    /// <param name="running">Sequences that take part in steps.</param>
    /// <param name="depth">Steps under way at the same time, over which the sequences are spread.</param>
    public void Set(List<Tenant> tenants, List<Sequence> running, int depth)
    {
        Limit = double.PositiveInfinity;
        PromptPart = 0;
        double weights = 0, promptWeights = 0;
        foreach (Tenant tenant in tenants)
        {
            tenant.Rows = double.PositiveInfinity;
            tenant.Demand = tenant.Requests > 0 ? default : tenant.Demand;
            weights += tenant.Weight;
        }

        if (tenants.Count < 2 || !time.Known)
        {
            return;
        }

        foreach (Sequence sequence in running)
        {
            sequence.Tenant.Demand = sequence.Tenant.Demand.With(sequence);
        }

        double attended = 0, rows = 0;
        foreach (Tenant tenant in tenants)
        {
            if (tenant is { Running: 0, Waiting.Count: > 0 })
            {
                // It is about to begin.
                tenant.Demand = tenant.Demand.With(tenant.Waiting[0]);
            }

            TenantDemand demand = tenant.Demand;
            attended += demand.Attended / depth;
            rows += (double)demand.Rows / depth;
            promptWeights += HasPromptsOnly(tenant) ? tenant.Weight : 0;
            if (demand.Rows > 0 || demand.Prompts)
            {
                Limit = Math.Min(Limit, Aim * Alone(demand, depth) * weights / tenant.Weight);
            }
        }

        // Who has nothing but prompts to compute has its share of the time, not of the rows.
        double others = weights - promptWeights;
        PromptPart = others > 0 ? promptWeights / others : 0;
        double fit = rows == 0 ? double.PositiveInfinity : time.RowsWithin(Limit * others / weights, attended / rows);
        if (!double.IsPositiveInfinity(fit))
        {
            Divide(tenants, Math.Max(fit, tenants.Count), others, depth);
        }
    }

    private static bool HasPromptsOnly(Tenant tenant) => tenant.Demand is { Rows: 0, Prompts: true };

    /// <summary>Seconds of a step that serves a tenant's sequences alone.</summary>
    private double Alone(in TenantDemand demand, int depth)
    {
        if (demand.Rows == 0)
        {
            return time.Decode(0, 0) + (Math.Min(demand.PromptTokens, maxPromptTokens) * time.PromptToken(0));
        }

        double rows = Math.Ceiling((double)demand.Rows / depth);
        return time.Decode(rows, demand.Attended * rows / demand.Rows);
    }

    /// <summary>Fills the tenants' cups evenly: who needs less than its share leaves the rest to the others.</summary>
    private void Divide(List<Tenant> tenants, double rows, double weights, int depth)
    {
        _hungry.Clear();
        foreach (Tenant tenant in tenants)
        {
            if (!HasPromptsOnly(tenant))
            {
                _hungry.Add(tenant);
            }
        }

        bool changed = true;
        while (changed)
        {
            changed = false;
            double level = rows / weights;
            for (int i = _hungry.Count - 1; i >= 0; i--)
            {
                Tenant tenant = _hungry[i];
                double wanted = tenant.Demand.Prompts || tenant.Waiting.Count > 0 ? double.PositiveInfinity : Math.Ceiling((double)tenant.Demand.Rows / depth);
                if (wanted <= level * tenant.Weight)
                {
                    tenant.Rows = wanted;
                    rows -= wanted;
                    weights -= tenant.Weight;
                    _hungry.RemoveAt(i);
                    changed = true;
                }
            }
        }

        foreach (Tenant tenant in _hungry)
        {
            tenant.Rows = Math.Max(1, Math.Floor(rows / weights * tenant.Weight));
        }
    }
}
