using OrleansInference.Engine.Requests;

namespace OrleansInference.Engine.Scheduling;

/// <summary>
/// The tenants' virtual token counters (Sheng et al., Fairness in Serving Large Language Models, 2024): each tenant is charged for its served tokens, divided by its weight. The counter
/// of a tenant that returns is raised to the lowest counter of the active tenants, so that idle time earns no credit.
/// </summary>
public sealed class TenantTable(ServingOptions options)
{
    private const int MaxIdle = 1024;

    private readonly Dictionary<string, Tenant> _tenants = [];
    private readonly List<Tenant> _active = [];
    private readonly List<Tenant> _present = [];

    /// <summary>Tenants with requests that have not ended.</summary>
    public List<Tenant> Active => _active;

    /// <summary>The active tenants, and those whose last request has just ended.</summary>
    internal List<Tenant> Present => _present;

    /// <summary>Counts a new request of its tenant.</summary>
    internal Tenant Enter(GenerationRequest request)
    {
        string name = request.Tenant;
        if (!_tenants.TryGetValue(name, out Tenant? tenant))
        {
            Prune();
            tenant = new Tenant(name, options.TenantWeights.GetValueOrDefault(name, 1));
            _tenants.Add(name, tenant);
        }

        tenant.Apply(request.Policy);
        if (tenant.Requests++ == 0)
        {
            tenant.Served = Math.Max(tenant.Served, Least());
            _active.Add(tenant);
            if (!_present.Contains(tenant))
            {
                _present.Add(tenant);
            }
        }

        return tenant;
    }

    /// <summary>Counts the end of a request.</summary>
    internal void Leave(Tenant tenant, long now)
    {
        if (--tenant.Requests == 0)
        {
            _active.Remove(tenant);
            tenant.IdleSince = now;
        }
    }

    /// <summary>Removes the tenants from <see cref="Present"/> whose last request ended before a time.</summary>
    internal void Forget(long before)
    {
        for (int i = _present.Count - 1; i >= 0; i--)
        {
            if (_present[i].Requests == 0 && _present[i].IdleSince < before)
            {
                _present.RemoveAt(i);
            }
        }
    }

    internal void Charge(Tenant tenant, int promptTokens, int generatedTokens) =>
        tenant.Served += ((promptTokens * options.PromptTokenWeight) + (generatedTokens * options.GeneratedTokenWeight)) / tenant.Weight;

    private double Least()
    {
        double least = _active.Count == 0 ? 0 : double.MaxValue;
        foreach (Tenant tenant in _active)
        {
            least = Math.Min(least, tenant.Served);
        }

        return least;
    }

    // The counters of the tenants that were served least would be raised on their return, so they need not be kept.
    private void Prune()
    {
        if (_tenants.Count - _active.Count >= MaxIdle)
        {
            foreach (Tenant idle in _tenants.Values.Where(static tenant => tenant.Requests == 0).OrderBy(static tenant => tenant.Served).Take(MaxIdle / 2).ToList())
            {
                _tenants.Remove(idle.Name);
            }
        }
    }
}
