using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.SimulationTests.Actors;

/// <summary>Keeps what an actor sends.</summary>
internal sealed class CollectingPort : IControlPort
{
    public List<(Address To, ControlMessage Message)> Sent { get; } = [];

    public void Send(Address to, ControlMessage message) => Sent.Add((to, message));

    /// <summary>What of one kind was sent since the last time.</summary>
    public List<T> Take<T>()
        where T : ControlMessage
    {
        List<T> taken = [.. Sent.Select(static sent => sent.Message).OfType<T>()];
        Sent.RemoveAll(static sent => sent.Message is T);
        return taken;
    }
}
