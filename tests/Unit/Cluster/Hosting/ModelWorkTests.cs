using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Compute;
using OrleansInference.Compute.Devices;
using OrleansInference.Models.Checkpoints;
using OrleansInference.Unit.Models.Checkpoints;

namespace OrleansInference.Unit.Cluster.Hosting;

public sealed class ModelWorkTests : IDisposable
{
    private const int Rows = 5;

    private readonly TinyCheckpoint _files = new();
    private readonly Checkpoint _checkpoint;

    public ModelWorkTests() => _checkpoint = Checkpoint.Open(_files.Directory);

    [Theory]
    [InlineData(0, 1, 8)]
    [InlineData(1, 2, 8)]
    [InlineData(0, 2, 8)]
    [InlineData(0, 2, 1)]
    [InlineData(0, 2, 64)]
    public void A_warm_up_changes_nothing_that_is_computed_later(int first, int end, int stepTokens)
    {
        LayerRange layers = new(first, end);
        Assert.Equal(2, _checkpoint.Spec.Layers.Count);
        using ModelWork warm = Work(layers, stepTokens);
        warm.WarmUp(layers);
        using ModelWork other = Work(layers, stepTokens);
        float[] expected = Compute(other, layers);
        Assert.Equal(expected, Compute(warm, layers));
        Assert.Contains(expected, static value => value != 0);
    }

    [Fact]
    public void A_warm_up_writes_to_no_page_of_a_sequence()
    {
        LayerRange layers = new(0, 2);
        using ModelWork work = Work(layers, 64);
        byte[] contents = [.. Enumerable.Range(0, work.ReadPage(layers, 0).Length).Select(static i => (byte)i)];
        for (int page = 0; page < work.PageCount; page++)
        {
            work.WritePage(layers, page, contents);
        }

        work.WarmUp(layers);
        Assert.All(Enumerable.Range(0, work.PageCount), page => Assert.Equal(contents, work.ReadPage(layers, page)));
    }

    public void Dispose()
    {
        _checkpoint.Dispose();
        _files.Dispose();
    }

    private ModelWork Work(LayerRange layers, int stepTokens)
    {
        ModelWork work = new(new DeviceModel(_checkpoint, new ComputeOptions { Threads = 1, MaxStepTokens = stepTokens, KvBytes = 1 << 20, PackedFolder = "" }));
        work.Load(layers);
        return work;
    }

    /// <summary>A prompt in the first page, and what the warm-up left of it.</summary>
    private static float[] Compute(ModelWork work, LayerRange layers)
    {
        StepBatch batch = new();
        batch.Add([1, 2, 3, 4, 5], 0, [0], LogitRows.None);
        float[] hidden = new float[Rows * work.HiddenWidth];
        for (int row = 0; row < Rows; row++)
        {
            hidden[row * work.HiddenWidth] = row + 1;
        }

        work.Execute(layers, batch, hidden);
        return hidden;
    }
}
