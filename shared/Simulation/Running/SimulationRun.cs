using OrleansInference.Simulation.Cluster;
using OrleansInference.Simulation.Faults;
using OrleansInference.Simulation.Scenarios;

namespace OrleansInference.Simulation.Running;

/// <summary>Result of one run.</summary>
/// <param name="Seed">Seed of the run.</param>
/// <param name="Violation">Violated invariant; null if there was none.</param>
/// <param name="Events">Number of events.</param>
/// <param name="Faults">Number of faults of the scenario and of messages that never arrived.</param>
/// <param name="Time">Virtual time.</param>
/// <param name="Digest">Digest; equal for runs with the same course.</param>
internal sealed record SimulationResult(ulong Seed, string? Violation, long Events, long Faults, TimeSpan Time, ulong Digest)
{
    /// <summary>Number of restored sequences by recovery strategy.</summary>
    public long[] Recovered { get; init; } = new long[3];

    public long Migrations { get; init; }

    /// <summary>Number of losses after which a warm spare took over.</summary>
    public long SpareSwitches { get; init; }

    /// <summary>Number of times that a device had no room for layers.</summary>
    public long LoadsRefused { get; init; }

    /// <summary>Number of devices that changed their pipeline.</summary>
    public long DeviceMoves { get; init; }

    /// <summary>Number of sessions that changed their pipeline.</summary>
    public long SessionMoves { get; init; }

    public long Tokens { get; init; }

    public IReadOnlyList<string> Trace { get; init; } = [];
}

/// <summary>Runs a scenario to its end.</summary>
internal static class SimulationRun
{
    /// <summary>Virtual time after the last fault within which all requests must end.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    public static SimulationResult Run(Scenario scenario, bool keepsTrace = false)
    {
        World world = new(scenario, keepsTrace);
        string? violation = null;
        try
        {
            FaultInjector.Schedule(world);
            Go(world);
        }
        catch (InvariantViolation found)
        {
            violation = found.Message;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Any exception of the core is a finding of this seed; the other seeds continue.
            violation = $"{error.GetType().Name}: {error.Message} {error.StackTrace}";
        }

        if (violation is not null)
        {
            world.Trace.Write($"violation: {violation}");
        }

        long faults = scenario.Faults.Count + world.Network.Lost;
        return new SimulationResult(scenario.Seed, violation, world.Timeline.Events, faults, world.Timeline.Now, world.Trace.Digest)
        {
            Recovered = [.. Enumerable.Range(0, 3).Select(rung => world.Routers.Sum(router => router.Actor.Coordinator.Recovered[rung]))],
            Migrations = world.Routers.Sum(static router => router.Actor.Coordinator.Migrations),
            SpareSwitches = world.Routers.Sum(static router => router.Actor.Coordinator.SpareSwitches),
            LoadsRefused = world.Routers.Sum(static router => router.Actor.Coordinator.LoadsRefused),
            DeviceMoves = world.DeviceMoves,
            SessionMoves = world.Checker.SessionMoves,
            Tokens = world.Clients.Sum(static client => client.Tokens),
            Trace = world.Trace.Lines,
        };
    }

    private static void Go(World world)
    {
        TimeSpan end = world.Scenario.Calm + Timeout;
        while (world.Clients.Any(static client => !client.Done))
        {
            if (!world.Timeline.Step(end))
            {
                string stuck = string.Join(", ", world.Clients.Where(static client => !client.Done).Select(static client => client.Number));
                string routers = string.Join(", ", world.Rulers.Select(static router => $"{router.Name} is {router.Actor.Coordinator.Phase}"));
                Checker.Require(false, $"no progress: {Timeout.TotalSeconds} s after the last fault clients {stuck} still wait; {routers}");
            }
        }

        end = world.Timeline.Now + Settling;
        end = end > world.Scenario.Calm + Settling ? end : world.Scenario.Calm + Settling;
        while (world.Timeline.Step(end))
        {
        }

        // A device may still be slowly loading layers that sessions without a client wait for.
        while (world.Checker.FindHeld() is { } held)
        {
            Checker.Require(world.Timeline.Step(end + Timeout), held);
        }
    }
}
