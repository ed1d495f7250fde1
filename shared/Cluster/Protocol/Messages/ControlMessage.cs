namespace OrleansInference.Cluster.Protocol.Messages;

/// <summary>Message between actors. Immutable, because sender and receiver may be in one process.</summary>
public abstract record ControlMessage;
