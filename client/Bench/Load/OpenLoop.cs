namespace OrleansInference.Bench.Load;

/// <summary>
/// Requests arrive at random at a given rate, whatever becomes of those before. Those of the first tenth of the time are warm-up.
/// Requests under way at the end are waited for.
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
