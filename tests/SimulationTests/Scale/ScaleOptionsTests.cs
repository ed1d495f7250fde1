using OrleansInference.Models;
using OrleansInference.Simulation.Scale;

namespace OrleansInference.SimulationTests.Scale;

public sealed class ScaleOptionsTests
{
    [Fact]
    public void What_is_named_is_set_and_the_rest_keeps_its_default()
    {
        ScaleOptions options = ScaleOptions.Parse("devices=64, sessions=5000,model=70b,think=2.5,spares=3");
        Assert.Equal((64, 5000, "r1-distill-70b", 2.5, 3), (options.Devices, options.Sessions, options.Model, options.Think, options.SpareDevices));
        Assert.Equal(new ScaleOptions().Generate, options.Generate);
    }

    [Theory]
    [InlineData("devices=0", "devices")]
    [InlineData("devices=1.5", "devices")]
    [InlineData("devices=9999999999", "devices")]
    [InlineData("sessions=-1", "sessions")]
    [InlineData("model=gpt", "model")]
    [InlineData("think=NaN", "think")]
    [InlineData("think=∞", "think")]
    [InlineData("slow=1.1", "slow")]
    [InlineData("weather=1", "weather")]
    [InlineData("devices", "devices")]
    [InlineData("devices=", "devices")]
    [InlineData("seed=1,seed=2", "seed")]
    [InlineData("devices=5,spares=5", "spares")]
    public void A_wrong_argument_is_refused_by_its_key(string text, string key)
    {
        InferenceException error = Assert.Throws<InferenceException>(() => ScaleOptions.Parse(text));
        Assert.Equal(ErrorCode.InvalidOption, error.Code);
        Assert.Equal($"--scale:{key}", error.Parameter);
        Assert.Contains(key, error.Message, StringComparison.Ordinal);
        Assert.Contains("expected", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("r1", 671.0, 1.0)]
    [InlineData("r1-distill-1.5b", 1.78, 2.0)]
    [InlineData("r1-distill-7b", 7.6, 2.0)]
    [InlineData("r1-distill-8b", 8.0, 2.0)]
    [InlineData("r1-distill-14b", 14.8, 2.0)]
    [InlineData("r1-distill-32b", 32.8, 2.0)]
    [InlineData("r1-distill-70b", 70.6, 2.0)]
    public void A_model_has_as_many_weights_as_was_published(string name, double billions, double bytes)
    {
        var cost = ScaleModels.Create(name, 64).Cost;
        double total = cost.Layers.Sum(static layer => (double)layer.WeightBytes) + cost.Embedding.WeightBytes + cost.Head.WeightBytes;
        Assert.InRange(total / bytes / 1e9, billions * 0.98, billions * 1.02);
    }
}
