using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OrleansInference.Models.Checkpoints;

/// <summary>
/// Exact widening of 16-bit floats to float32. Each lane is one element; the scalar tail computes the same bits.
/// Sources need not be aligned.
/// </summary>
internal static class Float32Widening
{
    /// <summary>A bfloat16 is the upper half of a float32.</summary>
    public static void FromBFloat16(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        ref ushort from = ref MemoryMarshal.GetReference(source);
        ref float to = ref MemoryMarshal.GetReference(destination[..source.Length]);
        nint i = 0;
        for (; i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(Vector.LoadUnsafe(ref from, (nuint)i), out Vector<uint> low, out Vector<uint> high);
            Vector.ShiftLeft(low, 16).As<uint, float>().StoreUnsafe(ref to, (nuint)i);
            Vector.ShiftLeft(high, 16).As<uint, float>().StoreUnsafe(ref to, (nuint)(i + Vector<uint>.Count));
        }

        for (; i < source.Length; i++)
            Unsafe.Add(ref to, i) = BitConverter.UInt32BitsToSingle((uint)Unsafe.Add(ref from, i) << 16);
    }

    public static void FromFloat16(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        ref ushort from = ref MemoryMarshal.GetReference(source);
        ref float to = ref MemoryMarshal.GetReference(destination[..source.Length]);
        nint i = 0;
        for (; i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(Vector.LoadUnsafe(ref from, (nuint)i), out Vector<uint> low, out Vector<uint> high);
            WidenHalf(low).StoreUnsafe(ref to, (nuint)i);
            WidenHalf(high).StoreUnsafe(ref to, (nuint)(i + Vector<uint>.Count));
        }

        for (; i < source.Length; i++)
            Unsafe.Add(ref to, i) = (float)BitConverter.UInt16BitsToHalf(Unsafe.Add(ref from, i));
    }

    /// <summary>
    /// Half: sign 1, exponent 5 (bias 15), fraction 10. Normals move 13 bits up and 112 exponent steps (127 − 15); infinities and NaNs 112 more;
    /// subnormals are fraction × 2^-24, which float32 holds exactly.
    /// </summary>
    private static Vector<float> WidenHalf(Vector<uint> half)
    {
        Vector<uint> sign = Vector.ShiftLeft(half & new Vector<uint>(0x8000), 16);
        Vector<uint> magnitude = half & new Vector<uint>(0x7FFF);
        Vector<uint> normal = Vector.ShiftLeft(magnitude, 13) + new Vector<uint>(112u << 23);
        Vector<uint> special = normal + new Vector<uint>(112u << 23);
        Vector<uint> subnormal = (Vector.ConvertToSingle(magnitude.As<uint, int>()) * new Vector<float>(1f / (1 << 24))).As<float, uint>();
        Vector<uint> bits = Vector.ConditionalSelect(Vector.GreaterThanOrEqual(magnitude, new Vector<uint>(0x7C00)), special, normal);
        bits = Vector.ConditionalSelect(Vector.LessThan(magnitude, new Vector<uint>(0x0400)), subnormal, bits);
        return (bits | sign).As<uint, float>();
    }
}
