namespace OrleansInference.Engine.Scheduling;

/// <summary>
/// The tenants' fair shares inside a batch. A step serves all its rows at the same time, but every row makes it longer for the others. A tenant with the share s of the weights must
/// therefore progress at least s times as fast as it would alone: no step may last longer than 1/s times the step that serves this tenant's sequences alone. The rows that fit into the
/// shortest such time are divided among the tenants in proportion to their weights, up to their demand. A single tenant, or tenants whose sequences all fit, are not limited. A tenant
/// whose last request has just ended keeps its share, because it may send the next one immediately. Otherwise it would have to wait for a long step that the others started in between,
/// and a step cannot be cancelled. (Iyer and Druschel, Anticipatory scheduling, 2001.)
/// </summary>
internal sealed class BatchShares(StepTimeModel time, int maxPromptTokens)
{
    /// <summary>Factor by which the target time of a step is below its limit, because estimates err.</summary>
    private const double Aim = 0.96;

    private readonly List<Tenant> _unsatisfied = [];

    /// <summary>Maximum seconds of the next step; infinite when no tenant can get less than its share.</summary>
    public double Limit { get; private set; } = double.PositiveInfinity;

    /// <summary>Seconds of prefill for each second of decoding, to which the tenants that have only prompts to compute are entitled.</summary>
    public double PromptPart { get; private set; }

    /// <summary>Sets each active tenant's <see cref="Tenant.Rows"/>.</summary>
    /// <param name="tenants">The tenants that have requests, or whose last one has just ended.</param>
    /// <param name="running">Sequences that take part in steps.</param>
    /// <param name="depth">Steps in flight at the same time, over which the sequences are spread.</param>
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
                // Its first sequence is about to start.
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

        // A tenant with only prompts to compute gets its share of the time, not of the rows.
        double others = weights - promptWeights;
        PromptPart = others > 0 ? promptWeights / others : 0;
        double fit = rows == 0 ? double.PositiveInfinity : time.RowsWithin(Limit * others / weights, attended / rows);
        if (!double.IsPositiveInfinity(fit))
        {
            Divide(tenants, Math.Max(fit, tenants.Count), others, depth);
        }
    }

    private static bool HasPromptsOnly(Tenant tenant) => tenant.Demand is { Rows: 0, Prompts: true };

    /// <summary>Returns the seconds of a step that serves a tenant's sequences alone.</summary>
    private double Alone(in TenantDemand demand, int depth)
    {
        if (demand.Rows == 0)
        {
            return time.Decode(0, 0) + (Math.Min(demand.PromptTokens, maxPromptTokens) * time.PromptToken(0));
        }

        double rows = Math.Ceiling((double)demand.Rows / depth);
        return time.Decode(rows, demand.Attended * rows / demand.Rows);
    }

    /// <summary>Divides rows by max-min fairness: the rows that a tenant does not need are divided among the others.</summary>
    private void Divide(List<Tenant> tenants, double rows, double weights, int depth)
    {
        _unsatisfied.Clear();
        foreach (Tenant tenant in tenants)
        {
            if (!HasPromptsOnly(tenant))
            {
                _unsatisfied.Add(tenant);
            }
        }

        bool changed = true;
        while (changed)
        {
            changed = false;
            double level = rows / weights;
            for (int i = _unsatisfied.Count - 1; i >= 0; i--)
            {
                Tenant tenant = _unsatisfied[i];
                double wanted = tenant.Demand.Prompts || tenant.Waiting.Count > 0 ? double.PositiveInfinity : Math.Ceiling((double)tenant.Demand.Rows / depth);
                if (wanted <= level * tenant.Weight)
                {
                    tenant.Rows = wanted;
                    rows -= wanted;
                    weights -= tenant.Weight;
                    _unsatisfied.RemoveAt(i);
                    changed = true;
                }
            }
        }

        foreach (Tenant tenant in _unsatisfied)
        {
            tenant.Rows = Math.Max(1, Math.Floor(rows / weights * tenant.Weight));
        }
    }
}
