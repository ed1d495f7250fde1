namespace OrleansInference.Cluster.Stage.Rates;

/// <summary>What a device has learnt of its rate.</summary>
/// <param name="Share">The part of its normal rate that it reaches now; null where nothing is known.</param>
/// <param name="IsSuspected">Whether it may be slow, so that it is to be measured where steps do not tell.</param>
/// <param name="ReadBandwidth">Bytes a second, at its best.</param>
/// <param name="ArithmeticRate">Floating-point operations a second, at its best.</param>
internal sealed record RateReport(double? Share, bool IsSuspected, double ReadBandwidth, double ArithmeticRate);
