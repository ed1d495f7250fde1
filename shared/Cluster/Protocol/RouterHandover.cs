using OrleansInference.Engine.KvCache;

namespace OrleansInference.Cluster.Protocol;

/// <summary>
/// What a router knows and the sessions do not: where the next one finds which contents. Sessions hand in all else again. One that leaves hands it over; of one that was lost, a stage
/// tells what it was told with the steps.
/// </summary>
/// <param name="Plan">In force; the pages are those of its epoch, and no step under way will change them.</param>
/// <param name="LastStep">Number of the last step.</param>
/// <param name="Pages">Full pages, each after the one that it continues.</param>
internal sealed record RouterHandover(PipelinePlan Plan, long LastStep, PublishedPage[] Pages)
{
    /// <summary>The last full pages of the sequences that were running.</summary>
    public int[] Heads { get; init; } = [];

    /// <summary>The secret that the roots of the pages were made with.</summary>
    public byte[] Secret { get; init; } = [];
}
