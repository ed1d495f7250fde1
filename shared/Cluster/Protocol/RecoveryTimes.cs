using System.Runtime.InteropServices;

namespace OrleansInference.Cluster.Protocol;

/// <summary>Time of recoveries by part, summed over all recoveries.</summary>
/// <param name="Plan">From the router's detection of the loss until the next plan was saved.</param>
/// <param name="Load">Until all its stages had joined it with their layers.</param>
/// <param name="Replay">Until the lost pages were restored, except those recomputed within steps.</param>
/// <param name="InlineRecompute">Time of the largest stage for its part of steps with tokens whose pages were lost; other sequences may run in the same steps.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RecoveryTimes(TimeSpan Plan, TimeSpan Load, TimeSpan Replay, TimeSpan InlineRecompute = default)
{
    public static RecoveryTimes operator +(RecoveryTimes a, RecoveryTimes b) => new(a.Plan + b.Plan, a.Load + b.Load, a.Replay + b.Replay, a.InlineRecompute + b.InlineRecompute);
}
