using OrleansInference.Bench.Cluster;

namespace OrleansInference.Bench.Commands;

/// <summary><c>bench directory-node</c>: the silo with the directory that <c>bench cluster</c> starts; not for users.</summary>
internal static class BenchDirectoryNodeCommand
{
    public static Command Create()
    {
        Argument<int> port = new("PORT");
        Argument<int> connections = new("CONNECTIONS");
        Argument<string> model = new("DIR");
        Command command = new(DirectoryNode.Command, "Runs a silo with the directory of a simulated fleet") { port, connections, model };
        command.Hidden = true;
        command.SetAction((parse, _) => DirectoryNode.RunAsync(parse.GetValue(port), parse.GetValue(connections), parse.GetValue(model)!));
        return command;
    }
}
