using OrleansInference.Bench.Commands;

namespace OrleansInference.Bench;

/// <summary>Command tree of the measurement program.</summary>
internal static class BenchCommands
{
    public static RootCommand CreateRoot() => new("Measures OrleansInference, and runs its simulator.")
    {
        SimulateCommand.Create(),
        new Command("bench", "Runs measurements")
        {
            BenchEngineCommand.Create(),
            BenchPartsCommand.Create(),
            BenchServeCommand.Create(),
            BenchSoakCommand.Create(),
            BenchStartsCommand.Create(),
            BenchChaosCommand.Create(),
            BenchTenantsCommand.Create(),
            BenchFuzzCommand.Create(),
            BenchWatermarkCommand.Create(),
            BenchClusterCommand.Create(),
            BenchStoresCommand.Create(),
            ChildProcessCommands.CreateBusyLoops(),
            ChildProcessCommands.CreateHopNode(),
            ChildProcessCommands.CreateDirectoryNode(),
        },
    };
}
