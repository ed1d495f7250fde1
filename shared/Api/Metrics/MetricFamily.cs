using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace OrleansInference.Api.Metrics;

/// <summary>Instrument with all its series, in the format of Prometheus.</summary>
internal sealed class MetricFamily
{
    private readonly ConcurrentDictionary<string, MetricSeries> _series = [];
    private readonly MetricSeries _plain;
    private readonly Action<MetricSeries, double> _record;
    private readonly bool _observable;
    private readonly string _common;

    /// <param name="instrument">Instrument that is recorded.</param>
    /// <param name="common">Labels that all series have, such as <c>model_name="demo"</c>; may be empty.</param>
    public MetricFamily(Instrument instrument, string common)
    {
        _common = common;
        Name = instrument.Name;
        _observable = instrument.IsObservable;
        Description = instrument.Description ?? string.Empty;
        (Type, _record) = instrument switch
        {
            Histogram<double> => ("histogram", static (series, value) => series.Observe(value)),
            Counter<long> => ("counter", static (series, value) => series.Add(value)),
            ObservableCounter<long> or ObservableCounter<double> => ("counter", static (series, value) => series.Set(value)),
            _ => ("gauge", (Action<MetricSeries, double>)(static (series, value) => series.Set(value))),
        };
        Bounds = instrument is Histogram<double> histogram ? [.. histogram.Advice!.HistogramBucketBoundaries!] : [];
        Name += Type == "counter" ? "_total" : string.Empty;
        _plain = new MetricSeries(common, Bounds);
        if (Type == "histogram")
            _series[common] = _plain;
    }

    public string Name { get; }

    /// <summary>Prometheus' type: counter, gauge or histogram.</summary>
    public string Type { get; }

    public string Description { get; }

    /// <summary>Upper bounds of a histogram's buckets except the last, ascending.</summary>
    public double[] Bounds { get; }

    public IEnumerable<MetricSeries> Series => _series.Values.OrderBy(series => series.Labels, StringComparer.Ordinal);

    /// <summary>Removes the observed series. Series that are not observed again no longer exist.</summary>
    public void BeginObservation()
    {
        if (_observable)
            _series.Clear();
    }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty && Type == "histogram")
        {
            _plain.Observe(value);
            return;
        }

        _record(_series.GetOrAdd(Spell(tags, _common), static (labels, bounds) => new MetricSeries(labels, bounds), Bounds), value);
    }

    /// <summary>Formats labels for Prometheus.</summary>
    /// <param name="tags">Names and values of the labels.</param>
    /// <param name="before">Formatted labels that precede them.</param>
    public static string Spell(ReadOnlySpan<KeyValuePair<string, object?>> tags, string before)
    {
        StringBuilder labels = new(before);
        foreach ((string name, object? value) in tags)
        {
            labels.Append(labels.Length > 0 ? "," : string.Empty).Append(name).Append("=\"");
            foreach (char letter in value?.ToString() ?? string.Empty)
            {
                _ = letter switch
                {
                    '\\' => labels.Append(@"\\"),
                    '"' => labels.Append("\\\""),
                    '\n' => labels.Append("\\n"),
                    _ => labels.Append(letter),
                };
            }

            labels.Append('"');
        }

        return labels.ToString();
    }
}
