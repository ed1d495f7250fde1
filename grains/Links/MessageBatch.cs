using System.Buffers;
using Orleans.Concurrency;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Wire;

namespace OrleansInference.Grains.Links;

/// <summary>Batch of messages on their way to one grain. It travels as an object within a silo, and as <see cref="MessageBatchCodec"/> writes it between silos.</summary>
/// <param name="messages">Messages; immutable from now on.</param>
/// <param name="from">Number of the sending silo's gateway: the sender of a session's work is where the session is active.</param>
[Immutable]
public sealed class MessageBatch(int from, IReadOnlyList<OutboundMessage> messages)
{
    public int From => from;

    public IReadOnlyList<OutboundMessage> Messages => messages;

    public void Write(IBufferWriter<byte> output) => MessageBatchCodec.Write(output, from, messages);

    public static MessageBatch Read(ReadOnlySpan<byte> bytes)
    {
        (int from, List<OutboundMessage> messages) = MessageBatchCodec.Read(bytes);
        return new MessageBatch(from, messages);
    }
}
