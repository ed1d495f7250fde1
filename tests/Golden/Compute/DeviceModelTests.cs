using OrleansInference.Compute;
using OrleansInference.Compute.Devices;
using OrleansInference.Golden.Models;
using OrleansInference.Models.Checkpoints;

namespace OrleansInference.Golden.Compute;

/// <summary>A model that is spread over devices, whose layers and pages move, gives the bits of one that is whole.</summary>
public sealed class DeviceModelTests
{
    private static readonly int[] Tokens = [.. Enumerable.Range(0, 50).Select(static i => (i * 37) % 200)];
    private static readonly int[] Pages = [3, 1, 6, 0];

    private static readonly ComputeOptions Options = new() { Threads = 1, MaxStepTokens = 64, KvBytes = 4 << 20, PackedFolder = string.Empty };

    [Theory]
    [InlineData("qwen2")]
    [InlineData("qwen2-tied")]
    [InlineData("llama3")]
    public void Layers_on_two_devices_give_the_logits_of_one(string name)
    {
        using Checkpoint checkpoint = Checkpoint.Open(Path.Combine(GoldenFolders.Root(), name));
        using DeviceModel first = new(checkpoint, Options);
        using DeviceModel second = new(checkpoint, Options);
        int layers = first.LayerCount;
        first.Load(0, 1);
        second.Load(1, layers);
        float[] hidden = Forward(first, 0, 1, Prompt(), null);
        Forward(second, 1, layers, Prompt(), hidden);
        Assert.Equal(Whole(checkpoint), Logits(second, Prompt(), hidden));
    }

    [Fact]
    public void Pages_that_moved_with_their_layers_are_as_good_as_computed_ones()
    {
        using Checkpoint checkpoint = Checkpoint.Open(Path.Combine(GoldenFolders.Root(), "qwen2"));
        using DeviceModel old = new(checkpoint, Options);
        using DeviceModel young = new(checkpoint, Options);
        int layers = old.LayerCount;
        old.Load(0, layers);
        StepBatch before = new();
        before.Add(Tokens.AsSpan(0, 49), 0, Pages, LogitRows.None);
        Forward(old, 0, layers, before, null);
        young.Load(1, layers); // a run of its own, then what is before it
        young.Load(0, layers);
        foreach (int page in Pages)
        {
            young.WritePage(0, layers, page, old.ReadPage(0, layers, page));
        }

        StepBatch after = new();
        after.Add(Tokens.AsSpan(49), 49, Pages, LogitRows.Last);
        Assert.Equal(Whole(checkpoint), Logits(young, after, Forward(young, 0, layers, after, null)));
    }

    [Fact]
    public void Layers_that_are_not_kept_are_gone_and_the_others_keep_their_pages()
    {
        using Checkpoint checkpoint = Checkpoint.Open(Path.Combine(GoldenFolders.Root(), "qwen2"));
        using DeviceModel device = new(checkpoint, Options);
        device.Load(0, 1);
        device.Load(1, 2);
        Forward(device, 0, 2, Prompt(), null);
        byte[] page = device.ReadPage(1, 2, Pages[0]);
        device.Keep((1, 2));
        Assert.False(device.Holds(0, 1));
        Assert.True(device.Holds(1, 2));
        Assert.Equal(page, device.ReadPage(1, 2, Pages[0]));
        Assert.Throws<InvalidOperationException>(() => device.ReadPage(0, 1, 0));
    }

    private static StepBatch Prompt()
    {
        StepBatch batch = new();
        batch.Add(Tokens, 0, Pages, LogitRows.Last);
        return batch;
    }

    private static float[] Forward(DeviceModel device, int first, int end, StepBatch batch, float[]? hidden)
    {
        hidden ??= new float[batch.RowCount * device.HiddenStride];
        device.Execute(first, end, batch, hidden);
        return hidden;
    }

    private static float[] Logits(DeviceModel device, StepBatch batch, float[] hidden)
    {
        float[] logits = new float[device.VocabularySize];
        device.Logits(batch, hidden, logits);
        return logits;
    }

    private static float[] Whole(Checkpoint checkpoint)
    {
        using DeviceModel executor = DeviceModel.LoadWhole(checkpoint, Options);
        float[] logits = new float[executor.VocabularySize];
        executor.Execute(Prompt(), logits);
        return logits;
    }
}
