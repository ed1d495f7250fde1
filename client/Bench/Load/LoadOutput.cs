using Spectre.Console;

namespace OrleansInference.Bench.Load;

/// <summary>Prints the figures of a run.</summary>
internal static class LoadOutput
{
    private const int Decimals = 3;

    public static void Write(Utf8JsonWriter writer, LoadReport report)
    {
        writer.WriteStartObject();
        WriteFigures(writer, report.All);
        WriteNumbered(writer, "tenants", report.Tenants, WriteFigures);
        WriteNumbered(writer, "turns", report.Turns, WriteFigures);
        if (report.Arrivals is not null)
        {
            writer.WriteStartObject("arrivals");
            WriteFigures(writer, report.Arrivals);
            writer.WriteEndObject();
        }

        WriteNumbered(writer, "tokens_in_any_second", report.Seconds, WriteSeconds);
        writer.WriteEndObject();
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

    private static void WriteFigures(Utf8JsonWriter writer, LoadFigures figures)
    {
        writer.WriteNumber("tokens_per_second", Math.Round(figures.TokensPerSecond, Decimals));
        writer.WriteNumber("requests", figures.Requests);
        writer.WriteNumber("failed", figures.Failed);
        WriteLatency(writer, "ttft_ms", figures.TimeToFirstToken);
        WriteLatency(writer, "inter_token_ms", figures.InterToken);
        writer.WriteNumber("cached_token_share", figures.CachedTokenShare, Decimals);
    }

    private static void WriteNumbered<T>(Utf8JsonWriter writer, string name, IReadOnlyList<T> parts, Action<Utf8JsonWriter, T> write)
    {
        if (parts.Count == 0)
        {
            return;
        }

        writer.WriteStartObject(name);
        for (int i = 0; i < parts.Count; i++)
        {
            writer.WriteStartObject($"{i + 1}");
            write(writer, parts[i]);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void WriteSeconds(Utf8JsonWriter writer, TenantSeconds seconds)
    {
        writer.WriteNumber("least", seconds.Least, Decimals);
        writer.WriteNumber("p50", seconds.Median, Decimals);
        writer.WriteNumber("most", seconds.Most, Decimals);
    }

    private static void WriteLatency(Utf8JsonWriter writer, string name, LatencyFigures figures)
    {
        writer.WriteStartObject(name);
        writer.WriteNumber("p50", figures.P50, Decimals);
        writer.WriteNumber("p99", figures.P99, Decimals);
        writer.WriteEndObject();
    }
}
