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
            invocation => RunAsync(options.Read(invocation.Arguments), invocation.Json));
    }

    private static async Task RunAsync(LoadSettings settings, bool json)
    {
        string model = settings.Model ?? await FirstModelAsync(settings);
        string load = settings.Rate is double rate ? $"{rate} requests a second" : $"streams {string.Join(" + ", settings.Streams)}";
        Say($"Measuring {model} at {settings.Url} for {settings.Duration.TotalSeconds} s after warm-up: {load}, seed {settings.Seed}.");
        LoadReport report = await MeasureAsync(settings, model);
        if (settings.BusyLoops == 0)
        {
            Print(report, json);
            return;
        }

        Say($"Measuring again, with {settings.BusyLoops} busy loops.");
        LoadReport beside;
        using (BusyLoops.Start(settings.BusyLoops))
        {
            beside = await MeasureAsync(settings with { Seed = settings.Seed + 1 }, model);
        }

        double fair = FairPart.Of(settings.ServerThreads, settings.BusyLoops, Environment.ProcessorCount);
        Print(report, beside, new BesideFigures(report.All.TokensPerSecond, beside.All.TokensPerSecond, fair), json);
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

    private static void Print(LoadReport report, bool json)
    {
        if (json)
        {
            JsonOutput.Write(writer => LoadOutput.Write(writer, report));
        }
        else
        {
            LoadOutput.PrintTable(report);
        }
    }

    private static void Print(LoadReport alone, LoadReport beside, BesideFigures figures, bool json)
    {
        if (json)
        {
            JsonOutput.Write(writer =>
            {
                writer.WriteStartObject();
                BesideOutput.Write(writer, figures);
                writer.WritePropertyName("alone");
                LoadOutput.Write(writer, alone);
                writer.WritePropertyName("beside");
                LoadOutput.Write(writer, beside);
                writer.WriteEndObject();
            });
        }
        else
        {
            LoadOutput.PrintTable(alone);
            LoadOutput.PrintTable(beside);
            BesideOutput.Print(figures, json);
        }
    }

    internal static async Task<string> FirstModelAsync(LoadSettings settings)
    {
        using ChatApi api = new(settings.Url, settings.Keys[0]);
        return await api.FirstModelAsync(CancellationToken.None);
    }

    internal static void Say(string line) => Console.Error.WriteLine(line);
}
