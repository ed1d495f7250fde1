namespace OrleansInference.Engine.Requests;

/// <summary>Why a choice ended.</summary>
public enum FinishReason : byte
{
    /// <summary>Not ended.</summary>
    None,

    /// <summary>An end-of-sequence or stop token, or a stop string seen by the gateway.</summary>
    Stop,

    /// <summary>The token limit or the end of the context.</summary>
    Length,

    /// <summary>The caller went away or its deadline passed.</summary>
    Cancelled,

    /// <summary>Generation failed; the generation's reader throws.</summary>
    Error,
}

/// <summary>A candidate token and its natural-log probability.</summary>
public readonly record struct TokenLogProb(int Token, float LogProb);

/// <summary>One committed token of one choice, or (Token −1) the end of a choice without a further token.</summary>
/// <param name="Choice">0 … Choices − 1.</param>
/// <param name="Index">Number of the token within its choice, from 0; prompt tokens count from −PromptLength.</param>
/// <param name="Token">The token id, or −1.</param>
/// <param name="Finish">Set on a choice's last event. A stop or end-of-sequence token arrives with <see cref="FinishReason.Stop"/>: it counts as generated, but is not text.</param>
public readonly record struct TokenEvent(int Choice, int Index, int Token, FinishReason Finish)
{
    /// <summary>The token's own log-probability under the model's untempered, unpenalised distribution; NaN when not asked for.</summary>
    public float LogProb { get; init; }

    /// <summary>The most likely alternatives, most likely first; empty when not asked for.</summary>
    public ReadOnlyMemory<TokenLogProb> Top { get; init; }
}

/// <summary>What is reported of a token where log-probabilities are asked for.</summary>
/// <param name="LogProb">Its own; NaN for the first of a prompt.</param>
/// <param name="Top">The most likely alternatives, most likely first.</param>
public readonly record struct TokenMeasure(float LogProb, TokenLogProb[] Top)
{
    public static TokenMeasure None => new(float.NaN, []);
}
