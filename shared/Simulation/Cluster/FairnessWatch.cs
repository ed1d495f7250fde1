using OrleansInference.Serving.Routing;
using OrleansInference.Simulation.Running;

namespace OrleansInference.Simulation.Cluster;

/// <summary>
/// The bound of weighted virtual token counters: while two tenants both have sequences waiting, what the one is served more than the other stays below
/// twice what can be handed out before the counters are looked at again. Tokens are charged when they are computed, so that is all of the longest
/// sequences that run at the same time.
/// </summary>
internal sealed class FairnessWatch(Scenario scenario)
{
    private readonly Dictionary<(string, string), double> _since = []; // difference when both began to wait
    private readonly double _bound = Bound(scenario);

    public void Reset() => _since.Clear();

    /// <returns>What is unfair, or null.</returns>
    public string? Look(Router router)
    {
        List<Tenant> tenants = router.Tenants.Active;
        for (int i = 0; i < tenants.Count; i++)
        {
            for (int j = 0; j < tenants.Count; j++)
            {
                var pair = (tenants[i].Name, tenants[j].Name);
                if (i == j || tenants[i].Waiting.Count == 0 || tenants[j].Waiting.Count == 0)
                {
                    _since.Remove(pair);
                    continue;
                }

                double difference = tenants[i].Served - tenants[j].Served;
                if (!_since.TryAdd(pair, difference) && difference - _since[pair] > _bound)
                {
                    return $"{tenants[i].Name} was served {difference - _since[pair]:0} more than {tenants[j].Name} while both waited; expected at most {_bound:0}";
                }
            }
        }

        return null;
    }

    private static double Bound(Scenario scenario)
    {
        double prompt = scenario.Requests.Select(static planned => planned.Request.Prompt.Length).DefaultIfEmpty().Max();
        double generated = scenario.Requests.Select(static planned => planned.Request.MaxTokens).DefaultIfEmpty().Max();
        double longest = (prompt * scenario.Serving.PromptTokenWeight) + (generated * scenario.Serving.GeneratedTokenWeight);
        return 2 * scenario.Serving.MaxRunningSequences * longest;
    }
}
