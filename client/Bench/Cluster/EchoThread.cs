using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Bench.Cluster;

/// <summary>In a device's place: sends every message back.</summary>
internal sealed class EchoThread(int peer, IControlTransport transport) : ActorThread("Echo", transport)
{
    private StepForward? _last;

    protected override void Receive(in OutboundMessage message, TimeSpan now)
    {
        // What came before has arrived by now, as a stage knows from the steps that the router has back.
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
