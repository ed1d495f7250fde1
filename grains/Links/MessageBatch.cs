using System.Buffers;
using Orleans.Concurrency;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Wire;

namespace OrleansInference.Grains.Links;

/// <summary>Batch of messages to one grain. It is passed as an object within a silo, and in the format of <see cref="MessageBatchCodec"/> between silos.</summary>
/// <param name="messages">Messages. The caller must not change them afterwards.</param>
/// <param name="from">Number of the sending silo's gateway: a session is active on the silo that sent its last message.</param>
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
