using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace OrleansInference.Api.Metrics;

/// <summary>Listens to the instruments of all sources and keeps their state for scrapes.</summary>
internal sealed class MetricCollector : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, MetricFamily> _families = [];
    private readonly IMetricSource[] _sources;
    private readonly Lock _collecting = new(); // an observation empties a family before it fills it

    /// <param name="sources">Sources of the instruments.</param>
    /// <param name="model">Name of the model, which labels every series; null for no label.</param>
    public MetricCollector(IEnumerable<IMetricSource> sources, string? model = null)
    {
        _sources = [.. sources];
        string common = model is null ? string.Empty : MetricFamily.Spell([new("model_name", model)], string.Empty);
        HashSet<Meter> meters = [.. _sources.Select(static source => source.Meter)];
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (meters.Contains(instrument.Meter))
                listener.EnableMeasurementEvents(instrument, _families.GetOrAdd(instrument.Name, (_, one) => new MetricFamily(one, common), instrument));
        };
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.Start();
    }

    /// <summary>Updates the figures of all sources.</summary>
    public Task RefreshAsync(CancellationToken cancellationToken) => Task.WhenAll(_sources.Select(source => source.RefreshAsync(cancellationToken)));

    /// <summary>Returns all families by name as text. Observable instruments are read now.</summary>
    public string Collect()
    {
        lock (_collecting)
        {
            foreach (MetricFamily family in _families.Values)
            {
                family.BeginObservation();
            }

            _listener.RecordObservableInstruments();
            Dictionary<string, MetricFamily> named = _families.Values.ToDictionary(static family => family.Name);
            foreach ((string name, string alias) in _sources.SelectMany(static source => source.Aliases))
            {
                if (named.TryGetValue(name, out MetricFamily? family))
                    named[alias] = family;
            }

            return PrometheusText.Write(named.OrderBy(static family => family.Key, StringComparer.Ordinal));
        }
    }

    public void Dispose() => _listener.Dispose();
}
