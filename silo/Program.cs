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
string[] settings = [.. args.Where(static argument => argument != "--json")];
bool json = settings.Length < args.Length;
try
{
    if (settings.Any(static setting => setting is "--help" or "-h" or "-?"))
    {
        Console.Out.Write(SettingList.Help());
        return ExitCode.Success;
    }

    SiloOptions options = SiloConfiguration.Read(settings);
    if (options.Nodes > 1)
    {
        await LocalNodes.RunAsync(options, settings, urls => Announce($"A cluster of {urls.Count} nodes serves at {string.Join(" ", urls)}", urls));
        return ExitCode.Success;
    }

    await using SiloNode node = await SiloNode.StartAsync(options);
    Announce($"Node {node.Name} serves {node.Model} at {node.Url}", [node.Url]);
    return await node.WaitForShutdownAsync();
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

void Announce(string text, IReadOnlyList<string> urls) =>
    Console.Out.WriteLine(json ? $"{{\"url\":{JsonSerializer.Serialize(urls[0])},\"urls\":{JsonSerializer.Serialize(urls)}}}" : text);
