using OrleansInference.Bench.Watermarks;
using OrleansInference.Cli.Commands;
using OrleansInference.Cli.Settings;
using OrleansInference.Cluster.Programs;
using OrleansInference.Settings;

namespace OrleansInference.Bench.Commands;

/// <summary><c>bench watermark</c>: measures how often the watermark of a tenant is found, and what it costs in the quality of the text.</summary>
internal static class BenchWatermarkCommand
{
    public static Command Create()
    {
        Option<int> answers = RangedOption.Create("--answers", "Answers with the watermark, and as many without it", 200, 1, 1_000_000);
        Option<int> tokens = RangedOption.Create("--tokens", "Tokens of each answer", 200, 1, 100_000);
        Option<int> streams = RangedOption.Create("--streams", "Requests that run at the same time", 16, 1, 1024);
        return CommandInvocation.Create(
            "watermark",
            "Generates answers with and without the watermark of a tenant, looks for it in both, and compares how likely the model finds them",
            ModelOptions.CreateCheckpointSettings(),
            [answers, tokens, streams],
            async invocation =>
            {
                using StopSignals stop = new();
                ParseResult given = invocation.Arguments;
                string adminKey = $"watermark-{Guid.NewGuid():N}";
                await using NodeProgram node = await NodeProgram.StartAsync(["--model", invocation.Settings.Bind<CheckpointOptions>().Folder], adminKey, stop.Token);
                WatermarkFigures figures = await new WatermarkBenchmark(node.Url, adminKey).RunAsync(given.GetValue(answers), given.GetValue(tokens), given.GetValue(streams), stop.Token);
                invocation.Print(figures.Describe, figures.PrintText);
            });
    }
}
