using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Stage;

/// <summary>The results of computed steps, kept until the router has them. A repeated request is answered from here and not computed again.</summary>
internal sealed class SentSteps(IControlPort port)
{
    private readonly Dictionary<long, (Address To, ControlMessage Message)> _sent = [];
    private long _forgotten; // the last step that the router has

    public void Reset(long first)
    {
        _sent.Clear();
        _forgotten = first - 1;
    }

    /// <summary>Sends a step's result to the router or to the next stage.</summary>
    public void Send(long number, Address to, ControlMessage message)
    {
        _sent[number] = (to, message);
        port.Send(to, message);
    }

    /// <summary>Sends a step's result again if it is kept.</summary>
    public void Resend(long number)
    {
        if (_sent.TryGetValue(number, out (Address To, ControlMessage Message) sent))
        {
            port.Send(sent.To, sent.Message);
        }
    }

    /// <summary>Forgets steps whose tokens the router has, and reuses their buffers.</summary>
    /// <param name="completed">The last of them.</param>
    public void Forget(long completed)
    {
        while (_forgotten < completed)
        {
            // The next stage has computed the step: it ignores a copy of the message that is still in flight, regardless of the buffer's contents.
            if (_sent.Remove(++_forgotten, out (Address To, ControlMessage Message) sent) && sent.Message is StepForward forward)
            {
                HiddenBuffers.Return(forward.Hidden);
            }
        }
    }
}
