using System.Runtime.InteropServices;
using OrleansInference.Silo.Settings;

namespace OrleansInference.Silo.Hosting;

/// <summary>
/// Requests that stop a node. The first one starts the hand-over. Later SIGTERMs have no effect, since supervisors may repeat the signal and the time of a
/// drain is guaranteed. Ctrl-C shows that a person does not want to wait: it ends the drain, and a second one ends the process.
/// </summary>
internal sealed partial class StopRequests : IDisposable
{
    private readonly NodeOptions _options;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource<bool> _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _hurry = new();
    private readonly PosixSignalRegistration _terminated;
    private readonly PosixSignalRegistration _interrupted;

    public StopRequests(NodeOptions options, ILogger<StopRequests> logger)
    {
        _options = options;
        _logger = logger;
        _terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        _interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
    }

    /// <summary>Completes with true when the node was asked to stop, or with false when it stops because a part of it has failed.</summary>
    public Task<bool> Stop => _stop.Task;

    /// <summary>Cancelled when the drain has to end immediately.</summary>
    public CancellationToken Hurry => _hurry.Token;

    /// <summary>Handles an administrator's request.</summary>
    public void OnDrainRequested() => _stop.TrySetResult(true);

    /// <summary>Handles a stop of the host by itself.</summary>
    public void OnHostStopping() => _stop.TrySetResult(false);

    public void Dispose()
    {
        _terminated.Dispose();
        _interrupted.Dispose();
        _hurry.Dispose();
    }

    private void OnSignal(PosixSignalContext signal)
    {
        // The signal's default ends the process. It remains in effect when Ctrl-C has already ended the drain.
        signal.Cancel = signal.Signal == PosixSignal.SIGTERM || !_hurry.IsCancellationRequested;
        if (_stop.TrySetResult(true))
        {
            Drains(signal.Signal, (int)_options.Member.DrainSeconds.TotalSeconds);
        }
        else if (signal.Signal == PosixSignal.SIGTERM)
        {
            GoesOn((int)_options.Member.DrainSeconds.TotalSeconds);
        }
        else if (signal.Cancel)
        {
            Ends();
            _hurry.Cancel();
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Signal}: the node drains for at most {Seconds} s. Another SIGTERM does not shorten this; Ctrl-C (SIGINT) does.")]
    private partial void Drains(PosixSignal signal, int seconds);

    [LoggerMessage(LogLevel.Warning, "SIGTERM again: the node continues to drain, for at most {Seconds} s from the first one. Ctrl-C (SIGINT) ends the drain immediately.")]
    private partial void GoesOn(int seconds);

    [LoggerMessage(LogLevel.Warning, "Ctrl-C (SIGINT) during the drain: the node ends it immediately.")]
    private partial void Ends();
}
