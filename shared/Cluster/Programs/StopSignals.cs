using System.Runtime.InteropServices;

namespace OrleansInference.Cluster.Programs;

/// <summary>Takes Ctrl-C and SIGTERM as the wish to stop in order, where a process has others to end before itself, until it is disposed.</summary>
public sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration _interrupted;
    private readonly PosixSignalRegistration _terminated;

    public StopSignals()
    {
        _interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        _terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    }

    /// <summary>Cancelled by the first of them.</summary>
    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        _interrupted.Dispose();
        _terminated.Dispose();
        _stop.Dispose();
    }

    private void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        _stop.Cancel();
    }
}
