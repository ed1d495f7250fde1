using System.CommandLine;
using OrleansInference.Cli.Hosting;
using OrleansInference.Cli.Output;
using OrleansInference.Cli.Settings;

namespace OrleansInference.Cli.Commands;

/// <summary><c>serve</c>: one process that answers the OpenAI-compatible API and shows the chat page, until Ctrl-C or SIGTERM.</summary>
internal static class ServeCommand
{
    public static Command Create() => CommandInvocation.Create(
        "serve",
        "Serves a model over HTTP, with a chat page",
        ServeOptions.Settings,
        [],
        RunAsync);

    private static async Task RunAsync(CommandInvocation invocation)
    {
        ServeOptions options = ServeOptions.Read(invocation.Settings);
        LocalServer server;
        using (LoadProgressPrinter progress = new())
        {
            server = await LocalServer.StartAsync(options, progress);
        }

        await using (server)
        {
            Announce(server, options.Model.Name, invocation.Json);
            await server.WaitForShutdownAsync();
        }
    }

    private static void Announce(LocalServer server, string model, bool json)
    {
        string url = server.Address.GetLeftPart(UriPartial.Authority);
        if (!json)
        {
            Console.Out.WriteLine($"Serving {model} at {url}");
            return;
        }

        JsonOutput.Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("url", url);
            writer.WriteString("model", model);
            writer.WriteEndObject();
        });
    }
}
