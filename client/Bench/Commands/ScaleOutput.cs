using OrleansInference.Simulation.Scale;

namespace OrleansInference.Bench.Commands;

/// <summary>Prints the answer to a question of scale, as text or as JSON.</summary>
internal static class ScaleOutput
{
    private const int Shapes = 8;

    public static void Print(ScaleReport report, bool json)
    {
        if (json)
        {
            JsonOutput.Write(writer => Write(writer, report));
            return;
        }

        ScaleOptions asked = report.Options;
        Line($"{asked.Devices} devices, {asked.Sessions} sessions, {asked.Model}: {report.Pipelines} pipelines, {report.Driven} of them driven for {asked.Seconds} s.");
        foreach ((int count, IReadOnlyList<int> layers) in report.Shapes.Take(Shapes))
        {
            Line($"  {count} pipelines of {layers.Count} stages, layers {string.Join(' ', layers)}");
        }

        Line($"{report.TokensPerSecond:0} tokens/s, {report.RequestsPerSecond:0.0} requests/s; devices busy {report.Utilisation.Mean:0.0%} ({report.Utilisation.Least:0.0%} to {report.Utilisation.Most:0.0%}).");
        Line($"First token p50 {report.FirstToken.Median:0.000} s, p99 {report.FirstToken.Most:0.000} s; between tokens p50 {report.InterToken.Median:0.0000} s, p99 {report.InterToken.Most:0.0000} s.");
        Line($"Sessions: {report.Sessions.Active} active, {report.Sessions.Waiting} waiting. Pages: {report.Pages.InUse} in use, {report.Pages.Cached} cached, {report.Pages.Host} on hosts; {report.CachedTokenShare:0.0%} of prompt tokens cached.");
        Line($"A lost device: detected after {report.Loss.Detect:0.0} s, weights {report.Loss.Load:0.0} s without a spare, sequences restored after {report.JournalRecovery.Median:0.00} s from journals, {report.PrefixRecovery.Median:0.00} s without.");
        Line($"{report.Elapsed.TotalSeconds:0.0} s, {report.MemoryBytes >> 20} MiB.");
    }

    private static void Line(FormattableString text) => Console.Out.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private static void Write(Utf8JsonWriter writer, ScaleReport report)
    {
        ScaleOptions asked = report.Options;
        writer.WriteStartObject();
        writer.WriteNumber("devices", asked.Devices);
        writer.WriteNumber("sessions_asked", asked.Sessions);
        writer.WriteString("model", asked.Model);
        writer.WriteNumber("virtual_seconds", asked.Seconds);
        WritePlan(writer, report);
        writer.WriteNumber("tokens_per_second", Math.Round(report.TokensPerSecond, 1));
        writer.WriteNumber("requests_per_second", Math.Round(report.RequestsPerSecond, 2));
        Milliseconds(writer, "ttft_ms", report.FirstToken);
        Milliseconds(writer, "inter_token_ms", report.InterToken);
        writer.WriteStartObject("device_utilisation");
        Number(writer, "mean", report.Utilisation.Mean);
        Number(writer, "least", report.Utilisation.Least);
        Number(writer, "most", report.Utilisation.Most);
        writer.WriteEndObject();
        writer.WriteStartObject("sessions");
        writer.WriteNumber("active", report.Sessions.Active);
        writer.WriteNumber("waiting", report.Sessions.Waiting);
        writer.WriteNumber("resident", report.Sessions.Resident);
        writer.WriteEndObject();
        writer.WriteStartObject("pages");
        writer.WriteNumber("in_use", report.Pages.InUse);
        writer.WriteNumber("held", report.Pages.Cached);
        writer.WriteNumber("offloaded", report.Pages.Host);
        writer.WriteNumber("free", report.Pages.Free);
        writer.WriteEndObject();
        Number(writer, "cached_token_share", report.CachedTokenShare);
        WriteRecovery(writer, report);
        writer.WriteStartObject("router");
        Number(writer, "steps_per_second", report.StepsPerSecond);
        Number(writer, "microseconds_per_step", report.RouterStepSeconds * 1e6);
        writer.WriteEndObject();
        writer.WriteNumber("memory_bytes", report.MemoryBytes);
        writer.WriteNumber("seconds", Math.Round(report.Elapsed.TotalSeconds, 1));
        writer.WriteEndObject();
    }

    private static void WritePlan(Utf8JsonWriter writer, ScaleReport report)
    {
        writer.WriteStartObject("plan");
        writer.WriteNumber("pipelines", report.Pipelines);
        writer.WriteNumber("stages", report.Shapes.Sum(static shape => shape.Count * shape.Layers.Count));
        writer.WriteNumber("spares", report.Options.SpareDevices);
        writer.WriteNumber("driven", report.Driven);
        Number(writer, "gap", report.PlanGap);
        writer.WriteStartArray("shapes");
        foreach ((int count, IReadOnlyList<int> layers) in report.Shapes)
        {
            writer.WriteStartObject();
            writer.WriteNumber("pipelines", count);
            writer.WriteStartArray("layers_per_stage");
            foreach (int stage in layers)
            {
                writer.WriteNumberValue(stage);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteRecovery(Utf8JsonWriter writer, ScaleReport report)
    {
        writer.WriteStartObject("recovery");
        Number(writer, "detect_seconds", report.Loss.Detect);
        Number(writer, "load_seconds_without_spare", report.Loss.Load);
        Milliseconds(writer, "journal_ms", report.JournalRecovery);
        Milliseconds(writer, "without_journal_ms", report.PrefixRecovery);
        writer.WriteStartArray("by_failure_rate");
        foreach (FailureFigures failure in report.Failures)
        {
            writer.WriteStartObject();
            writer.WriteNumber("failures_per_device_year", failure.PerDeviceYear);
            Number(writer, "failures_per_day", failure.PerDay);
            Number(writer, "streams_paused_per_day", failure.InterruptedPerDay);
            Number(writer, "recovery_seconds", report.Loss.Detect + report.JournalRecovery.Median);
            writer.WriteNumber("stalled_share", failure.StalledShare);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Milliseconds(Utf8JsonWriter writer, string name, LatencyFigures figures)
    {
        writer.WriteStartObject(name);
        Number(writer, "p50", figures.Median * 1000);
        Number(writer, "p99", figures.Most * 1000);
        writer.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter writer, string name, double value) => writer.WriteNumber(name, Math.Round(value, 4));
}
