using System.Diagnostics;

namespace OrleansInference.Models.Architectures;

/// <summary>Lists the tensors of a model.</summary>
public static class ModelTensors
{
    /// <summary>Every tensor of the model, once each, in the order of the computation.</summary>
    public static IEnumerable<TensorSpec> Tensors(this ModelSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return [spec.Embedding, .. spec.Layers.SelectMany(Tensors), spec.FinalNorm, .. spec.TiedEmbedding ? [] : Tensors(spec.Head)];
    }

    /// <summary>Every tensor of a layer.</summary>
    public static IEnumerable<TensorSpec> Tensors(this LayerSpec layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        return [layer.AttentionNorm, .. Tensors(layer.Attention), layer.FeedForwardNorm, .. Tensors(layer.FeedForward)];
    }

    private static IEnumerable<TensorSpec> Tensors(AttentionSpec attention) => attention switch
    {
        GroupedQueryAttentionSpec grouped => [.. Tensors(grouped.Query), .. Tensors(grouped.Key), .. Tensors(grouped.Value), .. Tensors(grouped.Output)],
        _ => throw new UnreachableException(),
    };

    private static IEnumerable<TensorSpec> Tensors(FeedForwardSpec feedForward) => feedForward switch
    {
        GatedMlpSpec gated => [.. Tensors(gated.Gate), .. Tensors(gated.Up), .. Tensors(gated.Down)],
        _ => throw new UnreachableException(),
    };

    private static IEnumerable<TensorSpec> Tensors(LinearSpec linear) => linear.Bias is null ? [linear.Weight] : [linear.Weight, linear.Bias];
}
