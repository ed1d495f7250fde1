using System.Text.Json;
using OrleansInference.Cli.Load;

namespace OrleansInference.Cli.Chaos;

/// <summary>Says what a run of <see cref="ChaosDriver"/> gave.</summary>
internal static class ChaosOutput
{
    public static void Write(Utf8JsonWriter writer, ChaosReport report)
    {
        writer.WriteStartObject();
        writer.WriteNumber("kills", report.Kills.Values.Sum());
        writer.WriteNumber("streams", report.Streams);
        writer.WriteNumber("tokens", report.Tokens);
        writer.WriteNumber("lost", report.Difference.Lost);
        writer.WriteNumber("repeated", report.Difference.Repeated);
        writer.WriteNumber("different", report.Difference.Different);
        writer.WriteNumber("other_log_probabilities", report.Difference.OtherScores);
        writer.WriteNumber("failed_requests", report.Failures.Count);
        WritePause(writer, "pause_ms", report.Pauses);
        writer.WriteStartObject("pause_ms_by_role");
        foreach (IGrouping<NodeRole, StreamPause> role in report.Pauses.GroupBy(static pause => pause.Lost).OrderBy(static role => role.Key))
        {
            WritePause(writer, NameOf(role.Key), [.. role]);
        }

        writer.WriteEndObject();
        writer.WriteStartObject("kills_by_role");
        foreach ((NodeRole role, int kills) in report.Kills.OrderBy(static pair => pair.Key))
        {
            writer.WriteNumber(NameOf(role), kills);
        }

        writer.WriteEndObject();
        writer.WriteNumber("transcripts", report.Transcripts);
        writer.WriteNumber("resumed", report.Resumed);
        writer.WriteNumber("recoveries", report.Recoveries);
        writer.WriteStartObject("recovered");
        writer.WriteNumber("journal", report.Recovered.Journal);
        writer.WriteNumber("prefix", report.Recovered.Prefix);
        writer.WriteNumber("full", report.Recovered.Full);
        writer.WriteEndObject();
        if (report.Parts is { } parts && report.Recoveries > 0)
        {
            writer.WriteStartObject("recovery_ms");
            writer.WriteNumber("plan", parts.Plan / report.Recoveries);
            writer.WriteNumber("load", parts.Load / report.Recoveries);
            writer.WriteNumber("replay", parts.Replay / report.Recoveries);
            writer.WriteEndObject();
        }

        WriteFigures(writer, "whole_again_seconds", report.WholeAgain);
        writer.WriteEndObject();
    }

    public static void PrintTable(ChaosReport report)
    {
        string roles = string.Join(", ", report.Kills.Select(static pair => $"{NameOf(pair.Key)} {pair.Value}"));
        Console.Out.WriteLine($"{report.Kills.Values.Sum()} kills ({roles}) under {report.Streams} streams; {report.Transcripts} transcripts, {report.Tokens} tokens.");
        TranscriptDifference difference = report.Difference;
        Console.Out.WriteLine($"Lost {difference.Lost}, repeated {difference.Repeated}, different {difference.Different}, other log-probabilities {difference.OtherScores}, failed requests {report.Failures.Count}.");
        foreach (IGrouping<NodeRole, StreamPause> role in report.Pauses.GroupBy(static pause => pause.Lost).OrderBy(static role => role.Key))
        {
            LatencyFigures figures = LatencyFigures.Of(role.Select(static pause => pause.Milliseconds));
            Console.Out.WriteLine($"Pause of {role.Count()} streams that lost the {NameOf(role.Key)}: p50 {figures.P50:0} ms, p99 {figures.P99:0} ms.");
        }
    }

    private static void WritePause(Utf8JsonWriter writer, string name, IReadOnlyList<StreamPause> pauses) =>
        WriteFigures(writer, name, [.. pauses.Select(static pause => pause.Milliseconds)]);

    private static void WriteFigures(Utf8JsonWriter writer, string name, IReadOnlyList<double> samples)
    {
        LatencyFigures figures = LatencyFigures.Of(samples);
        writer.WriteStartObject(name);
        WriteNumber(writer, "p50", figures.P50);
        WriteNumber(writer, "p99", figures.P99);
        WriteNumber(writer, "most", samples.Count == 0 ? null : samples.Max());
        writer.WriteNumber("count", samples.Count);
        writer.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, double? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, Math.Round(number, 1));
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    private static string NameOf(NodeRole role) => JsonNamingPolicy.SnakeCaseLower.ConvertName(role.ToString());
}
