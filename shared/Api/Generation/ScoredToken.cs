using OrleansInference.Engine.Requests;

namespace OrleansInference.Api.Generation;

/// <summary>Token with the log-probabilities that the service reported.</summary>
internal readonly record struct ScoredToken(int Token, float LogProb, ReadOnlyMemory<TokenLogProb> Top, bool IsReasoning)
{
    /// <summary>Value for the log-probability of an impossible token, because JSON has no infinity.</summary>
    private const float Least = -9999f;

    public static ScoredToken From(in TokenEvent token, bool isReasoning) => new(token.Token, token.LogProb, token.Top, isReasoning);

    public static float Finite(float logProb) => logProb >= Least ? logProb : Least;
}
