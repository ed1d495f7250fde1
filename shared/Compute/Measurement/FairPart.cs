namespace OrleansInference.Compute.Measurement;

/// <summary>The fair share of a machine's time for threads that compete with others.</summary>
public static class FairPart
{
    /// <summary>
    /// A system that is fair gives each thread that always has work the same part of the cores, up to a whole one: cores / (threads + loops). This is what threads get so,
    /// over what they get alone.
    /// </summary>
    /// <param name="threads">That compute.</param>
    /// <param name="loops">Busy loops that run at the same time and never wait.</param>
    /// <param name="cores">That they share.</param>
    /// <returns>1 if there is a core for each thread.</returns>
    public static double Of(int threads, int loops, int cores)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(loops);
        ArgumentOutOfRangeException.ThrowIfLessThan(cores, 1);
        double alone = Math.Min(1, (double)cores / threads);
        double beside = Math.Min(1, (double)cores / (threads + loops));
        return beside / alone;
    }
}

/// <summary>Decoding on a busy machine, compared with the fair part. Rates are medians over the rounds.</summary>
/// <param name="Alone">Tokens per second of all sequences together, without busy loops.</param>
/// <param name="Beside">Tokens per second with the busy loops.</param>
/// <param name="FairPart">The fair part of <paramref name="Alone"/>, see <see cref="Measurement.FairPart"/>.</param>
public sealed record BesideFigures(double Alone, double Beside, double FairPart)
{
    /// <summary>Share of the fair part that was reached; 1 is all of it.</summary>
    public double ShareOfFairPart => Beside / (Alone * FairPart);
}
