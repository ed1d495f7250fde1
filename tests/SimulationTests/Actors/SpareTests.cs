using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Simulation.Running;

namespace OrleansInference.SimulationTests.Actors;

public sealed class SpareTests
{
    [Fact]
    public void A_spare_maps_layers_and_then_joins_with_nothing_to_load()
    {
        StageFixture spare = new();
        LayerRange layers = new(0, 1);
        spare.Actor.Receive(new MapLayers(1, StageFixture.Self, layers));
        Assert.Equal(new LayersMapped(1, StageFixture.Self, layers), spare.Port.Take<LayersMapped>().Single());
        double mapping = spare.Work.Spent;
        Assert.True(mapping > 0);
        Assert.False(spare.Join(1).HoldsBase);
        Assert.Equal(mapping, spare.Work.Spent);
    }

    [Fact]
    public void Another_life_and_an_earlier_router_are_not_listened_to()
    {
        StageFixture spare = new();
        spare.Actor.Receive(new MapLayers(2, new DeviceLife(StageFixture.Self.Device, 9), new LayerRange(0, 1)));
        spare.Actor.Receive(new MapLayers(1, StageFixture.Self, new LayerRange(0, 1)));
        Assert.Empty(spare.Port.Take<LayersMapped>());
        Assert.Equal(0, spare.Work.Spent);
    }

    [Fact]
    public void Losses_in_seeds_come_to_switches_to_spares() => Assert.True(Simulator.Run(1, 200).SpareSwitches > 0);
}
