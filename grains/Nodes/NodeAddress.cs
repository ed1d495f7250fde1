namespace OrleansInference.Grains.Nodes;

/// <summary>Address of the node's HTTP interface; empty before it listens.</summary>
public sealed class NodeAddress
{
    public string Url { get; set; } = string.Empty;
}
