using System.IO.Hashing;
using System.Runtime.InteropServices;
using OrleansInference.Cluster.Stage;
using OrleansInference.Compute;
using OrleansInference.Engine.Steps;

namespace OrleansInference.Simulation.Model;

/// <summary>The toy model on one device: its pages, and how long the work would take.</summary>
internal class ToyStage(int layers, int pageCount, int hostPages = 0) : IStageWork
{
    private const double SecondsToLoadLayer = 0.05;
    private const double SecondsForStep = 0.002;
    private const double SecondsForRow = 0.00002;

    private static readonly GenerationRequest Nobody = new() { RequestId = "", Prompt = default, MaxTokens = 1 };

    /// <summary>Pages after all others, which a warm-up writes to.</summary>
    protected const int WarmUpPages = 4;

    private readonly ulong[]?[] _pages = new ulong[]?[layers]; // [layer][page, place]
    private readonly bool[] _loaded = new bool[layers];
    private readonly StepSampler _sampler = new(ToyModel.VocabularySize);
    private float[] _logits = [];

    public int HiddenWidth => ToyModel.HiddenWidth;

    public int PageCount => pageCount;

    public int HostPages => hostPages;

    /// <summary>Seconds of work since it was last set to 0.</summary>
    public double Spent { get; set; }

    /// <summary>Layers that there is room for; more that are there already stay.</summary>
    public int Room { get; set; } = int.MaxValue;

    /// <summary>Layers that were computed, each as often as it was.</summary>
    public long LayersComputed { get; private set; }

    public bool Holds(LayerRange range)
    {
        for (int layer = range.First; layer < range.End; layer++)
        {
            if (!_loaded[layer])
            {
                return false;
            }
        }

        return true;
    }

    public void Keep(LayerRange range, LayerRange arriving)
    {
        for (int layer = 0; layer < layers; layer++)
        {
            if (!range.Contains(layer) && !arriving.Contains(layer))
            {
                _loaded[layer] = false;
                _pages[layer] = null;
            }
        }
    }

    public bool Fits(LayerRange range) => range.Count <= Room;

    public virtual void Load(LayerRange range)
    {
        int needed = Enumerable.Range(0, layers).Count(layer => _loaded[layer] || range.Contains(layer));
        if (needed > Room && !Holds(range))
        {
            InferenceException.Throw(ErrorCode.OutOfMemory, $"Layers {range} make {needed} layers; the device has room for {Room}.");
        }

        for (int layer = range.First; layer < range.End; layer++)
        {
            Spent += _loaded[layer] ? 0 : SecondsToLoadLayer;
            _loaded[layer] = true;
            _pages[layer] ??= new ulong[(pageCount + hostPages + WarmUpPages) * KvLayout.PageTokens];
        }
    }

    /// <summary>How long loading layers that are not there takes.</summary>
    public TimeSpan LoadTime(LayerRange range) =>
        TimeSpan.FromSeconds(SecondsToLoadLayer * Enumerable.Range(range.First, range.Count).Count(layer => !_loaded[layer]));

    public virtual void WarmUp(LayerRange range) => WarmUp(range, pageCount + hostPages);

    /// <summary>Leaves in the first and the last layer what the real work leaves there: a full page, and a token in each of some pages.</summary>
    protected void WarmUp(LayerRange range, int firstPage)
    {
        foreach (int layer in (int[])[range.First, range.End - 1])
        {
            PageOf(layer, firstPage).Fill(ulong.MaxValue);
            for (int page = firstPage + 1; page < firstPage + WarmUpPages; page++)
            {
                PageOf(layer, page)[0] = ulong.MaxValue;
            }
        }
    }

