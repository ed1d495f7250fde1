using OrleansInference.Cluster.Hosting;
using OrleansInference.Grains;
using OrleansInference.Grains.Directory;
using OrleansInference.Grains.Nodes;
using OrleansInference.Silo.Failures;
using OrleansInference.Silo.Settings;

namespace OrleansInference.Silo.Hosting;

/// <summary>Hands over a node that stops: it accepts no new requests, its layers move to other nodes, and its streams end or their clients go to other nodes.</summary>
internal sealed partial class NodeDrain(
    InferenceNode node, NodeAnnouncer announcer, IGrainFactory grains, ConnectionWatcher watcher, NodeOptions options, ILogger<NodeDrain> logger)
{
    private static readonly TimeSpan AskInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan HandOverWithin = TimeSpan.FromSeconds(5);

    /// <summary>Drains the node. Returns when nothing depends on the node any more, or its time is up.</summary>
    /// <param name="hurry">Ends the wait.</param>
    /// <returns>Whether all of the node's streams have ended.</returns>
    public async Task<bool> RunAsync(CancellationToken hurry)
    {
        long begun = Environment.TickCount64;
        Begins(node.Setup.Name, node.Service.Open, (int)options.Member.DrainSeconds.TotalSeconds);
        node.Service.Close();
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(hurry);
        limit.CancelAfter(options.Member.DrainSeconds);
        try
        {
            if (OthersCanServe())
            {
                await LeaveAsync(limit.Token);
                await Task.WhenAll(node.Transport.Routed.Select(pipeline => HandOverRouterAsync(pipeline, limit.Token)));
            }

            while (node.Service.Open > 0)
            {
                await Task.Delay(AskInterval, limit.Token);
            }

            Ends(node.Setup.Name, (Environment.TickCount64 - begun) / 1000.0);
        }
        catch (OperationCanceledException)
        {
            Late((Environment.TickCount64 - begun) / 1000, node.Service.Open);
        }

        watcher.Stop();
        return node.Service.Open == 0;
    }

    private bool OthersCanServe() => node.Transport.View.Nodes.Any(IsStaying);

    private async Task LeaveAsync(CancellationToken cancellationToken)
    {
        List<Task> releases = [];
        foreach (DeviceThread device in node.Devices)
        {
            TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
            device.Released = () => release.TrySetResult();
            releases.Add(release.Task);
        }

        Task released = Task.WhenAll(releases);
        announcer.BeginDraining();
        await announcer.AnnounceAsync(); // if this fails, the next announcement informs the directory
        while (!released.IsCompleted && OthersCanServe())
        {
            foreach (DeviceThread device in node.Devices)
            {
                device.AskToLeave();
            }

            await Task.WhenAny(released, Task.Delay(AskInterval, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Moves a router between two steps, with its knowledge of the pages. If it were lost with the silo, the next router would have all contexts recomputed.</summary>
    private async Task HandOverRouterAsync(int pipeline, CancellationToken cancellationToken)
    {
        if (node.Transport.View.Nodes.FirstOrDefault(IsStaying) is not { } next)
        {
            return;
        }

        try
        {
            await grains.GetGrain<IRouterGrain>(pipeline).HandOver(next.Silo);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // The router is lost with the silo. It restarts elsewhere, from what the stages have.
            NotHandedOver(pipeline, error.Message);
            return;
        }

        long begun = Environment.TickCount64;
        while (node.Transport.Routed.Contains(pipeline) && Environment.TickCount64 - begun < HandOverWithin.TotalMilliseconds)
        {
            await Task.Delay(AskInterval, cancellationToken);
        }
    }

    private bool IsStaying(NodeState other) => other.Gateway != node.Front.Gateway && !other.Draining;

    [LoggerMessage(LogLevel.Information, "The drain of node {Node} begins: {Streams} streams, for at most {Seconds} s.")]
    private partial void Begins(string node, int streams, int seconds);

    [LoggerMessage(LogLevel.Information, "The drain of node {Node} has ended after {Seconds:0.0} s: its layers, routers and streams have moved or ended.")]
    private partial void Ends(string node, double seconds);

    [LoggerMessage(LogLevel.Warning, "The node stops after {Seconds} s with {Streams} streams that have not ended; their clients can continue at another node.")]
    private partial void Late(long seconds, int streams);

    [LoggerMessage(LogLevel.Warning, "The router of pipeline {Pipeline} was not handed over: {Reason}")]
    private partial void NotHandedOver(int pipeline, string reason);
}
