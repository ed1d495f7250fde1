using System.Diagnostics.CodeAnalysis;
using Orleans.Runtime;
using Orleans.Runtime.Placement;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Wire;
using OrleansInference.Grains.Directory;
using OrleansInference.Grains.Links;
using OrleansInference.Grains.Nodes;
using OrleansInference.Grains.Placement;
using OrleansInference.Models;

namespace OrleansInference.Grains;

/// <remarks>
/// A router lives as long as its activation. A later activation has a higher number, so that stages refuse messages that the earlier one still sends. When an
/// activation moves, its router continues where it is until the next activation takes it over: streams wait for the takeover alone.
/// </remarks>
[GrainType("inference.router")]
internal sealed class RouterGrain(InferenceNode node) : Grain, IRouterGrain, IGrainMigrationParticipant
{
    private const string BeforeKey = "inference.router-before";

    private int Pipeline => (int)this.GetPrimaryKeyLong();

    private readonly ViewCopy _members = new(); // copy of the directory's view
    private int _number;
    private HostedRouter? _router;
    private string? _before; // key of the gateway where the previous activation still runs

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _number = RouterNumbers.Of(await node.Store.NextActivationAsync(), Pipeline);
        if (_before is not null)
        {
            await TakeOverAsync(_before);
        }
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_router is { } router && reason.ReasonCode != DeactivationReasonCode.Migrating)
        {
            node.EndRouter(router);
        }

        return Task.CompletedTask;
    }

    public void OnDehydrate(IDehydrationContext context) => context.TryAddValue(BeforeKey, PinnedKey.Of(node.Front.Gateway, GrainContext.Address.SiloAddress!));

    public void OnRehydrate(IRehydrationContext context) => context.TryGetValue(BeforeKey, out _before);

    public ValueTask Receive(MessageBatch batch)
    {
        if (_router is not null)
        {
            node.Transport.Take(batch);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<RouterSummary> Members(ClusterView view)
    {
        _members.Take(view);
        return ValueTask.FromResult(OnMembers(_members.View));
    }

    public ValueTask<RouterSummary?> MembersChanged(Guid directory, long since, ViewChanges changes) =>
        ValueTask.FromResult(_members.Take(directory, since, changes) ? OnMembers(_members.View) : null);

    public ValueTask HandOver(SiloAddress to)
    {
        RequestContext.Set(IPlacementDirector.PlacementHintKey, to);
        MigrateOnIdle();
        return ValueTask.CompletedTask;
    }

    private RouterSummary OnMembers(ClusterView view)
    {
        if (_router is null && TryStart(view))
        {
            node.Begin(_router, null, null);
        }

        Update(view);
        if (_router?.Report.Phase == PlanPhase.Stopped)
        {
            // A later activation has taken over.
            DeactivateOnIdle();
        }

        RouterSummary summary = _router is null ? RouterSummary.None with { Pipeline = Pipeline } : RouterSummary.Of(_router.Report, node.Setup.Name);
        return summary with { TakesChanges = true };
    }

    /// <summary>Takes over from the previous activation, which runs until this one is ready.</summary>
    private async Task TakeOverAsync(string before)
    {
        ClusterView view = node.Transport.View;
        if (TryStart(view))
        {
            PipelinePlan? prepared = await node.Store.PreparePlanAsync(_number);
            RouterHandover? inherited = await TakeAsync(before);
            // The devices are informed of the new router only now: from here on they accept no message of the previous router.
            Update(view);
            node.Begin(_router, inherited, prepared);
        }
    }

    /// <returns>The previous activation's handover; null if that activation was lost, or belongs to a version with another format.</returns>
    private async Task<RouterHandover?> TakeAsync(string before)
    {
        try
        {
            byte[] handover = await GrainFactory.GetGrain<IGatewayGrain>(before).TakeRouter(Pipeline);
            return handover.Length > 0 ? ControlCodec.ReadHandover(handover) : null;
        }
        catch (Exception error) when (error is OrleansException or TimeoutException or InferenceException)
        {
            return null;
        }
    }

    /// <summary>Starts the router if the view has nodes with devices.</summary>
    [MemberNotNullWhen(true, nameof(_router))]
    private bool TryStart(ClusterView view)
    {
        NodeState[] nodes = NodesOf(view);
        _router = nodes.Length > 0 ? node.StartRouter(_number, nodes) : null;
        return _router is not null;
    }

    /// <summary>Sends the nodes to the router and its planner.</summary>
    private void Update(ClusterView view)
    {
        NodeState[] nodes = NodesOf(view);
        node.Describe(Pipeline, nodes);
        _router?.Post(new OutboundMessage(Address.Router(Pipeline), Fleet.MembersOf(Pipeline, view)));
    }

    private static NodeState[] NodesOf(ClusterView view) => [.. view.Nodes.Where(static other => other.Devices.Count > 0)];
}
