namespace OrleansInference.Cluster.Protocol.Messages;

/// <summary>A message between machines. Immutable: sender and receiver may be in one process.</summary>
internal abstract record ControlMessage;
