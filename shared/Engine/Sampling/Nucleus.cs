using System.Diagnostics;

namespace OrleansInference.Engine.Sampling;

/// <summary>
/// Finds the position at which a ranking is cut, by partial selection instead of sorting. The rank of a token is its score, highest first, and among equals its id, lowest first;
/// both are packed into one integer, so that higher integers rank before lower ones and no two are equal.
/// </summary>
internal static class Nucleus
{
    public static ulong Rank(float score, int token)
    {
        uint bits = BitConverter.SingleToUInt32Bits(score + 0f); // -0 becomes 0
        uint ordered = (int)bits < 0 ? ~bits : bits | 0x8000_0000;
        return (ulong)ordered << 32 | ~(uint)token;
    }

    public static int Token(ulong rank) => (int)~(uint)rank;

    /// <summary>
    /// Returns the last rank of the shortest prefix of the ranking that has <paramref name="count"/> tokens or the weight <paramref name="mass"/>; the last rank of all if no prefix
    /// does.
    /// </summary>
    /// <param name="ranks">At least one rank, in any order. They are reordered.</param>
    /// <param name="weights">[vocabulary], by token.</param>
    /// <param name="count">Number of tokens, at least 1.</param>
    /// <param name="mass">Weight, at least 1.</param>
    public static ulong Cut(Span<ulong> ranks, ReadOnlySpan<ulong> weights, int count, ulong mass)
    {
        Debug.Assert(ranks.Length > 0 && count > 0 && mass > 0);
        uint random = 1;
        while (ranks.Length > 1)
        {
            random = (random * 1664525) + 1013904223;
            int before = Partition(ranks, (int)((ulong)random * (uint)ranks.Length >> 32));
            ulong weightBefore = 0;
            foreach (ulong rank in ranks[..before])
            {
                weightBefore += weights[Token(rank)];
            }

            ulong weightThrough = weightBefore + weights[Token(ranks[before])];
            if (before >= count || weightBefore >= mass)
            {
                ranks = ranks[..before];
            }
            else if (before + 1 >= count || weightThrough >= mass || before + 1 == ranks.Length)
            {
                return ranks[before];
            }
            else
            {
                ranks = ranks[(before + 1)..];
                count -= before + 1;
                mass -= weightThrough;
            }
        }

        return ranks[0];
    }

    /// <summary>Moves higher ranks before the one at <paramref name="pivot"/>. Returns the new index of that one.</summary>
    private static int Partition(Span<ulong> ranks, int pivot)
    {
        ulong middle = ranks[pivot];
        ranks[pivot] = ranks[^1];
        int before = 0;
        for (int i = 0; i < ranks.Length - 1; i++)
        {
            ulong rank = ranks[i];
            ranks[i] = ranks[before];
            ranks[before] = rank;
            before += rank > middle ? 1 : 0;
        }

        ranks[^1] = ranks[before];
        ranks[before] = middle;
        return before;
    }
}
