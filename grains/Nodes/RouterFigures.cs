using OrleansInference.Grains.Directory;

namespace OrleansInference.Grains.Nodes;

/// <summary>
/// The cluster as a node knows it, with the routers' figures. The node's view follows what nodes go by and not the figures, which change with every step: these are asked for when they are read.
/// </summary>
/// <param name="view">The node's view.</param>
internal sealed class RouterFigures(Func<ClusterView> view)
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private volatile IReadOnlyList<RouterSummary> _routers = []; // as they were asked for last
    private volatile Func<Task<IReadOnlyList<RouterSummary>>>? _source;
    private Task _asking = Task.CompletedTask;
    private long _asked = long.MinValue / 2;

    /// <summary>From now on there is a way to the directory.</summary>
    /// <param name="source">Asks it for the routers of all pipelines.</param>
    public void Connect(Func<Task<IReadOnlyList<RouterSummary>>> source) => _source = source;

    /// <summary>With the figures that were asked for last, which are asked for again where they are old.</summary>
    public ClusterView View
    {
        get
        {
            Ask(AskAgainAfter);
            ClusterView known = view();
            return known with { Router = WithFigures(known.Router), Others = [.. known.Others.Select(WithFigures)] };
        }
    }

    /// <summary>Asks for the figures. Returns after a while where the directory does not answer; what is read then is what the node knew before.</summary>
    public Task RefreshAsync(CancellationToken cancellationToken) =>
        Task.WhenAny(Ask(FreshFor), Task.Delay(Timeout, cancellationToken)).WaitAsync(cancellationToken);

    private Task Ask(TimeSpan freshFor)
    {
        lock (_lock)
        {
            if (_source is { } source && _asking.IsCompleted && Environment.TickCount64 - _asked > freshFor.TotalMilliseconds)
            {
                _asked = Environment.TickCount64;
                _asking = AskAsync(source);
            }

            return _asking;
        }
    }

    private async Task AskAsync(Func<Task<IReadOnlyList<RouterSummary>>> source)
    {
        try
        {
            _routers = await source();
        }
        catch (Exception)
        {
            // The directory is not reached, as the announcements say: figures stay as they were.
        }
    }

    private RouterSummary WithFigures(RouterSummary router) =>
        _routers.FirstOrDefault(asked => asked.Pipeline == router.Pipeline && asked.Number == router.Number)?.WithStanding(router) ?? router;
}
