using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using OrleansInference.Grains.Directory;
using OrleansInference.Grains.Nodes;
using OrleansInference.Grains.Placement;

namespace OrleansInference.Grains;

/// <remarks>A new activation sends the routers nothing until all silos of the cluster have announced themselves, because a node that has not announced itself is not lost.</remarks>
[GrainType("inference.directory")]
internal sealed class DirectoryGrain(InferenceNode node, IClusterMembershipService membership, ILogger<DirectoryGrain> logger) : Grain, IDirectoryGrain, IDisposable
{
    private static readonly TimeSpan NotifyInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan CallInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    private readonly ClusterState _state = new(Guid.NewGuid(), node.Setup.Name);
    private readonly MemberLog _log = new(logger, node.Transport.View.Nodes, node.Front.Gateway);
    private readonly CancellationTokenSource _stopping = new();
    private Fleet _fleet = null!; // set on activation
    private DateTimeOffset _since;
    private MembershipVersion _members; // version of the membership that the nodes were last compared with
    private readonly HashSet<int> _notifying = []; // pipelines whose routers are being informed
    private readonly HashSet<int> _changed = []; // pipelines with changes since their router's message in progress
    private readonly Dictionary<int, long> _routerVersions = []; // versions that routers have, by pipeline
    private bool _notifiesSoon;
    private long _called; // version of the change that nodes were last called for
    private bool _calls;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _fleet = await Fleet.OpenAsync(node.Store, node.CreateAllocationSource(), node.Setup.Terms.Pipelines);
        _since = DateTimeOffset.UtcNow;
        this.RegisterGrainTimer(TickAsync, new() { DueTime = NotifyInterval, Period = NotifyInterval, Interleave = true });
        RetriedWork.RunAsync("The directory's watch on the membership", logger, WatchAsync, _stopping.Token).Ignore();
        foreach (int session in await node.Store.UnfinishedAsync())
        {
            GrainFactory.GetGrain<ISessionGrain>(session).Wake().AsTask().Ignore();
        }
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => _stopping.CancelAsync();

    public void Dispose() => _stopping.Dispose();

    public ValueTask<ClusterView> Announce(NodeState state)
    {
        RemoveDead();
        if (!IsDead(state) && _state.Take(state))
        {
            OnChanged();
        }

        CallNodes();
        return ValueTask.FromResult(_state.View with { Refusal = LogRefusal(state.Gateway, _state.RefusalOf(state.Gateway)) });
    }

    public ValueTask<ViewChanges?> Report(NodeReport report)
    {
        RemoveDead();
        if (!_state.TryTake(report, out bool changed))
        {
            return ValueTask.FromResult<ViewChanges?>(null);
        }

        if (changed)
        {
            OnChanged();
        }

        CallNodes();
        ViewChanges reply = _state.ReplyTo(report);
        LogRefusal(report.Gateway, reply.Refusal);
        return ValueTask.FromResult<ViewChanges?>(reply);
    }

    public ValueTask<ClusterView> View()
    {
        RemoveDead();
        return ValueTask.FromResult(_state.View);
    }

    public ValueTask<IReadOnlyList<RouterSummary>> Routers() => ValueTask.FromResult(_fleet.Routers);

    public ValueTask<bool> Drain(string name)
    {
        RemoveDead();
        bool known = _state.Drain(name);
        CallNodes();
        return ValueTask.FromResult(known);
    }

    private string? LogRefusal(int gateway, string? refusal)
    {
        if (refusal is not null && _state.Find(gateway) is { } refused)
        {
            _log.Refuse(refused, refusal);
        }

        return refusal;
    }

    private bool IsDead(NodeState state) => membership.CurrentSnapshot.GetSiloStatus(state.Silo) is SiloStatus.Dead or SiloStatus.None;

    private void RemoveDead()
    {
        MembershipVersion members = membership.CurrentSnapshot.Version;
        if (members != _members)
        {
            _members = members;
            _state.Remove(IsDead);
            _log.Update(_state.Nodes, _state.Complete);
        }
    }

    private bool IsComplete() => _state.Complete || DateTimeOffset.UtcNow - _since > Timeout
        || membership.CurrentSnapshot.Members.Values.Where(static member => member.Status == SiloStatus.Active).All(member => _state.Contains(member.SiloAddress));

    /// <summary>Schedules a message to the routers in a separate turn, so that the announcing node does not wait for them. One message covers all changes until then.</summary>
    private void OnChanged()
    {
        _state.Complete = IsComplete();
        _log.Update(_state.Nodes, _state.Complete);
        _state.Set(_fleet.Orders(_state.Nodes));
        if (!_notifiesSoon)
        {
            _notifiesSoon = true;
            NotifySoonAsync().Ignore();
        }
    }

