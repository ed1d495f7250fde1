using OrleansInference.Models;
using OrleansInference.Models.Architectures;
using OrleansInference.Models.Checkpoints;

namespace OrleansInference.Golden.Models;

public sealed class StructureTests
{
    public static TheoryData<string, string> Supported()
    {
        TheoryData<string, string> folders = [];
        foreach ((string directory, string architecture) in GoldenFolders.All().Where(folder => IsSupported(folder.Architecture)))
            folders.Add(directory, architecture);
        return folders;
    }

    [Theory]
    [MemberData(nameof(Supported))]
    public void Every_tensor_of_a_supported_architecture_resolves(string directory, string architecture)
    {
        using var checkpoint = Checkpoint.Open(directory);

        Assert.Equal(architecture, checkpoint.Spec.Architecture);
        Assert.NotEmpty(checkpoint.EndOfSequence);
        Assert.Equal(0.6f, checkpoint.Generation.Temperature);
        long bytes = 0;
        foreach (TensorSpec spec in checkpoint.Spec.Tensors())
        {
            CheckpointTensor tensor = checkpoint.Tensor(spec);
            Assert.Equal(spec.Shape, tensor.Shape);
            bytes += tensor.ByteLength;
        }

        Assert.Equal(checkpoint.WeightBytes, bytes);
    }

    [Fact]
    public void Other_architectures_are_refused_by_name()
    {
        foreach ((string directory, string architecture) in GoldenFolders.All().Where(folder => !IsSupported(folder.Architecture)))
        {
            InferenceException error = Assert.Throws<InferenceException>(() => Checkpoint.Open(directory));

            Assert.Equal(ErrorCode.InvalidCheckpoint, error.Code);
            Assert.Contains(architecture, error.Message, StringComparison.Ordinal);
            Assert.All(ArchitectureRegistry.Names, name => Assert.Contains(name, error.Message, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Shards_hold_the_same_bytes_as_the_single_file()
    {
        using var single = Checkpoint.Open(Path.Combine(GoldenFolders.Root(), "qwen2"));
        using var sharded = Checkpoint.Open(Path.Combine(GoldenFolders.Root(), "qwen2-sharded"));

        foreach (TensorSpec spec in single.Spec.Tensors())
        {
            CheckpointTensor expected = single.Tensor(spec);
            CheckpointTensor found = sharded.Tensor(spec);
            Assert.True(expected.Bytes(0, (int)expected.ByteLength).SequenceEqual(found.Bytes(0, (int)found.ByteLength)), spec.Name);
        }
    }

    [Fact]
    public void The_llama_folder_has_its_own_head_size_and_three_end_tokens()
    {
        using var checkpoint = Checkpoint.Open(Path.Combine(GoldenFolders.Root(), "llama3"));

        var attention = (GroupedQueryAttentionSpec)checkpoint.Spec.Layers[0].Attention;
        Assert.Equal((4, 2, 32), (attention.Heads, attention.KvHeads, attention.HeadDim));
        Assert.Null(attention.Query.Bias);
        Assert.Equal([1, 2, 3], checkpoint.EndOfSequence);
        Assert.Equal(0, checkpoint.BeginOfSequence);
    }

    [Fact]
    public void The_tied_folder_reads_its_head_from_the_embedding()
    {
        using var checkpoint = Checkpoint.Open(Path.Combine(GoldenFolders.Root(), "qwen2-tied"));

        Assert.True(checkpoint.Spec.TiedEmbedding);
        Assert.NotNull(((GroupedQueryAttentionSpec)checkpoint.Spec.Layers[0].Attention).Value.Bias);
    }

    private static bool IsSupported(string architecture) => ArchitectureRegistry.Names.Contains(architecture);
}
