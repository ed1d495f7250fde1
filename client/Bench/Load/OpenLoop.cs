namespace OrleansInference.Bench.Load;

/// <summary>
/// Load with random arrivals at a given rate, independent of earlier requests. Those of the first tenth of the time are warm-up. The loop waits for requests in
/// flight at the end.
/// </summary>
internal static class OpenLoop
{
    private const double WarmUpShare = 0.1;

    public static async Task<MeasurementWindow> RunAsync(LoadRun run, double rate, CancellationToken cancellationToken)
    {
        LoadSettings settings = run.Settings;
        TimeSpan warmUp = settings.Duration * WarmUpShare;
        TimeSpan begin = run.Clock.Now;
        Random random = new(settings.Seed);
        List<Task> requests = [];
        foreach (TimeSpan arrival in PoissonSchedule.Arrivals(rate, random, warmUp + settings.Duration))
        {
            await run.Clock.DelayUntilAsync(begin + arrival, cancellationToken);
            requests.Add(run.AskAsync(random.Next(settings.Keys.Length), settings.GenerateTokens, begin + arrival, cancellationToken));
        }

        await run.Clock.DelayUntilAsync(begin + warmUp + settings.Duration, cancellationToken);
        await Task.WhenAll(requests);
        return new MeasurementWindow(begin + warmUp, begin + warmUp + settings.Duration);
    }
}

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
