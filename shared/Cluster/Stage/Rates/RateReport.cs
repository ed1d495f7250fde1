namespace OrleansInference.Cluster.Stage.Rates;

/// <summary>The rate of a device, as the device reports it.</summary>
/// <param name="Share">The share of its normal rate that it reaches now; null if it is unknown.</param>
/// <param name="IsSuspected">Whether it may be slow, so that it is measured while it computes no steps.</param>
/// <param name="ReadBandwidth">The best bandwidth, in bytes per second.</param>
/// <param name="ArithmeticRate">The best rate, in floating-point operations per second.</param>
public sealed record RateReport(double? Share, bool IsSuspected, double ReadBandwidth, double ArithmeticRate);
