using Spectre.Console;

namespace OrleansInference.Bench.Load;

/// <summary>Prints the figures of a run.</summary>
internal static class LoadOutput
{
    private const int Decimals = 3;

    public static JsonObject Describe(LoadReport report)
    {
        JsonObject described = Describe(report.All);
        AddNumbered(described, "tenants", report.Tenants, Describe);
        AddNumbered(described, "turns", report.Turns, Describe);
        if (report.Arrivals is not null)
        {
            described["arrivals"] = Describe(report.Arrivals);
        }

        AddNumbered(described, "tokens_in_any_second", report.Seconds, Describe);
        return described;
    }

    public static void PrintTable(LoadReport report)
    {
        Table table = new Table { Border = TableBorder.Simple };
        table.AddColumns("tenant", "tokens/s", "requests", "failed", "TTFT ms\np50 / p99", "inter-token ms\np50 / p99", "cached");
        if (report.Tenants.Count > 1)
        {
            for (int tenant = 0; tenant < report.Tenants.Count; tenant++)
            {
                AddRow(table, $"{tenant + 1}", report.Tenants[tenant]);
            }
        }

        AddRow(table, "all", report.All);
        for (int turn = 0; turn < report.Turns.Count; turn++)
        {
            AddRow(table, $"turn {turn + 1}", report.Turns[turn]);
        }

        if (report.Arrivals is not null)
        {
            AddRow(table, "arrivals", report.Arrivals);
        }

        AnsiConsole.Write(table);
        for (int tenant = 0; tenant < report.Seconds.Count; tenant++)
        {
            TenantSeconds seconds = report.Seconds[tenant];
            AnsiConsole.WriteLine($"tenant {tenant + 1}: {seconds.Least:N1} to {seconds.Most:N1} tokens in any second, half of them under {seconds.Median:N1}");
        }
    }

    private static void AddRow(Table table, string name, LoadFigures figures) => table.AddRow(
        name,
        $"{figures.TokensPerSecond:N1}",
        $"{figures.Requests}",
        $"{figures.Failed}",
        Latency(figures.TimeToFirstToken),
        Latency(figures.InterToken),
        figures.CachedTokenShare is double share ? $"{share:P1}" : "–");

    private static string Latency(LatencyFigures figures) => figures is { P50: double half, P99: double most } ? $"{half:N1} / {most:N1}" : "–";

    private static JsonObject Describe(LoadFigures figures) => new()
    {
        ["tokens_per_second"] = Math.Round(figures.TokensPerSecond, Decimals),
        ["requests"] = figures.Requests,
        ["failed"] = figures.Failed,
        ["ttft_ms"] = Describe(figures.TimeToFirstToken),
        ["inter_token_ms"] = Describe(figures.InterToken),
        ["cached_token_share"] = JsonOutput.Round(figures.CachedTokenShare, Decimals),
    };

    private static JsonObject Describe(TenantSeconds seconds) => new()
    {
        ["least"] = Math.Round(seconds.Least, Decimals),
        ["p50"] = Math.Round(seconds.Median, Decimals),
        ["most"] = Math.Round(seconds.Most, Decimals),
    };

    private static JsonObject Describe(LatencyFigures figures) => new()
    {
        ["p50"] = JsonOutput.Round(figures.P50, Decimals),
        ["p99"] = JsonOutput.Round(figures.P99, Decimals),
    };

    /// <summary>Adds the figures of several parts under their numbers, from 1; nothing if there are none.</summary>
    private static void AddNumbered<T>(JsonObject described, string name, IReadOnlyList<T> parts, Func<T, JsonObject> describe)
    {
        if (parts.Count > 0)
        {
            described[name] = new JsonObject(parts.Select((part, index) => KeyValuePair.Create($"{index + 1}", (JsonNode?)describe(part))));
        }
    }
}
