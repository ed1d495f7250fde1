namespace OrleansInference.Text.Tokenization.Patterns;

/// <summary>An immutable set of Unicode code points: a bitmap for the basic plane, sorted ranges for all.</summary>
internal sealed class CharacterSet
{
    public const int MaxCodePoint = 0x10FFFF;

    private readonly int[] _ranges; // [2 * ranges]: first, last (inclusive), ascending and disjoint
    private readonly ulong[] _basicPlane = new ulong[0x10000 / 64];

    private CharacterSet(int[] ranges)
    {
        _ranges = ranges;
        for (int i = 0; i < ranges.Length; i += 2)
        {
            int last = Math.Min(ranges[i + 1], 0xFFFF);
            for (int c = ranges[i]; c <= last;)
            {
                if ((c & 63) == 0 && c + 63 <= last)
                {
                    _basicPlane[c >> 6] = ulong.MaxValue;
                    c += 64;
                }
                else
                {
                    _basicPlane[c >> 6] |= 1UL << (c & 63);
                    c++;
                }
            }
        }
    }

    public static CharacterSet Empty { get; } = new([]);

    public static CharacterSet All { get; } = new([0, MaxCodePoint]);

    public bool IsEmpty => _ranges.Length == 0;

    public static CharacterSet Of(params ReadOnlySpan<int> codePoints)
    {
        var builder = new CharacterSetBuilder();
        foreach (int c in codePoints)
            builder.Add(c, c);
        return builder.Build();
    }

    public static CharacterSet Range(int first, int last) => new([first, last]);

    /// <param name="ranges">Pairs of first and last code point, ascending and disjoint.</param>
    public static CharacterSet FromSortedRanges(int[] ranges) => new(ranges);

    public bool Contains(int codePoint)
    {
        if ((uint)codePoint < 0x10000)
            return (_basicPlane[codePoint >> 6] >> (codePoint & 63) & 1) != 0;
        int low = 0, high = _ranges.Length / 2 - 1;
        while (low <= high)
        {
            int middle = (low + high) >> 1;
            if (codePoint < _ranges[2 * middle])
                high = middle - 1;
            else if (codePoint > _ranges[2 * middle + 1])
                low = middle + 1;
            else
                return true;
        }
        return false;
    }

    public CharacterSet Union(CharacterSet other)
    {
        var builder = new CharacterSetBuilder();
        builder.Add(this);
        builder.Add(other);
        return builder.Build();
    }

    public CharacterSet Complement()
    {
        var ranges = new List<int>(_ranges.Length + 2);
        int next = 0;
        for (int i = 0; i < _ranges.Length; i += 2)
        {
            if (_ranges[i] > next)
                ranges.AddRange([next, _ranges[i] - 1]);
            next = _ranges[i + 1] + 1;
        }
        if (next <= MaxCodePoint)
            ranges.AddRange([next, MaxCodePoint]);
        return new CharacterSet([.. ranges]);
    }

    public CharacterSet Intersect(CharacterSet other) => Complement().Union(other.Complement()).Complement();

    public void CopyRangesTo(List<(int First, int Last)> target)
    {
        for (int i = 0; i < _ranges.Length; i += 2)
            target.Add((_ranges[i], _ranges[i + 1]));
    }
}

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
