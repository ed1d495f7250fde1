using System.Runtime.InteropServices;

namespace OrleansInference.Cluster.Stage.Rates;

/// <summary>How much of the time a process ran while it was watched, that is, was not kept from the processor by others.</summary>
/// <param name="Watched">How long it was watched.</param>
/// <param name="Stood">How long it stood still.</param>
/// <param name="Standstills">How many times it stood still.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RunningTime(TimeSpan Watched, TimeSpan Stood, int Standstills)
{
    /// <summary>The share of the time in which it ran; 1 if it was not watched.</summary>
    public double Share => Watched > TimeSpan.Zero ? (Watched - Stood) / Watched : 1;

    /// <summary>The mean time between two standstills.</summary>
    public TimeSpan BetweenStandstills => Standstills == 0 ? TimeSpan.MaxValue : (Watched - Stood) / Standstills;

    /// <summary>The sum of both.</summary>
    public RunningTime And(in RunningTime other) => new(Watched + other.Watched, Stood + other.Stood, Standstills + other.Standstills);
}
