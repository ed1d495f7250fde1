using OrleansInference.Bench.Parts;
using OrleansInference.Cli.Commands;
using OrleansInference.Cli.Settings;
using OrleansInference.Models.Checkpoints;
using OrleansInference.Text;
using Spectre.Console;

namespace OrleansInference.Bench.Commands;

/// <summary><c>bench parts</c>: measures the costs of a request outside the model.</summary>
internal static class BenchPartsCommand
{
    public static Command Create() => CommandInvocation.Create(
        "parts",
        "Measures the tokenizer, the chat template, sampling, the planner and the allocations of a decode step",
        ModelOptions.CreateCheckpointSettings(),
        [],
        async invocation =>
        {
            string folder = invocation.Settings.Bind<CheckpointOptions>().Folder;
            PartFigures figures = PartsBenchmark.Run(
                TextFiles.RequireTokenizer(folder), TextFiles.FindChatTemplate(folder), Vocabulary(folder));
            figures = figures with { StepBytesAlone = await MessagePath.AllocatedBytesAsync(folder, 1), StepBytesOf16 = await MessagePath.AllocatedBytesAsync(folder, 16) };
            invocation.Print(() => Describe(figures), () => PrintTable(figures));
        });

    private static int Vocabulary(string folder)
    {
        using Checkpoint checkpoint = Checkpoint.Open(folder);
        return checkpoint.Spec.VocabularySize;
    }

    private static JsonObject Describe(PartFigures figures)
    {
        JsonObject described = new() { ["tokenizer_mb_per_second"] = figures.TokenizerMegabytesPerSecond };
        if (figures.TemplateMilliseconds is { } template)
        {
            described["template_200_messages_ms"] = template;
        }

        described["vocabulary"] = figures.Vocabulary;
        described["greedy_ms"] = figures.GreedyMilliseconds;
        described["nucleus_ms"] = figures.NucleusMilliseconds;
        described["flat_nucleus_ms"] = figures.FlatNucleusMilliseconds;
        described["step_bytes_alone"] = Math.Round(figures.StepBytesAlone);
        described["step_bytes_of_16"] = Math.Round(figures.StepBytesOf16);
        described["plan_even_ms"] = figures.EvenPlanMilliseconds;
        described["plan_mixed_ms"] = figures.MixedPlanMilliseconds;
        return described;
    }

    private static void PrintTable(PartFigures figures)
    {
        Table table = new Table().AddColumns("", "measured");
        table.AddRow("tokenizer", $"{figures.TokenizerMegabytesPerSecond:N1} MB/s");
        table.AddRow("chat template, 200 messages", figures.TemplateMilliseconds is { } template ? $"{template:N2} ms" : "none");
        table.AddRow($"greedy choice among {figures.Vocabulary:N0}", $"{figures.GreedyMilliseconds:N3} ms");
        table.AddRow("temperature 0.6, top-p 0.95", $"{figures.NucleusMilliseconds:N3} ms");
        table.AddRow("the same, flat logits", $"{figures.FlatNucleusMilliseconds:N3} ms");
        table.AddRow("allocated by a decode step for a sequence alone", $"{figures.StepBytesAlone:N0} bytes");
        table.AddRow("allocated by a decode step for each of 16 sequences", $"{figures.StepBytesOf16:N0} bytes");
        table.AddRow("plan, 128 layers, 64 devices of one kind", $"{figures.EvenPlanMilliseconds:N1} ms");
        table.AddRow("plan, 128 layers, 64 devices of four kinds", $"{figures.MixedPlanMilliseconds:N1} ms");
        AnsiConsole.Write(table);
    }
}
