using OrleansInference.Models;
using OrleansInference.Models.Checkpoints;

namespace OrleansInference.Unit.Models.Checkpoints;

public sealed class WeightFilesTests
{
    private const string Shard = "model-00001-of-00001.safetensors";

    [Fact]
    public void Tensors_are_found_in_the_shard_that_the_index_names()
    {
        using TemporaryFolder folder = new();
        folder.Put("one.safetensors", SafetensorsBytes.File(SafetensorsBytes.Tensor("a", "F32", "[2]", 0, 8), 8));
        folder.Put("two.safetensors", SafetensorsBytes.File(SafetensorsBytes.Tensor("b", "F32", "[1]", 0, 4), 4));
        folder.Put(ShardIndex.FileName, """{"metadata":{"total_size":12},"weight_map":{"a":"one.safetensors","b":"two.safetensors"}}""");
        using var weights = WeightFiles.Open(folder.Directory);

        Assert.Equal("two.safetensors", weights.Find("b").File.Name);
        Assert.Equal(2, weights.Files.Count);
        Assert.Contains("'c'", Assert.Throws<InferenceException>(() => weights.Find("c")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"absent.safetensors"}}""", "absent")]
    [InlineData("""{"weight_map":{"a":"../model-00001-of-00001.safetensors"}}""", "same directory")]
    [InlineData("""{"weight_map":{"a":"/etc/passwd"}}""", "same directory")]
    [InlineData("""{"weight_map":{"a":"..\\a.safetensors"}}""", "same directory")]
    [InlineData("""{"weight_map":{"a":".."}}""", "same directory")]
    [InlineData("""{"weight_map":{"a":""}}""", "same directory")]
    [InlineData("""{"weight_map":{"a":"model.safetensors.index.json"}}""", "is an index")]
    [InlineData("""{"weight_map":{"a":"config.json"}}""", "a .safetensors file")]
    [InlineData("""{"weight_map":{"b":"model-00001-of-00001.safetensors"}}""", "does not contain it")]
    [InlineData("""{"weight_map":{"a":1}}""", "expected a file name")]
    [InlineData("""{"weight_map":{"a":"x.safetensors","a":"y.safetensors"}}""", "not valid JSON")]
    [InlineData("""{"weight_map":{}}""", "empty")]
    [InlineData("""{"weight_map":[]}""", "expected an object")]
    [InlineData("""{}""", "weight_map is missing")]
    [InlineData("""[]""", "expected an object")]
    [InlineData("""{"weight_map":""", "not valid JSON")]
    public void A_wrong_index_is_refused(string index, string expected)
    {
        using TemporaryFolder folder = new();
        folder.Put(Shard, SafetensorsBytes.File(SafetensorsBytes.Tensor("a", "F32", "[2]", 0, 8), 8));
        folder.Put(ShardIndex.FileName, index);

        InferenceException error = Assert.Throws<InferenceException>(() => WeightFiles.Open(folder.Directory));

        Assert.Equal(ErrorCode.InvalidCheckpoint, error.Code);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bad_shard_is_refused_and_named()
    {
        using TemporaryFolder folder = new();
        folder.Put("one.safetensors", SafetensorsBytes.File(SafetensorsBytes.Tensor("a", "F32", "[2]", 0, 8), 8));
        folder.Put("two.safetensors", SafetensorsBytes.File(SafetensorsBytes.Tensor("b", "F32", "[2]", 0, 8), 4));
        folder.Put(ShardIndex.FileName, """{"weight_map":{"a":"one.safetensors","b":"two.safetensors"}}""");

        Assert.Equal("two.safetensors", Assert.Throws<InferenceException>(() => WeightFiles.Open(folder.Directory)).Parameter);
    }

    [Fact]
    public void A_folder_without_weights_is_refused()
    {
        using TemporaryFolder folder = new();
        Assert.Contains("neither", Assert.Throws<InferenceException>(() => WeightFiles.Open(folder.Directory)).Message, StringComparison.Ordinal);
    }
}
