using Orleans.Concurrency;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Grains.Directory;

/// <summary>A device's order to serve another pipeline, until it does.</summary>
/// <param name="Device">Its number.</param>
/// <param name="Pipeline">The pipeline.</param>
/// <param name="Version">Of the division of the devices.</param>
/// <param name="AtOnce">Whether the pipeline that it serves need not let it go.</param>
[GenerateSerializer, Immutable, Alias("inference.device-order")]
internal sealed record DeviceOrder([property: Id(0)] int Device, [property: Id(1)] int Pipeline, [property: Id(2)] long Version, [property: Id(3)] bool AtOnce)
{
    public static DeviceOrder Of(ServePipeline order) => new(order.Device.Device, order.Pipeline, order.Version, order.AtOnce);

    public ServePipeline For(DeviceLife device) => new(Version, device, Pipeline, AtOnce);
}
