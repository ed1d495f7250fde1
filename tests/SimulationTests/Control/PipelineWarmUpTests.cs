using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Router;
using OrleansInference.Engine.Requests;

namespace OrleansInference.SimulationTests.Control;

public sealed class PipelineWarmUpTests
{
    [Fact]
    public void A_stage_moves_and_a_second_router_goes_on_with_the_pages_of_the_first_until_all_is_generated()
    {
        ServedModel model = new() { Id = "model", Created = default, ContextLength = 256, VocabularySize = 64, EndOfSequence = [], Fingerprint = "model" };
        PipelineWarmUp rehearsal = new(model, new ServingOptions(), new CoordinatorOptions());
        Assert.Equal(40, rehearsal.Run());
        Assert.Equal(1, rehearsal.Migrations);
        Assert.NotEqual(0, rehearsal.InheritedPages);
    }
}
