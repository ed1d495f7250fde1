namespace OrleansInference.Serving.Routing;

/// <summary>
/// What a fair share means inside a batch. A step serves all its rows at once, but every row makes it longer for the others. So a tenant with the share s of
/// the weights must get on at least s times as fast as it would alone: no step may last longer than 1/s times the step that serves this tenant's
/// sequences alone. The rows that fit into the shortest such time go to the tenants in proportion to their weights, as far as they have use for them.
/// A tenant alone, or tenants whose sequences all fit, are not limited.
/// </summary>
internal sealed class BatchShares(StepTimeModel time)
{
    private readonly List<Tenant> _hungry = [];

    /// <summary>Seconds that the next step may take; infinite when nobody is in danger of getting less than its share.</summary>
    public double Limit { get; private set; } = double.PositiveInfinity;

    /// <summary>Sets each active tenant's <see cref="Tenant.Rows"/>.</summary>
    /// <param name="tenants">The active tenants.</param>
    /// <param name="running">Sequences that take part in steps.</param>
    /// <param name="depth">Steps under way at the same time, over which the sequences are spread.</param>
    public void Set(List<Tenant> tenants, List<Sequence> running, int depth)
    {
        Limit = double.PositiveInfinity;
        double weights = 0;
        foreach (Tenant tenant in tenants)
        {
            tenant.Rows = double.PositiveInfinity;
            tenant.Demand = default;
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
            TenantDemand demand = tenant.Demand;
            attended += demand.Attended / depth;
            rows += (double)demand.Rows / depth;
            if (demand.Rows > 0)
            {
                Limit = Math.Min(Limit, time.Decode((double)demand.Rows / depth, demand.Attended / depth) * weights / tenant.Weight);
            }
        }

        double fit = rows == 0 ? double.PositiveInfinity : time.RowsWithin(Limit, attended / rows);
        if (!double.IsPositiveInfinity(fit))
        {
            Divide(tenants, Math.Max(fit, tenants.Count), weights, depth);
        }
    }

    /// <summary>Fills the tenants' cups evenly: who needs less than its share leaves the rest to the others.</summary>
    private void Divide(List<Tenant> tenants, double rows, double weights, int depth)
    {
        _hungry.Clear();
        _hungry.AddRange(tenants);
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
