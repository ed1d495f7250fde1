using System.Buffers;
using Orleans.Runtime;
using Orleans.Serialization;
using OrleansInference.Cluster.Hosting;
using OrleansInference.Cluster.Protocol;

namespace OrleansInference.Grains.Directory;

/// <summary>
/// Two nodes announce themselves to a directory, another activation of it takes over, and one of the nodes is lost; a router is told of each change. What they say passes through its wire form. A node does so once
/// when it starts, so that the code is compiled when the directory comes to it and streams wait.
/// </summary>
/// <param name="serializer">Of the silo.</param>
public sealed class DirectoryWarmUp(Serializer serializer)
{
    private const int Rounds = 3;

    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly DirectoryExchange _own = new();
    private readonly DirectoryExchange _other = new();
    private readonly ViewCopy _router = new();
    private long _told; // version that the router has

    /// <summary>Times that only changes were sent, to the nodes and to the router.</summary>
    public int Changes { get; private set; }

    /// <summary>Times that a node was sent changes that it had not asked for.</summary>
    public int News { get; private set; }

    /// <param name="node">This one.</param>
    /// <returns>What it and the router know in the end: the node alone, if nothing is wrong.</returns>
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
            _told = 0;
            for (int round = 0; round < Rounds; round++)
            {
                Announce(directory, _own, node with { Streams = round });
                Announce(directory, _other, other with { Streams = round, Draining = round == 1 });
                directory.Complete = true;
                RouterSummary router = Carry(RouterSummary.Of(RouterReport.Empty with { Number = activation, Phase = (PlanPhase)round }, node.Name));
                directory.Set([router]);
                directory.Set((IReadOnlyList<DeviceOrder>)[]);
                SendNews(directory);
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

    private void SendNews(ClusterState directory)
    {
        foreach ((NewsTarget target, ViewNews? news) in directory.Calls(Random.Shared))
        {
            if (news is not null && (target.Gateway == int.MaxValue ? _other : _own).Take(directory.Activation, Carry(news)))
            {
                News++;
            }
        }
    }

    private void Notify(ClusterState directory)
    {
        if (_told > 0 && directory.Since(_told) is { } changes && _router.Take(directory.Activation, _told, Carry(changes)))
        {
            Changes++;
        }
        else
        {
            _router.Take(Carry(directory.View));
        }

        _told = directory.Version;
        _ = Fleet.MembersOf(0, _router.View);
    }

    /// <summary>Through the code that messages between silos go through: of codecs, what is compiled is compiled for a way of writing and of reading.</summary>
    private T Carry<T>(T value)
        where T : notnull
    {
        _bytes.ResetWrittenCount();
        serializer.Serialize(value, _bytes);
        return serializer.Deserialize<T>(new ReadOnlySequence<byte>(_bytes.WrittenMemory))!;
    }
}
