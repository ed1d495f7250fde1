using System.Diagnostics;
using OrleansInference.Serving.Control;
using OrleansInference.Serving.Hosting;

namespace OrleansInference.Silo.Benchmarks;

/// <summary>In a device's place: sends a message to one that echoes it, and measures until it is back.</summary>
internal sealed class PingThread(int peer, IControlTransport transport) : MachineThread("Ping", transport)
{
    private TaskCompletionSource<TimeSpan> _back = new();
    private long _sent;

    /// <summary>One round trip.</summary>
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

    protected override void Receive(in Letter letter, TimeSpan now)
    {
        _back.TrySetResult(Stopwatch.GetElapsedTime(_sent));
        if (letter.Message is StepForward step)
        {
            HiddenBuffers.Return(step.Hidden);
        }
    }

    protected override void Tick(TimeSpan now)
    {
    }
}
