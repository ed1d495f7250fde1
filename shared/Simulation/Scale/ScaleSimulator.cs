using System.Diagnostics;
using OrleansInference.Cluster.Router;
using OrleansInference.Simulation.Kernel;

namespace OrleansInference.Simulation.Scale;

/// <summary>
/// Answers questions of scale: it runs the actual planner and the actual routers with their page accounts in virtual time, with a cost model in place of
/// kernels. Pipelines are independent once sessions are assigned, so the simulated ones represent those of the same shape.
/// </summary>
public static class ScaleSimulator
{
    private const double SecondsOfYear = 365.25 * 86_400;

    private static readonly double[] FailureRates = [1, 10, 100, 1000];

    /// <summary>Runs the simulation.</summary>
    /// <param name="options">Question to answer.</param>
    /// <param name="threads">Number of concurrent pipelines.</param>
    /// <exception cref="Models.InferenceException"><see cref="Models.ErrorCode.OutOfMemory"/>: the model does not fit on the devices.</exception>
    public static ScaleReport Run(ScaleOptions options, int threads)
    {
        long started = Stopwatch.GetTimestamp();
        ScaleModel model = ScaleModels.Create(options.Model, options.Batch);
        ScalePlan plan = ScalePlan.Create(options, model);
        int pipelines = plan.Pipelines.Count;
        int[] driven = Choose(plan, Math.Min(options.Routers, pipelines));
        PipelineFigures[] figures = new PipelineFigures[driven.Length];
        SeededRandom random = new SeededRandom(options.Seed).Split("scale");
        Parallel.For(0, driven.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, index =>
        {
            int pipeline = driven[index];
            int sessions = (int)(((pipeline + 1L) * options.Sessions / pipelines) - ((long)pipeline * options.Sessions / pipelines));
            figures[index] = new PipelineRun(options, model, plan.Pipelines[pipeline], sessions, random.Split((ulong)pipeline)).Run();
        });
        return Report(options, model, plan, driven, figures) with
        {
            MemoryBytes = Process.GetCurrentProcess().PeakWorkingSet64,
            Elapsed = Stopwatch.GetElapsedTime(started),
        };
    }

    /// <summary>Selects pipelines evenly over the plan, so that every kind is represented about as often as in the plan.</summary>
    private static int[] Choose(ScalePlan plan, int count)
    {
        int[] order = [.. Enumerable.Range(0, plan.Pipelines.Count).OrderBy(index => Shape(plan.Pipelines[index]), StringComparer.Ordinal)];
        return [.. Enumerable.Range(0, count).Select(index => order[(int)((index + 0.5) * order.Length / count)])];
    }

    private static string Shape(ScaleStage[] stages) => string.Join(' ', stages.Select(static stage => stage.Layers));

    private static ScaleReport Report(ScaleOptions options, ScaleModel model, ScalePlan plan, int[] driven, PipelineFigures[] figures)
    {
        (LatencyHistogram first, LatencyHistogram inter, LatencyHistogram journal, LatencyHistogram prefix) = (new(), new(), new(), new());
        for (int index = 0; index < driven.Length; index++)
        {
            first.Add(figures[index].FirstToken);
            inter.Add(figures[index].InterToken);
            (LatencyHistogram held, LatencyHistogram lacking) = ScaleRecovery.Measure(options, model, plan.Pipelines[driven[index]], figures[index].Running);
            journal.Add(held);
            prefix.Add(lacking);
        }

        double scale = (double)plan.Pipelines.Count / driven.Length;
        long running = Scaled(figures.Sum(static figure => (long)figure.Running.Length));
        double[] busy = [.. figures.SelectMany(static figure => figure.Busy)];
        double detect = new CoordinatorOptions().LostAfter.TotalSeconds;
        double pause = detect + journal.Quantile(0.5);
        int stages = plan.Pipelines.Sum(static pipeline => pipeline.Length);
        return new ScaleReport
        {
            Options = options,
            Pipelines = plan.Pipelines.Count,
            Driven = driven.Length,
            PlanGap = plan.Gap,
            Shapes = [.. plan.Pipelines.GroupBy(Shape).OrderByDescending(static group => group.Count())
                .Select(static group => (group.Count(), (IReadOnlyList<int>)[.. group.First().Select(static stage => stage.Layers)]))],
            TokensPerSecond = scale * figures.Sum(static figure => figure.Tokens) / options.Seconds,
            RequestsPerSecond = scale * first.Count / options.Seconds,
            FirstToken = Latency(first),
            InterToken = Latency(inter),
            Utilisation = (busy.Average(), busy.Min(), busy.Max()),
            Sessions = (running, Scaled(figures.Sum(static figure => (long)figure.Waiting)), options.Sessions),
            Pages = (
                Scaled(figures.Sum(static figure => (long)figure.Pages.InUse)), Scaled(figures.Sum(static figure => (long)figure.Pages.Cached)),
                Scaled(figures.Sum(static figure => (long)figure.Pages.Free)), Scaled(figures.Sum(static figure => (long)figure.Pages.HostSlotsUsed))),
            CachedTokenShare = figures.Sum(static figure => (double)figure.CachedTokens) / Math.Max(1, figures.Sum(static figure => figure.PromptTokens)),
            StepsPerSecond = scale * figures.Sum(static figure => figure.Steps) / options.Seconds,
            RouterStepSeconds = figures.Sum(static figure => figure.RouterSeconds) / Math.Max(1, figures.Sum(static figure => figure.Steps)),
            Loss = (detect, plan.Pipelines[driven[0]].Max(stage => new StageClock(stage, model).WeightBytes) / (options.Link * 1e9)),
            JournalRecovery = Latency(journal),
            PrefixRecovery = Latency(prefix),
            Failures = [.. FailureRates.Select(rate => new FailureFigures(
                rate, rate * stages * 86_400 / SecondsOfYear, rate * stages * 86_400 / SecondsOfYear * running / plan.Pipelines.Count,
                Math.Min(1, rate * stages / plan.Pipelines.Count / SecondsOfYear * pause)))],
        };

        long Scaled(long value) => (long)Math.Round(value * scale);
    }

    private static LatencyFigures Latency(LatencyHistogram histogram) => new(histogram.Quantile(0.5), histogram.Quantile(0.99));
}
