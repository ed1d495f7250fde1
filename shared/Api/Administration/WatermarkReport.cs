using OrleansInference.Engine.Sampling;

namespace OrleansInference.Api.Administration;

/// <summary>Evidence that a text has the watermark of a tenant.</summary>
/// <param name="Tenant">Name of the tenant.</param>
/// <param name="Tokens">Tokens of the text.</param>
/// <param name="Distinct">Different tokens of the text. Each counts once: chance decides on each of them, not on its repetitions.</param>
/// <param name="Preferred">Those of the half that the watermark prefers.</param>
/// <param name="ZScore">Standard deviations above what chance explains.</param>
/// <param name="PValue">Probability that a text without the watermark has so many.</param>
/// <param name="Watermarked">Whether that probability is below one in 100,000.</param>
internal sealed record WatermarkReport(string Tenant, int Tokens, int Distinct, int Preferred, double ZScore, double PValue, bool Watermarked)
{
    private const double MaxPValue = 1e-5;

    public static WatermarkReport Of(string tenant, ReadOnlySpan<int> tokens, Watermark watermark)
    {
        HashSet<int> distinct = [.. tokens];
        int preferred = distinct.Count(watermark.Prefers);
        double z = distinct.Count == 0 ? 0 : ((2.0 * preferred) - distinct.Count) / Math.Sqrt(distinct.Count);
        double chance = UpperTail(distinct.Count, preferred);
        return new WatermarkReport(tenant, tokens.Length, distinct.Count, preferred, z, chance, chance < MaxPValue);
    }

    /// <summary>Probability that at least <paramref name="least"/> of <paramref name="count"/> fair coins show heads.</summary>
    internal static double UpperTail(int count, int least)
    {
        double probability = 0;
        double term = -count * Math.Log(2); // logarithm of the probability of exactly i heads
        for (int i = 0; i <= count; i++)
        {
            probability += i >= least ? Math.Exp(term) : 0;
            term += Math.Log((double)(count - i) / (i + 1));
        }

        return Math.Min(probability, 1);
    }
}
