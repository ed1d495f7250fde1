using OrleansInference.Models;

namespace OrleansInference.Cli.Load;

/// <summary>One run of the load generator: agree on a form of request, warm up, measure, drain, report.</summary>
internal static class LoadGenerator
{
    /// <param name="say">Takes remarks, a line each.</param>
    /// <exception cref="InferenceException">The server takes no form of the request, or fails every request of the warm-up.</exception>
    public static async Task<LoadReport> RunAsync(LoadSettings settings, string model, Action<string> say, CancellationToken cancellationToken)
    {
        LoadClock clock = new(TimeProvider.System);
        using HttpLoadTarget target = new(settings, clock);
        Negotiation negotiation = new(target, settings, model, new Random(settings.Seed), clock, say);
        (RequestShape shape, IPromptSource prompts) = await negotiation.AgreeAsync(cancellationToken);
        LoadRun run = new(target, shape, prompts, settings, clock);
        MeasurementWindow window = settings.Rate is double rate
            ? await OpenLoop.RunAsync(run, rate, cancellationToken)
            : await ClosedLoop.RunAsync(run, cancellationToken);
        return LoadReport.Of(run.Answers, window, settings);
    }
}
