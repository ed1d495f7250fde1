using System.Diagnostics;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Stage;
using OrleansInference.Compute;
using OrleansInference.Compute.Devices;
using OrleansInference.Engine.Steps;

namespace OrleansInference.Cluster.Hosting;

/// <summary>Stage work that computes a model's layers on a device.</summary>
/// <param name="model">Layers of the model on the device; disposed with this object.</param>
/// <param name="progress">Receives the progress of loading, on any thread; null if not needed.</param>
public sealed partial class ModelWork(DeviceModel model, IProgress<LoadProgress>? progress = null) : IStageWork, IDisposable
{
    private readonly StepBatch _chunk = new();
    private readonly StepSampler _sampler = new(model.VocabularySize, model.Workers);
    private float[] _logits = []; // [rows, vocabulary]

    public int HiddenWidth => model.HiddenStride;

    public int PageCount => model.PageCount;

    public int HostPages => model.HostPages;

    public bool Holds(LayerRange layers) => model.Holds(layers.First, layers.End);

    public bool Fits(LayerRange layers) => model.Fits(layers.First, layers.End);

    /// <summary>Receives the progress of loading with the time since the start of the load, on any thread.</summary>
    public Action<LayerRange, LoadProgress, TimeSpan>? Loading { get; init; }

    public void Load(LayerRange layers) => model.Load(layers.First, layers.End, Loading is { } loading ? new Progress(layers, loading, progress) : progress);

    public void Keep(LayerRange layers, LayerRange arriving) => model.Keep((layers.First, layers.End), (arriving.First, arriving.End));

    public void Execute(LayerRange layers, StepBatch batch, Span<float> hidden)
    {
        if (batch.RowCount <= model.MaxStepTokens)
        {
            model.Execute(layers.First, layers.End, batch, hidden);
            return;
        }

        foreach (SequenceSlice slice in batch.Slices)
        {
            ExecuteInChunks(layers, batch, slice, hidden);
        }
    }

    public StepResult Choose(Step step, ReadOnlySpan<float> hidden)
    {
        StepBatch batch = step.Batch;
        int length = batch.LogitRowCount * model.VocabularySize;
        if (_logits.Length < length)
        {
            _logits = GC.AllocateUninitializedArray<float>(length);
        }

        if (length > 0)
        {
            model.Logits(batch, hidden, _logits.AsSpan(0, length));
        }

        return _sampler.Run(step, _logits.AsMemory(0, length));
    }

    public void CopyPage(LayerRange layers, int from, int to) => model.CopyPage(layers.First, layers.End, from, to);

    public byte[] ReadPage(LayerRange layers, int page) => model.ReadPage(layers.First, layers.End, page);

    public void WritePage(LayerRange layers, int page, ReadOnlySpan<byte> contents) => model.WritePage(layers.First, layers.End, page, contents);

    public ulong Checksum(int layer, int page) => model.Checksum(layer, page);

    public void Dispose() => model.Dispose();

    private sealed class Progress(LayerRange layers, Action<LayerRange, LoadProgress, TimeSpan> loading, IProgress<LoadProgress>? next) : IProgress<LoadProgress>
    {
        private readonly long _begun = Stopwatch.GetTimestamp();

        public void Report(LoadProgress value)
        {
            loading(layers, value, Stopwatch.GetElapsedTime(_begun));
            next?.Report(value);
        }
    }

    /// <summary>Computes a slice that exceeds the model's step limit, as in a recovery. The canonical order makes the results independent of the chunks.</summary>
    private void ExecuteInChunks(LayerRange layers, StepBatch batch, SequenceSlice slice, Span<float> hidden)
    {
        ReadOnlySpan<int> pages = batch.Pages.Slice(slice.FirstPage, slice.PageCount);
        for (int done = 0; done < slice.Count;)
        {
            int count = Math.Min(model.MaxStepTokens, slice.Count - done);
            int row = slice.FirstRow + done;
            _chunk.Clear();
            _chunk.Add(batch.Tokens.Slice(row, count), slice.Start + done, pages, LogitRows.None);
            model.Execute(layers.First, layers.End, _chunk, hidden.Slice(row * HiddenWidth, count * HiddenWidth));
            done += count;
        }
    }
}
