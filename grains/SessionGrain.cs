using Orleans.Configuration;
using Orleans.Placement;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Grains.Links;
using OrleansInference.Grains.Nodes;

namespace OrleansInference.Grains;

/// <remarks>Activated on the silo of the gateway that the client used. The grain has no state: durable state is in the store, and active state belongs to the silo.</remarks>
[PreferLocalPlacement]
[CollectionAgeLimit(Minutes = 15)]
[GrainType("inference.session")]
internal sealed class SessionGrain(InferenceNode node) : Grain, ISessionGrain
{
    private int Number => (int)this.GetPrimaryKeyLong();

    public ValueTask Receive(MessageBatch batch)
    {
        foreach (OutboundMessage message in batch.Messages)
        {
            node.Front.Post(message);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask Wake()
    {
        node.Front.Wake(Number);
        return ValueTask.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        node.Front.Close(Number);
        return Task.CompletedTask;
    }
}
