using System.Diagnostics.Metrics;
using OrleansInference.Api.Metrics;

namespace OrleansInference.Silo.Metrics;

/// <summary>Metric source for a meter that another component owns.</summary>
internal sealed record MeterSource(Meter Meter) : IMetricSource;
