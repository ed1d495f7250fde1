using OrleansInference.Engine.Requests;
using OrleansInference.Engine.Scheduling;
using OrleansInference.Simulation.Scenarios;

namespace OrleansInference.Simulation.Cluster;

/// <summary>
/// Nobody is passed over: while a tenant waits and nothing of it runs, no other of the same class that was served more begins anything. So what the other is served until then is
/// exactly what its running sequences have left, and that may not grow. Where pages run short, who has to go back follows from the work that would be lost, and the watch starts over.
/// How fast those get on who run is a matter of time, see the tests of the router's shares.
/// </summary>
internal sealed class FairnessWatch(Scenario scenario)
{
    private readonly Dictionary<(string Served, long Waiting, double Has), double> _most = []; // what the one may have been served when the other's first request begins
    private readonly ServingOptions _options = scenario.Serving;
    private long _preemptions;

    public void Reset() => _most.Clear();

    /// <returns>What is unfair, or null.</returns>
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
                // Who was served meanwhile, or left and came back with another request, waits anew.
                var pair = (served.Name, waiting.Waiting[0].Request.Order, waiting.Served);
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

    /// <summary>What a tenant's running sequences will be charged with until they end.</summary>
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
