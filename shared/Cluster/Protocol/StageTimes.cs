using System.Runtime.InteropServices;

namespace OrleansInference.Cluster.Protocol;

/// <summary>What the stages that a step has passed spent on it, each by its own clock: clocks of nodes are not compared.</summary>
/// <param name="Stages">How many measured; one of an earlier version does not, and nothing is known of the step then.</param>
/// <param name="Computing">From when a stage began with the step until it sent it on.</param>
/// <param name="Waiting">From when the step arrived at a stage's device until the stage began with it: those before it were not there yet or not computed, or the device's thread did not run yet.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StageTimes(int Stages, TimeSpan Computing, TimeSpan Waiting)
{
    public StageTimes After(TimeSpan computing, TimeSpan waiting) => new(Stages + 1, Computing + computing, Waiting + waiting);
}
