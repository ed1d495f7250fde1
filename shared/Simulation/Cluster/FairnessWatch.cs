using OrleansInference.Engine.Scheduling;
using OrleansInference.Simulation.Scenarios;

namespace OrleansInference.Simulation.Cluster;

/// <summary>
/// Checks fairness among tenants. While a tenant waits and has no running sequence, no other tenant of the same class that was served more may start a
/// sequence. The other's service until then is exactly the rest of its running sequences, and may not grow. If pages run short, the preemption depends on the
/// work that would be lost, and the watch restarts. The tests of the router's shares cover the speed of running sequences.
/// </summary>
internal sealed class FairnessWatch(Scenario scenario)
{
    private readonly Dictionary<(string Served, double Weight, long Waiting, double Has), double> _most = []; // the most that the other may have been served when the first one's first request starts
    private readonly ServingOptions _options = scenario.Serving;
    private long _preemptions;

    public void Reset() => _most.Clear();

    /// <returns>Description of an unfair state; null if there is none.</returns>
    public string? Look(Scheduler router)
    {
        long preemptions = router.Pages.Statistics.Preemptions;
        if (preemptions != _preemptions)
        {
            _preemptions = preemptions;
            _most.Clear();
        }

        foreach (Tenant waiting in router.Tenants.Active)
        {
            if (waiting.Waiting.Count == 0)
            {
                continue;
            }

            foreach (Tenant served in router.Tenants.Active)
            {
                // A tenant that was served meanwhile, or returned with another request, starts to wait again. With another weight the rest of the other's work counts differently.
                var pair = (served.Name, served.Weight, waiting.Waiting[0].Request.Order, waiting.Served);
                if (waiting.Running > 0 || served.Served <= waiting.Served || IsHigher(router, served, waiting.Waiting[0].Priority))
                {
                    _most.Remove(pair);
                    continue;
                }

                double most = served.Served + (Left(router, served) / served.Weight);
                if (!_most.TryAdd(pair, most) && most > _most[pair] + 1e-6)
                {
                    return $"{served.Name}, served {served.Served:0}, began before {waiting.Name}, served {waiting.Served:0}: it can come to {most:0}, expected at most {_most[pair]:0}";
                }
            }
        }

        return null;
    }

    private static bool IsHigher(Scheduler router, Tenant tenant, int priority) =>
        router.Running.Any(sequence => sequence.Tenant == tenant && sequence.Priority > priority) || tenant.Waiting.Any(sequence => sequence.Priority > priority);

    /// <summary>Remaining charge of a tenant's running sequences until their end.</summary>
    private double Left(Scheduler router, Tenant tenant)
    {
        double left = 0;
        foreach (Sequence sequence in router.Running)
        {
            if (sequence.Tenant == tenant)
            {
                int prompt = Math.Max(0, sequence.Request.PromptLength - sequence.Charged);
                left += (prompt * _options.PromptTokenWeight) + (sequence.Remaining * _options.GeneratedTokenWeight);
            }
        }

        return left;
    }
}
