using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Protocol;

/// <summary>Output of an actor. Messages may be delayed, lost, repeated or overtaken: every actor repeats unanswered messages, and tolerates repeated ones.</summary>
public interface IControlPort
{
    void Send(Address to, ControlMessage message);
}
