using OrleansInference.Engine.Requests;

namespace OrleansInference.Engine.Steps;

/// <summary>A token that the last stage sampled, or the measure of a prompt token.</summary>
/// <param name="Slice">Index of the slice in the step.</param>
/// <param name="Position">Absolute position of the token.</param>
/// <param name="Token">Its id.</param>
/// <param name="LogProb">Its log-probability; NaN if not requested.</param>
/// <param name="Top">The most likely alternatives.</param>
public readonly record struct SampledRow(int Slice, int Position, int Token, float LogProb, TokenLogProb[] Top);
