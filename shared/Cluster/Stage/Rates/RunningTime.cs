using System.Runtime.InteropServices;

namespace OrleansInference.Cluster.Stage.Rates;

/// <summary>The running time of a process in a sample: the time in which other processes did not keep it from the processor.</summary>
/// <param name="Watched">Duration of the sample.</param>
/// <param name="Stood">Time for which the process stood still.</param>
/// <param name="Standstills">Number of standstills.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RunningTime(TimeSpan Watched, TimeSpan Stood, int Standstills)
{
    /// <summary>The share of the time in which the process ran; 1 without a sample.</summary>
    public double Share => Watched > TimeSpan.Zero ? (Watched - Stood) / Watched : 1;

    /// <summary>The mean time between two standstills.</summary>
    public TimeSpan BetweenStandstills => Standstills == 0 ? TimeSpan.MaxValue : (Watched - Stood) / Standstills;

    /// <summary>Returns the sum of two samples.</summary>
    public RunningTime And(in RunningTime other) => new(Watched + other.Watched, Stood + other.Stood, Standstills + other.Standstills);
}
