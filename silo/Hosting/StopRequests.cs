using System.Runtime.InteropServices;
using OrleansInference.Silo.Settings;

namespace OrleansInference.Silo.Hosting;

/// <summary>
/// What asks a node to stop. The first asks it to hand over; from then on SIGTERM changes nothing, since supervisors may repeat it and the time of a drain is promised, while Ctrl-C, by which a person has had enough, ends
/// the drain, and pressed once more the process.
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

    /// <summary>Completes with whether the node was asked to stop; not where it stops because a part of it has failed.</summary>
    public Task<bool> Stop => _stop.Task;

    /// <summary>Cancelled when the drain is to end at once.</summary>
    public CancellationToken Hurry => _hurry.Token;

    /// <summary>An administrator asks for it.</summary>
    public void OnDrainWanted() => _stop.TrySetResult(true);

    /// <summary>The host stops by itself.</summary>
    public void OnHostStopping() => _stop.TrySetResult(false);

    public void Dispose()
    {
        _terminated.Dispose();
        _interrupted.Dispose();
        _hurry.Dispose();
    }

    private void OnSignal(PosixSignalContext signal)
    {
        // The default is to end the process, which is what remains where Ctrl-C has ended the drain already.
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
