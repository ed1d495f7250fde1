namespace OrleansInference.Cluster.Protocol;

/// <summary>A device, and the pipeline that it is to serve.</summary>
internal readonly record struct DeviceSlot(DeviceLife Device, int Pipeline);

/// <summary>
/// Which device serves which pipeline. Durable by the rule of <see cref="PlanStore"/>: a later directory's replaces an earlier one's, never the other way, and versions only rise. Devices go by the
/// latest that they have heard of.
/// </summary>
/// <param name="Version">As an epoch: a count, and the directory.</param>
/// <param name="Directory">Which activation of the directory made it.</param>
/// <param name="Places">Each device once.</param>
internal sealed record DeviceAllocation(long Version, int Directory, IReadOnlyList<DeviceSlot> Places)
{
    public static readonly DeviceAllocation None = new(0, 0, []);

    /// <summary>The pipeline of a device; −1: none.</summary>
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
        $"division {Epochs.Describe(Version)}: {string.Join(" ", Places.GroupBy(static place => place.Pipeline).OrderBy(static same => same.Key).Select(static same => $"{same.Key}=[{string.Join(' ', same.Select(static place => place.Device))}]"))}";
}
