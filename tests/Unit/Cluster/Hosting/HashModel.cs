using System.Runtime.InteropServices;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Cluster.Stage;
using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Steps;

namespace OrleansInference.Unit.Cluster.Hosting;

/// <summary>
/// A device with a model whose logits are a hash of the whole prefix, read back from the pages of every layer: a wrong page, position or order in any layer shows in every
/// later token.
/// </summary>
internal sealed class HashModel : IStageWork, IDisposable
{
    private readonly ulong[][] _slots; // [layers][(pages, then those beside them) * PageTokens]
    private readonly StepSampler _sampler;

    public HashModel(int vocabulary = 64, int pages = 16, int layers = 1, int maxStepTokens = 512, int hostPages = 0)
    {
        VocabularySize = vocabulary;
        PageCount = pages;
        HostPages = hostPages;
        MaxStepTokens = maxStepTokens;
        _slots = [.. Enumerable.Range(0, layers).Select(_ => new ulong[(pages + hostPages) * KvLayout.PageTokens])];
        _sampler = new StepSampler(vocabulary);
    }

    /// <summary>Called before each step, on the thread that computes the first layer.</summary>
    public Action<StepBatch> Before { get; set; } = _ => { };

    /// <summary>Called with the logits of each step.</summary>
    public Action<float[]> After { get; set; } = _ => { };

    /// <summary>Steps whose first layer was computed here.</summary>
    public int Steps { get; private set; }

    public bool Disposed { get; private set; }

    public int VocabularySize { get; }

    public int PageCount { get; }

    public int HostPages { get; }

    public int Layers => _slots.Length;

    public int MaxStepTokens { get; }

    public int HiddenWidth => 2; // a 64-bit hash in two floats

    public bool Holds(LayerRange layers) => true;

    public bool Fits(LayerRange layers) => true;

    public void Load(LayerRange layers)
    {
    }

    public void Keep(LayerRange layers, LayerRange arriving)
    {
    }

    /// <summary>Computes all layers of a step and chooses its tokens, as a pipeline of one stage does.</summary>
    public StepResult Run(Step step)
    {
        LayerRange all = new(0, Layers);
        foreach (PageTransfer transfer in step.Transfers)
        {
            CopyPage(all, transfer.From, transfer.To);
        }

        float[] hidden = new float[step.Batch.RowCount * HiddenWidth];
        Execute(all, step.Batch, hidden);
        return Choose(step, hidden);
    }

    public void Execute(LayerRange layers, StepBatch batch, Span<float> hidden)
    {
        if (layers.First == 0)
        {
            Steps++;
            Before(batch);
        }

        Span<ulong> states = MemoryMarshal.Cast<float, ulong>(hidden);
        for (int layer = layers.First; layer < layers.End; layer++)
        {
            Execute(layer, batch, states);
        }
    }

    public StepResult Choose(Step step, ReadOnlySpan<float> hidden) => _sampler.Run(step, LogitsOf(step.Batch, hidden));

    public void CopyPage(LayerRange layers, int from, int to)
    {
        for (int layer = layers.First; layer < layers.End; layer++)
        {
            PageOf(layer, from).CopyTo(PageOf(layer, to));
        }
    }

    public byte[] ReadPage(LayerRange layers, int page) =>
        [.. Enumerable.Range(layers.First, layers.Count).SelectMany(layer => MemoryMarshal.AsBytes(PageOf(layer, page)).ToArray())];

    public void WritePage(LayerRange layers, int page, ReadOnlySpan<byte> contents)
    {
        for (int layer = layers.First; layer < layers.End; layer++)
        {
            Span<byte> own = MemoryMarshal.AsBytes(PageOf(layer, page));
            contents[..own.Length].CopyTo(own);
            contents = contents[own.Length..];
        }
    }

    public void Dispose() => Disposed = true;

    /// <summary>The logits after a prefix, by definition.</summary>
    public static float[] Logits(IEnumerable<int> prefix, int vocabulary, int layers = 1)
    {
        ulong[] states = new ulong[layers];
        foreach (int token in prefix)
        {
            ulong input = (uint)token;
            for (int layer = 0; layer < layers; layer++)
            {
                input = states[layer] = Fold(states[layer], input, layer);
            }
        }

        return Logits(states[^1], vocabulary);
    }

    private static float[] Logits(ulong hash, int vocabulary) =>
        [.. Enumerable.Range(0, vocabulary).Select(i => (float)((hash + (ulong)i) * 0x9E3779B97F4A7C15 >> 40) / (1 << 22))];

    private static ulong Fold(ulong state, ulong input, int layer)
    {
        ulong hash = (state ^ input ^ ((ulong)layer << 40)) * 1099511628211;
        return hash ^ (hash >> 29);
    }

    private void Execute(int layer, StepBatch batch, Span<ulong> states)
    {
        ulong[] slots = _slots[layer];
        foreach (SequenceSlice slice in batch.Slices)
        {
            ReadOnlySpan<int> table = batch.Pages.Slice(slice.FirstPage, slice.PageCount);
            for (int i = 0; i < slice.Count; i++)
            {
                ref ulong state = ref states[slice.FirstRow + i];
                slots[Slot(table, slice.Start + i)] = layer == 0 ? (uint)batch.Tokens[slice.FirstRow + i] : state;
                state = 0;
                for (int position = 0; position <= slice.Start + i; position++)
                {
                    state = Fold(state, slots[Slot(table, position)], layer);
                }
            }
        }
    }

    private float[] LogitsOf(StepBatch batch, ReadOnlySpan<float> hidden)
    {
        ReadOnlySpan<ulong> states = MemoryMarshal.Cast<float, ulong>(hidden);
        float[] rows = new float[batch.LogitRowCount * VocabularySize];
        foreach (SequenceSlice slice in batch.Slices)
        {
            for (int i = 0; i < slice.LogitCount; i++)
            {
                Logits(states[slice.FirstRow + slice.Count - slice.LogitCount + i], VocabularySize).CopyTo(rows, (slice.FirstLogitRow + i) * VocabularySize);
            }
        }

        After(rows);
        return rows;
    }

    private Span<ulong> PageOf(int layer, int page) => _slots[layer].AsSpan(page * KvLayout.PageTokens, KvLayout.PageTokens);

    private static int Slot(ReadOnlySpan<int> table, int position) => (table[position / KvLayout.PageTokens] * KvLayout.PageTokens) + (position % KvLayout.PageTokens);
}
