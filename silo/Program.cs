using System.Net.Sockets;
using System.Text.Json;
using OrleansInference.Cluster.Programs;
using OrleansInference.Models;
using OrleansInference.Silo;
using OrleansInference.Silo.Hosting;
using OrleansInference.Silo.LocalCluster;
using OrleansInference.Silo.Logs;
using OrleansInference.Silo.Settings;

ParentWatch.Begin();
try
{
    return await new NodeCommandLine().RunAsync(args, ServeAsync);
}
catch (PortTakenException error)
{
    Fail(error.Message);
    return ExitCode.PortTaken;
}
catch (InferenceException error)
{
    Fail(error.Message);
    return error.Code == ErrorCode.InvalidOption ? ExitCode.UsageError : ExitCode.Failure;
}
catch (Exception error) when (error is IOException or UnauthorizedAccessException or SocketException)
{
    Fail($"The program ends with exit code {ExitCode.Failure}: {error.Message}");
    return ExitCode.Failure;
}
catch (Exception defect)
{
    Fail($"The program ends with exit code {ExitCode.Failure} on a defect, {defect.GetType().Name}: {defect.Message.ReplaceLineEndings(" ")}", defect.StackTrace);
    return ExitCode.Failure;
}

static void Fail(string message, string? trace = null) => LogOutput.Write(Console.Error, LogLevel.Critical, message, trace);

async Task<int> ServeAsync(NodeOptions options, bool json)
{
    StartOutput output = json ? StartOutput.None : new(Console.Out, isTerminal: !Console.IsOutputRedirected);
    if (options.Nodes.Count > 1)
    {
        await LocalNodes.RunAsync(options, [.. args.Where(static argument => argument != "--json")], output, urls => Announce($"A cluster of {urls.Count} nodes serves at {string.Join(" ", urls)}", urls));
        return ExitCode.Success;
    }

    await using SiloNode node = await SiloNode.StartAsync(options, output);
    if (node.FirstKey is { } key)
    {
        // Also if the output is JSON: nobody can read the key again.
        (json ? Console.Error : Console.Out).WriteLine($"The first administrator's key, which is not shown again: {key}");
    }

    Announce($"Node {node.Name} serves {node.Model} at {node.Url}", [node.Url]);
    _ = node.SayWhenReadyAsync(output);
    return await node.WaitForShutdownAsync();

    void Announce(string text, IReadOnlyList<string> urls)
    {
        if (json)
        {
            Console.Out.WriteLine($"{{\"url\":{JsonSerializer.Serialize(urls[0])},\"urls\":{JsonSerializer.Serialize(urls)}}}");
        }
        else if (ParentWatch.IsChild)
        {
            output.Note(text); // the parent process says how to stop all nodes
        }
        else
        {
            output.Serves(text, urls[0]);
        }
    }
}