    private async Task NotifySoonAsync()
    {
        await Task.Yield();
        _notifiesSoon = false;
        await NotifyNodes();
    }

    private Task TickAsync()
    {
        if (!_state.Complete)
        {
            CallUnknown();
        }

        return NotifyNodes();
    }

    private async Task NotifyNodes()
    {
        RemoveDead();
        CallNodes();
        _state.Complete = IsComplete();
        if (!_state.Complete)
        {
            return;
        }

        _log.Update(_state.Nodes, complete: true);
        IReadOnlyList<int> pipelines = _fleet.Allocate(_state.Nodes, () => NotifyNodes().Ignore());
        PublishRouters();
        await Task.WhenAll(pipelines.Select(UpdateRouterAsync));
        if (_fleet.Ended)
        {
            DeactivateOnIdle();
        }
    }

    private void PublishRouters()
    {
        _state.Set(_fleet.Routers);
        _state.Set(_fleet.Orders(_state.Nodes));
        CallNodes();
    }

    /// <summary>Calls all nodes that have not announced themselves to this activation.</summary>
    private void CallUnknown()
    {
        foreach (ClusterMember member in membership.CurrentSnapshot.Members.Values.Where(member => member.Status == SiloStatus.Active && !_state.Contains(member.SiloAddress)))
        {
            Call(new UpdateTarget(0, member.SiloAddress), null);
        }
    }

    /// <param name="node">The node, with gateway 0 if the gateway is unknown.</param>
    /// <param name="update">The changes; null if the node has to request them.</param>
    private void Call(UpdateTarget node, ViewUpdate? update) =>
        GrainFactory.GetGrain<IGatewayGrain>(PinnedKey.Of(node.Gateway, node.Silo)).ViewChanged(node.Gateway, _state.Activation, _state.Version, update).AsTask().Ignore();

    /// <summary>Calls the nodes that need recent changes before their next report: for the first change immediately, for the changes after it together, after an interval.</summary>
    private void CallNodes()
    {
        if (!_calls && _state.Moved != _called)
        {
            _calls = true;
            CallNodesAsync().Ignore();
        }
    }

    private async Task CallNodesAsync()
    {
        try
        {
            await Task.Yield(); // collects further changes of this turn
            IReadOnlyList<(UpdateTarget Node, ViewUpdate? Update)> calls;
            do
            {
                _called = _state.Moved;
                calls = _state.Calls(Random.Shared);
                foreach ((UpdateTarget node, ViewUpdate? update) in calls)
                {
                    Call(node, update);
                }

                await Task.Delay(CallInterval, _stopping.Token);
            }
            while (calls.Count > 0 || _state.Moved != _called);
        }
        finally
        {
            _calls = false;
        }
    }

    private async Task UpdateRouterAsync(int pipeline)
    {
        if (!_notifying.Add(pipeline))
        {
            // The loop may be waiting for a lost router and has not sent this change.
            _changed.Add(pipeline);
            return;
        }

        do
        {
            _changed.Remove(pipeline);
            try
            {
                _fleet.Update(await UpdateRouterAsync(GrainFactory.GetGrain<IRouterGrain>(pipeline), pipeline));
            }
            catch (Exception)
            {
                // The router's silo is lost, or the router is being activated on another silo, or its activation failed because the database that numbers activations is unavailable.
                // The next round retries.
                _routerVersions.Remove(pipeline);
                _fleet.Missed(pipeline);
            }

            PublishRouters();
        }
        while (_changed.Contains(pipeline));
        _notifying.Remove(pipeline);
    }

    /// <summary>Sends a router the changes since its version, or the whole view if the changes are not sufficient.</summary>
    private async Task<RouterSummary> UpdateRouterAsync(IRouterGrain router, int pipeline)
    {
        RemoveDead();
        long since = _routerVersions.GetValueOrDefault(pipeline);
        long version = _state.Version;
        RouterSummary? summary = _state.Since(since) is { } changes ? await router.MembersChanged(_state.Activation, since, changes) : null;
        if (summary is null)
        {
            version = _state.Version;
            summary = await router.Members(_state.View);
        }

        _routerVersions[pipeline] = summary.TakesChanges ? version : 0;
        return summary;
    }

    /// <summary>Informs the routers of a loss immediately.</summary>
    private async Task WatchAsync(CancellationToken stopping)
    {
        await foreach (ClusterMembershipSnapshot _ in membership.MembershipUpdates.WithCancellation(stopping))
        {
            await NotifyNodes();
        }

        // The enumeration ends when Orleans stops.
        await Task.Delay(NotifyInterval, stopping);
    }
}
