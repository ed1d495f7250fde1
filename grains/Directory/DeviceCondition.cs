using Orleans.Concurrency;

namespace OrleansInference.Grains.Directory;

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
