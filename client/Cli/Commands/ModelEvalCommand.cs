using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansInference.Cli.Evaluation;
using OrleansInference.Cli.Output;
using OrleansInference.Cli.Settings;
using OrleansInference.Compute.Devices;
using OrleansInference.Models.Checkpoints;
using OrleansInference.Text;
using OrleansInference.Text.Tokenization;
using Spectre.Console;
using TextCell = Spectre.Console.Text;

namespace OrleansInference.Cli.Commands;

/// <summary><c>model eval</c>: computes the logits and the greedy continuation of a prompt.</summary>
internal static class ModelEvalCommand
{
    private const int ShownLogits = 10;

    public static Command Create()
    {
        Option<int> generate = RangedOption.Create("--generate", "Tokens of the greedy continuation", 16, 0);
        Option<int> chunk = RangedOption.Create("--chunk", "Prompt tokens of each prefill step", 64, 1);
        return CommandInvocation.Create(
            "eval",
            "Reads a JSON array of token ids from standard input, and prints the logits of the last position, the best five tokens at every position, and the greedy continuation",
            ModelOptions.CreateComputeSettings(),
            [generate, chunk],
            invocation =>
            {
                ModelOptions options = ModelOptions.Read(invocation.Settings);
                int[] prompt = JsonInput.ReadTokens();
                int rows = Math.Clamp(prompt.Length, 1, Math.Min(invocation.Arguments.GetValue(chunk), Evaluator.MaxChunk));
                options = options with { Compute = options.Compute with { MaxStepTokens = rows, MaxLogitRows = rows } };
                using LoadProgressPrinter progress = new();
                using Checkpoint checkpoint = Checkpoint.Open(options.Model);
                using DeviceModel model = DeviceModel.LoadWhole(checkpoint, options.Compute, progress);
                EvaluationResult result = new Evaluator(model.VocabularySize, model.MaxPositions, model.PageCount, model.Execute).Evaluate(prompt, rows, invocation.Arguments.GetValue(generate));
                invocation.Print(() => Describe(result), () => PrintTable(result, TextFiles.FindTokenizer(options.Model), prompt));
                return Task.CompletedTask;
            });
    }

    /// <summary>Logits parse to the same bits; those that JSON cannot represent are null.</summary>
    private static JsonObject Describe(EvaluationResult result) => new()
    {
        ["logits"] = JsonSerializer.SerializeToNode(result.Logits.Select(static float? (logit) => float.IsFinite(logit) ? logit : null)),
        ["top5"] = JsonSerializer.SerializeToNode(result.Top),
        ["generated"] = JsonSerializer.SerializeToNode(result.Generated),
    };

    private static void PrintTable(EvaluationResult result, ITokenizer? tokenizer, int[] prompt)
    {
        Table table = new Table().AddColumns("id", "logit", "token");
        foreach (int id in Ranking.Top(result.Logits, ShownLogits))
        {
            table.AddRow(new TextCell($"{id}"), new TextCell($"{result.Logits[id]:F4}"), new TextCell(tokenizer?.TokenText(id) ?? ""));
        }

        AnsiConsole.Write(table);
        AnsiConsole.WriteLine($"After {prompt.Length} tokens, greedily: {string.Join(' ', result.Generated)}");
        if (tokenizer is not null)
        {
            AnsiConsole.WriteLine(tokenizer.Decode(result.Generated, skipSpecialTokens: false));
        }
    }
}
