using System.Buffers;
using Orleans.Concurrency;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Wire;

namespace OrleansInference.Grains.Links;

/// <summary>Messages on their way to one grain. Within a silo they travel as they are; between silos as <see cref="MessageBatchCodec"/> writes them.</summary>
/// <param name="messages">Immutable from now on.</param>
/// <param name="from">Number of the gateway of the silo that sends: who hands in a session's work is where the session is.</param>
[Immutable]
internal sealed class MessageBatch(int from, IReadOnlyList<OutboundMessage> messages)
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
