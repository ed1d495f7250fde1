using OrleansInference.Bench.Cluster;

namespace OrleansInference.Bench.Commands;

/// <summary><c>bench hop-node</c>: a silo that <c>bench cluster</c> starts; not for users.</summary>
internal static class BenchHopNodeCommand
{
    public static Command Create()
    {
        Argument<int[]> arguments = new("N");
        Command command = new(HopNode.Command, "Runs a silo that sends or returns messages") { arguments };
        command.Hidden = true;
        command.SetAction((parse, _) => HopNode.RunAsync(parse.GetValue(arguments)!));
        return command;
    }
}
