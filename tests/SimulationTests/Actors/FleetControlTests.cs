using OrleansInference.Cluster.Fleet;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.SimulationTests.Actors;

/// <summary>Which device serves which pipeline, and when that changes.</summary>
public sealed class FleetControlTests
{
    private const int Layers = 4;
    private const int Stages = 2;

    private readonly EvenPlanSource _source = new(Layers, Stages);
    private DeviceAllocation? _stored;
    private TimeSpan _now;

    [Fact]
    public void A_pipeline_is_filled_before_another_begins()
    {
        FleetControl fleet = Open(1);
        Assert.Equal([[0]], Allocate(fleet, Free(0)));
        Assert.Equal([[0, 1]], Allocate(fleet, [In(0, 0), .. Free(1)]));
        Assert.Equal([[0, 1, 2]], Allocate(fleet, [In(0, 0), In(1, 0), .. Free(2)]));
        Assert.Equal([[0, 1], [2, 3]], Allocate(fleet, [In(0, 0), In(1, 0), In(2, 0), .. Free(3)], Serving(0, 0, 1)));
    }

    [Fact]
    public void No_more_pipelines_are_made_than_are_wanted()
    {
        FleetControl fleet = Open(1, most: 2);
        Assert.Equal([3, 3], Allocate(fleet, Free(0, 1, 2, 3, 4, 5)).Select(static devices => devices.Length));
    }

    [Fact]
    public void A_loss_moves_nothing_where_the_others_can_go_on()
    {
        FleetControl fleet = Open(1);
        Allocate(fleet, Free(0, 1, 2, 3));
        Assert.Equal([[1], [2, 3]], Allocate(fleet, [In(1, 0), In(2, 1), In(3, 1)], Serving(0, 1), Serving(1, 2, 3)));
    }

    [Fact]
    public void A_device_to_spare_goes_where_one_is_missing()
    {
        FleetControl fleet = Open(1, most: 2);
        Allocate(fleet, Free(0, 1, 2, 3, 4));
        Assert.Equal([[0, 1, 4], [2, 3]], Places());

        FleetDevice[] left = [In(0, 0), In(1, 0), In(4, 0), In(3, 1)];
        Assert.Equal([[0, 1], [3, 4]], Allocate(fleet, left, Serving(0, 0, 1), Serving(1, 3)));
        ServePipeline order = Assert.Single(fleet.Orders(left, [Serving(0, 0, 1), Serving(1, 3)]));
        Assert.Equal((4, 1), (order.Device.Device, order.Pipeline));
        Assert.True(order.Immediately); // it is in no plan
    }

    [Fact]
    public void A_device_that_serves_is_asked_for_and_the_router_hears_that_it_leaves()
    {
        FleetControl fleet = Open(1);
        _stored = new DeviceAllocation(Epochs.After(0, 1), 1, [Place(0, 0), Place(1, 1)]);
        fleet.Saved(_stored);
        FleetDevice[] devices = [In(0, 0), In(1, 0)];
        Assert.False(Assert.Single(fleet.Orders(devices, [Serving(0, 0, 1)])).Immediately);
        Assert.True(Assert.Single(fleet.Orders(devices, [Serving(0, 0, 1) with { Serves = false, Waits = true }])).Immediately);
        Assert.Equal([1], fleet.MembersOf(0, devices).Draining.Select(static device => device.Device));
        Assert.Equal([0, 1], fleet.MembersOf(0, devices).Devices.Select(static device => device.Device));
        Assert.Empty(fleet.MembersOf(1, devices).Devices);
    }

    [Fact]
    public void A_pipeline_that_cannot_hold_the_model_gives_its_devices_to_others()
    {
        FleetControl fleet = Open(1);
        Allocate(fleet, Free(0, 1, 2, 3));
        FleetDevice[] devices = [In(0, 0), In(1, 0), In(2, 1), In(3, 1)];
        FleetPipeline[] pipelines = [Serving(0, 0, 1), Serving(1, 2, 3) with { Serves = false, Waits = true }];
        Assert.Null(fleet.Next(devices, pipelines, _now));
        _now += TimeSpan.FromSeconds(4);
        Assert.Null(fleet.Next(devices, pipelines, _now));
        _now += TimeSpan.FromSeconds(2);
        Assert.Equal([[0, 1, 2, 3]], Allocate(fleet, devices, pipelines));

        // The same devices are not put together in the same way again.
        devices = [.. devices.Select(static device => device with { Pipeline = 0 })];
        _now += TimeSpan.FromSeconds(30);
        Assert.Null(fleet.Next(devices, [Serving(0, 0, 1)], _now));

        // Until it may be otherwise.
        _now += TimeSpan.FromMinutes(5);
        Assert.Equal([[0, 1], [2, 3]], Allocate(fleet, devices, Serving(0, 0, 1)));
    }

