using System.Runtime.InteropServices;

namespace OrleansInference.Cluster.Protocol;

/// <summary>Time that the stages of a step spent on it, each by its own clock: clocks of nodes are not compared.</summary>
/// <param name="Stages">Number of stages that measured. A stage of an earlier version does not; nothing is then known of the step.</param>
/// <param name="Computing">From the start of the step on a stage until the stage sent it on.</param>
/// <param name="Waiting">From the arrival of the step at a stage's device until its start there: earlier steps were missing or not computed, or the device's thread was not running.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct StageTimes(int Stages, TimeSpan Computing, TimeSpan Waiting)
{
    public StageTimes After(TimeSpan computing, TimeSpan waiting) => new(Stages + 1, Computing + computing, Waiting + waiting);
}
