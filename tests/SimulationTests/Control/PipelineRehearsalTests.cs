using OrleansInference.Serving;
using OrleansInference.Serving.Control;
using OrleansInference.Serving.Hosting;

namespace OrleansInference.SimulationTests.Control;

public sealed class PipelineRehearsalTests
{
    [Fact]
    public void A_stage_moves_and_routers_that_take_over_go_on_with_the_pages_before_until_all_is_generated()
    {
        ServedModel model = new() { Id = "model", Created = default, ContextLength = 256, VocabularySize = 64, Tokenizer = null!, EndOfSequence = [], Fingerprint = "model" };
        PipelineRehearsal rehearsal = new(model, new ServingOptions(), new ControlOptions());
        Assert.Equal(50, rehearsal.Run());
        Assert.Equal(1, rehearsal.Migrations);
        Assert.Equal(3, rehearsal.InheritedPages.Count);
        Assert.DoesNotContain(0, rehearsal.InheritedPages);
        Assert.Equal(1, rehearsal.Recovered[(int)RecoveryRung.Journal]);
        Assert.Equal(1, rehearsal.Recovered[(int)RecoveryRung.Prefix]);
        Assert.Equal(0, rehearsal.Recovered[(int)RecoveryRung.Full]);
    }
}
