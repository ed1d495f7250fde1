using System.Buffers;
using OrleansInference.Serving.Control;

namespace OrleansInference.Unit.Wire;

/// <summary>What the tests of the wire have in common.</summary>
internal static class Wired
{
    /// <summary>Every message that there is.</summary>
    public static IEnumerable<Type> Kinds => typeof(ControlMessage).Assembly.GetTypes()
        .Where(static type => type.IsSubclassOf(typeof(ControlMessage)) && !type.IsAbstract)
        .OrderBy(static type => type.Name, StringComparer.Ordinal);

    public static byte[] Bytes(ControlMessage message)
    {
        ArrayBufferWriter<byte> output = new();
        ControlCodec.Write(output, message);
        return output.WrittenSpan.ToArray();
    }

    public static byte[] Bytes(SessionRecord record)
    {
        ArrayBufferWriter<byte> output = new();
        ControlCodec.WriteRecord(output, record);
        return output.WrittenSpan.ToArray();
    }

    public static byte[] Bytes(PipelinePlan plan)
    {
        ArrayBufferWriter<byte> output = new();
        ControlCodec.WritePlan(output, plan);
        return output.WrittenSpan.ToArray();
    }
}
