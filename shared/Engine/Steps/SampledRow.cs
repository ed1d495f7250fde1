using OrleansInference.Engine.Requests;

namespace OrleansInference.Engine.Steps;

/// <summary>A token that the last stage chose, or the measure of a prompt token.</summary>
/// <param name="Slice">Which slice of the step.</param>
/// <param name="Position">Absolute position of the token.</param>
/// <param name="Token">Its id.</param>
/// <param name="LogProb">Its log-probability; NaN when not asked for.</param>
/// <param name="Top">The most likely alternatives.</param>
internal readonly record struct SampledRow(int Slice, int Position, int Token, float LogProb, TokenLogProb[] Top);
