using System.Text.Json;
using OrleansInference.Models;
using OrleansInference.Silo;
using OrleansInference.Silo.Benchmarks;
using OrleansInference.Silo.Hosting;
using OrleansInference.Silo.LocalCluster;

string[] settings = [.. args.Where(static argument => argument != "--json")];
bool json = settings.Length < args.Length;
try
{
    switch (settings)
    {
        case ["bench", "cluster", ..]:
            return await ClusterBenchmark.RunAsync(settings[2..], json);
        case ["hop-node", ..]:
            await HopNode.RunAsync(settings[1..]);
            return 0;
    }

    SiloOptions options = SiloConfiguration.Read(settings);
    if (options.Nodes > 1)
    {
        await LocalNodes.RunAsync(options, settings, urls => Announce($"A cluster of {urls.Count} nodes serves at {string.Join(" ", urls)}", urls));
        return 0;
    }

    await using SiloNode node = await SiloNode.StartAsync(options);
    Announce($"Node {node.Name} serves {node.Model} at {node.Url}", [node.Url]);
    await node.WaitForShutdownAsync();
    return 0;
}
catch (InferenceException error)
{
    Console.Error.WriteLine(error.Message);
    return error.Code == ErrorCode.InvalidOption ? 2 : 1;
}

void Announce(string text, IReadOnlyList<string> urls) =>
    Console.Out.WriteLine(json ? $"{{\"url\":{JsonSerializer.Serialize(urls[0])},\"urls\":{JsonSerializer.Serialize(urls)}}}" : text);
