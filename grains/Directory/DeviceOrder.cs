using Orleans.Concurrency;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Grains.Directory;

/// <summary>Order for a device to serve another pipeline; it stands until the device does.</summary>
/// <param name="Device">Number of the device.</param>
/// <param name="Pipeline">Pipeline that the device is to serve.</param>
/// <param name="Version">Version of the device allocation.</param>
/// <param name="AtOnce">Whether the device may change without a release by the pipeline that it serves.</param>
[GenerateSerializer, Immutable, Alias("inference.device-order")]
public sealed record DeviceOrder([property: Id(0)] int Device, [property: Id(1)] int Pipeline, [property: Id(2)] long Version, [property: Id(3)] bool AtOnce)
{
    public static DeviceOrder Of(ServePipeline order) => new(order.Device.Device, order.Pipeline, order.Version, order.AtOnce);

    public ServePipeline For(DeviceLife device) => new(Version, device, Pipeline, AtOnce);
}
