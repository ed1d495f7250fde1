using Orleans.Concurrency;

namespace OrleansInference.Grains.Directory;

/// <summary>Report of a node to a directory that knows it: a sign of life, the changes since the last report, and the version of the node's view.</summary>
/// <param name="Gateway">Gateway of the node.</param>
/// <param name="Number">Number of the announcement; a later one has a higher number.</param>
/// <param name="Directory">Activation of the directory that the node's view is from.</param>
/// <param name="Version">Version of the node's view.</param>
/// <param name="Condition">Changed condition; null if the directory has it.</param>
/// <param name="Figures">Changed figures; null if the directory has them.</param>
[GenerateSerializer, Immutable, Alias("inference.node-report")]
public sealed record NodeReport(
    [property: Id(0)] int Gateway, [property: Id(1)] long Number, [property: Id(2)] Guid Directory, [property: Id(3)] long Version,
    [property: Id(4)] NodeCondition? Condition, [property: Id(5)] NodeFigures? Figures);

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

/// <summary>Part of a device's state that changes while its node runs and that other nodes use.</summary>
/// <param name="Pipeline">Pipeline that the device serves; −1: none yet.</param>
/// <param name="ReadBandwidth">Best measured read bandwidth, in bytes a second.</param>
/// <param name="ArithmeticRate">Best measured arithmetic rate, in floating-point operations a second.</param>
/// <param name="RateShare">Current fraction of the device's normal rate; null if unknown.</param>
[GenerateSerializer, Immutable, Alias("inference.device-condition")]
public sealed record DeviceCondition(
    [property: Id(0)] int Pipeline, [property: Id(1)] double ReadBandwidth, [property: Id(2)] double ArithmeticRate, [property: Id(3)] double? RateShare)
{
    private const double Tolerance = 0.1;

    public static DeviceCondition Of(DeviceState device) => new(device.Pipeline, device.ReadBandwidth, device.ArithmeticRate, device.RateShare);

    /// <summary>Keeps the rates of an earlier condition if they are nearly the same: plans use coarse steps, and two measurements of a rate never agree exactly.</summary>
    public DeviceCondition Steadied(DeviceCondition earlier) => this with
    {
        ReadBandwidth = IsAbout(ReadBandwidth, earlier.ReadBandwidth) ? earlier.ReadBandwidth : ReadBandwidth,
        ArithmeticRate = IsAbout(ArithmeticRate, earlier.ArithmeticRate) ? earlier.ArithmeticRate : ArithmeticRate,
        RateShare = RateShare is { } share && earlier.RateShare is { } before && IsAbout(share, before) ? before : RateShare,
    };

    private static bool IsAbout(double rate, double earlier) => Math.Abs(rate - earlier) <= Tolerance * earlier;
}

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
