using System.Diagnostics.Metrics;
using OrleansInference.Api.Metrics;

namespace OrleansInference.Silo.Metrics;

/// <summary>The instruments of a meter that is made elsewhere.</summary>
internal sealed record MeterSource(Meter Meter) : IMetricSource;
