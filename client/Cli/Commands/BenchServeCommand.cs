using System.CommandLine;
using OrleansInference.Cli.Chat;
using OrleansInference.Cli.Load;
using OrleansInference.Cli.Output;

namespace OrleansInference.Cli.Commands;

/// <summary><c>bench serve</c>: load on an OpenAI-compatible server, ours or another, and what it makes of it.</summary>
internal static class BenchServeCommand
{
    public static Command Create()
    {
        BenchServeOptions options = new();
        return CommandInvocation.Create(
            "serve",
            "Loads an OpenAI-compatible server with streams of random prompts and measures throughput and latencies",
            [],
            options.All,
            invocation => RunAsync(options.Read(invocation.Arguments), invocation.Json));
    }

    private static async Task RunAsync(LoadSettings settings, bool json)
    {
        string model = settings.Model ?? await FirstModelAsync(settings);
        string load = settings.Rate is double rate ? $"{rate} requests a second" : $"streams {string.Join(" + ", settings.Streams)}";
        Say($"Measuring {model} at {settings.Url} for {settings.Duration.TotalSeconds} s after warm-up: {load}, seed {settings.Seed}.");
        LoadReport report = await LoadGenerator.RunAsync(settings, model, Say, CancellationToken.None);
        foreach (string remark in report.Remarks)
        {
            Say(remark);
        }

        if (json)
        {
            JsonOutput.Write(writer => LoadOutput.Write(writer, report));
        }
        else
        {
            LoadOutput.PrintTable(report);
        }
    }

    internal static async Task<string> FirstModelAsync(LoadSettings settings)
    {
        using ChatApi api = new(settings.Url, settings.Keys[0]);
        return await api.FirstModelAsync(CancellationToken.None);
    }

    internal static void Say(string line) => Console.Error.WriteLine(line);
}
