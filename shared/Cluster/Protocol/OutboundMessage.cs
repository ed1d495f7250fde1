using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Protocol;

/// <summary>A message with where it goes.</summary>
internal readonly record struct OutboundMessage(Address To, ControlMessage Message);
