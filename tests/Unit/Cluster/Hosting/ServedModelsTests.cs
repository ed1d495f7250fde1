using OrleansInference.Cluster.Hosting;
using OrleansInference.Models;

namespace OrleansInference.Unit.Cluster.Hosting;

public sealed class ServedModelsTests
{
    [Theory]
    [InlineData("/models/demo-model", "demo")]
    [InlineData("/models/DeepSeek-R1-Distill-Qwen-1.5B/", "DeepSeek-R1-Distill-Qwen-1.5B")]
    [InlineData("/", "model")]
    [InlineData("/-model", "model")]
    public void A_model_is_named_after_its_folder(string folder, string name) => Assert.Equal(name, ServedModels.NameOf(folder));

    [Fact]
    public void Without_a_folder_it_is_the_demo_model()
    {
        CheckpointOptions options = new();
        Assert.Equal("demo-model", Path.GetFileName(options.Folder));
        Assert.Equal(("demo", "own"), (options.Id, (options with { Name = "own" }).Id));
    }

    [Theory]
    [InlineData("/no/such/folder", "an existing folder")]
    [InlineData("", "an existing folder")]
    public void A_folder_that_does_not_exist_is_named(string folder, string expected)
    {
        InferenceException refused = Assert.Throws<InferenceException>(() => CheckpointOptions.Find(folder));
        Assert.Equal((ErrorCode.InvalidOption, $"Model is '{folder}'; expected {expected}."), (refused.Code, refused.Message));
    }
}
