namespace OrleansInference.Api.Generation;

/// <summary>Generation fields of a request to any endpoint; null for fields that the request does not set.</summary>
internal abstract class GenerationFields(ApiOptions limits)
{
    public ApiOptions Limits { get; } = limits;

    public string Model { get; set; } = string.Empty;

    public bool Stream { get; set; }

    /// <summary>The end user, as the client gives it.</summary>
    public string? User { get; set; }

    /// <summary>Whether the request has <c>stream_options</c>.</summary>
    public bool HasStreamOptions { get; set; }

    public bool IncludeUsage { get; set; }

    public int Choices { get; set; } = 1;

    public int? MaxTokens { get; set; }

    /// <summary>Name of the field with the maximum number of tokens.</summary>
    public virtual string MaxTokensName => "max_tokens";

    public int MinTokens { get; set; }

    public float? Temperature { get; set; }

    public float? TopP { get; set; }

    public int? TopK { get; set; }

    public float? MinP { get; set; }

    public float? RepetitionPenalty { get; set; }

    public float? PresencePenalty { get; set; }

    public float? FrequencyPenalty { get; set; }

    public Dictionary<int, float>? LogitBias { get; set; }

    public long? Seed { get; set; }

    /// <summary>Alternatives to report with each token; null reports no log-probabilities.</summary>
    public abstract int? Alternatives { get; }

    public IReadOnlyList<string> StopStrings { get; set; } = [];

    public IReadOnlyList<int> StopTokens { get; set; } = [];

    public bool IgnoreEos { get; set; }

    public int? Priority { get; set; }

    public bool IncludeStopString { get; set; }

    public bool SkipSpecialTokens { get; set; } = true;

    public bool? AddSpecialTokens { get; set; }
}
