using OrleansInference.Simulation.Scale;

namespace OrleansInference.Bench.Commands;

/// <summary>Prints the answer to a question of scale.</summary>
internal static class ScaleOutput
{
    private const int Shapes = 8;

    public static void Print(ScaleReport report)
    {
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

    public static JsonObject Describe(ScaleReport report)
    {
        ScaleOptions asked = report.Options;
        return new JsonObject
        {
            ["devices"] = asked.Devices,
            ["sessions_asked"] = asked.Sessions,
            ["model"] = asked.Model,
            ["virtual_seconds"] = asked.Seconds,
            ["plan"] = DescribePlan(report),
            ["tokens_per_second"] = Math.Round(report.TokensPerSecond, 1),
            ["requests_per_second"] = Math.Round(report.RequestsPerSecond, 2),
            ["ttft_ms"] = Milliseconds(report.FirstToken),
            ["inter_token_ms"] = Milliseconds(report.InterToken),
            ["device_utilisation"] = new JsonObject { ["mean"] = Round(report.Utilisation.Mean), ["least"] = Round(report.Utilisation.Least), ["most"] = Round(report.Utilisation.Most) },
            ["sessions"] = new JsonObject { ["active"] = report.Sessions.Active, ["waiting"] = report.Sessions.Waiting, ["resident"] = report.Sessions.Resident },
            ["pages"] = new JsonObject
            {
                ["in_use"] = report.Pages.InUse,
                ["held"] = report.Pages.Cached,
                ["offloaded"] = report.Pages.Host,
                ["free"] = report.Pages.Free,
            },
            ["cached_token_share"] = Round(report.CachedTokenShare),
            ["recovery"] = DescribeRecovery(report),
            ["router"] = new JsonObject { ["steps_per_second"] = Round(report.StepsPerSecond), ["microseconds_per_step"] = Round(report.RouterStepSeconds * 1e6) },
            ["memory_bytes"] = report.MemoryBytes,
            ["seconds"] = Math.Round(report.Elapsed.TotalSeconds, 1),
        };
    }

    private static JsonObject DescribePlan(ScaleReport report) => new()
    {
        ["pipelines"] = report.Pipelines,
        ["stages"] = report.Shapes.Sum(static shape => shape.Count * shape.Layers.Count),
        ["spares"] = report.Options.SpareDevices,
        ["driven"] = report.Driven,
        ["gap"] = Round(report.PlanGap),
        ["shapes"] = new JsonArray(
        [
            .. report.Shapes.Select(static shape => new JsonObject { ["pipelines"] = shape.Count, ["layers_per_stage"] = JsonSerializer.SerializeToNode(shape.Layers) }),
        ]),
    };

    private static JsonObject DescribeRecovery(ScaleReport report) => new()
    {
        ["detect_seconds"] = Round(report.Loss.Detect),
        ["load_seconds_without_spare"] = Round(report.Loss.Load),
        ["journal_ms"] = Milliseconds(report.JournalRecovery),
        ["without_journal_ms"] = Milliseconds(report.PrefixRecovery),
        ["by_failure_rate"] = new JsonArray(
        [
            .. report.Failures.Select(failure => new JsonObject
            {
                ["failures_per_device_year"] = failure.PerDeviceYear,
                ["failures_per_day"] = Round(failure.PerDay),
                ["streams_paused_per_day"] = Round(failure.InterruptedPerDay),
                ["recovery_seconds"] = Round(report.Loss.Detect + report.JournalRecovery.Median),
                ["stalled_share"] = failure.StalledShare,
            }),
        ]),
    };

    private static JsonObject Milliseconds(LatencyFigures figures) => new() { ["p50"] = Round(figures.Median * 1000), ["p99"] = Round(figures.Most * 1000) };

    private static double Round(double value) => Math.Round(value, 4);
}
