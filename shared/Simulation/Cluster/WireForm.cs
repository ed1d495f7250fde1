using System.Buffers;
using OrleansInference.Serving.Control;

namespace OrleansInference.Simulation.Cluster;

/// <summary>Turns what is sent and stored into bytes and back, so that nothing reaches another process but what its wire form says.</summary>
/// <param name="used">Without it everything passes as it is.</param>
internal sealed class WireForm(bool used)
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public ControlMessage Carry(ControlMessage message)
    {
        if (!used)
        {
            return message;
        }

        _bytes.ResetWrittenCount();
        ControlCodec.Write(_bytes, message);
        return ControlCodec.Read(_bytes.WrittenSpan);
    }

    public SessionRecord Carry(SessionRecord record)
    {
        if (!used)
        {
            return record;
        }

        _bytes.ResetWrittenCount();
        ControlCodec.WriteRecord(_bytes, record);
        return ControlCodec.ReadRecord(_bytes.WrittenSpan);
    }

    public RouterHandover Carry(RouterHandover handover)
    {
        if (!used)
        {
            return handover;
        }

        _bytes.ResetWrittenCount();
        ControlCodec.WriteHandover(_bytes, handover);
        return ControlCodec.ReadHandover(_bytes.WrittenSpan);
    }

    public PipelinePlan Carry(PipelinePlan plan)
    {
        if (!used)
        {
            return plan;
        }

        _bytes.ResetWrittenCount();
        ControlCodec.WritePlan(_bytes, plan);
        return ControlCodec.ReadPlan(_bytes.WrittenSpan);
    }
}
