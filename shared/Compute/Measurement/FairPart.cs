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
