namespace OrleansInference.Compute.Measurement;

/// <summary>What one layer costs, wherever it runs.</summary>
/// <param name="WeightBytes">Memory of its weights as the backend keeps them.</param>
/// <param name="ReadBytes">Bytes of weights that a step reads; less than <paramref name="WeightBytes"/> where only some experts are active.</param>
/// <param name="OperationsPerToken">Floating-point operations for a token; a multiply-add counts as two.</param>
/// <param name="KvBytesPerToken">Keys and values of a token.</param>
public readonly record struct LayerCost(long WeightBytes, long ReadBytes, double OperationsPerToken, long KvBytesPerToken);

/// <summary>What a model costs, layer by layer, with the extra at its two ends.</summary>
public sealed record ModelCost
{
    public required IReadOnlyList<LayerCost> Layers { get; init; }

    /// <summary>Comes to the stage with the first layer.</summary>
    public LayerCost Embedding { get; init; }

    /// <summary>Final norm and head; comes to the stage with the last layer.</summary>
    public LayerCost Head { get; init; }

    /// <summary>Whether a stage with both ends keeps a single table for them.</summary>
    public bool TiedEmbedding { get; init; }

    /// <summary>A token's hidden state on its way between stages.</summary>
    public long ActivationBytesPerToken { get; init; }

    /// <summary>Keys and values of a token in all layers.</summary>
    public long KvBytesPerToken => Layers.Sum(static layer => layer.KvBytesPerToken);

    /// <summary>Costs of a model.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="weightBytes">Bytes of a weight as the backend keeps it.</param>
    /// <param name="kvBytes">Bytes of an element of a key or value.</param>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: a kind of layer whose cost is not known here.</exception>
    public static ModelCost From(ModelSpec spec, double weightBytes = 2, int kvBytes = 4) => new()
    {
        Layers = [.. spec.Layers.Select(layer => Cost(layer, weightBytes, kvBytes))],
        Embedding = new LayerCost((long)(Elements(spec.Embedding) * weightBytes), 0, 0, 0),
        Head = Linear(Elements(spec.Head.Weight) + Elements(spec.FinalNorm), weightBytes, 0),
        TiedEmbedding = spec.TiedEmbedding,
        ActivationBytesPerToken = spec.HiddenSize * sizeof(float),
    };

    private static LayerCost Cost(LayerSpec layer, double weightBytes, int kvBytes)
    {
        long norms = Elements(layer.AttentionNorm) + Elements(layer.FeedForwardNorm);
        if (layer.Attention is not GroupedQueryAttentionSpec attention)
            throw Unknown(layer.Attention, "grouped-query attention");
        if (layer.FeedForward is not GatedMlpSpec mlp)
            throw Unknown(layer.FeedForward, "a gated feed-forward block");
        LinearSpec[] products = [attention.Query, attention.Key, attention.Value, attention.Output, mlp.Gate, mlp.Up, mlp.Down];
        long elements = norms + products.Sum(product => Elements(product.Weight) + (product.Bias is { } bias ? Elements(bias) : 0));
        return Linear(elements, weightBytes, 2L * attention.KvHeads * attention.HeadDim * kvBytes);
    }

    private static InferenceException Unknown(object part, string expected) =>
        new(ErrorCode.InvalidOption, $"The cost of {part.GetType().Name} is unknown; expected {expected}.");

    private static LayerCost Linear(long elements, double weightBytes, long kvBytes) =>
        new((long)(elements * weightBytes), (long)(elements * weightBytes), 2.0 * elements, kvBytes);

    private static long Elements(TensorSpec tensor) => tensor.Shape.Aggregate(1L, (product, extent) => product * extent);
}
