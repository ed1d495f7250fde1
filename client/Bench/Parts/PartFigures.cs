namespace OrleansInference.Bench.Parts;

/// <summary>What <see cref="PartsBenchmark"/> found; medians.</summary>
public sealed record PartFigures
{
    /// <summary>10^6 bytes of UTF-8 a second, on one thread.</summary>
    public required double TokenizerMegabytesPerSecond { get; init; }

    /// <summary>The chat template over 200 messages; null where the checkpoint has none.</summary>
    public required double? TemplateMilliseconds { get; init; }

    /// <summary>Tokens that the sampler chooses from.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>The likeliest token of one row.</summary>
    public required double GreedyMilliseconds { get; init; }

    /// <summary>Temperature 0.6 and top-p 0.95 over one row whose probabilities fall with the rank, as those of a trained model do.</summary>
    public required double NucleusMilliseconds { get; init; }

    /// <summary>The same over a row that is nearly flat: the nucleus holds most of the vocabulary.</summary>
    public required double FlatNucleusMilliseconds { get; init; }

    /// <summary>Bytes that a decode step allocates in a node for a sequence that decodes alone.</summary>
    public double StepBytesAlone { get; init; }

    /// <summary>Bytes that it allocates for each of 16 sequences.</summary>
    public double StepBytesOf16 { get; init; }

    /// <summary>A plan of 128 layers for 64 devices of one kind.</summary>
    public required double EvenPlanMilliseconds { get; init; }

    /// <summary>A plan of 128 layers for 64 devices of four kinds, on nodes of eight.</summary>
    public required double MixedPlanMilliseconds { get; init; }
}
