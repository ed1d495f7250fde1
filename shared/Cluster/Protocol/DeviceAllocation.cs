namespace OrleansInference.Cluster.Protocol;

/// <summary>Device, and the pipeline that it is to serve.</summary>
public readonly record struct DeviceSlot(DeviceLife Device, int Pipeline);

/// <summary>
/// Assignment of devices to pipelines. It is made durable by the rule of <see cref="PlanStore"/>: an allocation of a later directory replaces one of an earlier
/// directory, never the reverse, and versions only rise. Devices follow the latest allocation that they have received.
/// </summary>
/// <param name="Version">Version in the form of an epoch: a count, and the directory.</param>
/// <param name="Directory">Activation of the directory that made it.</param>
/// <param name="Places">Pipeline of each device; each device once.</param>
public sealed record DeviceAllocation(long Version, int Directory, IReadOnlyList<DeviceSlot> Places)
{
    public static readonly DeviceAllocation None = new(0, 0, []);

    /// <summary>Pipeline of a device; −1: none.</summary>
    public int PipelineOf(DeviceLife device)
    {
        foreach (DeviceSlot place in Places)
        {
            if (place.Device == device)
            {
                return place.Pipeline;
            }
        }

        return -1;
    }

    public override string ToString() =>
        $"allocation {Epochs.Describe(Version)}: {string.Join(" ", Places.GroupBy(static place => place.Pipeline).OrderBy(static same => same.Key).Select(static same => $"{same.Key}=[{string.Join(' ', same.Select(static place => place.Device))}]"))}";
}
