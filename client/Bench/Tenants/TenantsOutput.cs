namespace OrleansInference.Bench.Tenants;

/// <summary>Prints the result of a run of <see cref="TenantsDriver"/>.</summary>
internal static class TenantsOutput
{
    public static JsonObject Describe(TenantsReport report) => new()
    {
        ["conversations"] = report.Conversations,
        ["tenants"] = report.Tenants,
        ["answers"] = report.Answers,
        ["kills"] = report.NodeKills + report.ConnectionKills,
        ["node_kills"] = report.NodeKills,
        ["connection_kills"] = report.ConnectionKills,
        ["resumed"] = report.Resumed,
        ["unanswered"] = report.Unanswered,
        ["different"] = report.Different,
        ["failed"] = report.Failed,
        ["billed"] = report.Billed,
        ["emitted"] = report.Emitted,
        ["mismatches"] = Lines(report.Mismatches),
        ["audit_lines"] = report.AuditLines ?? 0,
        ["audit_broken"] = report.AuditFaults.Count,
        ["audit_faults"] = Lines(report.AuditFaults),
        ["ended"] = report.Ended,
    };

    public static void PrintText(TenantsReport report)
    {
        Console.Out.WriteLine($"{report.Conversations} conversations of {report.Tenants} tenants with {report.Answers} answers; {report.NodeKills} nodes killed, {report.ConnectionKills} connections dropped, {report.Resumed} streams continued.");
        Console.Out.WriteLine($"Different {report.Different}, failed {report.Failed}, unanswered {report.Unanswered}.");
        Console.Out.WriteLine($"Tokens: {report.Billed} billed, {report.Emitted} emitted.");
        foreach (string line in report.Mismatches.Concat(report.AuditFaults))
        {
            Console.Out.WriteLine(line);
        }

        Console.Out.WriteLine(report.AuditLines is { } lines ? $"Audit log: {lines} lines, {report.AuditFaults.Count} faults." : "The nodes wrote no audit log.");
    }

    private static JsonArray Lines(IReadOnlyList<string> lines) => new([.. lines.Select(static line => (JsonNode)line)]);
}
