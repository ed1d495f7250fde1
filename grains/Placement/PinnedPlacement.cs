using Orleans.Placement;
using Orleans.Runtime;
using Orleans.Runtime.Placement;

namespace OrleansInference.Grains.Placement;

/// <summary>Placement of grains that represent a resource of one silo and run only there. The key names the silo; see <see cref="PinnedKey"/>.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class PinnedPlacementAttribute() : PlacementAttribute(new PinnedPlacement());

[GenerateSerializer, Immutable, Alias("inference.pinned")]
public sealed class PinnedPlacement : PlacementStrategy;

/// <summary>Places a pinned grain on the silo that its key names.</summary>
public sealed class PinnedPlacementDirector : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        SiloAddress silo = PinnedKey.SiloOf(target.GrainIdentity.Key.ToString()!);
        return Array.IndexOf(context.GetCompatibleSilos(target), silo) >= 0
            ? Task.FromResult(silo)
            : Task.FromException<SiloAddress>(new SiloUnavailableException($"{silo}, which {target.GrainIdentity} belongs to, is not in the cluster."));
    }
}
