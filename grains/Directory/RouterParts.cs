using Orleans.Concurrency;
using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Grains.Directory;

/// <summary>A stage of the plan in force.</summary>
/// <param name="Device">Number of the device.</param>
/// <param name="FirstLayer">First layer of the stage.</param>
/// <param name="EndLayer">Layer after the last of the stage.</param>
[GenerateSerializer, Immutable, Alias("inference.stage")]
public sealed record StageSummary([property: Id(0)] int Device, [property: Id(1)] int FirstLayer, [property: Id(2)] int EndLayer);

/// <summary>Layers that a device had no room for.</summary>
/// <param name="Device">Number of the device.</param>
/// <param name="FirstLayer">First of the layers.</param>
/// <param name="EndLayer">The layer after the last.</param>
/// <param name="Reason">Memory that the layers need, and memory that the device has.</param>
[GenerateSerializer, Immutable, Alias("inference.refusal")]
public sealed record RefusalSummary([property: Id(0)] int Device, [property: Id(1)] int FirstLayer, [property: Id(2)] int EndLayer, [property: Id(3)] string Reason);

/// <summary>Part of a router's status that changes constantly and that sessions use to choose a pipeline.</summary>
/// <param name="Pipeline">Pipeline of the router.</param>
/// <param name="Sessions">Sessions with active sequences.</param>
[GenerateSerializer, Immutable, Alias("inference.router-load")]
public sealed record RouterLoad([property: Id(0)] int Pipeline, [property: Id(1)] int Sessions);

/// <summary>Order for a device to serve another pipeline; it stands until the device does.</summary>
/// <param name="Device">Number of the device.</param>
/// <param name="Pipeline">Pipeline that the device is to serve.</param>
/// <param name="Version">Version of the device allocation.</param>
/// <param name="Immediately">Whether the device may change without a release by the pipeline that it serves.</param>
[GenerateSerializer, Immutable, Alias("inference.device-order")]
public sealed record DeviceOrder([property: Id(0)] int Device, [property: Id(1)] int Pipeline, [property: Id(2)] long Version, [property: Id(3)] bool Immediately)
{
    public static DeviceOrder Of(ServePipeline order) => new(order.Device.Device, order.Pipeline, order.Version, order.Immediately);

    public ServePipeline For(DeviceLife device) => new(Version, device, Pipeline, Immediately);
}
