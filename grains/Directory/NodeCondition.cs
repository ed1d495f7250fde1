using Orleans.Concurrency;

namespace OrleansInference.Grains.Directory;

/// <summary>Part of a node's state that changes while it runs and that other nodes use.</summary>
/// <param name="Gateway">Gateway of the node.</param>
/// <param name="Draining">Whether the node is going to stop and its layers have to move.</param>
/// <param name="Admitted">Whether a directory has let the node take part.</param>
/// <param name="Devices">Devices in the node's order.</param>
[GenerateSerializer, Immutable, Alias("inference.node-condition")]
public sealed record NodeCondition(
    [property: Id(0)] int Gateway, [property: Id(1)] bool Draining, [property: Id(2)] bool Admitted, [property: Id(3)] DeviceCondition[] Devices)
{
    public static NodeCondition Of(NodeState node) => new(node.Gateway, node.Draining, node.Admitted, [.. node.Devices.Select(DeviceCondition.Of)]);

    /// <summary>Keeps the rates of an earlier condition if they are nearly the same.</summary>
    public NodeCondition Steadied(NodeCondition earlier) =>
        earlier.Devices.Length != Devices.Length ? this : this with { Devices = [.. Devices.Zip(earlier.Devices, static (device, before) => device.Steadied(before))] };

    public bool Equals(NodeCondition? other) =>
        other is not null && Gateway == other.Gateway && Draining == other.Draining && Admitted == other.Admitted && Devices.SequenceEqual(other.Devices);

    public override int GetHashCode() => Gateway;
}
