namespace OrleansInference.Engine.Sampling;

/// <summary>A chosen token.</summary>
/// <param name="Token">Its id.</param>
/// <param name="LogProb">Its log-probability under the model's own distribution; NaN when not asked for.</param>
internal readonly record struct SampledToken(int Token, float LogProb);
