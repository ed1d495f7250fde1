using OrleansInference.Cli.Cluster;
using OrleansInference.Models;

namespace OrleansInference.Bench.Chaos;

/// <summary>Way of disturbing a node.</summary>
internal interface IDisturbance
{
    /// <summary>Disturbs a node. Returns when the cluster is whole again.</summary>
    /// <param name="victim">Node of a cluster that is whole.</param>
    /// <param name="watch">Monitor of the cluster.</param>
    /// <param name="cancellationToken">Cancels the wait. No process remains stopped.</param>
    /// <exception cref="InferenceException"><see cref="ErrorCode.Unavailable"/>: the cluster does not become whole again in time.</exception>
    Task<DisturbedNode> RunAsync(NodeStatus victim, ClusterWatch watch, CancellationToken cancellationToken);

    /// <param name="settings">Settings with the kind.</param>
    static IDisturbance Of(ChaosSettings settings) => settings.By switch
    {
        DisturbanceKind.Freeze => new FreezeDisturbance(settings.Frozen),
        DisturbanceKind.Drain => new DrainDisturbance(),
        _ => new KillDisturbance(),
    };
}
