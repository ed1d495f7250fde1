using OrleansInference.Grains.Directory;

namespace OrleansInference.Grains.Nodes;

/// <summary>
/// Node's view of the cluster with the routers' figures. The directory's view is not updated with the figures, because they change with every step; a read requests them.
/// </summary>
/// <param name="view">The node's view.</param>
public sealed class RouterFigures(Func<ClusterView> view)
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private volatile IReadOnlyList<RouterSummary> _routers = []; // result of the last request
    private volatile Func<Task<IReadOnlyList<RouterSummary>>>? _source;
    private Task _request = Task.CompletedTask;
    private long _requestedAt = long.MinValue / 2;

    /// <summary>Sets the function that requests the figures from the directory.</summary>
    /// <param name="source">Requests the routers of all pipelines.</param>
    public void Connect(Func<Task<IReadOnlyList<RouterSummary>>> source) => _source = source;

    /// <summary>The view with the last requested figures. Reading it requests them again if they are old.</summary>
    public ClusterView View
    {
        get
        {
            Request(RetryDelay);
            ClusterView known = view();
            return known with { Router = WithFigures(known.Router), Others = [.. known.Others.Select(WithFigures)] };
        }
    }

    /// <summary>Requests the figures. Returns after a time limit if the directory does not answer; the view then keeps its earlier figures.</summary>
    public Task RefreshAsync(CancellationToken cancellationToken) =>
        Task.WhenAny(Request(FreshFor), Task.Delay(Timeout, cancellationToken)).WaitAsync(cancellationToken);

    private Task Request(TimeSpan freshFor)
    {
        lock (_lock)
        {
            if (_source is { } source && _request.IsCompleted && Environment.TickCount64 - _requestedAt > freshFor.TotalMilliseconds)
            {
                _requestedAt = Environment.TickCount64;
                _request = RequestAsync(source);
            }

            return _request;
        }
    }

    private async Task RequestAsync(Func<Task<IReadOnlyList<RouterSummary>>> source)
    {
        try
        {
            _routers = await source();
        }
        catch (Exception)
        {
            // The directory is unreachable, which the announcements log. The earlier figures are kept.
        }
    }

    private RouterSummary WithFigures(RouterSummary router) =>
        _routers.FirstOrDefault(asked => asked.Pipeline == router.Pipeline && asked.Number == router.Number)?.WithStanding(router) ?? router;
}
