using OrleansInference.Bench.Beside;
using OrleansInference.Bench.Cluster;

namespace OrleansInference.Bench.Commands;

/// <summary>Commands of processes that measurements start; not for users.</summary>
internal static class ChildProcessCommands
{
    /// <summary><c>bench busy-loops</c>: the process that <c>--beside</c> starts.</summary>
    public static Command CreateBusyLoops()
    {
        Argument<int> count = new("N");
        Command command = new(BusyLoops.Command, "Keeps cores busy until its standard input ends") { count };
        command.Hidden = true;
        command.SetAction(parse => BusyLoops.Run(parse.GetValue(count)));
        return command;
    }

    /// <summary><c>bench hop-node</c>: a silo that <c>bench cluster</c> starts.</summary>
    public static Command CreateHopNode()
    {
        Argument<int[]> arguments = new("N");
        Command command = new(HopNode.Command, "Runs a silo that sends or returns messages") { arguments };
        command.Hidden = true;
        command.SetAction((parse, _) => HopNode.RunAsync(parse.GetValue(arguments)!));
        return command;
    }

    /// <summary><c>bench directory-node</c>: the silo with the directory that <c>bench cluster</c> starts.</summary>
    public static Command CreateDirectoryNode()
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
