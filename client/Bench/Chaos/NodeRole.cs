namespace OrleansInference.Bench.Chaos;

/// <summary>What a node is killed for; a node may play several of these.</summary>
internal enum NodeRole
{
    /// <summary>It runs layers; where that can be, neither the router nor the directory.</summary>
    Stage,

    /// <summary>It decides what is computed.</summary>
    Router,

    /// <summary>It knows the nodes.</summary>
    Directory,

    /// <summary>Most of the streams come through it.</summary>
    Gateway,
}
