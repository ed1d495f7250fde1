using Orleans.Concurrency;

namespace OrleansInference.Grains.Directory;

/// <summary>The part of a device's state that changes while its node runs and that other nodes go by.</summary>
/// <param name="Pipeline">The pipeline that it serves; −1: none yet.</param>
/// <param name="ReadBandwidth">Bytes a second, at its best.</param>
/// <param name="ArithmeticRate">Floating-point operations a second, at its best.</param>
/// <param name="RateShare">The part of its normal rate that it reaches; null where it does not know.</param>
[GenerateSerializer, Immutable, Alias("inference.device-condition")]
public sealed record DeviceCondition(
    [property: Id(0)] int Pipeline, [property: Id(1)] double ReadBandwidth, [property: Id(2)] double ArithmeticRate, [property: Id(3)] double? RateShare)
{
    private const double Tolerance = 0.1;

    public static DeviceCondition Of(DeviceState device) => new(device.Pipeline, device.ReadBandwidth, device.ArithmeticRate, device.RateShare);

    /// <summary>This condition with the rates of an earlier one, as far as they are about the same: plans go by coarse steps, and a rate is never measured twice alike.</summary>
    public DeviceCondition Steadied(DeviceCondition earlier) => this with
    {
        ReadBandwidth = IsAbout(ReadBandwidth, earlier.ReadBandwidth) ? earlier.ReadBandwidth : ReadBandwidth,
        ArithmeticRate = IsAbout(ArithmeticRate, earlier.ArithmeticRate) ? earlier.ArithmeticRate : ArithmeticRate,
        RateShare = RateShare is { } share && earlier.RateShare is { } before && IsAbout(share, before) ? before : RateShare,
    };

    private static bool IsAbout(double rate, double earlier) => Math.Abs(rate - earlier) <= Tolerance * earlier;
}
