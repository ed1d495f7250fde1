using OrleansInference.Models;
using OrleansInference.Silo;
using OrleansInference.Silo.Hosting;

try
{
    SiloOptions options = SiloConfiguration.Read(args);
    await using SiloNode node = await SiloNode.StartAsync(options);
    Console.Out.WriteLine($"Node {node.Name} serves {node.Model} at {node.Url}");
    await node.WaitForShutdownAsync();
    return 0;
}
catch (InferenceException error)
{
    Console.Error.WriteLine(error.Message);
    return error.Code == ErrorCode.InvalidOption ? 2 : 1;
}
