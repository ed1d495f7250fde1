namespace OrleansInference.Cluster.Protocol;

/// <summary>A device between two losses of its memory: after a restart it has the same number and another life.</summary>
/// <param name="Device">Its number. The numbers of a cluster's database are given once, to one process: there the number alone is an identity of the process's life, and the life is always 1.</param>
/// <param name="Life">Which of the lives under this number; from 1.</param>
internal readonly record struct DeviceLife(int Device, int Life)
{
    public override string ToString() => $"{Device}.{Life}";
}
