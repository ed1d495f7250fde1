namespace OrleansInference.Bench.Load;

/// <summary>Run of the load generator: negotiate the form of requests, warm up, measure, drain, report.</summary>
internal static class LoadGenerator
{
    /// <param name="say">Receives remarks, one line each.</param>
    /// <exception cref="InferenceException">The server accepts no form of the request, or failed every request of the warm-up.</exception>
    public static async Task<LoadReport> RunAsync(LoadSettings settings, string model, Action<string> say, CancellationToken cancellationToken)
    {
        LoadClock clock = new(TimeProvider.System);
        using HttpLoadTarget target = new(settings, clock);
        (LoadRun run, IPromptSource prompts) = await PrepareAsync(target, settings, model, clock, say, cancellationToken);
        MeasurementWindow window = settings.Rate is double rate
            ? await OpenLoop.RunAsync(run, rate, cancellationToken)
            : await ClosedLoop.RunAsync(run, cancellationToken, settings.ArrivalTokens > 0 ? prompts.OfLength(settings.ArrivalTokens, new Random(settings.Seed)) : null);
        return LoadReport.Of(run.Answers, window, settings);
    }

    /// <summary>Puts load on a server of this program, and monitors its pages and memory.</summary>
    /// <exception cref="InferenceException">See <see cref="RunAsync"/>.</exception>
    /// <exception cref="HttpRequestException">The server's metrics cannot be read.</exception>
    public static async Task<SoakReport> SoakAsync(LoadSettings settings, string model, Action<string> say, CancellationToken cancellationToken)
    {
        LoadClock clock = new(TimeProvider.System);
        using HttpLoadTarget target = new(settings, clock);
        (LoadRun run, _) = await PrepareAsync(target, settings, model, clock, say, cancellationToken);
        using ServerWatch watch = new(settings, clock);
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        TimeSpan begin = clock.Now;
        Task watching = watch.RunAsync(over.Token);
        try
        {
            await ClosedLoop.RunAsync(run, cancellationToken);
        }
        finally
        {
            await over.CancelAsync();
            await watching;
        }

        double seconds = (clock.Now - begin).TotalSeconds;
        return SoakReport.Of(run.Answers, watch.Samples, seconds, await watch.WaitForIdleAsync(cancellationToken));
    }

    private static async Task<(LoadRun Run, IPromptSource Prompts)> PrepareAsync(
        HttpLoadTarget target, LoadSettings settings, string model, LoadClock clock, Action<string> say, CancellationToken cancellationToken)
    {
        Negotiation negotiation = new(target, settings, model, new Random(settings.Seed), clock, say);
        (RequestShape shape, IPromptSource prompts) = await negotiation.AgreeAsync(cancellationToken);
        return (new LoadRun(target, shape, prompts, settings, clock), prompts);
    }
}
