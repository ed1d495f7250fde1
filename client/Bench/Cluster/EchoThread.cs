using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Bench.Cluster;

/// <summary>Replacement for a device that returns every message.</summary>
internal sealed class EchoThread(int peer, IControlTransport transport) : ActorThread("Echo", transport)
{
    private StepForward? _last;

    protected override void Receive(in OutboundMessage message, TimeSpan now)
    {
        // Earlier messages have arrived by now. A stage knows the same from the steps that the router has received back.
        if (_last is { } last)
        {
            HiddenBuffers.Return(last.Hidden);
        }

        _last = message.Message as StepForward;
        Send(Address.Device(peer), message.Message);
        Flush();
    }

    protected override void Tick(TimeSpan now)
    {
    }
}
