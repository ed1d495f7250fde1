using System.Globalization;
using System.Text;

namespace OrleansInference.Api.Metrics;

/// <summary>Writes metrics in Prometheus' text exposition format, version 0.0.4.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <param name="families">Families by the names under which they are shown.</param>
    public static string Write(IEnumerable<KeyValuePair<string, MetricFamily>> families)
    {
        StringBuilder text = new();
        foreach ((string name, MetricFamily family) in families)
        {
            string description = family.Description.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            text.Append("# HELP ").Append(name).Append(' ').Append(description).Append('\n');
            text.Append("# TYPE ").Append(name).Append(' ').Append(family.Type).Append('\n');
            foreach (MetricSeries series in family.Series)
            {
                if (family.Type == "histogram")
                    WriteHistogram(text, name, family, series);
                else
                    WriteSample(text, name, series.Labels, Number(series.Read().Value));
            }
        }

        return text.ToString();
    }

    private static void WriteHistogram(StringBuilder text, string name, MetricFamily family, MetricSeries series)
    {
        (double sum, long[] counts) = series.Read();
        string separator = series.Labels.Length > 0 ? "," : string.Empty;
        long total = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            total += counts[i];
            string bound = i < family.Bounds.Length ? Number(family.Bounds[i]) : "+Inf";
            WriteSample(text, name + "_bucket", $"{series.Labels}{separator}le=\"{bound}\"", total.ToString(CultureInfo.InvariantCulture));
        }

        WriteSample(text, name + "_sum", series.Labels, Number(sum));
        WriteSample(text, name + "_count", series.Labels, total.ToString(CultureInfo.InvariantCulture));
    }

    private static void WriteSample(StringBuilder text, string name, string labels, string value)
    {
        text.Append(name);
        if (labels.Length > 0)
            text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(value).Append('\n');
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
