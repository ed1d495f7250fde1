namespace OrleansInference.Serving.Control;

/// <summary>A device between two losses of its memory: after a restart it has the same number and another life.</summary>
internal readonly record struct DeviceLife(int Device, int Life)
{
    public override string ToString() => $"{Device}.{Life}";
}
