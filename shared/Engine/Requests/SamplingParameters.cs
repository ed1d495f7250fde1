namespace OrleansInference.Engine.Requests;

/// <summary>Parameters that determine how the next token is sampled from the logits. All values are validated when the request is received.</summary>
public sealed record SamplingParameters
{
    /// <summary>0 is greedy: the highest logit, the lowest id among equals.</summary>
    public float Temperature { get; init; } = 1f;

    /// <summary>Keeps the k most likely tokens; 0 keeps all.</summary>
    public int TopK { get; init; }

    /// <summary>Keeps the smallest set of most likely tokens whose probability reaches p; 1 keeps all.</summary>
    public float TopP { get; init; } = 1f;

    /// <summary>Keeps tokens whose probability relative to the most likely one is at least this; 0 keeps all.</summary>
    public float MinP { get; init; }

    /// <summary>Divides positive and multiplies negative logits of tokens seen in prompt or output; 1 is off.</summary>
    public float RepetitionPenalty { get; init; } = 1f;

    /// <summary>Subtracted once from the logit of every token already generated.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Subtracted from the logit of every generated token, times its count.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Added to the logits of these token ids.</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = new Dictionary<int, float>();

    /// <summary>Key of the watermark; null for none. See <see cref="Sampling.Watermark"/>.</summary>
    public ulong? Watermark { get; init; }

    /// <summary>Key of the counter-based generator: the draw for a position depends on (seed, choice, position) alone.</summary>
    public ulong Seed { get; init; }

    /// <summary>Number of most likely alternatives to report with each token; null reports no log-probabilities at all.</summary>
    public int? LogProbs { get; init; }
}
