using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Protocol;

/// <summary>
/// The way out of a machine. Messages may be delayed, lost, repeated or overtaken: every machine repeats what was not answered, and takes a
/// repeated message for what it is.
/// </summary>
internal interface IControlPort
{
    void Send(Address to, ControlMessage message);
}
