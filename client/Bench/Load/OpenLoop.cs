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
