namespace OrleansInference.Cluster.Protocol;

/// <summary>Life of a device between two losses of its memory: after a restart the device has the same number and another life.</summary>
/// <param name="Device">
/// Number of the device. A cluster's database assigns each number once, to one process: there the number alone identifies the process' life, and the life is
/// always 1.
/// </param>
/// <param name="Life">Number of the life under this device number, from 1.</param>
public readonly record struct DeviceLife(int Device, int Life)
{
    public override string ToString() => $"{Device}.{Life}";
}
