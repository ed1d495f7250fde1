using System.Buffers;
using OrleansInference.Cluster.Protocol.Messages;
using OrleansInference.Models;

namespace OrleansInference.Cluster.Protocol.Wire;

/// <summary>
/// Codec for the wire form of messages and handovers, and for the durable form of plans, allocations and sessions: a byte for the version, one for the <see
/// cref="WireKind"/>, and a record as <see cref="WireWriter"/> describes it.
/// </summary>
public static class ControlCodec
{
    private delegate T Reader<out T>(ref WireReader reader);

    /// <summary>Appends a message.</summary>
    public static void Write(IBufferWriter<byte> output, ControlMessage message) => ControlWriter.Write(output, message);

    /// <summary>Reads a message from all of <paramref name="bytes"/>.</summary>
    /// <exception cref="InferenceException"><see cref="ErrorCode.Internal"/>: the bytes are not a message.</exception>
    public static ControlMessage Read(ReadOnlySpan<byte> bytes)
    {
        WireReader reader = WireReader.Begin(bytes, out WireKind kind);
        return ControlReader.Read(ref reader, kind);
    }

    /// <summary>Appends the durable form of a session.</summary>
    public static void WriteRecord(IBufferWriter<byte> output, SessionRecord record) => Write(output, WireKind.SessionRecord, record, SessionWire.Write);

    /// <exception cref="InferenceException"><see cref="ErrorCode.Internal"/>: the bytes are not a session.</exception>
    public static SessionRecord ReadRecord(ReadOnlySpan<byte> bytes) => Read(bytes, WireKind.SessionRecord, SessionWire.ReadRecord);

    /// <summary>Appends the durable form of the part of a session that every write replaces.</summary>
    public static void WriteState(IBufferWriter<byte> output, SessionState state) => Write(output, WireKind.SessionState, state, SessionPartsWire.Write);

    /// <exception cref="InferenceException"><see cref="ErrorCode.Internal"/>: the bytes are not a session's state.</exception>
    public static SessionState ReadState(ReadOnlySpan<byte> bytes) => Read(bytes, WireKind.SessionState, SessionPartsWire.ReadState);

    /// <summary>Appends the durable form of tokens.</summary>
    public static void WriteBlock(IBufferWriter<byte> output, TokenBlock block) => Write(output, WireKind.TokenBlock, block, SessionPartsWire.Write);

    /// <exception cref="InferenceException"><see cref="ErrorCode.Internal"/>: the bytes are not a block of tokens.</exception>
    public static TokenBlock ReadBlock(ReadOnlySpan<byte> bytes) => Read(bytes, WireKind.TokenBlock, SessionPartsWire.ReadBlock);

    /// <summary>Appends the durable form of a plan.</summary>
    public static void WritePlan(IBufferWriter<byte> output, PipelinePlan plan) => Write(output, WireKind.PipelinePlan, plan, PlanWire.Write);

    /// <exception cref="InferenceException"><see cref="ErrorCode.Internal"/>: the bytes are not a plan.</exception>
    public static PipelinePlan ReadPlan(ReadOnlySpan<byte> bytes) => Read(bytes, WireKind.PipelinePlan, PlanWire.ReadPlan);

    /// <summary>Appends the durable form of a device allocation.</summary>
    public static void WriteAllocation(IBufferWriter<byte> output, DeviceAllocation allocation) => Write(output, WireKind.DeviceAllocation, allocation, PlanWire.Write);

    /// <exception cref="InferenceException"><see cref="ErrorCode.Internal"/>: the bytes are not an allocation.</exception>
    public static DeviceAllocation ReadAllocation(ReadOnlySpan<byte> bytes) => Read(bytes, WireKind.DeviceAllocation, PlanWire.ReadAllocation);

    /// <summary>Appends the wire form of a handover.</summary>
    public static void WriteHandover(IBufferWriter<byte> output, RouterHandover handover) => Write(output, WireKind.RouterHandover, handover, HandoverWire.Write);

    /// <exception cref="InferenceException"><see cref="ErrorCode.Internal"/>: the bytes are not a handover.</exception>
    public static RouterHandover ReadHandover(ReadOnlySpan<byte> bytes) => Read(bytes, WireKind.RouterHandover, HandoverWire.Read);

    private static void Write<T>(IBufferWriter<byte> output, WireKind kind, T value, Action<WireWriter, T> write)
    {
        WireWriter writer = WireWriter.Begin(kind);
        var fields = writer.Open();
        write(writer, value);
        writer.Close(fields);
        writer.Flush(output);
    }

    private static T Read<T>(ReadOnlySpan<byte> bytes, WireKind expected, Reader<T> read)
    {
        WireReader reader = WireReader.Begin(bytes, out WireKind kind);
        if (kind != expected)
        {
            WireReader.Refuse($"Bytes are of kind {kind}; expected {expected}.");
        }

        return read(ref reader);
    }
}
