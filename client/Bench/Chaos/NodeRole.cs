namespace OrleansInference.Bench.Chaos;

/// <summary>Role for which a node is chosen; a node may have several.</summary>
internal enum NodeRole
{
    /// <summary>Runs layers; if possible, it has neither the router nor the directory.</summary>
    Stage,

    /// <summary>Has the router.</summary>
    Router,

    /// <summary>Has the directory.</summary>
    Directory,

    /// <summary>Serves most of the streams.</summary>
    Gateway,
}
