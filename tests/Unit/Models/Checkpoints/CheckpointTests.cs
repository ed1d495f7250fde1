using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using OrleansInference.Models;
using OrleansInference.Models.Architectures;
using OrleansInference.Models.Checkpoints;
using OrleansInference.Unit.Meta;

namespace OrleansInference.Unit.Models.Checkpoints;

public sealed class CheckpointTests
{
    [Fact]
    public void Rows_are_widened_and_bytes_are_mapped()
    {
        using TinyCheckpoint tiny = new();
        using var checkpoint = Checkpoint.Open(tiny.Directory);
        CheckpointTensor embedding = checkpoint.Tensor(checkpoint.Spec.Embedding);

        float[] rows = new float[3 * 64];
        embedding.ReadRows(5, 3, rows);

        Assert.Equal((320, 64L, 2L * 320 * 64), (embedding.Rows, embedding.Columns, embedding.ByteLength));
        ReadOnlySpan<ushort> raw = MemoryMarshal.Cast<byte, ushort>(embedding.Bytes(5 * 64 * 2, rows.Length * 2));
        for (int i = 0; i < rows.Length; i++)
            Assert.Equal((uint)raw[i] << 16, BitConverter.SingleToUInt32Bits(rows[i]));
    }

    [Fact]
    public void A_vector_is_one_row_and_reads_outside_are_refused()
    {
        using TinyCheckpoint tiny = new();
        using var checkpoint = Checkpoint.Open(tiny.Directory);
        CheckpointTensor norm = checkpoint.Tensor(checkpoint.Spec.FinalNorm);

        Assert.Equal((1, 64L), (norm.Rows, norm.Columns));
        Assert.Throws<ArgumentOutOfRangeException>(() => norm.ReadRows(1, 1, new float[64]));
        Assert.Throws<ArgumentOutOfRangeException>(() => norm.ReadRows(int.MaxValue, int.MaxValue, new float[64]));
        Assert.Throws<ArgumentOutOfRangeException>(() => norm.Read(1, new float[64]));
        Assert.Throws<ArgumentOutOfRangeException>(() => norm.Read(long.MaxValue, new float[64]));
        Assert.Throws<ArgumentOutOfRangeException>(() => norm.Bytes(127, 2).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => norm.Bytes(long.MaxValue, 2).Length);
    }

    [Fact]
    public void Tensors_are_refused_after_the_checkpoint_is_disposed()
    {
        using TinyCheckpoint tiny = new();
        var checkpoint = Checkpoint.Open(tiny.Directory);
        CheckpointTensor norm = checkpoint.Tensor(checkpoint.Spec.FinalNorm);
        checkpoint.Dispose();
        checkpoint.Dispose();

        Assert.Throws<ObjectDisposedException>(() => norm.Read(0, new float[64]));
    }

