using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using OrleansInference.Grains.Directory;
using static OrleansInference.ClusterTests.Views.SampleNodes;

namespace OrleansInference.ClusterTests.Views;

public sealed class DirectoryWarmUpTests
{
    [Fact]
    public void Nodes_and_a_router_follow_two_activations_of_the_directory_and_the_loss_of_a_node()
    {
        using ServiceProvider services = new ServiceCollection().AddSerializer().BuildServiceProvider();
        NodeState node = Node(1) with { AcceptsUpdates = true };
        DirectoryWarmUp warmUp = new(services.GetRequiredService<Serializer>());
        (ClusterView known, ClusterView told) = warmUp.Run(node);
        Assert.Equal(node.Gateway, Assert.Single(known.Nodes).Gateway);
        Assert.Equal(node.Gateway, Assert.Single(told.Nodes).Gateway);
        Assert.Equal(2, known.Router.Number);

        // All but the first word of each node and to the router, with each activation.
        Assert.Equal(2 + (2 * 3 * 3) - (2 * 3), warmUp.Changes);

        // Of the last two rounds of each activation: in the first one no node has asked yet.
        Assert.Equal(2 * 2 * 2, warmUp.Updates);
    }
}
