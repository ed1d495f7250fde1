namespace OrleansInference.Api.Generation;

/// <summary>
/// Writes a comment whenever a started stream has been silent for an interval, so that clients and proxies can distinguish a slow stream from a lost one.
/// Readers of server-sent events ignore comments. Writers of events and comments are mutually exclusive: each enters before it writes.
/// </summary>
/// <param name="events">The stream.</param>
/// <param name="interval">Interval of silence; zero disables the comments.</param>
/// <param name="time">Clock that measures the interval.</param>
/// <param name="aborted">Signals that the client disconnected.</param>
internal sealed class KeepAlive(EventStream events, TimeSpan interval, TimeProvider time, CancellationToken aborted) : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private ITimer? _timer; // one-shot; set again after each tick
    private Task _tick = Task.CompletedTask;
    private long _last; // time of the last write; changed only by the owner of the turn

    /// <summary>Starts the comments.</summary>
    public void Start()
    {
        if (interval == TimeSpan.Zero)
            return;
        _timer = time.CreateTimer(static self => ((KeepAlive)self!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(interval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Waits for a turn, which lasts until <see cref="Leave"/>.</summary>
    public Task EnterAsync(CancellationToken cancellationToken) => _turn.WaitAsync(cancellationToken);

    public void Leave()
    {
        _last = time.GetTimestamp();
        _turn.Release();
    }

    /// <summary>Ends the comments. None is in progress when it returns.</summary>
    public async ValueTask DisposeAsync()
    {
        _timer?.Dispose();
        await _turn.WaitAsync(CancellationToken.None);
        await _tick;
    }

    private void Tick() => _tick = TickAsync();

    /// <summary>Writes a comment if one is due. If the client has disconnected, the comments end: the next write of an event fails.</summary>
    private async Task TickAsync()
    {
        TimeSpan wait = interval;
        if (_turn.Wait(0, CancellationToken.None))
        {
            try
            {
                wait -= time.GetElapsedTime(_last);
                if (wait <= TimeSpan.Zero)
                {
                    events.Comment();
                    await events.FlushAsync(aborted);
                    (_last, wait) = (time.GetTimestamp(), interval);
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
            finally
            {
                _turn.Release();
            }
        }

        _timer!.Change(wait, Timeout.InfiniteTimeSpan);
    }
}
