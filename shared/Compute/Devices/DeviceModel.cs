using System.IO.Hashing;
using OrleansInference.Compute.Layers;
using OrleansInference.Compute.Stages;
using OrleansInference.Compute.Threading;
using OrleansInference.Compute.Weights;
using OrleansInference.Models.Checkpoints;

namespace OrleansInference.Compute.Devices;

/// <summary>
/// The layers of a model that a device holds: they come and go while plans change, and keep their pages as long as they stay. One thread computes; another may
/// load layers meanwhile. The checkpoint must stay open as long as this lives.
/// </summary>
public sealed unsafe partial class DeviceModel : IDisposable
{
    private readonly Checkpoint _checkpoint;
    private readonly ModelSpec _spec;
    private readonly WorkerTeam _team;
    private readonly StageSizes _sizes;
    private readonly ComputeOptions _options;
    private readonly Lock _loading = new();
    private volatile Stage[] _runs = []; // no two share a layer
    private readonly HiddenStates _hidden;
    private bool _disposed;

    /// <param name="checkpoint">The model; nothing of it is loaded yet.</param>
    /// <param name="options">Threads, rows and pages; a device knows no stages of its own.</param>
    /// <param name="memoryBytes">Memory limit of all loaded layers together; null for no limit.</param>
    public DeviceModel(Checkpoint checkpoint, ComputeOptions options, long? memoryBytes = null)
    {
        _memoryBytes = memoryBytes ?? long.MaxValue;
        _checkpoint = checkpoint;
        _spec = checkpoint.Spec;
        options.Validate(_spec.Layers.Count);
        _sizes = StageSizes.Of(_spec, options);
        _options = options;
        _team = new WorkerTeam(options.Threads, "device");
        _hidden = new HiddenStates(_sizes.MaxRows, StepContext.Pad(_spec.HiddenSize));
    }

    /// <summary>Floats from one row of hidden states to the next.</summary>
    public int HiddenStride => _hidden.Stride;

    /// <summary>Pages of sequences, 0 … PageCount − 1.</summary>
    public int PageCount => _sizes.PageCount;

    /// <summary>Bytes of a page in all layers of the model.</summary>
    public long PageBytes => _sizes.PageBytes(_spec, 0, LayerCount);

    /// <summary>Pages beside the pool, PageCount … PageCount + HostPages − 1: they are copied, read and written, and no step uses them.</summary>
    public int HostPages => _sizes.Host.Pages;

    /// <summary>The first of the pages of a warm-up.</summary>
    public int FirstWarmUpPage => _sizes.FirstWarmUpPage;

    /// <summary>Pages of a warm-up.</summary>
    public static int WarmUpPages => StageSizes.WarmUpPages;

    /// <summary>The workers that compute.</summary>
    public IWorkers Workers => _team;

    public int VocabularySize => _spec.VocabularySize;

    public int MaxStepTokens => _sizes.MaxRows;

    /// <summary>Most rows of logits of a step.</summary>
    public int MaxLogitRows => _sizes.MaxLogitRows;

    /// <summary>Positions the model was made for.</summary>
    public int MaxPositions => _spec.MaxPositions;

    /// <summary>Layers of the model.</summary>
    public int LayerCount => _spec.Layers.Count;

    /// <summary>Whether these layers are loaded.</summary>
    public bool Holds(int first, int end) => Enumerable.Range(first, end - first).All(layer => Find(layer) is not null);

