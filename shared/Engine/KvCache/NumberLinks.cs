namespace OrleansInference.Engine.KvCache;

/// <summary>The links of lists of the numbers 0 … capacity − 1, each of which is in at most one of the lists.</summary>
internal sealed class NumberLinks
{
    public const int Absent = -2; // marks numbers outside the lists

    public NumberLinks(int capacity)
    {
        Next = new int[capacity];
        Previous = new int[capacity];
        Array.Fill(Next, Absent);
    }

    public int[] Next { get; }

    public int[] Previous { get; }
}
