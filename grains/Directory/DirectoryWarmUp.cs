using System.Buffers;
using Orleans.Runtime;
using Orleans.Serialization;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Protocol;

namespace OrleansInference.Grains.Directory;

/// <summary>
/// Warm-up of the directory: two nodes announce themselves to a directory, another activation takes over, and one of the nodes is lost. A router is informed of
/// each change. All messages pass through their wire form. A node runs it once when it starts, so that the code is compiled before the directory moves to this
/// node and streams wait.
/// </summary>
/// <param name="serializer">Serializer of the silo.</param>
public sealed class DirectoryWarmUp(Serializer serializer)
{
    private const int Rounds = 3;

    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly DirectoryExchange _own = new();
    private readonly DirectoryExchange _other = new();
    private readonly ViewCopy _router = new();
    private long _routerVersion; // version that the router has

    /// <summary>Number of times that only changes were sent, to the nodes and to the router.</summary>
    public int Changes { get; private set; }

    /// <summary>Number of updates that nodes received and applied.</summary>
    public int Updates { get; private set; }

    /// <param name="node">This node.</param>
    /// <returns>Final views of the node and the router: this node alone, unless something is wrong.</returns>
    public (ClusterView Node, ClusterView Router) Run(NodeState node)
    {
        NodeState other = node with
        {
            Name = $"{node.Name}, warmedUp",
            Silo = SiloAddress.New(node.Silo.Endpoint, node.Silo.Generation + 1),
            Gateway = int.MaxValue,
            Devices = [.. node.Devices.Select(static device => device with { Number = int.MaxValue - device.Number })],
        };
        for (int activation = 1; activation <= 2; activation++)
        {
            ClusterState directory = new(Guid.NewGuid(), node.Name);
            _routerVersion = 0;
            for (int round = 0; round < Rounds; round++)
            {
                Announce(directory, _own, node with { Streams = round });
                Announce(directory, _other, other with { Streams = round, Draining = round == 1 });
                directory.Complete = true;
                RouterSummary router = Carry(RouterSummary.Of(RouterReport.Empty with { Number = activation, Phase = (PlanPhase)round }, node.Name));
                directory.Set([router]);
                directory.Set((IReadOnlyList<DeviceOrder>)[]);
                SendUpdates(directory);
                Notify(directory);
            }

            if (activation == 2)
            {
                directory.Remove(gone => gone.Gateway == other.Gateway);
                Announce(directory, _own, node);
                Notify(directory);
            }
        }

        return (_own.View, _router.View);
    }

    private void Announce(ClusterState directory, DirectoryExchange exchange, NodeState state)
    {
        Announcement announcement = exchange.Next(state);
        if (announcement.Changes is { } changes)
        {
            NodeReport report = Carry(changes);
            bool isKnown = directory.TryTake(report, out _);
            if (exchange.OnReply(announcement, isKnown ? Carry(directory.ReplyTo(report)) : null))
            {
                Changes++;
                return;
            }

            announcement = exchange.Next(state);
        }

        directory.Take(Carry(announcement.Node));
        exchange.OnReply(announcement, Carry(directory.View));
    }

    private void SendUpdates(ClusterState directory)
    {
        foreach ((UpdateTarget target, ViewUpdate? update) in directory.Calls(Random.Shared))
        {
            if (update is not null && (target.Gateway == int.MaxValue ? _other : _own).Take(directory.Activation, Carry(update)))
            {
                Updates++;
            }
        }
    }

    private void Notify(ClusterState directory)
    {
        if (_routerVersion > 0 && directory.Since(_routerVersion) is { } changes && _router.Take(directory.Activation, _routerVersion, Carry(changes)))
        {
            Changes++;
        }
        else
        {
            _router.Take(Carry(directory.View));
        }

        _routerVersion = directory.Version;
        _ = Fleet.MembersOf(0, _router.View);
    }

    /// <summary>Passes a value through the code of messages between silos: codecs are compiled separately for each way of writing and reading.</summary>
    private T Carry<T>(T value)
        where T : notnull
    {
        _bytes.ResetWrittenCount();
        serializer.Serialize(value, _bytes);
        return serializer.Deserialize<T>(new ReadOnlySequence<byte>(_bytes.WrittenMemory))!;
    }
}
