using System.Diagnostics;

namespace OrleansInference.Silo.Failures;

/// <summary>Sign of life of a silo as this machine has observed it.</summary>
/// <param name="Sign">Last sign, by the silo's clock.</param>
/// <param name="First">Time at which the silo was first seen, by this machine's clock.</param>
/// <param name="Since">Time at which the last sign was first seen, by this machine's clock.</param>
/// <param name="Changes">Number of changes of the sign since the silo was first seen.</param>
internal readonly record struct ObservedSign(DateTime Sign, long First, long Since, int Changes)
{
    /// <summary>Time without a new sign of life.</summary>
    public TimeSpan Silence => Stopwatch.GetElapsedTime(Since);
}
