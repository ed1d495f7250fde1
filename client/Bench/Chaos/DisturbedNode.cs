using System.Diagnostics;
using System.Runtime.InteropServices;

namespace OrleansInference.Bench.Chaos;

/// <summary>What became of a node that was disturbed; moments are those of <see cref="Stopwatch"/>.</summary>
/// <param name="Begun">When it was disturbed.</param>
/// <param name="Left">When a node that was to hand over had ended; null where nothing was planned.</param>
/// <param name="Whole">When the cluster was whole again.</param>
/// <param name="Replaced">Whether the node came back as another process.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct DisturbedNode(long Begun, long? Left, long Whole, bool Replaced)
{
    /// <summary>In which lost pages were computed again because of it, on the device that had most of that to do.</summary>
    public double ReplayMilliseconds { get; init; }

    public double LeaveSeconds => Left is { } left ? Stopwatch.GetElapsedTime(Begun, left).TotalSeconds : 0;

    public double WholeSeconds => Stopwatch.GetElapsedTime(Begun, Whole).TotalSeconds;
}
