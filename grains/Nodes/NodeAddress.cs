namespace OrleansInference.Grains.Nodes;

/// <summary>Where a node can be reached, known once it listens.</summary>
public sealed class NodeAddress
{
    public string Url { get; set; } = string.Empty;
}
