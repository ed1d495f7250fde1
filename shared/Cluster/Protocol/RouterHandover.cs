using OrleansInference.Engine.KvCache;

namespace OrleansInference.Cluster.Protocol;

/// <summary>
/// Knowledge of a router that the sessions do not have: the pages and their contents. Sessions submit everything else again. A router that leaves hands it
/// over. If a router was lost, a stage reports it from what the router sent with its steps.
/// </summary>
/// <param name="Plan">Plan in force; the pages are those of its epoch, and no step in flight will change them.</param>
/// <param name="LastStep">Number of the last step.</param>
/// <param name="Pages">Full pages, each after the page that it continues.</param>
public sealed record RouterHandover(PipelinePlan Plan, long LastStep, PublishedPage[] Pages)
{
    /// <summary>Last full pages of the running sequences.</summary>
    public int[] Heads { get; init; } = [];

    /// <summary>Secret of the pages' roots.</summary>
    public byte[] Secret { get; init; } = [];
}
