namespace OrleansInference.Bench.Load;

/// <summary>Arrivals at random, independent of each other and of the answers: the gaps are distributed exponentially, as −ln(u) / rate.</summary>
internal static class PoissonSchedule
{
    /// <param name="rate">Arrivals a second, on average.</param>
    /// <param name="random">Equal states give equal arrivals.</param>
    /// <param name="duration">Arrivals lie before it.</param>
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
