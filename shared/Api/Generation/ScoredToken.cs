using OrleansInference.Engine.Requests;

namespace OrleansInference.Api.Generation;

/// <summary>A token with its log-probabilities, as the service reported them.</summary>
internal readonly record struct ScoredToken(int Token, float LogProb, ReadOnlyMemory<TokenLogProb> Top, bool IsReasoning)
{
    /// <summary>JSON has no infinity; this stands for a token that cannot be.</summary>
    private const float Least = -9999f;

    public static ScoredToken From(in TokenEvent token, bool isReasoning) => new(token.Token, token.LogProb, token.Top, isReasoning);

    public static float Finite(float logProb) => logProb >= Least ? logProb : Least;
}
