using OrleansInference.Simulation.Kernel;

namespace OrleansInference.Simulation.Cluster;

/// <summary>Delivery of messages to the process behind an address, and the plan store.</summary>
internal sealed partial class World
{
    private readonly Dictionary<int, PipelinePlan> _plans = []; // in force, by pipeline

    /// <summary>Delivers a message to the process that is behind the address on arrival.</summary>
    /// <param name="from">Sender.</param>
    /// <param name="to">Destination.</param>
    /// <param name="message">Message.</param>
    /// <param name="router">Activation, if the destination is a router; 0: the one that the directory knows.</param>
    public void Deliver(SimulatedProcess from, Address to, ControlMessage message, int router)
    {
        if (Trace.Keeps)
        {
            Trace.Write($"{from.Name} -> {to}: {Describe.Message(message)}");
        }

        message = _wire.Carry(message);
        switch (to.Kind)
        {
            case AddressKind.Router:
                RouterNode activation = (router == 0 ? null : _routers.Find(known => known.Number == router)) ?? RouterOf(to.Number);
                Network.Send(from.Node, activation.Node, () => Arrive(activation, message, () => activation.Receive(message)));
                break;
            case AddressKind.Device:
                DeviceNode device = Devices[to.Number];
                Network.Send(from.Node, device.Node, () => Arrive(device, message, () => device.Receive(message)));
                break;
            case AddressKind.Gateway:
                GatewayNode gateway = Gateways[to.Number];
                Network.Send(from.Node, gateway.Node, () => Arrive(gateway, message, () => gateway.Receive(message)));
                break;
            case AddressKind.Session:
                if (HomeOf(to.Number) is { } home)
                {
                    Network.Send(from.Node, home.Node, () =>
                    {
                        if (_homes.GetValueOrDefault(to.Number) == home)
                        {
                            Arrive(home, message, () => home.Receive(to.Number, message));
                        }
                    });
                }

                break;
            default:
                Network.Send(from.Node, StoreNode, () => WhenStoreAnswers(() => AskStore((RouterNode)from, message)));
                break;
        }
    }

    private void Arrive(SimulatedProcess process, ControlMessage message, Action receive)
    {
        if (process.StarvedUntil > Timeline.Now)
        {
            // The message waits in the process' sockets, and is lost with the process.
            Timeline.After(process.StarvedUntil - Timeline.Now, process, () => Arrive(process, message, receive));
        }
        else if (process.Alive)
        {
            Trace.Mark(process.Node, message.GetType().Name.Length);
            if (Trace.Keeps)
            {
                Trace.Write($"  {process.Name} <- {Describe.Message(message)}");
            }

            receive();
        }
    }

    private PipelinePlan? PlanOf(int router) => _plans.GetValueOrDefault(RouterNumbers.PipelineOf(router));

    private PipelinePlan SavePlan(PipelinePlan plan) => _plans[plan.Pipeline] = _wire.Carry(Bugs.Stored(PlanOf(plan.Router), plan));

    private void AskStore(RouterNode router, ControlMessage message)
    {
        ControlMessage answer = _wire.Carry(message is SavePlan save ? new PlanSaved(router.Number, SavePlan(save.Plan)) : new PlanRead(router.Number, PlanOf(router.Number)));
        Network.Send(StoreNode, router.Node, () => Arrive(router, answer, () => router.Receive(answer)));
    }
}