    public virtual void Execute(LayerRange range, StepBatch batch, Span<float> hidden)
    {
        LayersComputed += range.Count;
        Spent += SecondsForStep + (SecondsForRow * batch.RowCount * range.Count);
        Span<ulong> rows = ToyModel.Numbers(hidden);
        foreach (SequenceSlice slice in batch.Slices)
        {
            ReadOnlySpan<int> table = batch.Pages.Slice(slice.FirstPage, slice.PageCount);
            for (int i = 0; i < slice.Count; i++)
            {
                int row = slice.FirstRow + i;
                ulong state = range.First == 0 ? ToyModel.Embed(batch.Tokens[row]) : rows[row];
                rows[row] = Forward(range, slice.Start + i, state, table);
            }
        }
    }

    public StepResult Choose(Step step, ReadOnlySpan<float> hidden)
    {
        ReadOnlySpan<ulong> rows = MemoryMarshal.Cast<float, ulong>(hidden);
        StepBatch batch = step.Batch;
        Array.Resize(ref _logits, Math.Max(_logits.Length, batch.LogitRowCount * ToyModel.VocabularySize));
        for (int index = 0; index < batch.Slices.Length; index++)
        {
            SequenceSlice slice = batch.Slices[index];
            int skipped = slice.Count - slice.LogitCount;
            for (int i = 0; i < slice.LogitCount; i++)
            {
                ToyModel.Logits(rows[slice.FirstRow + skipped + i], _logits.AsSpan((slice.FirstLogitRow + i) * ToyModel.VocabularySize, ToyModel.VocabularySize));
            }
        }

        return _sampler.Run(step, _logits.AsMemory(0, batch.LogitRowCount * ToyModel.VocabularySize));
    }

    public virtual void CopyPage(LayerRange range, int from, int to)
    {
        for (int layer = range.First; layer < range.End; layer++)
        {
            PageOf(layer, from).CopyTo(PageOf(layer, to));
        }
    }

    public byte[] ReadPage(LayerRange range, int page)
    {
        ulong[] contents = new ulong[range.Count * KvLayout.PageTokens];
        for (int layer = range.First; layer < range.End; layer++)
        {
            PageOf(layer, page).CopyTo(contents.AsSpan((layer - range.First) * KvLayout.PageTokens));
        }

        return MemoryMarshal.AsBytes<ulong>(contents).ToArray();
    }

    public void WritePage(LayerRange range, int page, ReadOnlySpan<byte> contents)
    {
        ReadOnlySpan<ulong> numbers = MemoryMarshal.Cast<byte, ulong>(contents);
        for (int layer = range.First; layer < range.End; layer++)
        {
            numbers.Slice((layer - range.First) * KvLayout.PageTokens, KvLayout.PageTokens).CopyTo(PageOf(layer, page));
        }
    }

    public virtual ulong Checksum(int layer, int page) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(PageOf(layer, page)));

    /// <summary>Changes a bit of a page.</summary>
    public void Corrupt(int layer, int page) => PageOf(layer, page)[page % KvLayout.PageTokens] ^= 1;

    private Span<ulong> PageOf(int layer, int page) => _pages[layer].AsSpan(page * KvLayout.PageTokens, KvLayout.PageTokens);

    private ulong Forward(LayerRange range, int position, ulong state, ReadOnlySpan<int> table)
    {
        for (int layer = range.First; layer < range.End; layer++)
        {
            ulong[] pages = _pages[layer]!;
            int own = (table[position / KvLayout.PageTokens] * KvLayout.PageTokens) + (position % KvLayout.PageTokens);
            pages[own] = ToyModel.KeyValue(layer, position, state);
            ulong sum = 0;
            for (int index = 0; index * KvLayout.PageTokens <= position; index++)
            {
                int count = Math.Min(KvLayout.PageTokens, position + 1 - (index * KvLayout.PageTokens));
                foreach (ulong keyValue in pages.AsSpan(table[index] * KvLayout.PageTokens, count))
                {
                    sum = ToyModel.Attend(sum, keyValue);
                }
            }

            state = ToyModel.Leave(state, sum);
        }

        return state;
    }
}
