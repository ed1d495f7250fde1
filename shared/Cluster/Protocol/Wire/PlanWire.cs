using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Protocol.Wire;

/// <summary>Wire form of devices, layers and plans.</summary>
internal static class PlanWire
{
    /// <summary>Minimum bytes of a device.</summary>
    public const int DeviceBytes = 2;

    private const int RecordBytes = sizeof(int);

    public static void Write(WireWriter writer, DeviceLife device)
    {
        writer.Int(device.Device);
        writer.Int(device.Life);
    }

    public static DeviceLife ReadDevice(ref WireReader reader) => new(reader.Int(), reader.Int());

    public static void Write(WireWriter writer, IReadOnlyList<DeviceLife> devices)
    {
        writer.Count(devices.Count);
        foreach (DeviceLife device in devices)
        {
            Write(writer, device);
        }
    }

    public static DeviceLife[] ReadDevices(ref WireReader reader)
    {
        DeviceLife[] devices = new DeviceLife[reader.Count(DeviceBytes)];
        for (int i = 0; i < devices.Length; i++)
        {
            devices[i] = ReadDevice(ref reader);
        }

        return devices;
    }

    public static void Write(WireWriter writer, LayerRange layers)
    {
        writer.Int(layers.First);
        writer.Int(layers.End);
    }

    public static LayerRange ReadLayers(ref WireReader reader)
    {
        LayerRange layers = new(reader.Natural(), reader.Natural());
        if (layers.End < layers.First)
        {
            WireReader.Refuse($"Layers start with {layers.First} and end before {layers.End}; expected an end after the start.");
        }

        return layers;
    }

    public static void Write(WireWriter writer, LayersRefused refused)
    {
        writer.Long(refused.Epoch);
        writer.Int(refused.Router);
        Write(writer, refused.Device);
        Write(writer, refused.Layers);
        writer.Bool(refused.Alone);
        writer.Text(refused.Reason);
    }

    public static LayersRefused ReadRefused(ref WireReader reader) =>
        new(reader.Long(), reader.Int(), ReadDevice(ref reader), ReadLayers(ref reader), reader.Bool(), reader.Text());

    public static void Write(WireWriter writer, PipelinePlan plan)
    {
        var record = writer.Open();
        writer.Long(plan.Epoch);
        writer.Int(plan.Router);
        writer.Count(plan.Stages.Count);
        foreach (StageAssignment stage in plan.Stages)
        {
            var fields = writer.Open();
            Write(writer, stage.Device);
            Write(writer, stage.Layers);
            writer.Close(fields);
        }

        writer.Count(plan.Boundaries.Count);
        foreach (int border in plan.Boundaries)
        {
            writer.Int(border);
        }

        writer.Close(record);
    }

    public static PipelinePlan ReadPlan(ref WireReader reader)
    {
        WireReader fields = reader.Record();
        long epoch = fields.Long();
        int router = fields.Int();
        StageAssignment[] stages = new StageAssignment[fields.Count(RecordBytes)];
        for (int i = 0; i < stages.Length; i++)
        {
            WireReader stage = fields.Record();
            stages[i] = new StageAssignment(ReadDevice(ref stage), ReadLayers(ref stage));
        }

        if (stages.Length == 0)
        {
            WireReader.Refuse($"The plan of epoch {epoch} has no stages; expected at least one.");
        }

        int[] borders = new int[fields.AtEnd ? 0 : fields.Count(1)];
        for (int i = 0; i < borders.Length; i++)
        {
            borders[i] = fields.Natural();
        }

        return new PipelinePlan(epoch, router, stages) { Boundaries = borders };
    }

    public static void Write(WireWriter writer, DeviceAllocation allocation)
    {
        writer.Long(allocation.Version);
        writer.Int(allocation.Directory);
        writer.Count(allocation.Places.Count);
        foreach (DeviceSlot place in allocation.Places)
        {
            Write(writer, place.Device);
            writer.Int(place.Pipeline);
        }
    }

    public static DeviceAllocation ReadAllocation(ref WireReader reader)
    {
        long version = reader.Long();
        int directory = reader.Int();
        DeviceSlot[] places = new DeviceSlot[reader.Count(DeviceBytes + 1)];
        for (int i = 0; i < places.Length; i++)
        {
            places[i] = new DeviceSlot(ReadDevice(ref reader), reader.Natural());
        }

        return new DeviceAllocation(version, directory, places);
    }

    public static void Write(WireWriter writer, JoinPlan join)
    {
        Write(writer, join.Plan);
        writer.Long(join.Base);
        writer.Long(join.FirstStep);
        writer.Count(join.Dropped.Count);
        foreach (DroppedTransfers dropped in join.Dropped)
        {
            var record = writer.Open();
            writer.Long(dropped.Step);
            StepWire.Write(writer, dropped.Transfers);
            writer.Close(record);
        }
    }

    public static JoinPlan ReadJoin(ref WireReader reader)
    {
        PipelinePlan plan = ReadPlan(ref reader);
        long from = reader.Long();
        long firstStep = reader.Long();
        DroppedTransfers[] dropped = new DroppedTransfers[reader.Count(RecordBytes)];
        for (int i = 0; i < dropped.Length; i++)
        {
            WireReader fields = reader.Record();
            dropped[i] = new DroppedTransfers(fields.Long(), StepWire.ReadTransfers(ref fields));
        }

        return new JoinPlan(plan, from, firstStep, dropped);
    }
}
