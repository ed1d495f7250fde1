namespace OrleansInference.Api.Generation;

/// <summary>
/// Writes a comment, which readers of server-sent events pass over, wherever a stream that has begun is silent for an interval: so clients and proxies tell one that is slow from one
/// that is gone. Whoever writes events takes a turn for it, and so does a comment.
/// </summary>
/// <param name="events">The stream.</param>
/// <param name="interval">Of silence; zero for no comments.</param>
/// <param name="time">Measures it.</param>
/// <param name="aborted">The client went away.</param>
internal sealed class KeepAlive(EventStream events, TimeSpan interval, TimeProvider time, CancellationToken aborted) : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private ITimer? _timer; // goes off once, and is set again then
    private long _last; // when something was written; changed in turns

    /// <summary>The stream begins.</summary>
    public void Start()
    {
        if (interval == TimeSpan.Zero)
            return;
        _timer = time.CreateTimer(static self => _ = ((KeepAlive)self!).TickAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(interval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Waits for a turn, which lasts until <see cref="Leave"/>.</summary>
    public Task EnterAsync(CancellationToken cancellationToken) => _turn.WaitAsync(cancellationToken);

    public void Leave()
    {
        _last = time.GetTimestamp();
        _turn.Release();
    }

    /// <summary>Ends the comments: when it returns, none is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        _timer?.Dispose();
        await _turn.WaitAsync(CancellationToken.None);
    }

    /// <summary>Fails when the client is gone, which who waits for its tokens learns too.</summary>
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
            finally
            {
                _turn.Release();
            }
        }

        _timer!.Change(wait, Timeout.InfiniteTimeSpan);
    }
}