    /// <summary>A device that holds a whole model.</summary>
    /// <param name="checkpoint">Stays open while the device lives.</param>
    /// <param name="options">Validated here.</param>
    /// <param name="progress">Told of the progress of each run, from any thread.</param>
    /// <exception cref="InferenceException">An option is out of range, a tensor is missing or of the wrong shape, or memory is short.</exception>
    public static DeviceModel LoadWhole(Checkpoint checkpoint, ComputeOptions options, IProgress<LoadProgress>? progress = null)
    {
        DeviceModel device = new(checkpoint, options);
        try
        {
            foreach (StageRange range in StageRange.Split(device.LayerCount, options.Stages))
            {
                device.Load(range.FirstLayer, range.EndLayer, progress);
            }

            return device;
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }

    /// <summary>Loads the layers that are not there already; from any thread.</summary>
    /// <param name="first">The first layer.</param>
    /// <param name="end">The layer after the last.</param>
    /// <param name="progress">Told of the progress of each run that is loaded, from any thread.</param>
    /// <exception cref="InferenceException"><see cref="ErrorCode.OutOfMemory"/>: the layers do not fit in addition to the loaded ones, which stay.</exception>
    public void Load(int first, int end, IProgress<LoadProgress>? progress = null)
    {
        lock (_loading)
        {
            StageRange[] missing = [.. Missing(first, end)];
            RequireMemory(first, end, missing);
            List<Stage> loaded = [];
            try
            {
                foreach (StageRange range in missing)
                {
                    loaded.Add(NewRun(range, progress));
                }
            }
            catch (Exception error)
            {
                loaded.ForEach(static run => run.Dispose());
                if (error is OutOfMemoryException)
                {
                    throw new InferenceException(ErrorCode.OutOfMemory, $"Loading layers {first} to {end - 1} failed: {error.Message}", inner: error);
                }

                throw;
            }

            _runs = [.. _runs, .. loaded];
        }
    }

    /// <summary>Releases the runs without a layer of these ranges; called on the computing thread.</summary>
    public void Keep(params ReadOnlySpan<(int First, int End)> ranges)
    {
        lock (_loading)
        {
            List<Stage> kept = [];
            foreach (Stage run in _runs)
            {
                bool needed = false;
                foreach ((int first, int end) in ranges)
                {
                    needed |= run.Range.EndLayer > first && run.Range.FirstLayer < end;
                }

                if (needed)
                {
                    kept.Add(run);
                }
                else
                {
                    run.Dispose();
                }
            }

            _runs = [.. kept];
        }
    }

    /// <summary>Computes a step of the whole model, which must be loaded.</summary>
    /// <param name="batch">The step; at least one row.</param>
    /// <param name="logits">[batch.LogitRowCount, vocabulary]</param>
    public void Execute(StepBatch batch, Span<float> logits)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _sizes.Check(batch, logits.Length, VocabularySize, last: true);
        Forward(0, LayerCount, batch);
        if (batch.LogitRowCount > 0)
        {
            Logits(batch, logits);
        }
    }

    /// <summary>Computes loaded layers and writes their keys and values.</summary>
    /// <param name="first">The first layer; the model's first takes the tokens.</param>
    /// <param name="end">The layer after the last.</param>
    /// <param name="batch">The step.</param>
    /// <param name="hidden">[rows, <see cref="HiddenStride"/>], in and out.</param>
    public void Execute(int first, int end, StepBatch batch, Span<float> hidden)
    {
        _sizes.Check(batch, 0, VocabularySize, last: false, warmUp: true);
        hidden.CopyTo(_hidden.Rows(batch.RowCount));
        Forward(first, end, batch);
        _hidden.Rows(batch.RowCount).CopyTo(hidden);
    }

    /// <summary>Logits from the hidden states after the model's last layer, which must be loaded.</summary>
    /// <param name="batch">The step.</param>
    /// <param name="hidden">[rows, <see cref="HiddenStride"/>]</param>
    /// <param name="logits">[batch.LogitRowCount, vocabulary]</param>
    public void Logits(StepBatch batch, ReadOnlySpan<float> hidden, Span<float> logits)
    {
        _sizes.Check(batch, logits.Length, VocabularySize, last: true, warmUp: true);
        hidden.CopyTo(_hidden.Rows(batch.RowCount));
        Logits(batch, logits);
    }

