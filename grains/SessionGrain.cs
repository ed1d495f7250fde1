using Orleans.Configuration;
using Orleans.Placement;
using OrleansInference.Grains.Messaging;
using OrleansInference.Grains.Nodes;

namespace OrleansInference.Grains;

/// <remarks>Begins at the gateway that its client came to. Nothing of it is here: what counts is stored, and what is active belongs to the silo.</remarks>
[PreferLocalPlacement]
[CollectionAgeLimit(Minutes = 15)]
[GrainType("inference.session")]
internal sealed class SessionGrain(InferenceNode node) : Grain, ISessionGrain
{
    private int Number => (int)this.GetPrimaryKeyLong();

    public ValueTask Receive(Envelope envelope)
    {
        foreach (Serving.Hosting.Letter letter in envelope.Letters)
        {
            node.Front.Post(letter);
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
