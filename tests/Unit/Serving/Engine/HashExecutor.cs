using OrleansInference.Compute;

namespace OrleansInference.Unit.Serving.Engine;

/// <summary>A model whose logits are a hash of the whole prefix, read back from the pages: a wrong page, position or order shows in every later token.</summary>
internal sealed class HashExecutor(int vocabulary = 64, int pages = 16) : IModelExecutor
{
    private readonly int[] _slots = new int[pages * KvLayout.PageTokens];

    /// <summary>Called before each step, on the engine's thread.</summary>
    public Action<StepBatch> Before { get; set; } = _ => { };

    /// <summary>Called with the logits of each step.</summary>
    public Action<float[]> After { get; set; } = _ => { };

    public int Steps { get; private set; }

    public bool Disposed { get; private set; }

    public int VocabularySize => vocabulary;

    public int PageCount => pages;

    public int MaxPositions => 1 << 20;

    public static float[] Logits(IEnumerable<int> prefix, int vocabulary)
    {
        ulong hash = 14695981039346656037;
        foreach (int token in prefix)
        {
            hash = (hash ^ (uint)token) * 1099511628211;
            hash ^= hash >> 29;
        }

        return [.. Enumerable.Range(0, vocabulary).Select(i => (float)((hash + (ulong)i) * 0x9E3779B97F4A7C15 >> 40) / (1 << 22))];
    }

    public void Execute(StepBatch batch, Span<float> logits)
    {
        Steps++;
        Before(batch);
        float[] rows = new float[logits.Length];
        foreach (SequenceSlice slice in batch.Slices)
        {
            int[] table = batch.Pages.Slice(slice.FirstPage, slice.PageCount).ToArray();
            int Slot(int position) => (table[position / KvLayout.PageTokens] * KvLayout.PageTokens) + (position % KvLayout.PageTokens);
            for (int i = 0; i < slice.Count; i++)
            {
                _slots[Slot(slice.Start + i)] = batch.Tokens[slice.FirstRow + i];
                int row = slice.FirstLogitRow + i - (slice.Count - slice.LogitCount);
                if (row >= slice.FirstLogitRow)
                {
                    Logits(Enumerable.Range(0, slice.Start + i + 1).Select(position => _slots[Slot(position)]), vocabulary).CopyTo(rows, row * vocabulary);
                }
            }
        }

        After(rows);
        rows.CopyTo(logits);
    }

    public void Dispose() => Disposed = true;
}
