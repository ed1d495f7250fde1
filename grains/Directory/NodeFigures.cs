using Orleans.Concurrency;

namespace OrleansInference.Grains.Directory;

/// <summary>Part of a node's state that the directory shows to administrators and that no other node uses. The directory does not send it on.</summary>
[GenerateSerializer, Immutable, Alias("inference.node-figures")]
public sealed record NodeFigures(
    [property: Id(0)] int Sessions, [property: Id(1)] int Streams, [property: Id(2)] long LinkMessages, [property: Id(3)] long LinkBytes, [property: Id(4)] long CallMessages,
    [property: Id(5)] DeviceFigures[] Devices)
{
    public static NodeFigures Of(NodeState node) =>
        new(node.Sessions, node.Streams, node.LinkMessages, node.LinkBytes, node.CallMessages, [.. node.Devices.Select(DeviceFigures.Of)]);

    /// <summary>Whether other figures differ only in values that change constantly while requests are served.</summary>
    public bool IsAbout(NodeFigures other) => (Sessions == 0) == (other.Sessions == 0) && (Streams == 0) == (other.Streams == 0)
        && Devices.Length == other.Devices.Length && Devices.Zip(other.Devices).All(static pair => pair.First.IsAbout(pair.Second));

    public bool Equals(NodeFigures? other) =>
        other is not null && Sessions == other.Sessions && Streams == other.Streams && LinkMessages == other.LinkMessages && LinkBytes == other.LinkBytes && CallMessages == other.CallMessages
        && Devices.SequenceEqual(other.Devices);

    public override int GetHashCode() => HashCode.Combine(Sessions, Streams, LinkMessages, LinkBytes, CallMessages);
}

/// <summary>Figures of one device.</summary>
[GenerateSerializer, Immutable, Alias("inference.device-figures")]
public sealed record DeviceFigures(
    [property: Id(0)] int FirstLayer, [property: Id(1)] int EndLayer, [property: Id(2)] long Epoch, [property: Id(3)] long Steps, [property: Id(4)] TimeSpan Computing,
    [property: Id(5)] TimeSpan Waiting, [property: Id(6)] long CopiedBytes, [property: Id(7)] long ReplayedBytes, [property: Id(8)] TimeSpan Replaying, [property: Id(9)] long CorruptedPages)
{
    public static DeviceFigures Of(DeviceState device) => new(
        device.FirstLayer, device.EndLayer, device.Epoch, device.Steps, device.Computing, device.Waiting, device.CopiedBytes, device.ReplayedBytes, device.Replaying, device.CorruptedPages);

    public bool IsAbout(DeviceFigures other) => this == other with { Steps = Steps, Computing = Computing, Waiting = Waiting };
}
