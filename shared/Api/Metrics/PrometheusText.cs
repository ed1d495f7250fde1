using System.Globalization;
using System.Text;

namespace OrleansInference.Api.Metrics;

/// <summary>Writes metrics in Prometheus' text exposition format, version 0.0.4.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(IEnumerable<MetricFamily> families)
    {
        StringBuilder text = new();
        foreach (MetricFamily family in families)
        {
            string description = family.Description.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            text.Append("# HELP ").Append(family.Name).Append(' ').Append(description).Append('\n');
            text.Append("# TYPE ").Append(family.Name).Append(' ').Append(family.Type).Append('\n');
            foreach (MetricSeries series in family.Series)
            {
                if (family.Type == "histogram")
                    WriteHistogram(text, family, series);
                else
                    WriteSample(text, family.Name, series.Labels, Number(series.Read().Value));
            }
        }

        return text.ToString();
    }

    private static void WriteHistogram(StringBuilder text, MetricFamily family, MetricSeries series)
    {
        (double sum, long[] counts) = series.Read();
        string separator = series.Labels.Length > 0 ? "," : string.Empty;
        long total = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            total += counts[i];
            string bound = i < family.Bounds.Length ? Number(family.Bounds[i]) : "+Inf";
            WriteSample(text, family.Name + "_bucket", $"{series.Labels}{separator}le=\"{bound}\"", total.ToString(CultureInfo.InvariantCulture));
        }

        WriteSample(text, family.Name + "_sum", series.Labels, Number(sum));
        WriteSample(text, family.Name + "_count", series.Labels, total.ToString(CultureInfo.InvariantCulture));
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
