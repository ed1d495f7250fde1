using OrleansInference.Grains.Directory;
using OrleansInference.Grains.Messaging;
using OrleansInference.Grains.Nodes;
using OrleansInference.Serving.Control;
using OrleansInference.Serving.Hosting;

namespace OrleansInference.Grains;

/// <remarks>An activation's thread lives as long as the activation; a later one's number is higher, so that stages refuse what the earlier may still send.</remarks>
[GrainType("inference.router")]
internal sealed class RouterGrain(InferenceNode node) : Grain, IRouterGrain
{
    private int _number;
    private RouterThread? _thread;

    public override async Task OnActivateAsync(CancellationToken cancellationToken) => _number = await node.Store.NextRouterAsync();

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_thread is { } thread)
        {
            node.Transport.Leave(thread);
            return Task.Run(thread.Dispose, CancellationToken.None);
        }

        return Task.CompletedTask;
    }

    public ValueTask Receive(Envelope envelope)
    {
        if (_thread is not null)
        {
            node.Transport.Take(envelope);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<RouterSummary> Members(ClusterView view)
    {
        NodeState[] nodes = [.. view.Nodes.Where(static other => other.Devices.Count > 0)];
        if (_thread is null && nodes.Length > 0)
        {
            _thread = node.NewRouter(_number, nodes);
            node.Transport.Join(_thread);
            _thread.Start();
        }

        if (_thread is not null)
        {
            foreach (DeviceState device in nodes.SelectMany(static other => other.Devices))
            {
                node.Describe(device, nodes);
            }

            _thread.Post(new Letter(Address.Router, new MembersAre(Devices(nodes), Devices(nodes.Where(static other => other.Draining)))));
            if (_thread.Report.Phase == ControlPhase.Stopped)
            {
                // A later activation rules.
                DeactivateOnIdle();
            }
        }

        return ValueTask.FromResult(_thread is null ? RouterSummary.None : RouterSummary.Of(_thread.Report, node.Setup.Name));
    }

    private static DeviceLife[] Devices(IEnumerable<NodeState> nodes) => [.. nodes.SelectMany(static node => node.Devices).Select(static device => new DeviceLife(device.Number, 1))];
}
