using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansInference.Cli.Output;
using OrleansInference.Cli.Settings;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Models.Architectures;
using OrleansInference.Models.Checkpoints;
using Spectre.Console;
using TextCell = Spectre.Console.Text;

namespace OrleansInference.Cli.Commands;

/// <summary><c>model info</c>: describes a checkpoint without reading its weights.</summary>
internal static class ModelInfoCommand
{
    public static Command Create() => CommandInvocation.Create(
        "info",
        "Describes a checkpoint",
        ModelOptions.CreateCheckpointSettings(),
        [],
        invocation =>
        {
            using Checkpoint checkpoint = Checkpoint.Open(invocation.Settings.Bind<CheckpointOptions>().Folder);
            List<(string Key, object? Value)> facts = Describe(checkpoint);
            invocation.Print(
                () => new JsonObject(facts.Select(static fact => KeyValuePair.Create(fact.Key, JsonSerializer.SerializeToNode(fact.Value)))),
                () => PrintTable(facts));
            return Task.CompletedTask;
        });

    private static List<(string Key, object? Value)> Describe(Checkpoint checkpoint)
    {
        ModelSpec spec = checkpoint.Spec;
        List<(string, object?)> facts =
        [
            ("path", checkpoint.Directory),
            ("architecture", spec.Architecture),
            ("layers", spec.Layers.Count),
            ("hidden_size", spec.HiddenSize),
            ("vocabulary_size", spec.VocabularySize),
            ("max_positions", spec.MaxPositions),
            ("tied_embedding", spec.TiedEmbedding),
            ("parameters", spec.Tensors().Sum(tensor => tensor.Shape.Aggregate(1L, (product, extent) => product * extent))),
            ("weight_bytes", checkpoint.WeightBytes),
            ("weight_type", checkpoint.Tensor(spec.Embedding).Type.ToString()),
        ];
        if (spec.Layers[0].Attention is GroupedQueryAttentionSpec attention)
        {
            facts.Add(("heads", attention.Heads));
            facts.Add(("kv_heads", attention.KvHeads));
            facts.Add(("head_dim", attention.HeadDim));
            facts.Add(("kv_bytes_per_token", (long)spec.Layers.Count * 2 * attention.KvHeads * attention.HeadDim * sizeof(float)));
        }

        facts.Add(("end_of_sequence", checkpoint.EndOfSequence));
        facts.Add(("tokenizer", checkpoint.TokenizerPath is not null));
        facts.Add(("identity", checkpoint.Identity));
        return facts;
    }

    private static void PrintTable(List<(string Key, object? Value)> facts)
    {
        Table table = new Table().HideHeaders().AddColumns("", "");
        foreach ((string key, object? value) in facts)
        {
            string text = value switch
            {
                long or int => $"{value:N0}",
                IEnumerable<int> ids => string.Join(", ", ids),
                _ => $"{value}",
            };
            table.AddRow(new TextCell(key.Replace('_', ' ')), new TextCell(text));
        }

        AnsiConsole.Write(table);
    }
}
