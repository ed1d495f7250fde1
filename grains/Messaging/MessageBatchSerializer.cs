using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Orleans.Serialization.Buffers;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.WireProtocol;
using OrleansInference.Grains.Links;

namespace OrleansInference.Grains.Messaging;

/// <summary>Serializes batches for Orleans: one block of bytes, through reused buffers.</summary>
[RegisterSerializer]
internal sealed class MessageBatchSerializer : IFieldCodec<MessageBatch>
{
    private const int KeptBytes = 1 << 20;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    public void WriteField<TBufferWriter>(ref Writer<TBufferWriter> writer, uint fieldIdDelta, [AllowNull] Type expectedType, [AllowNull] MessageBatch value)
        where TBufferWriter : IBufferWriter<byte>
    {
        ReferenceCodec.MarkValueField(writer.Session);
        ArrayBufferWriter<byte> buffer = _buffer ??= new ArrayBufferWriter<byte>(16 * 1024);
        buffer.ResetWrittenCount();
        value!.Write(buffer);
        writer.WriteFieldHeader(fieldIdDelta, expectedType, typeof(MessageBatch), WireType.LengthPrefixed);
        writer.WriteVarUInt32((uint)buffer.WrittenCount);
        writer.Write(buffer.WrittenSpan);
        if (buffer.Capacity > KeptBytes)
        {
            _buffer = null;
        }
    }

    public MessageBatch ReadValue<TInput>(ref Reader<TInput> reader, Field field)
    {
        ReferenceCodec.MarkValueField(reader.Session);
        int length = checked((int)reader.ReadVarUInt32());
        if (reader.TryReadBytes(length, out ReadOnlySpan<byte> bytes))
        {
            return MessageBatch.Read(bytes);
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            reader.ReadBytes(rented.AsSpan(0, length));
            return MessageBatch.Read(rented.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}

/// <summary>Returns the batch itself, because batches are immutable.</summary>
[RegisterCopier]
internal sealed class MessageBatchCopier : IDeepCopier<MessageBatch>
{
    public MessageBatch? DeepCopy(MessageBatch? input, CopyContext context) => input;
}
