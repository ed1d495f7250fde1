using OrleansInference.Bench.Beside;
using OrleansInference.Cli.Commands;
using OrleansInference.Cli.Settings;
using OrleansInference.Compute.Measurement;
using Spectre.Console;

namespace OrleansInference.Bench.Commands;

/// <summary><c>bench engine</c>: measures prefill of one sequence and decode of one or several, and compares them with the limits of the machine.</summary>
internal static class BenchEngineCommand
{
    public static Command Create()
    {
        Option<int> prompt = RangedOption.Create("--prompt", "Tokens to prefill in one step", 512, 1, 65536);
        Option<int> generate = RangedOption.Create("--generate", "Tokens to decode", 128, 1);
        Option<int> streams = RangedOption.Create("--streams", "Sequences that decode in the same steps", 1, 1, 1024);
        Option<int> beside = RangedOption.Create("--beside", "Measure decode alternately alone and beside this number of busy loops, and report its fraction of the fair share", 0, 0, 1024);
        Option<int> seconds = RangedOption.Create("--seconds", "With --beside: seconds of each measurement; there are three of each kind", 3, 1, 3600);
        return CommandInvocation.Create(
            "engine",
            "Measures prefill of one sequence and decode of one or several, and compares them with the machine's read bandwidth and arithmetic rate",
            ModelOptions.CreateComputeSettings(),
            [prompt, generate, streams, beside, seconds],
            invocation =>
            {
                ModelOptions options = ModelOptions.Read(invocation.Settings);
                using LoadProgressPrinter progress = new();
                if (invocation.Arguments.GetValue(beside) is > 0 and int loops)
                {
                    BesideFigures found = EngineBenchmark.RunBeside(
                        options.Model,
                        invocation.Arguments.GetValue(prompt),
                        invocation.Arguments.GetValue(generate),
                        invocation.Arguments.GetValue(streams),
                        options.Compute,
                        loops,
                        () => BusyLoops.Start(loops),
                        TimeSpan.FromSeconds(invocation.Arguments.GetValue(seconds)),
                        progress);
                    invocation.Print(() => BesideOutput.Describe(found), () => BesideOutput.Print(found));
                    return Task.CompletedTask;
                }

                EngineFigures figures = EngineBenchmark.Run(
                    options.Model, invocation.Arguments.GetValue(prompt), invocation.Arguments.GetValue(generate), invocation.Arguments.GetValue(streams), options.Compute, progress);
                bool several = invocation.Arguments.GetValue(streams) > 1;
                invocation.Print(() => Describe(figures, several), () => PrintTable(figures, several));
                return Task.CompletedTask;
            });
    }

    private static JsonObject Describe(EngineFigures figures, bool several)
    {
        JsonObject described = new()
        {
            ["prefill_tokens_per_second"] = figures.PrefillTokensPerSecond,
            ["decode_tokens_per_second"] = figures.DecodeTokensPerSecond,
            ["memory_read_gb_per_second"] = figures.MemoryReadGbPerSecond,
            ["decode_roofline_share"] = figures.DecodeRooflineShare,
        };
        if (several)
        {
            described["decode_peak_share"] = figures.DecodePeakShare;
        }

        described["peak_gflops"] = figures.PeakGflops;
        described["prefill_peak_share"] = figures.PrefillPeakShare;
        described["load_seconds"] = figures.LoadSeconds;
        return described;
    }

    private static void PrintTable(EngineFigures figures, bool several)
    {
        Table table = new Table().AddColumns("", "measured", "of the machine's limit", "the limit");
        table.AddRow("prefill", $"{figures.PrefillTokensPerSecond:N1} tokens/s", $"{figures.PrefillPeakShare:P1}", $"{figures.PeakGflops:N1} GFLOPS");
        table.AddRow("decode", $"{figures.DecodeTokensPerSecond:N1} tokens/s", $"{figures.DecodeRooflineShare:P1}", $"{figures.MemoryReadGbPerSecond:N1} GB/s");
        if (several)
        {
            table.AddRow("", "", $"{figures.DecodePeakShare:P1}", $"{figures.PeakGflops:N1} GFLOPS");
        }

        table.AddRow("load", $"{figures.LoadSeconds:N2} s", "", "");
        AnsiConsole.Write(table);
    }
}