    /// <summary>Copies a page in every one of these layers.</summary>
    public void CopyPage(int first, int end, int from, int to)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)from, (uint)(PageCount + HostPages), nameof(from));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)to, (uint)(PageCount + HostPages), nameof(to));
        foreach ((Stage run, StageRange part) in Parts(first, end))
        {
            run.PagePart(from, part).CopyTo(run.PagePart(to, part));
        }
    }

    /// <summary>A page's keys and values, layer after layer.</summary>
    public byte[] ReadPage(int first, int end, int page)
    {
        byte[] contents = GC.AllocateUninitializedArray<byte>(PagePartBytes(first, end));
        int offset = 0;
        foreach ((Stage run, StageRange part) in Parts(first, end))
        {
            Span<byte> bytes = run.PagePart(page, part);
            bytes.CopyTo(contents.AsSpan(offset));
            offset += bytes.Length;
        }

        return contents;
    }

    /// <param name="first">The first layer.</param>
    /// <param name="end">The layer after the last.</param>
    /// <param name="page">Which page.</param>
    /// <param name="contents">As <see cref="ReadPage"/> gave them for the same layers.</param>
    /// <exception cref="ArgumentException">The contents are of another size.</exception>
    public void WritePage(int first, int end, int page, ReadOnlySpan<byte> contents)
    {
        if (contents.Length != PagePartBytes(first, end))
        {
            throw new ArgumentException($"Page {page} came with {contents.Length} bytes for layers {first} to {end - 1}; expected {PagePartBytes(first, end)}.", nameof(contents));
        }

        foreach ((Stage run, StageRange part) in Parts(first, end))
        {
            Span<byte> bytes = run.PagePart(page, part);
            contents[..bytes.Length].CopyTo(bytes);
            contents = contents[bytes.Length..];
        }
    }

    /// <summary>Checksum of a page's keys and values in one layer (XXH3, 64 bits).</summary>
    public ulong Checksum(int layer, int page)
    {
        Stage run = RunOf(layer);
        return XxHash3.HashToUInt64(run.PagePart(page, new StageRange(layer, 1)));
    }

    public void Dispose()
    {
        _disposed = true;
        Keep();
        _team.Dispose();
        _hidden.Dispose();
    }

    /// <summary>Runs layers over the hidden states that lie here.</summary>
    private void Forward(int first, int end, StepBatch batch)
    {
        for (int layer = first; layer < end;)
        {
            Stage run = RunOf(layer);
            int until = Math.Min(run.Range.EndLayer, end);
            run.Forward(batch, _hidden.Pointer, new StageRange(layer, until - layer));
            layer = until;
        }

        // The kernels know only addresses: without this a caller's last step could run while its device is being finalized.
        GC.KeepAlive(this);
    }

    private void Logits(StepBatch batch, Span<float> logits)
    {
        fixed (float* output = logits)
        {
            RunOf(LayerCount - 1).Logits(batch, _hidden.Pointer, output);
        }

        GC.KeepAlive(this);
    }

    private int PagePartBytes(int first, int end) => checked((int)_sizes.PageBytes(_spec, first, end));

    private Stage? Find(int layer)
    {
        foreach (Stage run in _runs)
        {
            if (run.Range.FirstLayer <= layer && layer < run.Range.EndLayer)
            {
                return run;
            }
        }

        return null;
    }

    private Stage RunOf(int layer) => Find(layer) ?? throw new InvalidOperationException($"Layer {layer} is not loaded.");

    /// <summary>The runs that layers lack.</summary>
    private IEnumerable<StageRange> Missing(int first, int end)
    {
        for (int layer = first; layer < end;)
        {
            int next = Find(layer)?.Range.EndLayer ?? Math.Min(end, _runs.Select(static run => run.Range.FirstLayer).Where(start => start > layer).Append(end).Min());
            if (Find(layer) is null)
            {
                yield return new StageRange(layer, next - layer);
            }

            layer = next;
        }
    }

    private IEnumerable<(Stage Run, StageRange Part)> Parts(int first, int end)
    {
        for (int layer = first; layer < end;)
        {
            Stage run = RunOf(layer);
            int until = Math.Min(run.Range.EndLayer, end);
            yield return (run, new StageRange(layer, until - layer));
            layer = until;
        }
    }

    // Steps go on while layers are loaded, so packing has a team of its own.
    private Stage NewRun(StageRange range, IProgress<LoadProgress>? progress)
    {
        using WorkerTeam packers = new(_options.Threads, "packer");
        long bytes = Stage.Units(_checkpoint, range).Sum(static unit => unit.Bytes);
        WeightStore store = new(packers, PackedCache.FolderOf(_checkpoint, _options.PackedFolder), bytes, progress);
        return new Stage(_checkpoint, range, store, _team, _sizes);
    }
}
