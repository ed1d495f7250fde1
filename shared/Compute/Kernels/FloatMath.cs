namespace OrleansInference.Compute.Kernels;

/// <summary>
/// exp and what is built on it, made of operations whose bits IEEE 754 fixes, so that every width and every platform agrees.
/// exp(x) = 2^n · exp(r) with n = round(x / ln 2) and r = x − n ln 2 in two parts (Cody and Waite, 1980); exp(r) is its Taylor polynomial of degree 7,
/// which errs by less than 10^-8 relatively on |r| ≤ ln 2 / 2. With the roundings of the chain the result is within one unit in the last place.
/// </summary>
internal static class FloatMath
{
    // Beyond these the result is 0 or infinity in float32.
    private const float Lowest = -103.97f;
    private const float Highest = 88.72284f;
    private const float Log2E = 1.44269504f;
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;
    private const float Rounder = 12582912f; // 1.5 · 2^23: adding it rounds to an integer, to even at ties.

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp(Vector512<float> x)
    {
        Vector512<float> clamped = Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512.Create(Lowest)), Vector512.Create(Lowest), x);
        clamped = Vector512.ConditionalSelect(Vector512.GreaterThan(clamped, Vector512.Create(Highest)), Vector512.Create(Highest), clamped);
        Vector512<float> rounded = Vector512.FusedMultiplyAdd(clamped, Vector512.Create(Log2E), Vector512.Create(Rounder));
        Vector512<float> n = rounded - Vector512.Create(Rounder);
        Vector512<float> r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-Ln2High), clamped);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-Ln2Low), r);
        Vector512<float> p = Vector512.Create(1f / 5040);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1f / 720));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1f / 120));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1f / 24));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1f / 6));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(0.5f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1f));

        // 2^n as two factors, so that n from −150 to 128 neither overflows nor skips the subnormals.
        Vector512<int> exponent = rounded.AsInt32() - Vector512.Create(BitConverter.SingleToInt32Bits(Rounder));
        Vector512<int> half = Vector512.ShiftRightArithmetic(exponent, 1);
        Vector512<float> first = Vector512.ShiftLeft(half + Vector512.Create(127), 23).AsSingle();
        Vector512<float> second = Vector512.ShiftLeft(exponent - half + Vector512.Create(127), 23).AsSingle();
        Vector512<float> result = p * first * second;
        result = Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512.Create(Lowest)), Vector512<float>.Zero, result);
        result = Vector512.ConditionalSelect(Vector512.GreaterThan(x, Vector512.Create(Highest)), Vector512.Create(float.PositiveInfinity), result);
        return Vector512.ConditionalSelect(Vector512.Equals(x, x), result, x);
    }

    /// <summary>The scalar twin of <see cref="Exp(Vector512{float})"/>: the same operations in the same order.</summary>
    public static float Exp(float x)
    {
        if (!(x >= Lowest))
        {
            return float.IsNaN(x) ? x : 0f;
        }

        if (x > Highest)
        {
            return float.PositiveInfinity;
        }

        float rounded = MathF.FusedMultiplyAdd(x, Log2E, Rounder);
        float n = rounded - Rounder;
        float r = MathF.FusedMultiplyAdd(n, -Ln2High, x);
        r = MathF.FusedMultiplyAdd(n, -Ln2Low, r);
        float p = 1f / 5040;
        p = MathF.FusedMultiplyAdd(p, r, 1f / 720);
        p = MathF.FusedMultiplyAdd(p, r, 1f / 120);
        p = MathF.FusedMultiplyAdd(p, r, 1f / 24);
        p = MathF.FusedMultiplyAdd(p, r, 1f / 6);
        p = MathF.FusedMultiplyAdd(p, r, 0.5f);
        p = MathF.FusedMultiplyAdd(p, r, 1f);
        p = MathF.FusedMultiplyAdd(p, r, 1f);
        int exponent = BitConverter.SingleToInt32Bits(rounded) - BitConverter.SingleToInt32Bits(Rounder);
        int half = exponent >> 1;
        return p * BitConverter.Int32BitsToSingle((half + 127) << 23) * BitConverter.Int32BitsToSingle((exponent - half + 127) << 23);
    }

    /// <summary>x · sigmoid(x), within three units in the last place. Below −88.72, where exp(−x) overflows, the result is −0: it errs by less than 3 · 10^-37.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Silu(Vector512<float> x) => x / (Vector512.Create(1f) + Exp(-x));

    /// <summary>The scalar twin of <see cref="Silu(Vector512{float})"/>.</summary>
    public static float Silu(float x) => x / (1f + Exp(-x));
}
