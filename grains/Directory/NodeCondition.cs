using Orleans.Concurrency;

namespace OrleansInference.Grains.Directory;

/// <summary>The part of a node's state that changes while it runs and that other nodes go by.</summary>
/// <param name="Gateway">Which node.</param>
/// <param name="Draining">Whether it is going to stop, and its layers are to move.</param>
/// <param name="Admitted">Whether a directory has let it take part.</param>
/// <param name="Devices">In the order of the node's.</param>
[GenerateSerializer, Immutable, Alias("inference.node-condition")]
public sealed record NodeCondition(
    [property: Id(0)] int Gateway, [property: Id(1)] bool Draining, [property: Id(2)] bool Admitted, [property: Id(3)] DeviceCondition[] Devices)
{
    public static NodeCondition Of(NodeState node) => new(node.Gateway, node.Draining, node.Admitted, [.. node.Devices.Select(DeviceCondition.Of)]);

    /// <summary>This condition with the rates of an earlier one, as far as they are about the same.</summary>
    public NodeCondition Steadied(NodeCondition earlier) =>
        earlier.Devices.Length != Devices.Length ? this : this with { Devices = [.. Devices.Zip(earlier.Devices, static (device, before) => device.Steadied(before))] };

    public bool Equals(NodeCondition? other) =>
        other is not null && Gateway == other.Gateway && Draining == other.Draining && Admitted == other.Admitted && Devices.SequenceEqual(other.Devices);

    public override int GetHashCode() => Gateway;
}
