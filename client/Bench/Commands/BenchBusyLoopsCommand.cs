using OrleansInference.Bench.Beside;

namespace OrleansInference.Bench.Commands;

/// <summary><c>bench busy-loops</c>: the process that <c>--beside</c> starts; not for users.</summary>
internal static class BenchBusyLoopsCommand
{
    public static Command Create()
    {
        Argument<int> count = new("N");
        Command command = new(BusyLoops.Command, "Keeps cores busy until its standard input ends") { count };
        command.Hidden = true;
        command.SetAction(parse => BusyLoops.Run(parse.GetValue(count)));
        return command;
    }
}
