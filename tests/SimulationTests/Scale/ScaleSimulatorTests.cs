using OrleansInference.Models;
using OrleansInference.Simulation.Scale;

namespace OrleansInference.SimulationTests.Scale;

public sealed class ScaleSimulatorTests
{
    private static readonly ScaleOptions Small = ScaleOptions.Parse("devices=9,sessions=600,model=7b,memory=12,think=30,seconds=10,warmup=20,generate=50,prompt=100,context=200");

    [Fact]
    public void A_plan_covers_the_model_in_every_pipeline_and_uses_no_device_twice()
    {
        ScaleModel model = ScaleModels.Create("r1", 64);
        ScaleOptions options = ScaleOptions.Parse("devices=100,spares=4,slow=0.25");
        ScalePlan plan = ScalePlan.Create(options, model);
        Assert.All(plan.Pipelines, pipeline =>
        {
            Assert.Equal(0, pipeline[0].First);
            Assert.Equal(61, pipeline[^1].End);
            Assert.All(pipeline.Zip(pipeline.Skip(1)), static pair => Assert.Equal(pair.First.End, pair.Second.First));
            Assert.All(pipeline, stage => Assert.True(new StageClock(stage, model).Pages > 0));
        });
        string[] used = [.. plan.Pipelines.SelectMany(static pipeline => pipeline).Select(static stage => stage.Device.Id)];
        Assert.Equal(used.Length, used.Distinct().Count());
        Assert.InRange(used.Length, 61, 96);
    }

    [Fact]
    public void The_same_question_has_the_same_answer_on_any_number_of_threads()
    {
        ScaleReport one = ScaleSimulator.Run(Small, 1);
        ScaleReport two = ScaleSimulator.Run(Small, 2);
        Assert.Equal(
            (one.TokensPerSecond, one.FirstToken, one.InterToken, one.Pages, one.Sessions, one.JournalRecovery),
            (two.TokensPerSecond, two.FirstToken, two.InterToken, two.Pages, two.Sessions, two.JournalRecovery));
    }

    [Fact]
    public void A_load_that_can_be_borne_is_served_as_it_comes()
    {
        ScaleReport report = ScaleSimulator.Run(Small, 2);
        Assert.InRange(report.RequestsPerSecond, 600 / 36.0, 600 / 25.0);
        Assert.InRange(report.TokensPerSecond / report.RequestsPerSecond, 40, 60);
        Assert.InRange(report.CachedTokenShare, 0.3, 1);
        Assert.Equal(0, report.Sessions.Waiting);
        Assert.True(report.FirstToken.Most < 1 && report.InterToken.Median > 0);
    }

    [Fact]
    public void Too_much_load_waits_and_keeps_the_devices_busy()
    {
        ScaleReport report = ScaleSimulator.Run(Small with { Sessions = 60_000, Think = 1, Bandwidth = 100, Teraflops = 10 }, 2);
        Assert.True(report.Sessions.Waiting > 1000);
        Assert.True(report.Utilisation.Mean > 0.8, $"{report.Utilisation}");
        Assert.True(report.FirstToken.Median > 1);
    }

    [Fact]
    public void A_model_that_does_not_fit_is_refused()
    {
        InferenceException error = Assert.Throws<InferenceException>(() => ScaleSimulator.Run(ScaleOptions.Parse("devices=4,model=r1"), 1));
        Assert.Equal(ErrorCode.OutOfMemory, error.Code);
    }
}
