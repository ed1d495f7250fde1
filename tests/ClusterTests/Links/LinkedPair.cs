using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Orleans.Runtime;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Engine.Steps;
using OrleansInference.Grains.Directory;
using OrleansInference.Grains.Links;
using OrleansInference.Grains.Messaging;

namespace OrleansInference.ClusterTests.Links;

/// <summary>Two nodes' links without their silos: what the first sends, the second notes.</summary>
internal sealed class LinkedPair : IDisposable
{
    public const int First = 1;
    public const int Second = 2;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<MessageBatch> _arrived = new();

    private readonly LinkTls? _answers;

    /// <param name="calls">What the first speaks; null for plain TCP.</param>
    /// <param name="answers">What the second speaks.</param>
    public LinkedPair(LinkTls? calls = null, LinkTls? answers = null)
    {
        _answers = answers;
        Sender = new NodeLinks(First, IPAddress.Loopback, 0, calls, static _ => { });
        Receiver = NewReceiver();
        Meet();
    }

    public NodeLinks Sender { get; }

    public NodeLinks Receiver { get; private set; }

    /// <summary>Called for each batch that arrives, on the link's thread.</summary>
    public Action Arriving { get; set; } = static () => { };

    public ConcurrentQueue<MessageBatch> Arrived => _arrived;

    public static MessageBatch Step(long number, int floats, float value = 1)
    {
        float[] hidden = new float[floats];
        Array.Fill(hidden, value);
        return new MessageBatch(First, [new OutboundMessage(Address.Device(Second), new StepForward(new Step(1, number, slices: 0, rows: 0, pages: 0), hidden, 0))]);
    }

    /// <summary>The sender learns of the receiver.</summary>
    /// <param name="key">As the receiver is said to have; its own by default.</param>
    public void Meet(byte[]? key = null) => Sender.Update(ClusterView.Empty with
    {
        Nodes =
        [
            new NodeState
            {
                Name = "second",
                Silo = SiloAddress.New(IPAddress.Loopback, 1, 1),
                Gateway = Second,
                Url = "",
                Devices = [],
                Terms = new ClusterConfig { Model = "demo", Fingerprint = "model", KvType = "f32", KvTokens = 64, MessageVersion = 1 },
                LinkPort = Receiver.Port,
                LinkKey = key ?? Receiver.Key,
            },
        ],
    });

    public void Forget() => Sender.Update(ClusterView.Empty);

    public void RestartReceiver()
    {
        int port = Receiver.Port;
        Receiver.Dispose();
        Receiver = NewReceiver(port);
    }

    public bool TrySend(MessageBatch batch) => Sender.TrySend(Second, batch, MessageSize.Of(batch.Messages));

    /// <summary>Sends until the link takes it.</summary>
    public void Send(MessageBatch batch) => Until(() => TrySend(batch), "the link to take an batch");

    public StepForward[] Steps(int count)
    {
        Until(() => _arrived.Count >= count, $"{count} batches; there are {_arrived.Count}");
        return [.. _arrived.SelectMany(static batch => batch.Messages).Select(static message => (StepForward)message.Message)];
    }

    public static void Until(Func<bool> holds, string what)
    {
        long began = Stopwatch.GetTimestamp();
        while (!holds())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Timeout, $"Waited {Timeout} for {what}.");
            Thread.Sleep(1);
        }
    }

    public void Dispose()
    {
        Sender.Dispose();
        Receiver.Dispose();
    }

    private NodeLinks NewReceiver(int port = 0) => new(Second, IPAddress.Loopback, port, _answers, batch =>
    {
        Arriving();
        _arrived.Enqueue(batch);
    });
}
