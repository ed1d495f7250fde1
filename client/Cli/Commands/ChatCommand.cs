using System.Text.Json.Nodes;
using OrleansInference.Cli.Chat;
using OrleansInference.Cli.Connection;
using OrleansInference.Cli.Hosting;
using OrleansInference.Cli.Output;
using OrleansInference.Cli.Settings;
using OrleansInference.Cluster.Hosting;
using Spectre.Console;

namespace OrleansInference.Cli.Commands;

/// <summary><c>chat</c>: a conversation in the terminal, with a model in this process or on a server.</summary>
internal static class ChatCommand
{
    private const string KeyVariable = "OPENAI_API_KEY";

    private static readonly Argument<string?> Question = new("question") { Description = "Question to answer before the command exits", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string?> Url = new("--url") { Description = $"Address of the server, whose key is in {KeyVariable}; by default the model runs in this process", HelpName = "URL" };
    private static readonly ConnectionOptions Connection = new();
    private static readonly Option<string?> System = new("--system") { Description = "System message", HelpName = "TEXT" };
    private static readonly Option<double?> Temperature = new("--temperature") { Description = "Sampling temperature; 0 is greedy; the model's own value by default", HelpName = "T" };
    private static readonly Option<int?> MaxTokens = new("--max-tokens") { Description = "Maximum tokens of an answer", HelpName = "N" };
    private static readonly Option<long?> Seed = new("--seed") { Description = "The same seed gives the same answer", HelpName = "N" };

    public static Command Create() => CommandInvocation.Create(
        "chat",
        "Holds a conversation with a model in the terminal",
        ModelOptions.CreateServiceSettings(),
        [Question, Url, .. Connection.All, System, Temperature, MaxTokens, Seed],
        RunAsync);

    private static async Task RunAsync(CommandInvocation invocation)
    {
        string? url = invocation.Arguments.GetValue(Url);
        await using LocalServer? server = url is null ? await StartAsync(invocation.Settings) : null;
        using ChatApi api = new(server?.Address ?? Values.Url.Require(Url.Name, url!), Environment.GetEnvironmentVariable(KeyVariable), Connection.Read(invocation.Arguments));
        string model = invocation.Settings.Bind<CheckpointOptions>().Name ?? await api.FirstModelAsync(CancellationToken.None);
        ChatSettings settings = new(invocation.Arguments.GetValue(Temperature), invocation.Arguments.GetValue(MaxTokens), invocation.Arguments.GetValue(Seed));
        Conversation conversation = new(api, model, invocation.Arguments.GetValue(System), settings);
        ChatLoop loop = new(conversation, model, invocation.Json ? null : AnsiConsole.Console);
        if (invocation.Arguments.GetValue(Question) is string question)
        {
            await loop.AskAsync(question);
        }
        else
        {
            await loop.RunAsync(Console.In);
        }

        if (invocation.Json)
        {
            Print(conversation);
        }
    }

    private static async Task<LocalServer> StartAsync(SettingValues settings)
    {
        using LoadProgressPrinter progress = new();
        return await LocalServer.StartAsync(ModelOptions.Read(settings), progress);
    }

    private static void Print(Conversation conversation)
    {
        JsonArray messages = [];
        foreach (ChatMessage message in conversation.Messages)
        {
            JsonObject described = new() { ["role"] = message.Role, ["content"] = message.Content };
            if (message.Reasoning.Length > 0)
            {
                described["reasoning_content"] = message.Reasoning;
            }

            messages.Add((JsonNode)described);
        }

        JsonOutput.Write(new JsonObject { ["messages"] = messages });
    }
}
