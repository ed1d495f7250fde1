using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Planning;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Compute.Measurement;

namespace OrleansInference.SimulationTests.Actors;

public sealed class PlannedSourceTests
{
    private static readonly DeviceLife[] Devices = [new(0, 1), new(1, 1), new(2, 1)];

    private readonly Dictionary<int, double> _speeds = new() { [0] = 1, [1] = 1, [2] = 1 };

    [Fact]
    public void Faster_devices_get_more_layers()
    {
        _speeds[1] = 3;
        IReadOnlyList<StageAssignment> stages = Plan(null, Devices[0], Devices[1])!;
        Assert.Equal(6, stages.Single(stage => stage.Device == Devices[1]).Layers.Count);
        Assert.Equal(2, stages.Single(stage => stage.Device == Devices[0]).Layers.Count);
    }

    [Fact]
    public void A_plan_in_force_gives_way_only_for_a_gain()
    {
        IReadOnlyList<StageAssignment> stages = Plan(null, Devices[0], Devices[1])!;
        _speeds[1] = 1.03;
        Assert.Equal(stages, Plan(stages, Devices[0], Devices[1]));
        _speeds[1] = 3;
        Assert.NotEqual(stages, Plan(stages, Devices[0], Devices[1]));
    }

    [Fact]
    public void A_lost_device_is_replaced_and_another_life_is_another_device()
    {
        IReadOnlyList<StageAssignment> stages = Plan(null, Devices[0], Devices[1])!;
        DeviceLife again = new(1, 2);
        IReadOnlyList<StageAssignment> next = Plan(stages, Devices[0], again)!;
        Assert.Equal(stages.Select(stage => stage.Device == Devices[1] ? stage with { Device = again } : stage), next);
    }

    [Fact]
    public void A_device_that_stays_slow_loses_its_layers_and_gets_them_again_when_it_is_normal()
    {
        PlannedSource source = Source(layers: 8);
        HashSet<DeviceLife> usable = [.. Devices];
        IReadOnlyList<StageAssignment> all = source.Choose(null, usable)!;
        Assert.Equal(3, all.Count);
        TimeSpan now = default;
        IReadOnlyList<StageAssignment> without = Report(all, 0.05);
        Assert.Equal([Devices[0], Devices[2]], without.Select(static stage => stage.Device).Order(Comparer<DeviceLife>.Create(static (one, other) => one.Device - other.Device)));
        Assert.Equal(3, Report(without, 1).Count);
        Assert.Equal(1, source.RateOf(all) / source.RateOf(Report(all, 1)), 0.01);

        IReadOnlyList<StageAssignment> Report(IReadOnlyList<StageAssignment> inForce, double share)
        {
            for (int i = 0; i < 40; i++)
            {
                Array.ForEach(Devices, device => Describe(source, device, 8, device == Devices[1] ? share : 1));
                source.Weigh(Devices, now += TimeSpan.FromMilliseconds(250));
            }

            return source.Choose(inForce, usable)!;
        }
    }

    [Fact]
    public void Too_little_memory_gives_no_plan() => Assert.Null(Source(layers: 3).Choose(null, new HashSet<DeviceLife> { Devices[0], Devices[1] }));

    [Fact]
    public void A_spare_must_have_room()
    {
        Assert.True(Source(layers: 3).Fits(Devices[0], new LayerRange(2, 5)));
        Assert.False(Source(layers: 3).Fits(Devices[0], new LayerRange(2, 6)));
    }

    [Fact]
    public void A_device_is_given_fewer_layers_than_it_refused_until_it_is_given_none()
    {
        PlannedSource source = Source(layers: 8);
        HashSet<DeviceLife> usable = [Devices[0], Devices[1]];
        List<int> given = [];
        while (source.Choose(null, usable)!.FirstOrDefault(static stage => stage.Device == Devices[0]) is { Layers.Count: > 0 } stage)
        {
            given.Add(stage.Layers.Count);
            source.Refuse(stage.Device, stage.Layers);
        }

        Assert.Equal([4, 3, 2, 1], given);
        Assert.False(source.Fits(Devices[0], new LayerRange(3, 4)));
    }

    [Fact]
    public void When_all_devices_refuse_planning_ends_with_the_bytes_that_are_missing()
    {
        PlannedSource source = Source(layers: 8);
        int plans = 0;
        while (source.Choose(null, Devices.ToHashSet()) is { } stages)
        {
            Assert.InRange(++plans, 1, 24);
            source.Refuse(stages[0].Device, stages[0].Layers);
        }

        Assert.Contains("8 layers need 8000 bytes", source.Shortage, StringComparison.Ordinal);
        source.ForgetRefusals();
        Assert.NotNull(source.Choose(null, Devices.ToHashSet()));
        Assert.Null(source.Shortage);
    }

    [Fact]
    public void Another_life_has_what_it_announces()
    {
        PlannedSource source = Source(layers: 8);
        source.Refuse(Devices[1], new LayerRange(0, 2));
        Assert.False(source.Fits(Devices[1], new LayerRange(0, 2)));
        Assert.True(source.Fits(new DeviceLife(1, 2), new LayerRange(0, 8)));
    }

    [Fact]
    public void Where_stages_are_counted_a_device_that_refused_is_left_out_until_the_stages_are_shorter()
    {
        EvenPlanSource source = new(8, 2);
        source.Refuse(Devices[0], new LayerRange(0, 4));
        Assert.DoesNotContain(source.Choose(null, Devices.ToHashSet())!, static stage => stage.Device == Devices[0]);
        Assert.Equal([new StageAssignment(Devices[1], new LayerRange(0, 8))], source.Choose(null, new HashSet<DeviceLife> { Devices[0], Devices[1] }));
        Assert.Null(source.Choose(null, new HashSet<DeviceLife> { Devices[0] }));
        EvenPlanSource shorter = new(8, 3);
        shorter.Refuse(Devices[0], new LayerRange(0, 4));
        Assert.Equal(3, shorter.Choose(null, Devices.ToHashSet())!.Count);
    }

    private IReadOnlyList<StageAssignment>? Plan(IReadOnlyList<StageAssignment>? inForce, params DeviceLife[] usable) =>
        Source(layers: 8).Choose(inForce, usable.ToHashSet());

    private PlannedSource Source(int layers)
    {
        ModelCost model = new() { Layers = [.. Enumerable.Repeat(new LayerCost(1000, 1_000_000, 1, 0), 8)] };
        PlannedSource source = new(model, new PlannerOptions { KvTokens = 0, StageOverhead = TimeSpan.Zero });
        foreach (DeviceLife device in (DeviceLife[])[.. Devices, new(1, 2)])
        {
            Describe(source, device, layers);
        }

        return source;
    }

    private void Describe(PlannedSource source, DeviceLife device, int layers, double share = 1) => source.Describe(
        device,
        new DeviceDescription
        {
            Id = "",
            Node = $"{device.Device}",
            MemoryBytes = layers * 1000L,
            ReadBandwidth = 1e9 * _speeds[device.Device],
            ArithmeticRate = 1e12,
        },
        share);
}
