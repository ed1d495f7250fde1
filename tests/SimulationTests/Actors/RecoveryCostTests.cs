using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Router;

namespace OrleansInference.SimulationTests.Actors;

public sealed class RecoveryCostTests
{
    private static readonly RecoveryCosts Costs = new();

    [Fact]
    public void A_journal_is_cheapest_where_few_layers_are_lost() =>
        Assert.Equal(RecoveryStrategy.Journal, Costs.Choose(1000, 32, [new LayerRange(16, 24)], journal: true));

    [Fact]
    public void Without_a_journal_the_layers_before_compute_too() =>
        Assert.Equal(RecoveryStrategy.Prefix, Costs.Choose(1000, 32, [new LayerRange(16, 24)], journal: false));

    [Fact]
    public void Where_the_last_layers_are_lost_too_the_sequence_goes_back_to_the_queue() =>
        Assert.Equal(RecoveryStrategy.Full, Costs.Choose(1000, 32, [new LayerRange(24, 32)], journal: false));

    [Fact]
    public void A_journal_behind_a_slow_link_is_not_worth_it() =>
        Assert.Equal(RecoveryStrategy.Prefix, (Costs with { HiddenToken = 1 }).Choose(1000, 32, [new LayerRange(2, 4)], journal: true));

    [Fact]
    public void Plans_of_later_routers_and_epochs_replace_earlier_ones_alone()
    {
        PipelinePlan first = Plan(1, 1), second = Plan(2, 1), third = Plan(3, 2);
        Assert.Same(first, PlanStore.Save(null, first));
        Assert.Same(second, PlanStore.Save(first, second));
        Assert.Same(second, PlanStore.Save(second, first));
        Assert.Same(third, PlanStore.Save(second, third));
        Assert.Same(third, PlanStore.Save(third, Plan(4, 1)));
        Assert.Same(third, PlanStore.Save(third, Plan(3, 3)));
    }

    private static PipelinePlan Plan(long epoch, int router) => new(epoch, router, [new StageAssignment(new DeviceLife(0, 1), new LayerRange(0, 1))]);
}
