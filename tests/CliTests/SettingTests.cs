using Microsoft.Extensions.Configuration;
using OrleansInference.Cli.Settings;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Models;

namespace OrleansInference.CliTests;

public sealed class SettingTests
{
    private static readonly Setting KvMemory = new("KvMemory", "", "SIZE");

    [Fact]
    public void One_key_has_three_spellings()
    {
        Assert.Equal("--kv-memory", KvMemory.Option.Name);
        Assert.Equal("ORLEANS_INFERENCE_KV_MEMORY", KvMemory.Variable);
    }

    [Theory]
    [InlineData("4096", 4096)]
    [InlineData("1 kb", 1024)]
    [InlineData("512MB", 512L << 20)]
    [InlineData("2G", 2L << 30)]
    [InlineData("3TB", 3L << 40)]
    public void Sizes_have_units(string text, long bytes) => Assert.Equal(bytes, Reader(text).Size(KvMemory));

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1.5GB")]
    [InlineData("GB")]
    [InlineData("9223372036854775807KB")]
    public void Sizes_that_are_none_are_refused_by_name(string text)
    {
        InferenceException exception = Assert.Throws<InferenceException>(() => Reader(text).Size(KvMemory));
        Assert.Equal(ErrorCode.InvalidOption, exception.Code);
        Assert.Equal("--kv-memory", exception.Parameter);
        Assert.Contains($"'{text}'", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/models/demo-model", "demo")]
    [InlineData("/models/DeepSeek-R1-Distill-Qwen-1.5B/", "DeepSeek-R1-Distill-Qwen-1.5B")]
    [InlineData("/", "model")]
    [InlineData("/-model", "model")]
    public void A_model_is_named_after_its_folder(string folder, string name) => Assert.Equal(name, ServedModels.NameOf(folder));

    private static SettingReader Reader(string value) =>
        new(new ConfigurationBuilder().AddInMemoryCollection([new("KvMemory", value)]).Build());
}
