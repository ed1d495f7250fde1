namespace OrleansInference.Compute.Measurement;

/// <summary>The part of a machine's time that is fair to threads that have others beside them.</summary>
public static class FairPart
{
    /// <summary>
    /// A system that is fair gives each thread that always has work the same part of the cores, up to a whole one: cores / (threads + loops). This is what threads get so,
    /// over what they get alone.
    /// </summary>
    /// <param name="threads">That compute.</param>
    /// <param name="loops">Beside them, that never wait.</param>
    /// <param name="cores">That they share.</param>
    /// <returns>1 where there are cores for all.</returns>
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