    [Fact]
    public void A_tensor_of_another_shape_or_name_is_refused_with_both_shapes()
    {
        using TinyCheckpoint tiny = new();
        using var checkpoint = Checkpoint.Open(tiny.Directory);

        InferenceException shape = Assert.Throws<InferenceException>(() => checkpoint.Tensor(new TensorSpec("model.norm.weight", 65)));
        Assert.Contains("model.safetensors: tensor 'model.norm.weight' has shape [64], expected [65]", shape.Message, StringComparison.Ordinal);
        Assert.Throws<InferenceException>(() => checkpoint.Tensor(new TensorSpec("model.norm.weight", 64, 1)));
        Assert.Contains("'model.norm.bias'", Assert.Throws<InferenceException>(() => checkpoint.Tensor(new TensorSpec("model.norm.bias", 64))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_element_type_that_is_not_read_is_refused_only_when_asked_for()
    {
        using TinyCheckpoint tiny = new();
        const string Header = """
            {"eight":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]},"future":{"dtype":"F9","shape":[2],"data_offsets":[2,4]},
             "half":{"dtype":"F16","shape":[2],"data_offsets":[4,8]}}
            """;
        File.WriteAllBytes(tiny.At("model.safetensors"), SafetensorsBytes.File(Header, 8));
        using var checkpoint = Checkpoint.Open(tiny.Directory);

        Assert.Equal(TensorType.Float16, checkpoint.Tensor(new TensorSpec("half", 2)).Type);
        Assert.Contains("'F8_E4M3', expected BF16, F16 or F32", Refusal("eight"), StringComparison.Ordinal);
        Assert.Contains("'F9'", Refusal("future"), StringComparison.Ordinal);

        string Refusal(string name) => Assert.Throws<InferenceException>(() => checkpoint.Tensor(new TensorSpec(name, 2))).Message;
    }

    [Fact]
    public void Unaligned_data_of_each_type_is_read()
    {
        using TinyCheckpoint tiny = new();
        const string Header = """
            {"pad":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"f32":{"dtype":"F32","shape":[2],"data_offsets":[1,9]},
             "f16":{"dtype":"F16","shape":[1],"data_offsets":[9,11]},"bf16":{"dtype":"BF16","shape":[1],"data_offsets":[11,13]}}
            """;
        byte[] content = SafetensorsBytes.File(Header, 0);
        byte[] data = [0, .. BitConverter.GetBytes(1.5f), .. BitConverter.GetBytes(float.Epsilon), .. BitConverter.GetBytes((Half)(-2.25)), 0x80, 0x3F];
        File.WriteAllBytes(tiny.At("model.safetensors"), [.. content, .. data]);
        using var checkpoint = Checkpoint.Open(tiny.Directory);

        Assert.Equal([1.5f, float.Epsilon], Read("f32", 2));
        Assert.Equal([-2.25f], Read("f16", 1));
        Assert.Equal([1f], Read("bf16", 1));

        float[] Read(string name, int length)
        {
            float[] values = new float[length];
            checkpoint.Tensor(new TensorSpec(name, length)).Read(0, values);
            return values;
        }
    }

    [Fact]
    public void The_identity_changes_with_the_weights_and_the_configuration_only()
    {
        using TinyCheckpoint tiny = new();
        string first = Identity();
        Assert.Equal(64, first.Length);
        Assert.Equal(first, Identity());

        File.WriteAllText(tiny.At("README.md"), "Nothing of the model.");
        Assert.Equal(first, Identity());

        DateTime written = File.GetLastWriteTimeUtc(tiny.At("model.safetensors"));
        byte[] weights = File.ReadAllBytes(tiny.At("model.safetensors"));
        weights[^1] ^= 1;
        File.WriteAllBytes(tiny.At("model.safetensors"), weights);
        File.SetLastWriteTimeUtc(tiny.At("model.safetensors"), written);
        string second = Identity();
        Assert.NotEqual(first, second);

        File.SetLastWriteTimeUtc(tiny.At("model.safetensors"), written.AddSeconds(1));
        string third = Identity();
        Assert.NotEqual(second, third);

        tiny.Edit("config.json", ("rope_theta", 20_000));
        Assert.NotEqual(third, Identity());

        string Identity()
        {
            using var checkpoint = Checkpoint.Open(tiny.Directory);
            return checkpoint.Identity;
        }
    }

    [Fact]
    public void Copies_of_a_checkpoint_have_one_content_identity_however_they_are_sharded()
    {
        string golden = Repository.PathOf("tests/Golden/data/checkpoints");
        using var single = Checkpoint.Open(Path.Combine(golden, "qwen2"));
        using var sharded = Checkpoint.Open(Path.Combine(golden, "qwen2-sharded"));
        Assert.Equal(single.ContentIdentity, sharded.ContentIdentity);
        Assert.NotEqual(single.Identity, sharded.Identity);
        using var other = Checkpoint.Open(Path.Combine(golden, "qwen2-tied"));
        Assert.NotEqual(single.ContentIdentity, other.ContentIdentity);
    }

    [Fact]
    public void Absent_files_are_named()
    {
        using TinyCheckpoint tiny = new();
        File.Delete(tiny.At("tokenizer.json"));
        File.Delete(tiny.At("generation_config.json"));
        using (var checkpoint = Checkpoint.Open(tiny.Directory))
        {
            Assert.Null(checkpoint.TokenizerPath);
            Assert.Null(checkpoint.ChatTemplatePath);
            Assert.Equal(tiny.At("tokenizer_config.json"), checkpoint.TokenizerConfigPath);
            Assert.Equal([257], checkpoint.EndOfSequence);
            Assert.Equal(new GenerationDefaults(), checkpoint.Generation);
        }

        File.Delete(tiny.At("config.json"));
        Assert.Equal("config.json", Assert.Throws<InferenceException>(() => Checkpoint.Open(tiny.Directory)).Parameter);
        Assert.Contains("not a directory", Assert.Throws<InferenceException>(() => Checkpoint.Open(tiny.At("absent"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_beyond_the_limits_is_refused()
    {
        using TinyCheckpoint tiny = new();
        File.WriteAllText(tiny.At("config.json"), new string('[', 100_000));
        Assert.Contains("not valid JSON", Assert.Throws<InferenceException>(() => Checkpoint.Open(tiny.Directory)).Message, StringComparison.Ordinal);
        File.WriteAllText(tiny.At("config.json"), new string(' ', 2 << 20));
        Assert.Contains("at most 1048576", Assert.Throws<InferenceException>(() => Checkpoint.Open(tiny.Directory)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Generation_defaults_and_end_tokens_come_from_the_generation_configuration_first()
    {
        using TinyCheckpoint tiny = new();
        tiny.Edit(
            "generation_config.json",
            ("eos_token_id", new JsonArray(3, 9, 3, 320)), ("bos_token_id", null), ("do_sample", false), ("top_k", 20), ("min_p", 0.05), ("repetition_penalty", 1.1));
        using var checkpoint = Checkpoint.Open(tiny.Directory);

        Assert.Equal([3, 9], checkpoint.EndOfSequence);
        Assert.Equal(256, checkpoint.BeginOfSequence);
        Assert.True(checkpoint.Generation.Greedy);
        GenerationDefaults expected = new() { Temperature = 0.6f, TopP = 0.95f, TopK = 20, MinP = 0.05f, RepetitionPenalty = 1.1f, DoSample = false };
        Assert.Equal(expected, checkpoint.Generation);
    }

    [Theory]
    [InlineData("eos_token_id", "\"2\"")]
    [InlineData("eos_token_id", "[1,[2]]")]
    [InlineData("eos_token_id", "-1")]
    [InlineData("eos_token_id", "1.5")]
    [InlineData("temperature", "-0.1")]
    [InlineData("temperature", "1e999")]
    [InlineData("top_p", "1.01")]
    [InlineData("top_k", "-2")]
    [InlineData("min_p", "true")]
    [InlineData("repetition_penalty", "0")]
    [InlineData("do_sample", "1")]
    public void A_wrong_generation_field_is_refused_by_name(string name, string value)
    {
        using TinyCheckpoint tiny = new();
        File.WriteAllText(tiny.At("generation_config.json"), $$"""{"{{name}}":{{value}}}""");

        InferenceException error = Assert.Throws<InferenceException>(() => Checkpoint.Open(tiny.Directory));

        Assert.Equal("generation_config.json", error.Parameter);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }
}
