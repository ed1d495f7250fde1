using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Engine.Scheduling;

/// <summary>
/// The tenants' virtual token counters (Sheng et al., Fairness in Serving Large Language Models, 2024): each is charged for the tokens that it was served,
/// divided by its weight, and a tenant that returns is lifted to the least of the active ones, so that being idle earns no credit.
/// </summary>
internal sealed class TenantTable(ServingOptions options, Func<string, PageRoot> roots)
{
    private const int MaxIdle = 1024;

    private readonly Dictionary<string, Tenant> _tenants = [];
    private readonly List<Tenant> _active = [];
    private readonly List<Tenant> _present = [];

    /// <summary>Tenants with requests under way or waiting.</summary>
    public List<Tenant> Active => _active;

    /// <summary>Those, and the tenants whose last request ended a moment ago.</summary>
    public List<Tenant> Present => _present;

    /// <summary>Notes a request of a tenant.</summary>
    public Tenant Enter(string name)
    {
        if (!_tenants.TryGetValue(name, out Tenant? tenant))
        {
            Prune();
            tenant = new Tenant(name, options.TenantWeights.GetValueOrDefault(name, 1), roots(name));
            _tenants.Add(name, tenant);
        }

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

    /// <summary>Notes the end of a request.</summary>
    public void Leave(Tenant tenant, long now)
    {
        if (--tenant.Requests == 0)
        {
            _active.Remove(tenant);
            tenant.IdleSince = now;
        }
    }

    /// <summary>Gives up waiting for tenants that had their last request before a time.</summary>
    public void Forget(long before)
    {
        for (int i = _present.Count - 1; i >= 0; i--)
        {
            if (_present[i].Requests == 0 && _present[i].IdleSince < before)
            {
                _present.RemoveAt(i);
            }
        }
    }

    public void Charge(Tenant tenant, int promptTokens, int generatedTokens) =>
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

    // Who has been served least would be lifted on return anyway, so nothing is lost with it.
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
