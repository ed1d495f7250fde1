using OrleansInference.Cluster.Protocol;

namespace OrleansInference.Cluster.Hosting;

/// <summary>Transport of messages between threads and nodes. Actors resend lost messages; delivery never blocks the sender.</summary>
public interface IControlTransport
{
    /// <summary>Sends messages. Messages to one destination keep their order.</summary>
    /// <param name="messages">Messages; the caller may reuse the list on return.</param>
    void Deliver(IReadOnlyList<OutboundMessage> messages);
}
