namespace OrleansInference.Compute.Measurement;

/// <summary>Decoding on a machine that others keep busy, held against what is fair. Rates are medians over the rounds.</summary>
/// <param name="Alone">Tokens a second of all sequences together, with the machine as it was found.</param>
/// <param name="Beside">Tokens a second beside the busy loops.</param>
/// <param name="FairPart">The part of <paramref name="Alone"/> that is fair, as <see cref="Measurement.FairPart"/> has it.</param>
public sealed record BesideFigures(double Alone, double Beside, double FairPart)
{
    /// <summary>Of the fair part, how much was reached: 1 is all of it.</summary>
    public double ShareOfFairPart => Beside / (Alone * FairPart);
}
