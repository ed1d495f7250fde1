using OrleansInference.Cluster.Protocol;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Cluster.Session;

/// <summary>
/// Chooses a pipeline for a session: the one that was given the same beginning of a prompt and so may have its pages, as long as it has not much more to do than others; else the one with the least to do
/// for what it can. A session stays where it is while that serves, or may soon again.
/// </summary>
/// <remarks>Loads are reported from time to time; sessions that started here since the last report are added to them.</remarks>
public sealed class PipelineChooser : IPipelineChoice
{
    /// <summary>How long a session waits for a pipeline that does not serve, while others do: longer than making good a loss takes as a rule.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private const int RememberedPages = 1 << 16;
    private const int LeastShare = 4; // a prompt of which less than this part is known may be a beginning that all have
    private const double MostTimes = 1.5; // the work of the one with the least, for the sake of pages
    private const double MostBeside = 4; // sessions more than that

    private readonly PrefixMemory _prefixes = new(RememberedPages);
    private readonly SortedDictionary<int, PipelineLoad> _loads = [];
    private readonly Dictionary<int, int> _given = [];
    private readonly Dictionary<int, TimeSpan> _silentSince = [];

    /// <summary>Updates the list of pipelines.</summary>
    public void Update(IReadOnlyList<PipelineLoad> loads, TimeSpan now)
    {
        _loads.Clear();
        _given.Clear();
        foreach (PipelineLoad load in loads)
        {
            _loads[load.Pipeline] = load;
            if (load.Serves)
            {
                _silentSince.Remove(load.Pipeline);
            }
            else
            {
                _silentSince.TryAdd(load.Pipeline, now);
            }
        }
    }

    public int Choose(int session, GenerationRequest request, int current, TimeSpan now)
    {
        if (_loads.Count <= 1 || (_loads.TryGetValue(current, out PipelineLoad own) && (own.Serves || now - _silentSince[current] < Timeout)))
        {
            return _loads.Count == 1 ? _loads.First().Key : Math.Max(current, 0);
        }

        PipelineLoad[] able = [.. _loads.Values.Where(static load => load.Serves && load.Takes)];
        able = able.Length > 0 ? able : [.. _loads.Values.Where(static load => load.Serves)];
        if (able.Length == 0)
        {
            return _loads.ContainsKey(current) ? current : _loads.First().Key;
        }

        // Of equals not always the first, as all gateways would take the same.
        PipelineLoad least = able.MinBy(load => (WorkOf(load), (load.Pipeline + session) % able.Length));
        List<PageHash> pages = PrefixMemory.PagesOf(request);
        int known = _prefixes.Find(pages, out int matched);
        int chosen = LeastShare * matched >= pages.Count && Array.Exists(able, load => load.Pipeline == known && WorkOf(load) <= (MostTimes * WorkOf(least)) + (MostBeside / load.Rate))
            ? known
            : least.Pipeline;
        _prefixes.Add(pages, chosen);
        _given[chosen] = _given.GetValueOrDefault(chosen) + 1;
        return chosen;
    }

    private double WorkOf(in PipelineLoad load) => (load.Sessions + _given.GetValueOrDefault(load.Pipeline)) / load.Rate;
}
