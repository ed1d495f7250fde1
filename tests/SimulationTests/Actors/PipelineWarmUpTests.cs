using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Router;
using OrleansInference.Engine.Requests;

namespace OrleansInference.SimulationTests.Actors;

public sealed class PipelineWarmUpTests
{
    [Fact]
    public void A_stage_moves_and_routers_that_take_over_go_on_with_the_pages_before_until_all_is_generated()
    {
        ServedModel model = new() { Id = "model", Created = default, ContextLength = 256, VocabularySize = 64, EndOfSequence = [], Fingerprint = "model" };
        PipelineWarmUp warmUp = new(model, new ServingOptions(), new CoordinatorOptions());
        Assert.Equal(50, warmUp.Run());
        Assert.Equal(1, warmUp.Migrations);
        Assert.Equal(3, warmUp.InheritedPages.Count);
        Assert.DoesNotContain(0, warmUp.InheritedPages);
        Assert.Equal(1, warmUp.Recovered[(int)RecoveryStrategy.Journal]);
        Assert.Equal(1, warmUp.Recovered[(int)RecoveryStrategy.Prefix]);
        Assert.Equal(0, warmUp.Recovered[(int)RecoveryStrategy.Full]);
    }
}
