using System.Buffers;
using System.Buffers.Binary;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Protocol.Wire;

/// <summary>Wire form of a batch: the sender, the count, then each message with its address and its length. All numbers are little endian.</summary>
public static class MessageBatchCodec
{
    private const int HeaderBytes = 8;
    private const int PrefixBytes = 9;

    public static void Write(IBufferWriter<byte> output, int from, IReadOnlyList<OutboundMessage> messages)
    {
        Span<byte> header = output.GetSpan(HeaderBytes);
        BinaryPrimitives.WriteInt32LittleEndian(header, from);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], messages.Count);
        output.Advance(HeaderBytes);
        for (int i = 0; i < messages.Count; i++)
        {
            WireWriter message = ControlWriter.Begin(messages[i].Message);
            Span<byte> head = output.GetSpan(PrefixBytes);
            head[0] = (byte)messages[i].To.Kind;
            BinaryPrimitives.WriteInt32LittleEndian(head[1..], messages[i].To.Number);
            BinaryPrimitives.WriteInt32LittleEndian(head[5..], message.Length);
            output.Advance(PrefixBytes);
            message.Flush(output);
        }
    }

    /// <exception cref="InferenceException"><see cref="ErrorCode.InvalidRequest"/>: the bytes are not a batch of messages.</exception>
    public static (int From, List<OutboundMessage> Messages) Read(ReadOnlySpan<byte> bytes)
    {
        Require(bytes.Length >= HeaderBytes, bytes.Length);
        int from = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        int count = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        bytes = bytes[HeaderBytes..];
        Require(count >= 0 && count <= bytes.Length / PrefixBytes, count);
        List<OutboundMessage> messages = new(count);
        for (int i = 0; i < count; i++)
        {
            Require(bytes.Length >= PrefixBytes, bytes.Length);
            Address to = new((AddressKind)bytes[0], BinaryPrimitives.ReadInt32LittleEndian(bytes[1..]));
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes[5..]);
            bytes = bytes[PrefixBytes..];
            Require(length >= 0 && length <= bytes.Length, length);
            messages.Add(new OutboundMessage(to, ControlCodec.Read(bytes[..length])));
            bytes = bytes[length..];
        }

        return (from, messages);
    }

    private static void Require(bool holds, int value)
    {
        if (!holds)
        {
            InferenceException.Throw(ErrorCode.InvalidRequest, $"A batch of messages is cut off or malformed at {value}; expected messages with their lengths.", "batch");
        }
    }
}
