using System.Collections.ObjectModel;
using System.Diagnostics.Metrics;

namespace OrleansInference.Api.Metrics;

/// <summary>Source of instruments that <c>/metrics</c> shows. A host can register several, as singletons.</summary>
/// <remarks>
/// Supported are counters, histograms of doubles with advised buckets, observable counters of long, and gauges. An observable instrument shows only the series
/// of its last observation.
/// </remarks>
public interface IMetricSource
{
    Meter Meter { get; }

    /// <summary>Additional names, by the Prometheus names of families: such a family is shown under both names.</summary>
    IReadOnlyDictionary<string, string> Aliases => ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Called before the observable instruments are read, so that a source can update figures that it receives from another component.</summary>
    Task RefreshAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
