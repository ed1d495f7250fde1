using OrleansInference.Cluster.Router;
using OrleansInference.Engine.Requests;
using OrleansInference.Simulation.Cluster;
using OrleansInference.Simulation.Faults;
using OrleansInference.Simulation.Scenarios;

namespace OrleansInference.SimulationTests.Rates;

/// <summary>A simulated device that is slow for a while loses its layers and gets layers again, while every token is that of the oracle.</summary>
public sealed class SlowDeviceRunTests
{
    private const int Slow = 1;
    private const int Requests = 300;

    private static readonly TimeSpan Begins = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Ends = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Last = TimeSpan.FromSeconds(12); // request

    [Theory]
    [InlineData(3)]
    [InlineData(20)]
    public void A_slow_device_loses_its_layers_and_gets_layers_again(double slowness)
    {
        (TimeSpan? away, TimeSpan? back, long migrations) = Run(new Fault(FaultKind.SlowDevice, Begins, Ends - Begins, Slow, slowness));
        Assert.InRange(away!.Value, Begins, Ends);
        Assert.InRange(back!.Value, Ends, Last + TimeSpan.FromSeconds(5));
        Assert.InRange(migrations, 2, 8);
    }

    [Fact]
    public void A_device_that_is_slow_when_it_begins_gets_its_layers_when_it_is_not_any_more()
    {
        Fault slow = new(FaultKind.SlowDevice, TimeSpan.Zero, Ends, Slow, 20);
        Fault restart = new(FaultKind.CrashDevice, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(100), Slow, 0);
        (TimeSpan? away, TimeSpan? back, long _) = Run(slow, restart);
        Assert.InRange(away!.Value, TimeSpan.Zero, Ends);
        Assert.InRange(back!.Value, Ends, Last + TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Devices_that_are_slow_alike_keep_their_layers()
    {
        (TimeSpan? away, TimeSpan? _, long migrations) = Run([.. Enumerable.Range(0, 3).Select(device => new Fault(FaultKind.SlowDevice, Begins, Ends - Begins, device, 5))]);
        Assert.Null(away);
        Assert.Equal(0, migrations);
    }

    [Fact]
    public void A_device_that_is_slow_and_normal_in_turn_does_not_move_layers_each_time()
    {
        TimeSpan turn = TimeSpan.FromMilliseconds(1200);
        (TimeSpan? _, TimeSpan? _, long migrations) = Run([.. Enumerable.Range(0, 12).Select(i => new Fault(FaultKind.SlowDevice, (turn * 2 * i) + Begins, turn, Slow, 10))]);
        Assert.InRange(migrations, 1, 10); // it changes 24 times
    }

    /// <returns>When no plan had the device any more, when one had it again, and changes of the plan.</returns>
    private static (TimeSpan? Away, TimeSpan? Back, long Migrations) Run(params Fault[] faults)
    {
        Scenario scenario = new()
        {
            Seed = 1,
            Layers = 6,
            Stages = 3,
            Devices = 3,
            Joining = 0,
            SessionHosts = 1,
            Gateways = 1,
            PageCount = 48,
            JournalPages = 64,
            Serving = new ServingOptions { MaxPrefillTokens = 64, MaxRunningSequences = 8, InterTokenTarget = TimeSpan.FromMilliseconds(50) },
            Requests = [.. Enumerable.Range(0, Requests).Select(number => new PlannedRequest(number, Last * number / Requests, Request(number)))],
            Faults = faults,
            Shapes = [.. Enumerable.Repeat(new DeviceShape(6, 1), 3)],
            LearnsRates = true,
        };
        World world = new(scenario, keepsTrace: false);
        FaultInjector.Schedule(world);
        TimeSpan? away = null, back = null;
        while (world.Clients.Any(static client => !client.Done) || (away is not null && back is null))
        {
            Assert.True(world.Timeline.Step(Last + TimeSpan.FromMinutes(1)), "A client still waits.");
            PlanCoordinator control = world.RouterOf(0).Actor.Coordinator;
            if (control.Plan is { } plan)
            {
                bool has = plan.StageOf(Slow) >= 0;
                away ??= has ? null : world.Timeline.Now;
                back ??= has && away is not null && world.Timeline.Now > Begins ? world.Timeline.Now : null;
            }
        }

        return (away, back, world.Routers.Sum(static router => router.Actor.Coordinator.Migrations));
    }

    private static GenerationRequest Request(int number) => new()
    {
        RequestId = $"{number}",
        Tenant = $"tenant{number % 3}",
        Prompt = Enumerable.Range(0, 10).Select(position => (number + position) % 7).ToArray(),
        MaxTokens = 40,
    };
}
