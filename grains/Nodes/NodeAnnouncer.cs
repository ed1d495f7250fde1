using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Grains.Directory;
using OrleansInference.Models;
using ErrorCode = OrleansInference.Models.ErrorCode;

namespace OrleansInference.Grains.Nodes;

/// <summary>Announces this node's state to the directory, and applies the directory's view to this node.</summary>
public sealed partial class NodeAnnouncer(
    InferenceNode node, ILocalSiloDetails silo, IClusterMembershipService membership, IGrainFactory grains, NodeAddress address, ILogger<NodeAnnouncer> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan QuietInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FailureDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan OrderedInterval = TimeSpan.FromMilliseconds(50);

    private readonly DirectoryExchange _exchange = new();
    private readonly CorruptedPageCounts _corrupted = new();
    private readonly TaskCompletionSource _admitted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile TaskCompletionSource _changesPending = new(TaskCreationOptions.RunContinuationsAsynchronously); // completed: there are changes to request
    private volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously); // completed: the view has changed
    private long _announced; // time of the last announcement
    private volatile bool _draining;
    private volatile bool _ordered; // devices are changing to another pipeline
    private RefusalSummary[] _refusals = []; // refusals of this node's devices that were logged

    /// <summary>Completes when the node has joined.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidOption"/>: the node may not join; the message names the difference from the cluster.</exception>
    public Task Admitted => _admitted.Task;

    /// <summary>Marks the node as draining in all further announcements, so that its layers are moved to other nodes.</summary>
    public void BeginDraining() => _draining = true;

    /// <summary>Called when an operator asks this node to stop.</summary>
    public Action? DrainRequested { get; set; }

    /// <returns>Whether the directory answered.</returns>
    public async Task<bool> AnnounceAsync()
    {
        NodeState state = State();
        foreach ((int device, long pages) in _corrupted.Update(state.Devices))
        {
            HasCorruptedPages(state.Name, device, pages);
        }

        string? refusal;
        try
        {
            refusal = await _exchange.AnnounceAsync(grains.GetGrain<IDirectoryGrain>(0), state);
        }
        catch (Exception error)
        {
            // The directory's silo is lost, or the directory's activation failed with any exception, for example because the database is unavailable.
            _exchange.OnFailure();
            DirectoryUnreachable(error.Message);
            return false;
        }

        Take(refusal);
        return true;
    }

    /// <summary>Applies the copy of the directory's view after a reply.</summary>
    private void Take(string? refusal)
    {
        if (refusal is not null)
        {
            _admitted.TrySetException(new InferenceException(ErrorCode.InvalidOption, refusal));
            return;
        }

        ClusterView view = _exchange.View;
        if (view.Complete && _admitted.TrySetResult())
        {
            Joined(node.Setup.Name, view.Nodes.Count, view.Directory);
        }

        Warn(view.Routers);
        node.Transport.Update(view);
        _ordered = Apply(view);
        if (!_draining && view.Drains.Contains(node.Setup.Name))
        {
            DrainRequested?.Invoke();
        }
    }

    /// <summary>Passes the pipelines and orders of a view to the sessions and devices of this node.</summary>
    /// <returns>Whether devices are changing to another pipeline.</returns>
    private bool Apply(ClusterView view)
    {
        if (view.Complete && view.Routers.All(static router => router.Number > 0))
        {
            node.Front.PipelinesAre([.. view.Routers.Select(static router => router.Load)]);
        }

        bool ordered = false;
        foreach (DeviceThread device in node.Devices)
        {
            if (view.Orders.FirstOrDefault(order => order.Device == device.Self.Device) is { } order)
            {
                device.Post(new OutboundMessage(Address.Device(device.Self.Device), order.For(device.Self)));
                ordered = true;
            }
        }

        return ordered;
    }

    private void Warn(IReadOnlyList<RouterSummary> routers)
    {
        RefusalSummary[] own = [.. routers.SelectMany(static router => router.Refusals).Where(refusal => node.Devices.Any(device => device.Self.Device == refusal.Device))];
        foreach (RefusalSummary refusal in own.Except(_refusals))
        {
            HasNoRoom(refusal.Device, refusal.Reason);
        }

        _refusals = own;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        node.Transport.Connect(grains);
        node.ViewChanged = OnViewChanged;
        node.Figures.Connect(() => grains.GetGrain<IDirectoryGrain>(0).Routers().AsTask());
        foreach (DeviceThread device in node.Devices)
        {
            device.StepFailed = (step, error) => StepFailed(error, device.Self.Device, step);
        }

        return Task.WhenAll(
            RetriedWork.RunAsync("The announcement of the node", logger, RoundAsync, stoppingToken),
            RetriedWork.RunAsync("The node's watch on the membership", logger, WatchAsync, stoppingToken));
    }

    private async Task RoundAsync(CancellationToken stopping)
    {
        bool isDue = _ordered || _changesPending.Task.IsCompleted || Environment.TickCount64 - _announced >= QuietInterval.TotalMilliseconds || !_exchange.IsQuiet(State());
        TimeSpan wait = Interval;
        if (isDue)
        {
            _changesPending = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _announced = Environment.TickCount64;
            wait = !await AnnounceAsync() ? FailureDelay : _ordered ? OrderedInterval : Interval;
        }
        else if (_changed.Task.IsCompleted)
        {
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Take(refusal: null);
        }

        await Task.WhenAny(_changesPending.Task, _changed.Task, Task.Delay(wait, stopping));
    }

    private void OnViewChanged(int gateway, Guid directory, long version, ViewUpdate? update)
    {
        if (!_exchange.IsBehind(directory, version))
        {
            return;
        }

        // Only replies state whether a node may join, so updates are applied only after that.
        if (update is not null && _admitted.Task.IsCompletedSuccessfully && _exchange.Take(directory, update))
        {
            _changed.TrySetResult();
        }
        else
        {
            _changesPending.TrySetResult();
        }
    }

    /// <summary>Announces the node after every change of the membership. The directory may have been active on a lost silo, and its next activation waits for all nodes.</summary>
    private async Task WatchAsync(CancellationToken stopping)
    {
        await foreach (ClusterMembershipSnapshot _ in membership.MembershipUpdates.WithCancellation(stopping))
        {
            _changesPending.TrySetResult();
        }

        // The enumeration ends when Orleans stops.
        await Task.Delay(Interval, stopping);
    }

    /// <summary>Returns the current state of the node.</summary>
    public NodeState State() => new()
    {
        Name = node.Setup.Name,
        Silo = silo.SiloAddress,
        Gateway = node.Front.Gateway,
        Url = address.Url,
        Devices = node.DeviceStates,
        Process = Environment.ProcessId,
        LinkPort = node.Links?.Port ?? 0,
        LinkMessages = node.Transport.LinkMessages,
        LinkBytes = node.Transport.LinkBytes,
        CallMessages = node.Transport.CallMessages,
        LinkKey = node.Links?.Key ?? [],
        Terms = node.Setup.Terms,
        Weights = node.Setup.Weights,
        Admitted = _admitted.Task.IsCompletedSuccessfully,
        Draining = _draining,
        Sessions = node.Front.ActiveSessions,
        Streams = node.Service.Open,
        AcceptsUpdates = true,
    };

    [LoggerMessage(LogLevel.Information, "Node {Node} takes part in the cluster. Nodes: {Nodes}; directory: {Directory}.")]
    private partial void Joined(string node, int nodes, string directory);

    [LoggerMessage(LogLevel.Warning, "Device {Device} has no memory for its assigned layers; other devices get them. {Reason}")]
    private partial void HasNoRoom(int device, string reason);

    [LoggerMessage(LogLevel.Warning, "Node {Node}, device {Device}: the content of {Pages} cached pages differed from the recomputed content. They were dropped and are recomputed when needed; check the machine's memory.")]
    private partial void HasCorruptedPages(string node, int device, long pages);

    [LoggerMessage(LogLevel.Error, "Device {Device} failed to compute step {Step}. The requests of this step end with an error; other requests continue.")]
    private partial void StepFailed(Exception error, int device, long step);

    [LoggerMessage(LogLevel.Debug, "The directory could not be reached: {Reason}")]
    private partial void DirectoryUnreachable(string reason);
}
