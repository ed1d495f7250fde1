using OrleansInference.Compute.Pages;
using OrleansInference.Compute.Weights;

namespace OrleansInference.Compute.Layers;

/// <summary>The one place that knows which block implements which specification.</summary>
internal static class Blocks
{
    /// <summary>The layer's content of a page.</summary>
    public static KvBlockShape KvShape(LayerSpec layer) => layer.Attention switch
    {
        GroupedQueryAttentionSpec attention => GroupedQueryAttention.KvShape(attention),
        _ => throw Unknown(layer.Attention),
    };

    public static ScratchNeeds Needs(LayerSpec layer)
    {
        ScratchNeeds attention = layer.Attention switch
        {
            GroupedQueryAttentionSpec spec => GroupedQueryAttention.Needs(spec),
            _ => throw Unknown(layer.Attention),
        };
        ScratchNeeds feedForward = layer.FeedForward switch
        {
            GatedMlpSpec spec => GatedMlp.Needs(spec),
            _ => throw Unknown(layer.FeedForward),
        };
        return attention.Max(feedForward);
    }

    /// <summary>Declares the layer's weights in the unit that will hold them.</summary>
    public static void Declare(LayerSpec layer, UnitLayout unit)
    {
        unit.AddVector("attention_norm", layer.AttentionNorm);
        switch (layer.Attention)
        {
            case GroupedQueryAttentionSpec spec:
                GroupedQueryAttention.Declare(spec, unit);
                break;
            default:
                throw Unknown(layer.Attention);
        }

        unit.AddVector("feed_forward_norm", layer.FeedForwardNorm);
        switch (layer.FeedForward)
        {
            case GatedMlpSpec spec:
                GatedMlp.Declare(spec, unit);
                break;
            default:
                throw Unknown(layer.FeedForward);
        }
    }

    public static IBlock Attention(LayerSpec layer, PackedUnit unit, long layerOffset, Func<RotarySpec, RotaryTables> tables) => layer.Attention switch
    {
        GroupedQueryAttentionSpec spec => new GroupedQueryAttention(spec, unit, layerOffset, tables(spec.Rotary)),
        _ => throw Unknown(layer.Attention),
    };

    public static IBlock FeedForward(LayerSpec layer, PackedUnit unit) => layer.FeedForward switch
    {
        GatedMlpSpec spec => new GatedMlp(spec, unit),
        _ => throw Unknown(layer.FeedForward),
    };

    private static InferenceException Unknown(object spec) =>
        new(ErrorCode.InvalidCheckpoint, $"The CPU backend has no implementation of {spec.GetType().Name}.");
}
