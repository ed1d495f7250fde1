using System.Runtime.InteropServices;

namespace OrleansInference.Cluster.Protocol;

/// <summary>Time of steps by part, summed over all measured steps.</summary>
/// <param name="Steps">Number of measured steps.</param>
/// <param name="Hops">Number of their hops: from the router to the first stage, between stages, and from the last stage to the router.</param>
/// <param name="Computing">Time of computing in the stages.</param>
/// <param name="Waiting">Time of waiting at the stages until they were free.</param>
/// <param name="Transit">Rest of the time between the router's sending of a step and the arrival of the answer: on the network, in serialization, and in repetitions after losses.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct StepTimes(long Steps, long Hops, TimeSpan Computing, TimeSpan Waiting, TimeSpan Transit);