    [Fact]
    public void A_pipeline_that_waits_for_its_devices_has_not_failed()
    {
        FleetControl fleet = Open(1);
        Allocate(fleet, Free(0, 1, 2, 3));
        FleetDevice[] devices = [In(0, 0), In(1, 0), In(2, 1), .. Free(3)];
        FleetPipeline[] pipelines = [Serving(0, 0, 1), Serving(1) with { Serves = false, Waits = true }];
        Assert.Null(fleet.Next(devices, pipelines, _now));
        _now += TimeSpan.FromSeconds(20);
        Assert.Null(fleet.Next(devices, pipelines, _now));
    }

    [Fact]
    public void Where_pipelines_wait_for_each_other_devices_stay_where_they_are()
    {
        FleetControl fleet = Open(1);
        FleetDevice[] devices = [In(0, 0), In(1, 0), In(2, 1), In(3, 1)];
        FleetPipeline[] pipelines = [Serving(0, 0, 1), Serving(1, 2, 3)];
        _stored = new DeviceAllocation(Epochs.After(0, 1), 1, [Place(0, 0), Place(1, 1), Place(2, 0), Place(3, 1)]);
        fleet.Saved(_stored);
        Assert.Null(fleet.Next(devices, pipelines, _now));
        _now += TimeSpan.FromSeconds(29);
        Assert.Null(fleet.Next(devices, pipelines, _now));
        _now += TimeSpan.FromSeconds(2);
        Assert.Equal([[0, 1], [2, 3]], Allocate(fleet, devices, pipelines));
        Assert.Empty(fleet.Orders(devices, pipelines));
        Assert.Null(fleet.Next(devices, pipelines, _now));
    }

    [Fact]
    public void Nothing_is_allocated_before_every_router_has_reported()
    {
        FleetControl fleet = Open(1);
        Allocate(fleet, Free(0, 1));
        FleetDevice[] devices = [In(0, 0), In(1, 0), .. Free(2, 3)];
        Assert.Null(fleet.Next(devices, [Serving(0, 0, 1) with { Known = false }], _now));
        Assert.NotNull(fleet.Next(devices, [Serving(0, 0, 1)], _now));
    }

    [Fact]
    public void A_later_directory_goes_on_with_what_is_stored_and_ends_the_one_before()
    {
        FleetControl earlier = Open(1);
        Allocate(earlier, Free(0, 1));
        FleetControl later = Open(2);
        FleetDevice[] devices = [In(0, 0), In(1, 0)];
        Assert.Null(later.Next(devices, [Serving(0, 0, 1)], _now));
        Assert.Equal([[0, 1, 2]], Allocate(later, [.. devices, .. Free(2)], Serving(0, 0, 1)));

        Allocate(earlier, [.. devices, .. Free(3)], Serving(0, 0, 1));
        Assert.True(earlier.Ended);
        Assert.Equal([[0, 1, 2]], Places());
        Assert.Null(earlier.Next([.. devices, .. Free(4)], [Serving(0, 0, 1)], _now));
    }

    [Fact]
    public void Sessions_may_not_begin_where_no_device_is_to_stay()
    {
        FleetControl fleet = Open(1);
        Allocate(fleet, Free(0, 1, 2, 3));
        Allocate(fleet, [In(0, 0), In(1, 0), In(2, 1) with { Draining = true }, In(3, 1) with { Draining = true }], Serving(0, 0, 1), Serving(1, 2, 3));
        IReadOnlyList<PipelineLoad> loads = fleet.LoadsOf([Serving(0, 0, 1), Serving(1, 2, 3)]);
        Assert.Equal([true, false], loads.Select(static load => load.Takes));
        Assert.Equal([true, true], loads.Select(static load => load.Serves));
    }

    private FleetControl Open(int directory, int most = 3) => new(directory, most, _source, _stored ?? DeviceAllocation.None);

    /// <summary>What a directory decides next, once it is stored: the devices of each pipeline.</summary>
    private int[][] Allocate(FleetControl fleet, FleetDevice[] devices, params FleetPipeline[] pipelines)
    {
        if (fleet.Next(devices, pipelines, _now) is { } next)
        {
            _stored = PlanStore.Save(_stored, next);
            fleet.Saved(_stored);
        }

        return Places();
    }

    private int[][] Places() =>
        [.. _stored!.Places.GroupBy(static place => place.Pipeline).OrderBy(static same => same.Key).Select(static same => same.Select(static place => place.Device.Device).Order().ToArray())];

    private static DeviceSlot Place(int device, int pipeline) => new(new DeviceLife(device, 1), pipeline);

    private static FleetDevice In(int device, int pipeline) => new(new DeviceLife(device, 1), Draining: false, pipeline);

    private static FleetDevice[] Free(params int[] devices) => [.. devices.Select(static device => In(device, -1))];

    private static FleetPipeline Serving(int number, params int[] devices) => new(
        number, Known: true, Serves: true, Waits: false, Sessions: 0,
        [.. devices.Select((device, stage) => new StageAssignment(new DeviceLife(device, 1), new LayerRange(stage * Layers / devices.Length, (stage + 1) * Layers / devices.Length)))]);
}
