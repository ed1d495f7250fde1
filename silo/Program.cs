using System.Net.Sockets;
using System.Text.Json;
using OrleansInference.Cluster.Programs;
using OrleansInference.Models;
using OrleansInference.Silo.Hosting;
using OrleansInference.Silo.LocalCluster;
using OrleansInference.Silo.Settings;

ParentWatch.Begin();
try
{
    return await new NodeCommandLine().RunAsync(args, ServeAsync);
}
catch (PortTakenException error)
{
    Console.Error.WriteLine(error.Message);
    return ExitCode.PortTaken;
}
catch (InferenceException error)
{
    Console.Error.WriteLine(error.Message);
    return error.Code == ErrorCode.InvalidOption ? ExitCode.UsageError : ExitCode.Failure;
}
catch (Exception error) when (error is IOException or UnauthorizedAccessException or SocketException)
{
    Console.Error.WriteLine($"The program ends with exit code {ExitCode.Failure}: {error.Message}");
    return ExitCode.Failure;
}
catch (Exception defect)
{
    Console.Error.WriteLine($"The program ends with exit code {ExitCode.Failure} on a defect, {defect.GetType().Name}: {defect.Message.ReplaceLineEndings(" ")}");
    Console.Error.WriteLine(defect.StackTrace);
    return ExitCode.Failure;
}

async Task<int> ServeAsync(NodeOptions options, bool json)
{
    StartOutput output = json ? StartOutput.None : new(Console.Out, isTerminal: !Console.IsOutputRedirected);
    if (options.Nodes.Count > 1)
    {
        await LocalNodes.RunAsync(options, [.. args.Where(static argument => argument != "--json")], output, urls => Announce($"A cluster of {urls.Count} nodes serves at {string.Join(" ", urls)}", urls));
        return ExitCode.Success;
    }

    await using SiloNode node = await SiloNode.StartAsync(options, output);
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
            output.Note(text); // how all are stopped is told by that process
        }
        else
        {
            output.Serves(text, urls[0]);
        }
    }
}
