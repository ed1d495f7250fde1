using OrleansInference.Serving.Pages;

namespace OrleansInference.Serving.Control;

/// <summary>What a router that leaves knows and the sessions do not: where the next one finds which contents. Sessions hand in all else again.</summary>
/// <param name="Plan">In force; the pages are those of its epoch, with no step under way.</param>
/// <param name="LastStep">Number of the last step.</param>
/// <param name="Pages">Full pages, each after the one that it continues.</param>
internal sealed record RouterHandover(PipelinePlan Plan, long LastStep, PublishedPage[] Pages)
{
    /// <summary>The secret that the roots of the pages were made with.</summary>
    public byte[] Secret { get; init; } = [];
}
