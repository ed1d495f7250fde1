namespace OrleansInference.Text.Tokenization.Patterns;

/// <summary>Collects ranges in any order and merges them into a <see cref="CharacterSet"/>.</summary>
internal sealed class CharacterSetBuilder
{
    private readonly List<(int First, int Last)> _ranges = [];

    public void Add(int first, int last) => _ranges.Add((first, last));

    public void Add(CharacterSet set) => set.CopyRangesTo(_ranges);

    public CharacterSet Build()
    {
        _ranges.Sort();
        var merged = new List<int>(2 * _ranges.Count);
        foreach ((int first, int last) in _ranges)
        {
            if (merged.Count > 0 && first <= merged[^1] + 1)
                merged[^1] = Math.Max(merged[^1], last);
            else
                merged.AddRange([first, last]);
        }
        return CharacterSet.FromSortedRanges([.. merged]);
    }
}
