namespace OrleansInference.Engine.Requests;

/// <summary>Reason why a choice ended.</summary>
public enum FinishReason : byte
{
    /// <summary>Not ended.</summary>
    None,

    /// <summary>An end-of-sequence or stop token, or a stop string found by the gateway.</summary>
    Stop,

    /// <summary>The token limit or the end of the context.</summary>
    Length,

    /// <summary>The caller disconnected or its deadline passed.</summary>
    Cancelled,

    /// <summary>The generation failed; its reader throws.</summary>
    Error,
}

/// <summary>A candidate token and its natural-log probability.</summary>
public readonly record struct TokenLogProb(int Token, float LogProb);

/// <summary>One committed token of one choice, or (Token −1) the end of a choice without a further token.</summary>
/// <param name="Choice">0 … Choices − 1.</param>
/// <param name="Index">Number of the token within its choice, from 0; prompt tokens count from −PromptLength.</param>
/// <param name="Token">The token id, or −1.</param>
/// <param name="Finish">Set on a choice's last event. A stop or end-of-sequence token arrives with <see cref="FinishReason.Stop"/>. It counts as generated, but is not text.</param>
public readonly record struct TokenEvent(int Choice, int Index, int Token, FinishReason Finish)
{
    /// <summary>The token's own log-probability under the model's untempered, unpenalised distribution; NaN if not requested.</summary>
    public float LogProb { get; init; }

    /// <summary>The most likely alternatives, most likely first; empty if not requested.</summary>
    public ReadOnlyMemory<TokenLogProb> Top { get; init; }
}

/// <summary>The log-probabilities that are reported for a token, if requested.</summary>
/// <param name="LogProb">Log-probability of the token itself; NaN for the first token of a prompt.</param>
/// <param name="Top">The most likely alternatives, most likely first.</param>
public readonly record struct TokenMeasure(float LogProb, TokenLogProb[] Top)
{
    public static TokenMeasure None => new(float.NaN, []);
}
