using System.Runtime.InteropServices;

namespace OrleansInference.Cluster.Protocol;

/// <summary>Where the time of recoveries went, all together.</summary>
/// <param name="Plan">From the loss, as the router noticed it, until the next plan was saved.</param>
/// <param name="Load">Until all its stages had joined it, with their layers.</param>
/// <param name="Replay">Until the lost pages were back, as far as they are not computed again among the steps.</param>
/// <param name="InlineRecompute">What the stage with the most layers computed, as its part of them, in steps with tokens whose pages were lost: other sequences may go on beside them.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RecoveryTimes(TimeSpan Plan, TimeSpan Load, TimeSpan Replay, TimeSpan InlineRecompute = default)
{
    public static RecoveryTimes operator +(RecoveryTimes a, RecoveryTimes b) => new(a.Plan + b.Plan, a.Load + b.Load, a.Replay + b.Replay, a.InlineRecompute + b.InlineRecompute);
}
