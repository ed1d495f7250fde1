using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OrleansInference.Models.Checkpoints;

/// <summary>
/// Random bfloat16 weights from a counter: element i of a tensor depends on (seed, tensor, i) alone, so pieces can be made in any order and on any width.
/// The sum of the four bytes of a hash is near to normal: mean 510, variance 4 × (256² − 1) / 12.
/// </summary>
internal static class RandomWeights
{
    /// <summary>Elements that share a key.</summary>
    public const int BlockElements = 1 << 16;

    private const float StandardDeviation = 0.02f;
    private const float Scale = StandardDeviation / 147.8f;

    /// <summary>Fills part of a tensor.</summary>
    /// <param name="seed">The checkpoint's seed.</param>
    /// <param name="tensor">The tensor's number within the checkpoint.</param>
    /// <param name="block">Which block of <see cref="BlockElements"/> elements.</param>
    /// <param name="mean">The mean of the values; their standard deviation is 0.02.</param>
    /// <param name="destination">At most <see cref="BlockElements"/> elements, from the block's first.</param>
    public static void FillBlock(ulong seed, int tensor, long block, float mean, Span<ushort> destination)
    {
        uint key = (uint)Mix(Mix(seed + (ulong)tensor) + (ulong)block);
        ref ushort to = ref MemoryMarshal.GetReference(destination);
        int i = 0;
        Vector<uint> lanes = Vector<uint>.Indices;
        for (; i <= destination.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector<uint> low = Values(lanes + new Vector<uint>((uint)i), key, mean);
            Vector<uint> high = Values(lanes + new Vector<uint>((uint)(i + Vector<uint>.Count)), key, mean);
            Vector.Narrow(low, high).StoreUnsafe(ref to, (nuint)i);
        }

        for (; i < destination.Length; i++)
            destination[i] = (ushort)Values(new Vector<uint>((uint)i), key, mean)[0];
    }

    /// <summary>The bfloat16 of each element, rounded half up, in the lower half of its lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<uint> Values(Vector<uint> element, uint key, float mean)
    {
        // A multiply-xorshift hash after Wellons' search for 32-bit hashes of low bias.
        Vector<uint> hash = (element * new Vector<uint>(0x9E3779B9)) ^ new Vector<uint>(key);
        hash ^= hash >> 16;
        hash *= new Vector<uint>(0x7FEB352D);
        hash ^= hash >> 15;
        hash *= new Vector<uint>(0x846CA68B);
        hash ^= hash >> 16;
        Vector<uint> pairs = (hash & new Vector<uint>(0x00FF00FF)) + ((hash >> 8) & new Vector<uint>(0x00FF00FF));
        Vector<uint> sum = (pairs + (pairs >> 16)) & new Vector<uint>(0x0000FFFF);
        Vector<float> centred = Vector.ConvertToSingle(sum.As<uint, int>() - new Vector<int>(510));
        Vector<float> value = (centred * new Vector<float>(Scale)) + new Vector<float>(mean);
        return (value.As<float, uint>() + new Vector<uint>(0x8000)) >> 16;
    }

    // SplitMix64's finaliser (Steele, Lea and Flood, 2014).
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
