using System.Runtime.InteropServices;
using System.Security.Cryptography;
using OrleansInference.Compute;
using OrleansInference.Compute.Devices;
using OrleansInference.Models;
using OrleansInference.Models.Checkpoints;
using OrleansInference.Unit.Models.Checkpoints;

namespace OrleansInference.Unit.Compute.Devices;

public sealed class WholeModelTests
{
    private static readonly ComputeOptions Small = new() { Threads = 1, MaxStepTokens = 32, MaxLogitRows = 4, KvBytes = 1 << 20 };

    [Theory]
    [InlineData(-1)]
    [InlineData(320)]
    [InlineData(int.MaxValue)]
    public void A_token_outside_the_vocabulary_is_refused(int token)
    {
        using TinyDevice tiny = new(Small);
        tiny.Batch.Add([1, token], 0, [0], LogitRows.Last);
        Assert.Equal("token", Refused(tiny).ParamName);
    }

    [Fact]
    public void A_page_outside_the_pool_is_refused()
    {
        using TinyDevice tiny = new(Small);
        foreach (int page in (int[])[-1, tiny.Device.PageCount, int.MinValue])
        {
            tiny.Batch.Clear();
            tiny.Batch.Add([1], 16, [0, page], LogitRows.Last);
            Assert.Equal("page", Refused(tiny).ParamName);
            Assert.Throws<ArgumentOutOfRangeException>(() => tiny.Device.CopyPage(0, tiny.Device.LayerCount, 0, page));
            Assert.Throws<ArgumentOutOfRangeException>(() => tiny.Device.CopyPage(0, tiny.Device.LayerCount, page, 0));
        }
    }

    [Fact]
    public void Too_many_rows_logit_rows_or_too_little_room_for_logits_are_refused()
    {
        using TinyDevice tiny = new(Small);
        Refused(tiny);
        tiny.Batch.Add(new int[33], 0, [0, 1, 2], LogitRows.Last);
        Refused(tiny);
        tiny.Batch.Clear();
        tiny.Batch.Add(new int[5], 0, [0], LogitRows.All);
        Refused(tiny);
        tiny.Batch.Clear();
        tiny.Batch.Add(new int[4], 0, [0], LogitRows.All);
        Assert.Throws<ArgumentOutOfRangeException>(() => tiny.Device.Execute(tiny.Batch, tiny.Logits.AsSpan(0, (4 * 320) - 1)));
        tiny.Device.Execute(tiny.Batch, tiny.Logits.AsSpan(0, 4 * 320));
    }

    [Fact]
    public void A_disposed_device_refuses_to_compute()
    {
        using TinyDevice tiny = new(Small);
        tiny.Batch.Add([1], 0, [0], LogitRows.Last);
        tiny.Device.Dispose();
        Assert.Throws<ObjectDisposedException>(() => tiny.Device.Execute(tiny.Batch, tiny.Logits));
        Assert.Throws<ObjectDisposedException>(() => tiny.Device.CopyPage(0, tiny.Device.LayerCount, 0, 1));
    }

    [Fact]
    public void Memory_for_less_than_a_page_is_refused_with_the_size_of_one()
    {
        using TinyCheckpoint files = new();
        using var checkpoint = Checkpoint.Open(files.Directory);
        InferenceException refused = Assert.Throws<InferenceException>(() => DeviceModel.LoadWhole(checkpoint, Small with { KvBytes = 1000 }).Dispose());

        // Two layers of two heads of 16 float32 keys and values for 16 tokens.
        Assert.Equal((ErrorCode.InvalidOption, "KvBytes"), (refused.Code, refused.Parameter));
        Assert.Contains($"expected at least {2 * 2 * 2 * 16 * 16 * sizeof(float)}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Logits_do_not_depend_on_threads_stages_chunks_or_company()
    {
        int[] prompt = [.. Enumerable.Range(0, 40).Select(static i => (i * 37) % 320)];
        float[] expected = new float[320];
        using (TinyDevice whole = new(Small with { MaxStepTokens = 64 }))
        {
            whole.Batch.Add(prompt, 0, [0, 1, 2], LogitRows.Last);
            whole.Device.Execute(whole.Batch, expected);
        }

        Assert.All(expected, static logit => Assert.True(float.IsFinite(logit)));
        using TinyDevice parts = new(Small with { Threads = 3, Stages = 2, MaxLogitRows = int.MaxValue });
        int start = 0;
        foreach (int count in (int[])[1, 14, 2, 13, 9, 1])
        {
            parts.Batch.Clear();
            parts.Batch.Add(prompt.AsSpan(0, 7), 0, [9], LogitRows.All);
            parts.Batch.Add(prompt.AsSpan(start, count), start, [7, 3, 5], LogitRows.Last);
            parts.Batch.Add([5], 0, [8], LogitRows.None);
            parts.Device.Execute(parts.Batch, parts.Logits);
            start += count;
        }

        Numbers.AssertSameBits(expected, parts.Logits.AsSpan(7 * 320, 320), "last logits");
    }

    [Theory]
    [Trait("Category", "InstructionSets")]
    [InlineData(KvType.Float32, "a299d9b1b562a6d9")]
    [InlineData(KvType.BFloat16, "9b3955d641609bf3")]
    public void Every_machine_and_every_vector_width_gives_these_bits(KvType type, string digest)
    {
        using TinyDevice tiny = new(Small with { KvType = type, MaxLogitRows = null });
        tiny.Batch.Add([.. Enumerable.Range(0, 30).Select(static i => (i * 53) % 320)], 0, [1, 0], LogitRows.All);
        tiny.Device.Execute(tiny.Batch, tiny.Logits);
        Assert.Equal(digest, Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(tiny.Logits.AsSpan(0, 30 * 320))))[..16]);
    }

    [Fact]
    public void A_copied_page_serves_as_the_original()
    {
        using TinyDevice tiny = new(Small with { Stages = 2 });
        int[] prompt = [.. Enumerable.Range(5, 20)];
        tiny.Batch.Add(prompt, 0, [0, 1], LogitRows.None);
        tiny.Device.Execute(tiny.Batch, default);
        tiny.Device.CopyPage(0, tiny.Device.LayerCount, 1, 6);
        float[][] results = [.. new[] { 1, 6 }.Select(page =>
        {
            tiny.Batch.Clear();
            tiny.Batch.Add([77], 20, [0, page], LogitRows.Last);
            tiny.Device.Execute(tiny.Batch, tiny.Logits);
            return tiny.Logits[..320];
        })];
        Numbers.AssertSameBits(results[0], results[1], "logits over the copy");
    }

    [Fact]
    public void A_checkpoint_that_lacks_a_tensor_is_refused()
    {
        using TinyCheckpoint files = new();
        files.Edit("config.json", ("num_hidden_layers", 3));
        using var checkpoint = Checkpoint.Open(files.Directory);
        InferenceException refused = Assert.Throws<InferenceException>(() => DeviceModel.LoadWhole(checkpoint, Small).Dispose());
        Assert.Equal(ErrorCode.InvalidCheckpoint, refused.Code);
        Assert.Contains("layers.2", refused.Message, StringComparison.Ordinal);
    }

    private static ArgumentOutOfRangeException Refused(TinyDevice tiny) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => tiny.Device.Execute(tiny.Batch, tiny.Logits));
}
