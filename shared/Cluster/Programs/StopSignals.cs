using System.Runtime.InteropServices;

namespace OrleansInference.Cluster.Programs;

/// <summary>Handles Ctrl-C and SIGTERM as a request to stop in order, until it is disposed. For a process that must end other processes before itself.</summary>
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

    /// <summary>Token that the first of these signals cancels.</summary>
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
