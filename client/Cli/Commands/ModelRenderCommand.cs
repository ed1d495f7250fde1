using System.Text.Json.Nodes;
using OrleansInference.Cli.Output;
using OrleansInference.Cli.Settings;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Text;
using OrleansInference.Text.Templates;

namespace OrleansInference.Cli.Commands;

/// <summary><c>model render</c>: renders a conversation with the chat template of the checkpoint.</summary>
internal static class ModelRenderCommand
{
    private const string Expected = "a JSON object with \"messages\"";

    public static Command Create() => CommandInvocation.Create(
        "render",
        "Reads {\"messages\":[…],\"tools\":[…],\"add_generation_prompt\":true} from standard input, and prints the prompt; other keys are variables of the template",
        ModelOptions.CreateCheckpointSettings(),
        [],
        invocation =>
        {
            IChatTemplate template = TextFiles.RequireChatTemplate(invocation.Settings.Bind<CheckpointOptions>().Folder);
            string text = template.Render(ReadVariables());
            invocation.Print(() => new JsonObject { ["text"] = text }, () => Console.Out.WriteLine(text));
            return Task.CompletedTask;
        });

    private static JsonObject ReadVariables()
    {
        System.Text.Json.JsonElement input = JsonInput.Read(Expected);
        if (input.ValueKind != System.Text.Json.JsonValueKind.Object)
        {
            InferenceException.Throw(ErrorCode.InvalidRequest, $"Standard input contains a JSON {input.ValueKind}, expected {Expected}.", "stdin");
        }

        return JsonObject.Create(input)!;
    }
}
