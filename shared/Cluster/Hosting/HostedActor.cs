using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Hosting;

/// <summary>Actor that shares the thread of another: a message between the two wakes no thread. A defect in it ends the thread.</summary>
/// <param name="thread">Thread that receives the actor's messages.</param>
public abstract class HostedActor(ActorThread thread) : IControlPort, IDisposable
{
    /// <summary>Begins to receive messages. Messages that were posted before are dropped.</summary>
    public void Start() => thread.Host(this);

    /// <summary>Posts a message to the actor. Thread-safe; never blocks.</summary>
    public void Post(in OutboundMessage message) => thread.Post(message, this);

    /// <summary>Sends a message to another actor. Must be called on the thread.</summary>
    public void Send(Address to, ControlMessage message) => thread.Send(to, message);

    /// <summary>Stops receiving messages, after the current one. Thread-safe; does not wait.</summary>
    public void Dispose()
    {
        thread.Release(this);
        GC.SuppressFinalize(this);
    }

    /// <summary>Posts an action to the thread. Thread-safe; never blocks.</summary>
    protected void Post(Action action) => thread.Post(action);

    /// <summary>Handles a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="now">Current time.</param>
    /// <param name="arrived">Time at which the message was posted.</param>
    protected internal abstract void Receive(in OutboundMessage message, TimeSpan now, TimeSpan arrived);

    /// <summary>Handles the passage of time: called at least every ten milliseconds, if no handler takes longer.</summary>
    protected internal abstract void Tick(TimeSpan now);
}
