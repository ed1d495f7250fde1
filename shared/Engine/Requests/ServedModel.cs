namespace OrleansInference.Engine.Requests;

/// <summary>Description of the model that is served.</summary>
public sealed record ServedModel
{
    /// <summary>The name that requests use.</summary>
    public required string Id { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>Maximum tokens of a prompt and its answer together.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Width of the logits; token ids in requests must be below it.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Ids that end a sequence (generation_config.json, else config.json).</summary>
    public required IReadOnlyList<int> EndOfSequence { get; init; }

    /// <summary>Sampling defaults of the checkpoint, used for values that a request does not set.</summary>
    public SamplingParameters DefaultSampling { get; init; } = new();

    /// <summary>Identifies weights, format and numerics: equal fingerprints guarantee equal tokens for equal seeds.</summary>
    public required string Fingerprint { get; init; }
}
