using System.Diagnostics;

namespace OrleansInference.Silo.Failures;

/// <summary>A silo's sign of life as this machine has observed it.</summary>
/// <param name="Sign">The last one, by the silo's clock.</param>
/// <param name="First">When the silo was first seen, by this machine's clock.</param>
/// <param name="Since">When the last sign was first seen, by this machine's clock.</param>
/// <param name="Changes">How often the sign has changed since the first look.</param>
internal readonly record struct ObservedSign(DateTime Sign, long First, long Since, int Changes)
{
    /// <summary>How long the silo has given no sign of life.</summary>
    public TimeSpan Silence => Stopwatch.GetElapsedTime(Since);
}
