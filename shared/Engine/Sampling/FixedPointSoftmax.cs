using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace OrleansInference.Engine.Sampling;

/// <summary>
/// Softmax in fixed point: w(i) = round(2^42 · exp((s(i) − max s) / temperature)), so that the most likely token has the weight 2^42 and a token's probability is w(i) / Σ w. Sums of
/// integers are exact in any order, which makes every later decision (the tokens of a nucleus, the token that a draw selects) independent of vector widths and of the order of work.
/// Weights under 2^-43 of the highest are zero. exp is 2^n · e^r with n = round(x / ln 2) and e^r as its Taylor polynomial of degree 13 (error under 10^-17 for |r| ≤ ln 2 / 2), in
/// float64 with separate multiplications and additions, which every platform rounds in the same way; lanes are tokens.
/// </summary>
public static class FixedPointSoftmax
{
    public const ulong One = 1UL << 42;

    /// <summary>Maximum number of tokens for which sums stay under 2^63.</summary>
    public const int MaxTokens = 1 << 20;

    private const double Log2E = 1.4426950408889634;
    private const double Ln2High = 0.693147180369123816490; // the upper 33 bits of ln 2: a product with n is exact
    private const double Ln2Low = 1.90821492927058770002e-10;
    private const double Rounder = 6755399441055744; // 1.5 · 2^52: adding it leaves the rounded value in the low bits
    private const double Lowest = -700;

    /// <summary>Computes the weights and returns their sum.</summary>
    /// <param name="scores">[tokens]</param>
    /// <param name="max">The highest score.</param>
    /// <param name="inverseTemperature">1 / temperature.</param>
    /// <param name="weights">[tokens]</param>
    public static ulong Weigh(ReadOnlySpan<float> scores, float max, double inverseTemperature, Span<ulong> weights)
    {
        Debug.Assert(scores.Length <= MaxTokens && weights.Length == scores.Length);
        ref float source = ref MemoryMarshal.GetReference(scores);
        ref ulong target = ref MemoryMarshal.GetReference(weights);
        Vector256<double> shift = Vector256.Create((double)max);
        Vector256<double> scale = Vector256.Create(inverseTemperature);
        Vector256<ulong> sums = Vector256<ulong>.Zero;
        int i = 0;
        for (; i <= scores.Length - Vector128<float>.Count; i += Vector128<float>.Count)
        {
            Vector128<float> group = Vector128.LoadUnsafe(ref source, (nuint)i);
            Vector256<double> wide = Vector256.Create(Vector128.WidenLower(group), Vector128.WidenUpper(group));
            Vector256<ulong> weight = Weigh((wide - shift) * scale);
            weight.StoreUnsafe(ref target, (nuint)i);
            sums += weight;
        }

        ulong sum = Vector256.Sum(sums);
        for (; i < scores.Length; i++)
        {
            weights[i] = Weigh(Vector256.Create((scores[i] - (double)max) * inverseTemperature))[0];
            sum += weights[i];
        }

        return sum;
    }

    private static Vector256<ulong> Weigh(Vector256<double> exponent)
    {
        Vector256<double> rounder = Vector256.Create(Rounder);
        Vector256<double> x = Vector256.ConditionalSelect(Vector256.LessThan(exponent, Vector256.Create(Lowest)), Vector256.Create(Lowest), exponent);
        Vector256<double> shifted = (x * Vector256.Create(Log2E)) + rounder;
        Vector256<double> n = shifted - rounder;
        Vector256<double> r = x - (n * Vector256.Create(Ln2High)) - (n * Vector256.Create(Ln2Low));
        Vector256<double> sum = Vector256.Create(1 / 6227020800.0);
        sum = (sum * r) + Vector256.Create(1 / 479001600.0);
        sum = (sum * r) + Vector256.Create(1 / 39916800.0);
        sum = (sum * r) + Vector256.Create(1 / 3628800.0);
        sum = (sum * r) + Vector256.Create(1 / 362880.0);
        sum = (sum * r) + Vector256.Create(1 / 40320.0);
        sum = (sum * r) + Vector256.Create(1 / 5040.0);
        sum = (sum * r) + Vector256.Create(1 / 720.0);
        sum = (sum * r) + Vector256.Create(1 / 120.0);
        sum = (sum * r) + Vector256.Create(1 / 24.0);
        sum = (sum * r) + Vector256.Create(1 / 6.0);
        sum = (sum * r) + Vector256.Create(0.5);
        sum = (sum * r) + Vector256<double>.One;
        sum = (sum * r) + Vector256<double>.One;
        Vector256<long> power = Vector256.ShiftLeft(shifted.AsInt64() + Vector256.Create(1023L + 42), 52); // 2^42 · 2^n
        Vector256<double> weight = (sum * power.AsDouble()) + rounder;
        return (weight.AsInt64() - rounder.AsInt64()).AsUInt64();
    }
}
