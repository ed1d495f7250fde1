using System.Runtime.InteropServices;

namespace OrleansInference.Cluster.Protocol;

/// <summary>Where the time of steps went, all together.</summary>
/// <param name="Steps">That were measured.</param>
/// <param name="Hops">That they made: from the router to the first stage, from stage to stage, from the last one to the router.</param>
/// <param name="Computing">In the stages.</param>
/// <param name="Waiting">At the stages, for these to be free.</param>
/// <param name="Transit">The rest of the time from when the router sent a step until its answer arrived: between the nodes, being written and read, sent again where it was lost.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StepTimes(long Steps, long Hops, TimeSpan Computing, TimeSpan Waiting, TimeSpan Transit);
