using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using OrleansInference.Tenancy.Audit;
using OrleansInference.Tenancy.Audit.Verification;

namespace OrleansInference.CliTests.Audit;

public sealed class AuditKillTests
{
    private const int Lives = 4;
    private const int LinesOfALife = 400;

    [Fact]
    public async Task Every_line_that_was_acknowledged_before_a_kill_is_there()
    {
        using TemporaryFolder folder = new();
        Dictionary<long, string> acknowledged = [];
        for (int life = 0; life < Lives; life++)
        {
            ProcessStartInfo start = new("dotnet", [typeof(AuditWriterProcess).Assembly.Location, folder.Path, $"{life}"]) { RedirectStandardOutput = true };
            using Process process = Process.Start(start)!;
            for (int line = 0; await process.StandardOutput.ReadLineAsync() is { } text; line++)
            {
                // Lines that are in the pipe after the kill were acknowledged before it. The last one may be cut short.
                if (text.Split(' ') is [string sequence, string id] && id.Split('-').Length == 3)
                {
                    acknowledged[long.Parse(sequence, CultureInfo.InvariantCulture)] = id;
                }

                if (line == LinesOfALife)
                {
                    process.Kill();
                }
            }

            await process.WaitForExitAsync();
            Assert.NotEqual(0, process.ExitCode);
        }

        // The next process cuts off what the last kill has torn.
        await using (AuditLog log = AuditLog.Open(new AuditLogOptions(folder.Path, "killed"), TimeProvider.System))
        {
            await log.AppendAsync(new AuditEntry("node.start"));
        }

        AuditReport report = AuditVerifier.Verify(folder.Path);
        Assert.Empty(report.Broken);
        Assert.True(acknowledged.Count >= Lives * LinesOfALife);
        Dictionary<long, string?> written = Directory.GetFiles(folder.Path, "*.jsonl").SelectMany(File.ReadLines).Select(static line => JsonDocument.Parse(line).RootElement)
            .ToDictionary(static line => line.GetProperty("sequence").GetInt64(), static line => line.GetProperty("request_id").GetString());
        foreach ((long sequence, string id) in acknowledged)
        {
            // The id of the very last line of a life may have lost digits in the pipe.
            Assert.StartsWith(id, written[sequence], StringComparison.Ordinal);
        }
    }
}
