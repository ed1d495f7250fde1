namespace OrleansInference.Engine.Requests;

/// <summary>What is reported of a token where log-probabilities are asked for.</summary>
/// <param name="LogProb">Its own; NaN for the first of a prompt.</param>
/// <param name="Top">The most likely alternatives, most likely first.</param>
internal readonly record struct TokenMeasure(float LogProb, TokenLogProb[] Top)
{
    public static TokenMeasure None => new(float.NaN, []);
}
