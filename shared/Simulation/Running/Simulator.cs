using OrleansInference.Simulation.Scenarios;

namespace OrleansInference.Simulation.Running;

/// <summary>Entry point of the simulator: runs ranges of seeds, and one seed in detail.</summary>
public static class Simulator
{
    /// <summary>Runs every seed of a range on a number of threads; each run has a thread to itself.</summary>
    /// <param name="first">The first seed.</param>
    /// <param name="last">The last seed.</param>
    /// <param name="threads">Number of concurrent runs.</param>
    /// <param name="cancellationToken">Ends the range early, with the results so far.</param>
    public static SimulationSummary Run(ulong first, ulong last, int threads = 1, CancellationToken cancellationToken = default) =>
        Run(first, last, PlantedBug.None, threads, cancellationToken);

    /// <summary>Returns the trace of a seed's run, line by line; the last line names the violation if there was one.</summary>
    public static IReadOnlyList<string> Trace(ulong seed) => SimulationRun.Run(ScenarioGenerator.Create(seed), keepsTrace: true).Trace;

    /// <summary>Returns a description of the smallest case that still violates an invariant; empty for a seed without a violation.</summary>
    public static IReadOnlyList<string> Shrink(ulong seed)
    {
        Scenario scenario = ScenarioGenerator.Create(seed);
        return SimulationRun.Run(scenario).Violation is null ? [] : Shrinker.Describe(Shrinker.Shrink(scenario));
    }

    internal static SimulationSummary Run(ulong first, ulong last, PlantedBug bug, int threads, CancellationToken cancellationToken)
    {
        object gate = new();
        SimulationSummary summary = new();
        long next = (long)first - 1;
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ =>
        {
            while (!cancellationToken.IsCancellationRequested && (ulong)Interlocked.Increment(ref next) is var seed && seed <= last)
            {
                SimulationResult result = SimulationRun.Run(ScenarioGenerator.Create(seed, bug));
                lock (gate)
                {
                    summary = Add(summary, result);
                }
            }
        });
        return summary with { Violations = [.. summary.Violations.OrderBy(static violation => violation.Seed)] };
    }

    private static SimulationSummary Add(SimulationSummary summary, SimulationResult result) => summary with
    {
        Seeds = summary.Seeds + 1,
        Events = summary.Events + result.Events,
        Faults = summary.Faults + result.Faults,
        Tokens = summary.Tokens + result.Tokens,
        Migrations = summary.Migrations + result.Migrations,
        SpareSwitches = summary.SpareSwitches + result.SpareSwitches,
        LoadsRefused = summary.LoadsRefused + result.LoadsRefused,
        DeviceMoves = summary.DeviceMoves + result.DeviceMoves,
        SessionMoves = summary.SessionMoves + result.SessionMoves,
        Recovered = [.. summary.Recovered.Zip(result.Recovered, static (a, b) => a + b)],
        Time = summary.Time + result.Time,
        Violations = result.Violation is null ? summary.Violations : [.. summary.Violations, (result.Seed, result.Violation)],
    };
}

/// <summary>Result of a range of seeds.</summary>
public sealed record SimulationSummary
{
    public long Seeds { get; init; }

    /// <summary>Number of events: messages that arrived, ticks, faults.</summary>
    public long Events { get; init; }

    /// <summary>Number of faults and of messages that never arrived.</summary>
    public long Faults { get; init; }

    /// <summary>Number of tokens that reached clients.</summary>
    public long Tokens { get; init; }

    /// <summary>Number of plan changes without a loss, with live migration of pages.</summary>
    public long Migrations { get; init; }

    /// <summary>Number of losses after which a warm spare took over.</summary>
    public long SpareSwitches { get; init; }

    /// <summary>Number of times that a device had no room for assigned layers.</summary>
    public long LoadsRefused { get; init; }

    /// <summary>Number of devices that changed their pipeline.</summary>
    public long DeviceMoves { get; init; }

    /// <summary>Number of sessions that changed their pipeline.</summary>
    public long SessionMoves { get; init; }

    /// <summary>Number of sequences restored from a journal, by prefix replay and by full replay.</summary>
    public IReadOnlyList<long> Recovered { get; init; } = [0, 0, 0];

    /// <summary>Virtual time of all runs.</summary>
    public TimeSpan Time { get; init; }

    /// <summary>Seeds whose run violated an invariant, lowest first, each with the violation.</summary>
    public IReadOnlyList<(ulong Seed, string Violation)> Violations { get; init; } = [];
}
