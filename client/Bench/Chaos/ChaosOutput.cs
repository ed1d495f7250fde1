using OrleansInference.Bench.Load;

namespace OrleansInference.Bench.Chaos;

/// <summary>Prints the result of a run of <see cref="ChaosDriver"/>.</summary>
internal static class ChaosOutput
{
    public static JsonObject Describe(ChaosReport report)
    {
        JsonObject described = new()
        {
            ["by"] = NameOf(report.By),
            ["kills"] = report.Kills.Values.Sum(),
            ["streams"] = report.Streams,
            ["tokens"] = report.Tokens,
            ["lost"] = report.Difference.Lost,
            ["repeated"] = report.Difference.Repeated,
            ["different"] = report.Difference.Different,
            ["other_log_probabilities"] = report.Difference.OtherScores,
            ["failed_requests"] = report.Failures.Count,
            ["pause_ms"] = DescribePauses(report.Pauses),
            ["pause_ms_by_role"] = ByName(ByRole(report), static role => (role.Key, DescribePauses(role))),
        };
        if (report.By != DisturbanceKind.Drain)
        {
            described["pause_beyond_replay_ms_by_role"] = ByName(ByRole(report), static role => (role.Key, Figures(role.Select(static pause => pause.BeyondReplay))));
        }
        else
        {
            described["pause_ms_by_move"] = ByName(Enum.GetValues<PlannedMove>(), move => (move, DescribePauses(report.Pauses.Where(pause => pause.Move == move))));
        }

        described["undisturbed_pause_ms"] = Figures(report.Undisturbed);
        described["kills_by_role"] = ByName(report.Kills.OrderBy(static pair => pair.Key), static pair => (pair.Key, pair.Value));
        described["transcripts"] = report.Transcripts;
        described["resumed"] = report.Resumed;
        described["recoveries"] = report.Recoveries;
        described["recovered"] = new JsonObject { ["journal"] = report.Recovered.Journal, ["prefix"] = report.Recovered.Prefix, ["full"] = report.Recovered.Full };
        described["verified_pages"] = report.VerifiedPages;
        described["unproven_pages"] = report.UnprovenPages;
        described["corrupted_pages"] = report.CorruptedPages;
        if (report.Parts is { } parts && report.Recoveries > 0)
        {
            described["recovery_ms"] = new JsonObject
            {
                ["plan"] = parts.Plan / report.Recoveries,
                ["load"] = parts.Load / report.Recoveries,
                ["replay"] = parts.Replay / report.Recoveries,
                ["inline_recompute"] = parts.InlineRecompute / report.Recoveries,
                ["computing"] = Math.Round(report.Nodes.Sum(static node => node.ReplayMilliseconds) / report.Recoveries),
            };
        }

        if (report.By == DisturbanceKind.Freeze)
        {
            int replaced = report.Nodes.Count(static node => node.Replaced);
            described["woken"] = new JsonObject { ["replaced"] = replaced, ["went_on"] = report.Nodes.Count - replaced };
        }

        if (report.By == DisturbanceKind.Drain)
        {
            described["leave_seconds"] = Figures(report.Nodes.Select(static node => node.LeaveSeconds));
        }

        described["whole_again_seconds"] = Figures(report.Nodes.Select(static node => node.WholeSeconds));
        return described;
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

    private static JsonObject DescribePauses(IEnumerable<StreamPause> pauses) => Figures(pauses.Select(static pause => pause.Milliseconds));

    private static JsonObject Figures(IEnumerable<double> samples)
    {
        double[] all = [.. samples];
        LatencyFigures figures = LatencyFigures.Of(all);
        return new JsonObject
        {
            ["p50"] = JsonOutput.Round(figures.P50, 1),
            ["p99"] = JsonOutput.Round(figures.P99, 1),
            ["most"] = JsonOutput.Round(all.Length == 0 ? null : all.Max(), 1),
            ["count"] = all.Length,
        };
    }

    private static JsonObject ByName<TItem, TKey>(IEnumerable<TItem> items, Func<TItem, (TKey Key, JsonNode Value)> describe)
        where TKey : struct, Enum => new(items.Select(describe).Select(static item => KeyValuePair.Create(NameOf(item.Key), (JsonNode?)item.Value)));

    private static string NameOf<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
