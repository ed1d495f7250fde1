using System.Runtime.InteropServices;
using OrleansInference.Compute;

namespace OrleansInference.Unit.Serving.Engine;

/// <summary>
/// A model whose logits are a hash of the whole prefix, read back from the pages of every stage: a wrong page, position or order on any stage shows in every
/// later token.
/// </summary>
internal sealed class HashModel : IStagedModel
{
    private const int Stride = 2; // a 64-bit hash in two floats

    private readonly Stage[] _stages;

    public HashModel(int vocabulary = 64, int pages = 16, int stages = 1, bool parallel = false, int maxStepTokens = 512)
    {
        VocabularySize = vocabulary;
        PageCount = pages;
        MaxStepTokens = maxStepTokens;
        StagesRunInParallel = parallel;
        _stages = [.. Enumerable.Range(0, stages).Select(index => new Stage(this, index))];
    }

    /// <summary>Called before each step, on the engine's thread.</summary>
    public Action<StepBatch> Before { get; set; } = _ => { };

    /// <summary>Called with the logits of each step.</summary>
    public Action<float[]> After { get; set; } = _ => { };

    public int Steps { get; private set; }

    public bool Disposed { get; private set; }

    public int VocabularySize { get; }

    public int PageCount { get; }

    public int MaxPositions => 1 << 20;

    public int MaxStepTokens { get; }

    public int MaxLogitRows => MaxStepTokens;

    public bool StagesRunInParallel { get; }

    public IReadOnlyList<IModelStage> Stages => _stages;

    public HiddenStates NewHiddenStates() => new(MaxStepTokens, Stride);

    public void Dispose() => Disposed = true;

    /// <summary>The logits after a prefix, by definition.</summary>
    public static float[] Logits(IEnumerable<int> prefix, int vocabulary, int stages = 1)
    {
        ulong[] states = new ulong[stages];
        foreach (int token in prefix)
        {
            ulong input = (uint)token;
            for (int stage = 0; stage < stages; stage++)
            {
                input = states[stage] = Fold(states[stage], input, stage);
            }
        }

        return Logits(states[^1], vocabulary);
    }

    private static float[] Logits(ulong hash, int vocabulary) =>
        [.. Enumerable.Range(0, vocabulary).Select(i => (float)((hash + (ulong)i) * 0x9E3779B97F4A7C15 >> 40) / (1 << 22))];

    private static ulong Fold(ulong state, ulong input, int stage)
    {
        ulong hash = (state ^ input ^ ((ulong)stage << 40)) * 1099511628211;
        return hash ^ (hash >> 29);
    }

    private sealed class Stage(HashModel model, int index) : IModelStage
    {
        private readonly ulong[] _slots = new ulong[model.PageCount * KvLayout.PageTokens];

        public void Execute(StepBatch batch, HiddenStates hidden, Span<float> logits)
        {
            if (index == 0)
            {
                model.Steps++;
                model.Before(batch);
            }

            Span<ulong> states = MemoryMarshal.Cast<float, ulong>(hidden.Rows(batch.RowCount));
            bool last = index == model._stages.Length - 1;
            float[] rows = last ? new float[batch.LogitRowCount * model.VocabularySize] : [];
            foreach (SequenceSlice slice in batch.Slices)
            {
                int[] table = batch.Pages.Slice(slice.FirstPage, slice.PageCount).ToArray();
                for (int i = 0; i < slice.Count; i++)
                {
                    ref ulong state = ref states[slice.FirstRow + i];
                    _slots[Slot(table, slice.Start + i)] = index == 0 ? (uint)batch.Tokens[slice.FirstRow + i] : state;
                    state = 0;
                    for (int position = 0; position <= slice.Start + i; position++)
                    {
                        state = Fold(state, _slots[Slot(table, position)], index);
                    }

                    int row = slice.FirstLogitRow + i - (slice.Count - slice.LogitCount);
                    if (last && row >= slice.FirstLogitRow)
                    {
                        Logits(state, model.VocabularySize).CopyTo(rows, row * model.VocabularySize);
                    }
                }
            }

            if (last)
            {
                model.After(rows);
                rows.CopyTo(logits);
            }
        }

        public void CopyPage(int from, int to) =>
            _slots.AsSpan(from * KvLayout.PageTokens, KvLayout.PageTokens).CopyTo(_slots.AsSpan(to * KvLayout.PageTokens));

        public Span<byte> Page(int page) => MemoryMarshal.AsBytes(_slots.AsSpan(page * KvLayout.PageTokens, KvLayout.PageTokens));

        private static int Slot(int[] table, int position) => (table[position / KvLayout.PageTokens] * KvLayout.PageTokens) + (position % KvLayout.PageTokens);
    }
}
