using System.Diagnostics;
using System.Runtime.InteropServices;

namespace OrleansInference.Bench.Chaos;

/// <summary>Course of one disturbance of a node; times are timestamps of <see cref="Stopwatch"/>.</summary>
/// <param name="Begun">Time of the disturbance.</param>
/// <param name="Left">Time at which a draining node had ended; null for other disturbances.</param>
/// <param name="Whole">Time at which the cluster was whole again.</param>
/// <param name="Replaced">Whether another process replaced the node's.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct DisturbedNode(long Begun, long? Left, long Whole, bool Replaced)
{
    /// <summary>Milliseconds in which lost pages were recomputed because of it, on the device with the largest share.</summary>
    public double ReplayMilliseconds { get; init; }

    public double LeaveSeconds => Left is { } left ? Stopwatch.GetElapsedTime(Begun, left).TotalSeconds : 0;

    public double WholeSeconds => Stopwatch.GetElapsedTime(Begun, Whole).TotalSeconds;
}
