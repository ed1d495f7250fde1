using System.Collections.ObjectModel;
using System.Diagnostics.Metrics;

namespace OrleansInference.Api.Metrics;

/// <summary>Instruments that <c>/metrics</c> shows; a host registers as many as it has, as singletons.</summary>
/// <remarks>
/// Counters, histograms of doubles with their buckets advised, observable counters of long and gauges. An observable instrument shows the series that it was
/// last observed with and no others.
/// </remarks>
public interface IMetricSource
{
    Meter Meter { get; }

    /// <summary>Further names, by the names of families as Prometheus sees them: such a family is shown under both.</summary>
    IReadOnlyDictionary<string, string> Aliases => ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Called before the observable instruments are read; a source whose figures are elsewhere brings them up to date.</summary>
    Task RefreshAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
