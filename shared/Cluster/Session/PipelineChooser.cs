using OrleansInference.Cluster.Protocol;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Requests;

namespace OrleansInference.Cluster.Session;

/// <summary>
/// Chooses a pipeline for a session. A pipeline that was given the same prompt prefix, and may have its pages, is preferred while its load is not much higher than that of others;
/// otherwise the pipeline with the lowest load relative to its rate is chosen. A session keeps its pipeline while that serves, or may soon serve again.
/// </summary>
/// <remarks>Loads are reported periodically. Sessions that were assigned here since the last report are added to them.</remarks>
public sealed class PipelineChooser : IPipelineChoice
{
    /// <summary>Time for which a session waits for a pipeline that does not serve while others do. It is longer than most recoveries take.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private const int RememberedPages = 1 << 16;
    private const int MatchDivisor = 4; // at least 1/4 of a prompt's pages must match; a shorter match may be a prefix of all prompts
    private const double MaxLoadRatio = 1.5; // limit for a prefix match, as a multiple of the lowest load
    private const double MaxExtraSessions = 4; // and in addition this number of sessions

    private readonly PrefixMemory _prefixes = new(RememberedPages);
    private readonly SortedDictionary<int, PipelineLoad> _loads = [];
    private readonly Dictionary<int, int> _assigned = [];
    private readonly Dictionary<int, TimeSpan> _silentSince = [];

    /// <summary>Updates the list of pipelines.</summary>
    public void Update(IReadOnlyList<PipelineLoad> loads, TimeSpan now)
    {
        _loads.Clear();
        _assigned.Clear();
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

        // Ties are broken by the session's number, because all gateways would choose the same pipeline otherwise.
        PipelineLoad least = able.MinBy(load => (LoadOf(load), (load.Pipeline + session) % able.Length));
        List<PageHash> pages = PrefixMemory.PagesOf(request);
        int known = _prefixes.Find(pages, out int matched);
        int chosen = MatchDivisor * matched >= pages.Count && Array.Exists(able, load => load.Pipeline == known && LoadOf(load) <= (MaxLoadRatio * LoadOf(least)) + (MaxExtraSessions / load.Rate))
            ? known
            : least.Pipeline;
        _prefixes.Add(pages, chosen);
        _assigned[chosen] = _assigned.GetValueOrDefault(chosen) + 1;
        return chosen;
    }

    private double LoadOf(in PipelineLoad load) => (load.Sessions + _assigned.GetValueOrDefault(load.Pipeline)) / load.Rate;
}
