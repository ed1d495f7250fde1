namespace OrleansInference.Models.Architectures;

/// <summary>A tensor of the checkpoint: its published name and the shape it must have.</summary>
/// <param name="Name">Name in the safetensors files.</param>
/// <param name="Shape">Row-major extents; a linear layer's weight is [outputs, inputs].</param>
public sealed record TensorSpec(string Name, params int[] Shape);

/// <summary>A linear layer: y = W x (+ b).</summary>
/// <param name="Weight">[outputs, inputs]</param>
/// <param name="Bias">[outputs], or null.</param>
public sealed record LinearSpec(TensorSpec Weight, TensorSpec? Bias = null)
{
    public int Outputs => Weight.Shape[0];

    public int Inputs => Weight.Shape[1];
}

/// <summary>A model as data, from which the compute backend loads and runs it. An <see cref="IArchitecture"/> creates it from config.json.</summary>
public sealed record ModelSpec
{
    /// <summary>The name in config.json's <c>architectures</c>.</summary>
    public required string Architecture { get; init; }

    public required int HiddenSize { get; init; }

    public required int VocabularySize { get; init; }

    /// <summary>Positions that the rotary embedding was made for.</summary>
    public required int MaxPositions { get; init; }

    public required float NormEpsilon { get; init; }

    /// <summary>[vocabulary, hidden]</summary>
    public required TensorSpec Embedding { get; init; }

    public required IReadOnlyList<LayerSpec> Layers { get; init; }

    /// <summary>[hidden]</summary>
    public required TensorSpec FinalNorm { get; init; }

    /// <summary>[vocabulary, hidden]; the embedding itself where the two are tied.</summary>
    public required LinearSpec Head { get; init; }

    public bool TiedEmbedding => Head.Weight.Name == Embedding.Name;
}

/// <summary>A decoder layer: h += attention(norm(h)); h += feedForward(norm(h)).</summary>
public sealed record LayerSpec
{
    /// <summary>[hidden]</summary>
    public required TensorSpec AttentionNorm { get; init; }

    public required AttentionSpec Attention { get; init; }

    /// <summary>[hidden]</summary>
    public required TensorSpec FeedForwardNorm { get; init; }

    public required FeedForwardSpec FeedForward { get; init; }
}

/// <summary>Kinds of attention; the compute backend has one implementation for each.</summary>
public abstract record AttentionSpec;

/// <summary>Grouped-query attention: query head i reads key-value head i / (Heads / KvHeads).</summary>
public sealed record GroupedQueryAttentionSpec : AttentionSpec
{
    public required int Heads { get; init; }

    public required int KvHeads { get; init; }

    public required int HeadDim { get; init; }

    /// <summary>[Heads × HeadDim, hidden]</summary>
    public required LinearSpec Query { get; init; }

    /// <summary>[KvHeads × HeadDim, hidden]</summary>
    public required LinearSpec Key { get; init; }

    /// <summary>[KvHeads × HeadDim, hidden]</summary>
    public required LinearSpec Value { get; init; }

    /// <summary>[hidden, Heads × HeadDim]</summary>
    public required LinearSpec Output { get; init; }

    public required RotarySpec Rotary { get; init; }
}

/// <summary>
/// Rotary position embedding (Su et al., 2021) over pairs (i, i + HeadDim / 2): pair i turns by position × InverseFrequencies[i].
/// Scalings such as Llama 3's are applied to the frequencies when the model is read.
/// </summary>
/// <param name="InverseFrequencies">[headDim / 2], radians for each position, float32 as the reference computes them.</param>
public sealed record RotarySpec(IReadOnlyList<float> InverseFrequencies);

/// <summary>Kinds of feed-forward blocks.</summary>
public abstract record FeedForwardSpec;

/// <summary>down(silu(gate(x)) × up(x)).</summary>
public sealed record GatedMlpSpec : FeedForwardSpec
{
    /// <summary>[intermediate, hidden]</summary>
    public required LinearSpec Gate { get; init; }

    /// <summary>[intermediate, hidden]</summary>
    public required LinearSpec Up { get; init; }

    /// <summary>[hidden, intermediate]</summary>
    public required LinearSpec Down { get; init; }
}
