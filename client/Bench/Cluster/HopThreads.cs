using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Bench.Cluster;

/// <summary>Replacement for a device that sends a message to an <see cref="EchoThread"/> and measures the time until it returns.</summary>
internal sealed class PingThread(int peer, IControlTransport transport) : ActorThread("Ping", transport)
{
    private TaskCompletionSource<TimeSpan> _back = new();
    private long _sent;

    /// <summary>Measures one round trip.</summary>
    public Task<TimeSpan> PingAsync(ControlMessage message)
    {
        TaskCompletionSource<TimeSpan> back = _back = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            _sent = Stopwatch.GetTimestamp();
            Send(Address.Device(peer), message);
            Flush();
        });
        return back.Task;
    }

    protected override void Receive(in OutboundMessage message, TimeSpan now)
    {
        _back.TrySetResult(Stopwatch.GetElapsedTime(_sent));
        if (message.Message is StepForward step)
        {
            HiddenBuffers.Return(step.Hidden);
        }
    }

    protected override void Tick(TimeSpan now)
    {
    }
}

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
