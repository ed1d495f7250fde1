using System.Runtime.InteropServices;

namespace OrleansInference.Cluster.Stage.Rates;

/// <summary>How a process ran while it was watched: whether others took the processor from it, whatever it does with it.</summary>
/// <param name="Watched">For how long.</param>
/// <param name="Stood">How much of it the process stood still.</param>
/// <param name="Standstills">How many times.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RunningTime(TimeSpan Watched, TimeSpan Stood, int Standstills)
{
    /// <summary>The part of the time in which it ran; 1 where it was not watched.</summary>
    public double Share => Watched > TimeSpan.Zero ? (Watched - Stood) / Watched : 1;

    /// <summary>How long it ran between two standstills, in the mean.</summary>
    public TimeSpan BetweenStandstills => Standstills == 0 ? TimeSpan.MaxValue : (Watched - Stood) / Standstills;

    /// <summary>Both moments together.</summary>
    public RunningTime And(in RunningTime other) => new(Watched + other.Watched, Stood + other.Stood, Standstills + other.Standstills);
}
