using OrleansInference.Simulation.Cluster;
using OrleansInference.Simulation.Scenarios;

namespace OrleansInference.Simulation.Faults;

/// <summary>Injects the faults of a scenario.</summary>
internal static class FaultInjector
{
    public static void Schedule(World world)
    {
        foreach (Fault fault in world.Scenario.Faults)
        {
            world.Timeline.After(fault.Start, () =>
            {
                world.Trace.Write($"fault: {fault}");
                Begin(world, fault);
            });
            world.Timeline.After(fault.End, () => End(world, fault));
        }
    }

    private static void Begin(World world, Fault fault)
    {
        switch (fault.Kind)
        {
            case FaultKind.CrashDevice: world.Devices[fault.Target].Crash(); break;
            case FaultKind.Flap: Flap(world, fault); break;
            case FaultKind.SlowDevice: world.Devices[fault.Target].Slowness = fault.Amount; break;
            case FaultKind.OutOfMemory: world.Devices[fault.Target].Room = (int)fault.Amount; break;
            case FaultKind.Drain: world.Devices[fault.Target].Draining = true; break;
            case FaultKind.Join: world.Devices[fault.Target].Restart(); break;
            case FaultKind.CrashRouter: world.RouterOf(fault.Target).Crash(); break;
            case FaultKind.DoubleRouter: world.ActivateRouter(fault.Target); break;
            case FaultKind.CrashSessions: world.SessionHosts[fault.Target].Crash(); break;
            case FaultKind.CrashGateway: world.Gateways[fault.Target].Crash(); break;
            case FaultKind.Partition: world.Network.Cut(fault.Target, true); break;
            case FaultKind.CutLink: Cut(world, fault, true); break;
            case FaultKind.MoveRouter: world.RouterOf(fault.Target).Leave(kept: fault.Amount == 0); break;
            case FaultKind.CrashDirectory: world.ActivateDirectory(keepsEarlier: fault.Amount > 0); break;
            case FaultKind.Starve: world.Starve(fault.Target, fault.End); break;
            case FaultKind.FreezeStore: world.FreezeStore(fault.End); break;
            case FaultKind.Stragglers: world.Network.Stragglers += fault.Amount; break;
            case FaultKind.CrashInMigration: world.CrashAt((MigrationPoint)fault.Amount, fault.Target); break;
            case FaultKind.CorruptPage: world.CorruptPage(world.Devices[fault.Target], fault.Amount); break;
            case FaultKind.Loss: world.Network.Loss += fault.Amount; break;
            case FaultKind.Duplication: world.Network.Duplication += fault.Amount; break;
            case FaultKind.Delay: world.Network.Jitter += TimeSpan.FromSeconds(fault.Amount); break;
            case FaultKind.Reconnect: Client(world, fault.Target).Reconnect(); break;
            case FaultKind.Cancel: Client(world, fault.Target).Cancel(); break;
        }
    }

    private static void End(World world, Fault fault)
    {
        switch (fault.Kind)
        {
            case FaultKind.CrashDevice or FaultKind.Flap: world.Devices[fault.Target].Restart(); break;
            case FaultKind.SlowDevice: world.Devices[fault.Target].Slowness = 1; break;
            case FaultKind.OutOfMemory: world.Devices[fault.Target].Room = int.MaxValue; break;
            case FaultKind.CrashSessions: world.SessionHosts[fault.Target].Restart(); break;
            case FaultKind.CrashGateway: world.Gateways[fault.Target].Restart(); break;
            case FaultKind.Partition: world.Network.Cut(fault.Target, false); break;
            case FaultKind.CutLink: Cut(world, fault, false); break;
            case FaultKind.Stragglers: world.Network.Stragglers -= fault.Amount; break;
            case FaultKind.Loss: world.Network.Loss -= fault.Amount; break;
            case FaultKind.Duplication: world.Network.Duplication -= fault.Amount; break;
            case FaultKind.Delay: world.Network.Jitter -= TimeSpan.FromSeconds(fault.Amount); break;
        }
    }

    private static SimulatedClient Client(World world, int number) => world.Clients.First(client => client.Number == number);

    private static void Cut(World world, Fault fault, bool cut)
    {
        (int from, int to) = Math.DivRem(fault.Target, world.Scenario.Nodes);
        world.Network.CutLink(from, to, cut);
        if (fault.Amount > 0)
        {
            world.Network.CutLink(to, from, cut);
        }
    }

    private static void Flap(World world, Fault fault)
    {
        TimeSpan period = fault.Duration / 4;
        for (int i = 0; i < 4; i++)
        {
            world.Timeline.After(period * i, world.Devices[fault.Target].Crash);
            world.Timeline.After((period * i) + (period / 2), world.Devices[fault.Target].Restart);
        }
    }
}
