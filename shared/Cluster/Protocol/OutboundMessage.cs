using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Protocol;

/// <summary>Message with its destination.</summary>
public readonly record struct OutboundMessage(Address To, ControlMessage Message);
