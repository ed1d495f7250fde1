using OrleansInference.Cluster.Protocol;

namespace OrleansInference.Cluster.Hosting;

/// <summary>The way between threads and nodes. What is lost on it the machines send again; it never blocks whoever sends.</summary>
internal interface IControlTransport
{
    /// <summary>Sends messages off, in their order where they have one destination.</summary>
    /// <param name="messages">The caller's own again on return.</param>
    void Deliver(IReadOnlyList<OutboundMessage> messages);
}
