namespace OrleansInference.Compute.Measurement;

/// <summary>Decoding on a busy machine, compared with the fair part. Rates are medians over the rounds.</summary>
/// <param name="Alone">Tokens per second of all sequences together, without busy loops.</param>
/// <param name="Beside">Tokens per second with the busy loops.</param>
/// <param name="FairPart">The fair part of <paramref name="Alone"/>, see <see cref="Measurement.FairPart"/>.</param>
public sealed record BesideFigures(double Alone, double Beside, double FairPart)
{
    /// <summary>Share of the fair part that was reached; 1 is all of it.</summary>
    public double ShareOfFairPart => Beside / (Alone * FairPart);
}
