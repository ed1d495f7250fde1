namespace OrleansInference.Bench.Parts;

/// <summary>Medians of <see cref="PartsBenchmark"/>.</summary>
public sealed record PartFigures
{
    /// <summary>Tokenizer throughput on one thread, in 10^6 bytes of UTF-8 a second.</summary>
    public required double TokenizerMegabytesPerSecond { get; init; }

    /// <summary>Time of the chat template for 200 messages; null if the checkpoint has none.</summary>
    public required double? TemplateMilliseconds { get; init; }

    /// <summary>Number of tokens from which the sampler chooses.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Time to find the likeliest token of one row.</summary>
    public required double GreedyMilliseconds { get; init; }

    /// <summary>Time of temperature 0.6 and top-p 0.95 on a row whose probabilities fall with the rank, as those of a trained model do.</summary>
    public required double NucleusMilliseconds { get; init; }

    /// <summary>Time of the same on a nearly flat row: the nucleus contains most of the vocabulary.</summary>
    public required double FlatNucleusMilliseconds { get; init; }

    /// <summary>Bytes that a decode step allocates in a node for a sequence that decodes alone.</summary>
    public double StepBytesAlone { get; init; }

    /// <summary>Bytes that it allocates for each of 16 sequences.</summary>
    public double StepBytesOf16 { get; init; }

    /// <summary>Time of a plan of 128 layers for 64 devices of one kind.</summary>
    public required double EvenPlanMilliseconds { get; init; }

    /// <summary>Time of a plan of 128 layers for 64 devices of four kinds, on nodes of eight.</summary>
    public required double MixedPlanMilliseconds { get; init; }
}
