namespace OrleansInference.Cluster.Planning;

/// <summary>Numbering of all ways to take 0 … counts[k] devices of each class k. The number of a state is higher than the numbers of all states that it contains.</summary>
internal sealed class CountStates
{
    private readonly int[] _counts;

    public CountStates(int[] counts)
    {
        _counts = counts;
        Strides = new int[counts.Length];
        Count = 1;
        for (int kind = 0; kind < counts.Length; kind++)
        {
            Strides[kind] = Count;
            Count = checked(Count * (counts[kind] + 1));
        }
    }

    public int Count { get; }

    /// <summary>Increase of the state's number for one more device of each class.</summary>
    public int[] Strides { get; }

    public int Last => Count - 1;

    /// <summary>Number of devices of a class in a state.</summary>
    public int Taken(int state, int kind) => state / Strides[kind] % (_counts[kind] + 1);

    public int[] Counts(int state)
    {
        int[] counts = new int[_counts.Length];
        for (int kind = 0; kind < counts.Length; kind++)
            counts[kind] = Taken(state, kind);
        return counts;
    }

    /// <summary>Advances <paramref name="taken"/> from a state's counts to the next state's.</summary>
    public void Advance(Span<int> taken)
    {
        for (int kind = 0; kind < taken.Length && ++taken[kind] > _counts[kind]; kind++)
            taken[kind] = 0;
    }
}
