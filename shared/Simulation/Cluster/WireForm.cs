using System.Buffers;
using OrleansInference.Cluster.Protocol.Wire;

namespace OrleansInference.Simulation.Cluster;

/// <summary>Converts sent and stored data to bytes and back, so that only the content of the wire form reaches another process.</summary>
/// <param name="used">Whether to convert; otherwise everything passes unchanged.</param>
internal sealed class WireForm(bool used)
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    private delegate T Reader<T>(ReadOnlySpan<byte> bytes);

    public ControlMessage Carry(ControlMessage message) => Carry(message, ControlCodec.Write, ControlCodec.Read);

    public SessionRecord Carry(SessionRecord record) => Carry(record, ControlCodec.WriteRecord, ControlCodec.ReadRecord);

    public RouterHandover Carry(RouterHandover handover) => Carry(handover, ControlCodec.WriteHandover, ControlCodec.ReadHandover);

    public PipelinePlan Carry(PipelinePlan plan) => Carry(plan, ControlCodec.WritePlan, ControlCodec.ReadPlan);

    public DeviceAllocation Carry(DeviceAllocation allocation) => Carry(allocation, ControlCodec.WriteAllocation, ControlCodec.ReadAllocation);

    private T Carry<T>(T value, Action<IBufferWriter<byte>, T> write, Reader<T> read)
    {
        if (!used)
        {
            return value;
        }

        _bytes.ResetWrittenCount();
        write(_bytes, value);
        return read(_bytes.WrittenSpan);
    }
}
