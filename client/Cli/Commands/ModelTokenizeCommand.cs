using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansInference.Cli.Output;
using OrleansInference.Cli.Settings;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Text;
using OrleansInference.Text.Tokenization;
using Spectre.Console;
using TextCell = Spectre.Console.Text;

namespace OrleansInference.Cli.Commands;

/// <summary><c>model tokenize</c>: converts texts to token ids and back.</summary>
internal static class ModelTokenizeCommand
{
    public static Command Create()
    {
        Option<bool> special = new("--special") { Description = "Add the tokens of the post-processor, such as the beginning-of-sequence token" };
        return CommandInvocation.Create(
            "tokenize",
            "Reads a JSON array of strings from standard input, and prints their token ids",
            ModelOptions.CreateCheckpointSettings(),
            [special],
            invocation =>
            {
                ITokenizer tokenizer = TextFiles.RequireTokenizer(invocation.Settings.Bind<CheckpointOptions>().Folder);
                bool addSpecialTokens = invocation.Arguments.GetValue(special);
                int[][] ids = JsonInput.ReadStrings().Select(text => tokenizer.Encode(text, addSpecialTokens)).ToArray();
                invocation.Print(() => Describe(tokenizer, ids), () => PrintTable(tokenizer, ids));
                return Task.CompletedTask;
            });
    }

    private static JsonArray Describe(ITokenizer tokenizer, int[][] texts) =>
    [
        .. texts.Select(ids => new JsonObject { ["ids"] = JsonSerializer.SerializeToNode(ids), ["decoded"] = tokenizer.Decode(ids, skipSpecialTokens: false) }),
    ];

    private static void PrintTable(ITokenizer tokenizer, int[][] texts)
    {
        Table table = new Table().AddColumns("id", "token", "text");
        foreach (int[] ids in texts)
        {
            foreach (int id in ids)
            {
                table.AddRow(new TextCell($"{id}"), new TextCell(tokenizer.TokenText(id) ?? ""), new TextCell(tokenizer.Decode([id], skipSpecialTokens: false)));
            }

            table.AddEmptyRow();
        }

        AnsiConsole.Write(table);
    }
}
