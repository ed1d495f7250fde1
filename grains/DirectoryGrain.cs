using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using OrleansInference.Grains.Directory;
using OrleansInference.Grains.Nodes;

namespace OrleansInference.Grains;

/// <remarks>
/// Until all silos of the cluster have spoken to a new activation, it tells the routers nothing: a node that is not heard of yet is not lost.
/// </remarks>
[GrainType("inference.directory")]
internal sealed class DirectoryGrain(InferenceNode node, IClusterMembershipService membership, ILogger<DirectoryGrain> logger) : Grain, IDirectoryGrain, IDisposable
{
    private static readonly TimeSpan TellEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly Dictionary<SiloAddress, NodeState> _nodes = [];
    private readonly HashSet<string> _drains = [];
    private readonly CancellationTokenSource _stopping = new();
    private Fleet _fleet = null!; // since the activation
    private DateTimeOffset _since;
    private readonly HashSet<int> _telling = []; // pipelines whose routers are being told
    private readonly HashSet<int> _news = []; // pipelines for which there is some since then
    private bool _complete;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _fleet = await Fleet.OpenAsync(node);
        _since = DateTimeOffset.UtcNow;
        this.RegisterGrainTimer(Tell, new() { DueTime = TellEvery, Period = TellEvery, Interleave = true });
        RetriedWork.RunAsync("The directory's watch on the membership", logger, WatchAsync, _stopping.Token).Ignore();
        foreach (int session in await node.Store.UnfinishedAsync())
        {
            GrainFactory.GetGrain<ISessionGrain>(session).Wake().AsTask().Ignore();
        }
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => _stopping.CancelAsync();

    public void Dispose() => _stopping.Dispose();

    public async ValueTask<ClusterView> Announce(NodeState state)
    {
        bool news = !_nodes.TryGetValue(state.Silo, out NodeState? known) || known.Draining != state.Draining
            || !known.Devices.Select(static device => (device.Number, device.Pipeline)).SequenceEqual(state.Devices.Select(static device => (device.Number, device.Pipeline)));
        _nodes[state.Silo] = state;
        if (news)
        {
            await Tell();
        }

        List<NodeState> alive = Alive();
        return View(alive) with { Complete = _complete, Refusal = _complete ? Admission.Refusal(alive, state, node.Setup.Name) : null };
    }

    public ValueTask<ClusterView> View() => ValueTask.FromResult(View(Alive()));

    public ValueTask<bool> Drain(string name)
    {
        bool known = Alive().Exists(other => other.Name == name);
        if (known)
        {
            _drains.Add(name);
        }

        return ValueTask.FromResult(known);
    }

    private ClusterView View(List<NodeState> nodes)
    {
        List<NodeState> admitted = Admission.Of(nodes);
        return new ClusterView(admitted, _fleet.Routers[0], [.. _drains], node.Setup.Name) { Others = [.. _fleet.Routers.Skip(1)], Orders = _fleet.Orders(admitted) };
    }

    /// <summary>Nodes that have spoken and are not known to be gone.</summary>
    private List<NodeState> Alive()
    {
        ClusterMembershipSnapshot members = membership.CurrentSnapshot;
        foreach (NodeState gone in _nodes.Values.Where(state => members.GetSiloStatus(state.Silo) is SiloStatus.Dead or SiloStatus.None).ToArray())
        {
            _nodes.Remove(gone.Silo);
            if (!_nodes.Values.Any(state => state.Name == gone.Name))
            {
                _drains.Remove(gone.Name);
            }
        }

        return [.. _nodes.Values.OrderBy(static state => state.Name, StringComparer.Ordinal).ThenBy(static state => state.Gateway)];
    }

    private async Task Tell()
    {
        _complete = _complete || DateTimeOffset.UtcNow - _since > Patience
            || membership.CurrentSnapshot.Members.Values.Where(static member => member.Status == SiloStatus.Active).All(member => _nodes.ContainsKey(member.SiloAddress));
        if (!_complete)
        {
            return;
        }

        IReadOnlyList<int> pipelines = _fleet.Divide(Admission.Of(Alive()), () => Tell().Ignore());
        await Task.WhenAll(pipelines.Select(TellAsync));
        if (_fleet.Ended)
        {
            DeactivateOnIdle();
        }
    }

    private async Task TellAsync(int pipeline)
    {
        if (!_telling.Add(pipeline))
        {
            // Who waits for a router that is gone has not told this news.
            _news.Add(pipeline);
            return;
        }

        do
        {
            _news.Remove(pipeline);
            try
            {
                _fleet.Heard(await GrainFactory.GetGrain<IRouterGrain>(pipeline).Members(View(Alive())));
            }
            catch (Exception)
            {
                // The router's silo is gone, it is being activated elsewhere, or its activation failed there, because the database that numbers activations is away: the next turn finds it.
                _fleet.Missed(pipeline);
            }
        }
        while (_news.Contains(pipeline));
        _telling.Remove(pipeline);
    }

    /// <summary>Tells the routers of a loss at once.</summary>
    private async Task WatchAsync(CancellationToken stopping)
    {
        await foreach (ClusterMembershipSnapshot _ in membership.MembershipUpdates.WithCancellation(stopping))
        {
            await Tell();
        }

        // Orleans ends them when it stops.
        await Task.Delay(TellEvery, stopping);
    }
}
