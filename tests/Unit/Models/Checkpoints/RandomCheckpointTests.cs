using OrleansInference.Models;
using OrleansInference.Models.Architectures;
using OrleansInference.Models.Checkpoints;

namespace OrleansInference.Unit.Models.Checkpoints;

public sealed class RandomCheckpointTests
{
    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_gives_others()
    {
        using TinyCheckpoint first = new(seed: 5);
        using TinyCheckpoint second = new(seed: 5);
        using TinyCheckpoint third = new(seed: 6);

        byte[] bytes = File.ReadAllBytes(first.At("model.safetensors"));
        Assert.Equal(bytes, File.ReadAllBytes(second.At("model.safetensors")));
        Assert.NotEqual(bytes, File.ReadAllBytes(third.At("model.safetensors")));
    }

    [Fact]
    public void Shards_hold_the_same_weights_as_one_file()
    {
        using TinyCheckpoint one = new();
        using TinyCheckpoint many = new(maxShardBytes: 60_000);
        using var single = Checkpoint.Open(one.Directory);
        using var sharded = Checkpoint.Open(many.Directory);

        Assert.True(File.Exists(many.At("model.safetensors.index.json")));
        Assert.Equal(single.WeightBytes, sharded.WeightBytes);
        foreach (TensorSpec spec in single.Spec.Tensors())
            Assert.True(Bytes(single, spec).SequenceEqual(Bytes(sharded, spec)), spec.Name);

        static ReadOnlySpan<byte> Bytes(Checkpoint checkpoint, TensorSpec spec)
        {
            CheckpointTensor tensor = checkpoint.Tensor(spec);
            return tensor.Bytes(0, (int)tensor.ByteLength);
        }
    }

    [Fact]
    public void Weights_are_near_to_normal_and_norms_near_to_one()
    {
        using TinyCheckpoint tiny = new();
        using var checkpoint = Checkpoint.Open(tiny.Directory);
        (double mean, double deviation) = Moments(checkpoint.Tensor(checkpoint.Spec.Embedding));
        Assert.InRange(mean, -0.001, 0.001);
        Assert.InRange(deviation, 0.0195, 0.0205);
        Assert.InRange(Moments(checkpoint.Tensor(checkpoint.Spec.FinalNorm)).Mean, 0.98, 1.02);
    }

    [Fact]
    public void A_block_does_not_depend_on_how_much_of_it_is_made()
    {
        ushort[] whole = new ushort[1000];
        RandomWeights.FillBlock(3, 4, 5, 0, whole);
        for (int length = 0; length < 100; length++)
        {
            ushort[] part = new ushort[length];
            RandomWeights.FillBlock(3, 4, 5, 0, part);
            Assert.Equal(whole[..length], part);
        }

        ushort[] other = new ushort[1000];
        RandomWeights.FillBlock(3, 4, 6, 0, other);
        Assert.True(whole.Zip(other).Count(pair => pair.First == pair.Second) < 100);
    }

    [Fact]
    public void The_first_values_never_change()
    {
        ushort[] values = new ushort[4];
        RandomWeights.FillBlock(1, 0, 0, 0, values);
        Assert.Equal((ushort[])[0xBC31, 0x3A78, 0x3BC8, 0xBC03], values);
    }

    [Theory]
    [InlineData("qwen2-0.5b", 494_032_768L)]
    [InlineData("qwen2-1.5b", 1_777_088_000L)]
    [InlineData("qwen2-7b", 7_615_616_512L)]
    [InlineData("llama3-8b", 8_030_261_248L)]
    public void Presets_have_the_published_number_of_parameters(string preset, long parameters)
    {
        var config = System.Text.Json.JsonSerializer.SerializeToElement(RandomPreset.All.Single(candidate => candidate.Name == preset).Config());
        IEnumerable<TensorSpec> tensors = ArchitectureRegistry.Describe(config).Tensors();

        Assert.Equal(parameters, tensors.Sum(tensor => tensor.Shape.Aggregate(1L, (total, extent) => total * extent)));
    }

    [Fact]
    public void An_unknown_preset_and_a_folder_in_use_are_refused()
    {
        using TinyCheckpoint tiny = new();
        Assert.Contains("qwen2-1.5b", Assert.Throws<InferenceException>(() => RandomCheckpoint.Write("huge", tiny.At("x"), 1, null)).Message, StringComparison.Ordinal);
        InferenceException error = Assert.Throws<InferenceException>(() => RandomCheckpoint.Write("tiny", tiny.Directory, 1, null));
        Assert.Equal((ErrorCode.InvalidOption, "directory"), (error.Code, error.Parameter));
        error = Assert.Throws<InferenceException>(() => RandomCheckpoint.Write("tiny", tiny.At("config.json"), 1, null));
        Assert.Equal((ErrorCode.InvalidOption, "directory"), (error.Code, error.Parameter));
    }

    [Fact]
    public void Progress_grows_to_one()
    {
        using TemporaryFolder folder = new();
        Recorder recorder = new();
        RandomCheckpoint.Write("tiny", folder.At("tiny"), 1, recorder);

        Assert.Equal(recorder.Values.Order(), recorder.Values);
        Assert.Equal(1, recorder.Values[^1]);
    }

    private static (double Mean, double Deviation) Moments(CheckpointTensor tensor)
    {
        float[] values = new float[tensor.Elements];
        tensor.Read(0, values);
        double mean = values.Average(value => (double)value);
        return (mean, Math.Sqrt(values.Average(value => (value - mean) * (value - mean))));
    }

    private sealed class Recorder : IProgress<double>
    {
        public List<double> Values { get; } = [];

        public void Report(double value) => Values.Add(value);
    }
}
