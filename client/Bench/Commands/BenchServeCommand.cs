using OrleansInference.Bench.Beside;
using OrleansInference.Bench.Load;
using OrleansInference.Cli.Chat;
using OrleansInference.Cli.Commands;
using OrleansInference.Compute.Measurement;
using OrleansInference.Settings;

namespace OrleansInference.Bench.Commands;

/// <summary><c>bench serve</c>: puts load on an OpenAI-compatible server, and measures throughput and latencies.</summary>
internal static class BenchServeCommand
{
    public static Command Create()
    {
        BenchServeOptions options = new();
        return CommandInvocation.Create(
            "serve",
            "Puts load on an OpenAI-compatible server with streams of random prompts, and measures throughput and latencies",
            new SettingSet(),
            options.All,
            invocation => RunAsync(options.Read(invocation.Arguments), invocation));
    }

    private static async Task RunAsync(LoadSettings settings, CommandInvocation invocation)
    {
        string model = settings.Model ?? await FirstModelAsync(settings);
        string load = settings.Rate is double rate ? $"{rate} requests a second" : $"streams {string.Join(" + ", settings.Streams)}";
        Say($"Measuring {model} at {settings.Url} for {settings.Duration.TotalSeconds} s after warm-up: {load}, seed {settings.Seed}.");
        LoadReport report = await MeasureAsync(settings, model);
        if (settings.BusyLoops == 0)
        {
            invocation.Print(() => LoadOutput.Describe(report), () => LoadOutput.PrintTable(report));
            return;
        }

        Say($"Measuring again, with {settings.BusyLoops} busy loops.");
        LoadReport beside;
        using (BusyLoops.Start(settings.BusyLoops))
        {
            beside = await MeasureAsync(settings with { Seed = settings.Seed + 1 }, model);
        }

        double fair = FairPart.Of(settings.ServerThreads, settings.BusyLoops, Environment.ProcessorCount);
        BesideFigures figures = new(report.All.TokensPerSecond, beside.All.TokensPerSecond, fair);
        invocation.Print(() => Describe(report, beside, figures), () => PrintTables(report, beside, figures));
    }

    private static async Task<LoadReport> MeasureAsync(LoadSettings settings, string model)
    {
        LoadReport report = await LoadGenerator.RunAsync(settings, model, Say, CancellationToken.None);
        foreach (string remark in report.Remarks)
        {
            Say(remark);
        }

        return report;
    }

    private static JsonObject Describe(LoadReport alone, LoadReport beside, BesideFigures figures)
    {
        JsonObject described = BesideOutput.Describe(figures);
        described["alone"] = LoadOutput.Describe(alone);
        described["beside"] = LoadOutput.Describe(beside);
        return described;
    }

    private static void PrintTables(LoadReport alone, LoadReport beside, BesideFigures figures)
    {
        LoadOutput.PrintTable(alone);
        LoadOutput.PrintTable(beside);
        BesideOutput.Print(figures);
    }

    internal static async Task<string> FirstModelAsync(LoadSettings settings)
    {
        using ChatApi api = new(settings.Url, settings.Keys[0], settings.Connection);
        return await api.FirstModelAsync(CancellationToken.None);
    }

    internal static void Say(string line) => Console.Error.WriteLine(line);
}
