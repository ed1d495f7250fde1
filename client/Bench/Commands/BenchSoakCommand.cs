using OrleansInference.Bench.Load;
using OrleansInference.Cli.Commands;
using OrleansInference.Cluster.Programs;
using OrleansInference.Settings;

namespace OrleansInference.Bench.Commands;

/// <summary><c>bench soak</c>: puts random load with cancelled requests on a server, and checks that its pages and memory are released.</summary>
internal static class BenchSoakCommand
{
    private const double Megabyte = 1 << 20;

    public static Command Create()
    {
        BenchServeOptions options = new();
        Option<int> cancelled = RangedOption.Create("--cancel-percent", "Percentage of the requests that are cancelled at a random moment", 30, 0, 99);
        return CommandInvocation.Create(
            "soak",
            "Puts load on a server of this program with prompts and answers of random lengths, cancels some, and monitors its pages and memory",
            new SettingSet(),
            [.. options.All, cancelled],
            invocation => RunAsync(options.Read(invocation.Arguments) with { Vary = true, CancelShare = invocation.Arguments.GetValue(cancelled) / 100.0 }, invocation));
    }

    /// <returns>The exit code: failure if pages stay in use.</returns>
    private static async Task<int> RunAsync(LoadSettings settings, CommandInvocation invocation)
    {
        string model = settings.Model ?? await BenchServeCommand.FirstModelAsync(settings);
        BenchServeCommand.Say($"Loading {model} at {settings.Url} for {settings.Duration.TotalSeconds} s, {settings.CancelShare:P0} of the requests cancelled, seed {settings.Seed}.");
        SoakReport report = await LoadGenerator.SoakAsync(settings, model, BenchServeCommand.Say, CancellationToken.None);
        invocation.Print(() => Describe(report), () => PrintText(report));
        return report.PagesWhenIdle == 0 ? ExitCode.Success : ExitCode.Failure;
    }

    private static JsonObject Describe(SoakReport report) => new()
    {
        ["seconds"] = Math.Round(report.Seconds, 1),
        ["requests"] = report.Requests,
        ["cancelled"] = report.Cancelled,
        ["failed"] = report.Failed,
        ["tokens"] = Math.Round(report.Tokens),
        ["most_pages_in_use"] = report.MostPages,
        ["pages_in_use_when_idle"] = report.PagesWhenIdle,
        ["resident_megabytes"] = JsonSerializer.SerializeToNode(report.Resident.Select(static bytes => Math.Round(bytes / Megabyte, 1))),
    };

    private static void PrintText(SoakReport report)
    {
        Console.Out.WriteLine($"{report.Requests} requests in {report.Seconds:N0} s, {report.Cancelled} cancelled, {report.Failed} failed; {report.Tokens:N0} tokens.");
        Console.Out.WriteLine($"Pages in use: {report.MostPages:N0} at most, {report.PagesWhenIdle:N0} when idle.");
        Console.Out.WriteLine($"Resident memory in MB, by tenths of the time: {string.Join(", ", report.Resident.Select(bytes => $"{bytes / Megabyte:N0}"))}.");
    }
}
