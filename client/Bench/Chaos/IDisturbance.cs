using OrleansInference.Cli.Cluster;
using OrleansInference.Models;

namespace OrleansInference.Bench.Chaos;

/// <summary>One way of disturbing a node.</summary>
internal interface IDisturbance
{
    /// <summary>Disturbs a node, and returns when the cluster is whole again.</summary>
    /// <param name="victim">The node, of a cluster that is whole.</param>
    /// <param name="watch">Of its cluster.</param>
    /// <param name="cancellationToken">Ends the wait, and leaves no process behind that stands still.</param>
    /// <exception cref="InferenceException"><see cref="ErrorCode.Unavailable"/>: the cluster does not become whole again.</exception>
    Task<DisturbedNode> RunAsync(NodeStatus victim, ClusterWatch watch, CancellationToken cancellationToken);

    /// <param name="settings">Say which way.</param>
    static IDisturbance Of(ChaosSettings settings) => settings.By switch
    {
        DisturbanceKind.Freeze => new FreezeDisturbance(settings.Frozen),
        DisturbanceKind.Drain => new DrainDisturbance(),
        _ => new KillDisturbance(),
    };
}
