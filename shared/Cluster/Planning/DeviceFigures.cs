namespace OrleansInference.Cluster.Planning;

/// <summary>Figures that determine a device's step time and memory.</summary>
internal readonly record struct DeviceFigures(long MemoryBytes, double PicosecondsPerByte, double PicosecondsPerOperation)
{
    public static DeviceFigures Of(DeviceDescription device) => new(device.MemoryBytes, 1e12 / device.ReadBandwidth, 1e12 / device.ArithmeticRate);

    /// <summary>Returns a device no better than either.</summary>
    public static DeviceFigures Worse(DeviceFigures one, DeviceFigures other) => new(
        Math.Min(one.MemoryBytes, other.MemoryBytes),
        Math.Max(one.PicosecondsPerByte, other.PicosecondsPerByte),
        Math.Max(one.PicosecondsPerOperation, other.PicosecondsPerOperation));

    /// <summary>Returns a device no worse than either.</summary>
    public static DeviceFigures Better(DeviceFigures one, DeviceFigures other) => new(
        Math.Max(one.MemoryBytes, other.MemoryBytes),
        Math.Min(one.PicosecondsPerByte, other.PicosecondsPerByte),
        Math.Min(one.PicosecondsPerOperation, other.PicosecondsPerOperation));

    /// <summary>Returns the largest ratio between two figures of the same kind.</summary>
    public static double Spread(DeviceFigures worse, DeviceFigures better) => Math.Max(
        Math.Max(worse.PicosecondsPerByte / better.PicosecondsPerByte, worse.PicosecondsPerOperation / better.PicosecondsPerOperation),
        better.MemoryBytes / Math.Max(1.0, worse.MemoryBytes));
}
