using OrleansInference.Bench.Load;

namespace OrleansInference.Bench.Chaos;

/// <summary>Prints the result of a run of <see cref="ChaosDriver"/>.</summary>
internal static class ChaosOutput
{
    public static void Write(Utf8JsonWriter writer, ChaosReport report)
    {
        writer.WriteStartObject();
        writer.WriteString("by", NameOf(report.By));
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
        foreach (IGrouping<NodeRole, StreamPause> role in ByRole(report))
        {
            WritePause(writer, NameOf(role.Key), [.. role]);
        }

        writer.WriteEndObject();
        if (report.By != DisturbanceKind.Drain)
        {
            writer.WriteStartObject("pause_beyond_replay_ms_by_role");
            foreach (IGrouping<NodeRole, StreamPause> role in ByRole(report))
            {
                WriteFigures(writer, NameOf(role.Key), [.. role.Select(static pause => pause.BeyondReplay)]);
            }

            writer.WriteEndObject();
        }
        else
        {
            writer.WriteStartObject("pause_ms_by_move");
            foreach (PlannedMove move in Enum.GetValues<PlannedMove>())
            {
                WritePause(writer, NameOf(move), [.. report.Pauses.Where(pause => pause.Move == move)]);
            }

            writer.WriteEndObject();
        }

        WriteFigures(writer, "undisturbed_pause_ms", report.Undisturbed);
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
        writer.WriteNumber("verified_pages", report.VerifiedPages);
        writer.WriteNumber("unproven_pages", report.UnprovenPages);
        writer.WriteNumber("corrupted_pages", report.CorruptedPages);
        if (report.Parts is { } parts && report.Recoveries > 0)
        {
            writer.WriteStartObject("recovery_ms");
            writer.WriteNumber("plan", parts.Plan / report.Recoveries);
            writer.WriteNumber("load", parts.Load / report.Recoveries);
            writer.WriteNumber("replay", parts.Replay / report.Recoveries);
            writer.WriteNumber("inline_recompute", parts.InlineRecompute / report.Recoveries);
            writer.WriteNumber("computing", Math.Round(report.Nodes.Sum(static node => node.ReplayMilliseconds) / report.Recoveries));
            writer.WriteEndObject();
        }

        if (report.By == DisturbanceKind.Freeze)
        {
            int replaced = report.Nodes.Count(static node => node.Replaced);
            writer.WriteStartObject("woken");
            writer.WriteNumber("replaced", replaced);
            writer.WriteNumber("went_on", report.Nodes.Count - replaced);
            writer.WriteEndObject();
        }

        if (report.By == DisturbanceKind.Drain)
        {
            WriteFigures(writer, "leave_seconds", [.. report.Nodes.Select(static node => node.LeaveSeconds)]);
        }

        WriteFigures(writer, "whole_again_seconds", [.. report.Nodes.Select(static node => node.WholeSeconds)]);
        writer.WriteEndObject();
    }

    public static void PrintTable(ChaosReport report)
    {
        string roles = string.Join(", ", report.Kills.Select(static pair => $"{NameOf(pair.Key)} {pair.Value}"));
        Console.Out.WriteLine($"{report.Kills.Values.Sum()} disturbances by {NameOf(report.By)} ({roles}) under {report.Streams} streams; {report.Transcripts} transcripts, {report.Tokens} tokens.");
        TranscriptDifference difference = report.Difference;
        Console.Out.WriteLine($"Lost {difference.Lost}, repeated {difference.Repeated}, different {difference.Different}, different log-probabilities {difference.OtherScores}, failed requests {report.Failures.Count}.");
        Console.Out.WriteLine($"Pages: verified {report.VerifiedPages}, dropped without a proof {report.UnprovenPages}, corrupted {report.CorruptedPages}.");
        foreach (IGrouping<NodeRole, StreamPause> role in ByRole(report))
        {
            PrintPauses($"{role.Count()} streams that lost the {NameOf(role.Key)}", role);
        }

        foreach (IGrouping<PlannedMove, StreamPause> move in report.Pauses.Where(static pause => pause.Move is not null).GroupBy(static pause => pause.Move!.Value))
        {
            PrintPauses($"{move.Count()} streams while nodes {NameOf(move.Key)}", move);
        }
    }

    /// <summary>Describes the disturbance of one node in one line.</summary>
    public static string Line(DisturbedNode node, IReadOnlyList<StreamPause> pauses)
    {
        string whole = string.Create(CultureInfo.InvariantCulture, $"whole after {node.WholeSeconds:0.0} s");
        return node.Left is null
            ? $"{pauses.Count} streams paused for up to {Most(pauses):0} ms, of which replays computed {node.ReplayMilliseconds:0}, {whole}{(node.Replaced ? string.Empty : " with the same process")}."
            : string.Create(CultureInfo.InvariantCulture, $"left after {node.LeaveSeconds:0.0} s with pauses up to {Most(pauses.Where(static pause => pause.Move == PlannedMove.Leave)):0} ms, {whole} with up to {Most(pauses.Where(static pause => pause.Move == PlannedMove.Join)):0} ms.");
    }

    private static double Most(IEnumerable<StreamPause> pauses) => Math.Round(pauses.Select(static pause => pause.Milliseconds).DefaultIfEmpty().Max());

    private static IEnumerable<IGrouping<NodeRole, StreamPause>> ByRole(ChaosReport report) =>
        report.Pauses.Where(static pause => pause.Lost is not null).GroupBy(static pause => pause.Lost!.Value).OrderBy(static role => role.Key);

    private static void PrintPauses(string whose, IEnumerable<StreamPause> pauses)
    {
        LatencyFigures figures = LatencyFigures.Of(pauses.Select(static pause => pause.Milliseconds));
        Console.Out.WriteLine($"Pause of {whose}: p50 {figures.P50:0} ms, p99 {figures.P99:0} ms.");
    }

    private static void WritePause(Utf8JsonWriter writer, string name, IReadOnlyList<StreamPause> pauses) =>
        WriteFigures(writer, name, [.. pauses.Select(static pause => pause.Milliseconds)]);

    private static void WriteFigures(Utf8JsonWriter writer, string name, IReadOnlyList<double> samples)
    {
        LatencyFigures figures = LatencyFigures.Of(samples);
        writer.WriteStartObject(name);
        writer.WriteNumber("p50", figures.P50, 1);
        writer.WriteNumber("p99", figures.P99, 1);
        writer.WriteNumber("most", samples.Count == 0 ? null : samples.Max(), 1);
        writer.WriteNumber("count", samples.Count);
        writer.WriteEndObject();
    }

    private static string NameOf<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
