namespace OrleansInference.Bench.Load;

/// <summary>Random arrivals, independent of each other and of the answers: the gaps are distributed exponentially, as −ln(u) / rate.</summary>
internal static class PoissonSchedule
{
    /// <param name="rate">Average arrivals a second.</param>
    /// <param name="random">Random generator; equal states give equal arrivals.</param>
    /// <param name="duration">Time before which all arrivals lie.</param>
    public static IEnumerable<TimeSpan> Arrivals(double rate, Random random, TimeSpan duration)
    {
        double seconds = 0;
        while (true)
        {
            seconds -= Math.Log(1 - random.NextDouble()) / rate;
            if (seconds >= duration.TotalSeconds)
            {
                yield break;
            }

            yield return TimeSpan.FromSeconds(seconds);
        }
    }
}
