namespace OrleansInference.Engine.Sampling;

/// <summary>A sampled token.</summary>
/// <param name="Token">Its id.</param>
/// <param name="LogProb">Its log-probability under the model's own distribution; NaN if not requested.</param>
public readonly record struct SampledToken(int Token, float LogProb);
