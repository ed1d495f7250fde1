using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using OrleansInference.Grains.Directory;

namespace OrleansInference.Grains.Nodes;

/// <summary>Tells the directory what this node is and has, and learns from it what there is.</summary>
internal sealed partial class NodeAnnouncer(
    InferenceNode node, ILocalSiloDetails silo, IGrainFactory grains, NodeAddress address, ILogger<NodeAnnouncer> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    private volatile bool _draining;

    /// <summary>From now on the node's layers are to move away.</summary>
    public void BeginDraining() => _draining = true;

    /// <summary>Told that an operator wants this node to stop.</summary>
    public Action? DrainWanted { get; set; }

    public async Task AnnounceAsync()
    {
        ClusterView view = await grains.GetGrain<IDirectoryGrain>(0).Announce(State());
        node.Transport.Update(view);
        if (!_draining && view.Drains.Contains(node.Setup.Name))
        {
            DrainWanted?.Invoke();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        node.Transport.Connect(grains);
        using PeriodicTimer timer = new(Every);
        do
        {
            try
            {
                await AnnounceAsync();
            }
            catch (Exception error) when (error is OrleansException or TimeoutException)
            {
                NotHeard(error.Message);
            }
        }
        while (await Next(timer, stoppingToken));
    }

    private static async Task<bool> Next(PeriodicTimer timer, CancellationToken stopping)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>What the node says of itself now.</summary>
    public NodeState State() => new()
    {
        Name = node.Setup.Name,
        Silo = silo.SiloAddress,
        Gateway = node.Front.Gateway,
        Url = address.Url,
        Devices = node.DeviceStates,
        Process = Environment.ProcessId,
        LinkPort = node.Links?.Port ?? 0,
        LinkKey = node.Links?.Key ?? [],
        Fingerprint = node.Model.Fingerprint,
        Draining = _draining,
        Sessions = node.Front.ActiveSessions,
        Streams = node.Service.Open,
    };

    [LoggerMessage(LogLevel.Debug, "The directory was not reached: {Reason}")]
    private partial void NotHeard(string reason);
}
