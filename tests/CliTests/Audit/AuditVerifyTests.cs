using System.Text.Json;
using OrleansInference.Tenancy.Audit;
using OrleansInference.Tenancy.Audit.Heads;

namespace OrleansInference.CliTests.Audit;

public sealed class AuditVerifyTests : IDisposable
{
    private const string KeyText = "0123456789abcdef0123456789abcdef";

    private readonly TemporaryFolder _folder = new();

    // Where a node without settings keeps it, for a user whose folder for data is this one.
    private string Log => Path.Combine(_folder.Path, "orleans-inference", "audit");

    private string First => Path.Combine(Log, "audit-a-000001.jsonl");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_whole_log_ends_with_code_0()
    {
        await FillAsync(5);
        CliResult json = await CliProcess.RunAsync(["audit", "verify", Log, "--json"]);
        Assert.Equal(0, json.ExitCode);
        Assert.Equal("""{"lines":5,"broken":[],"chains":[{"node":"a","files":1,"first":1,"last":5}]}""", json.Output.TrimEnd());
        CliResult file = await CliProcess.RunAsync(["audit", "verify", First, "--json"]);
        Assert.Equal((0, 5), (file.ExitCode, file.Json().GetProperty("lines").GetInt32()));
        CliResult plain = await CliProcess.RunAsync(["audit", "verify"], environment: new Dictionary<string, string> { ["XDG_DATA_HOME"] = _folder.Path });
        Assert.Equal((0, "Node a: lines 1 to 5 in 1 file\n5 lines, nothing is broken\n"), (plain.ExitCode, plain.Output));
    }

    [Fact]
    public async Task A_changed_line_ends_with_code_1_and_is_named()
    {
        await FillAsync(5);
        string[] lines = await File.ReadAllLinesAsync(First);
        lines[2] = lines[2].Replace("action.2", "action.7", StringComparison.Ordinal);
        await File.WriteAllTextAsync(First, string.Join('\n', lines) + "\n");

        CliResult json = await CliProcess.RunAsync(["audit", "verify", Log, "--json"]);
        Assert.Equal(1, json.ExitCode);
        JsonElement broken = Assert.Single(json.Json().GetProperty("broken").EnumerateArray());
        Assert.Equal(("audit-a-000001.jsonl", 3, 3, "changed"), (broken.GetProperty("file").GetString(), broken.GetProperty("line").GetInt32(), broken.GetProperty("sequence").GetInt32(), broken.GetProperty("kind").GetString()));
        Assert.NotEmpty(broken.GetProperty("reason").GetString()!);
        CliResult plain = await CliProcess.RunAsync(["audit", "verify", Log]);
        Assert.Equal(1, plain.ExitCode);
        Assert.Contains("audit-a-000001.jsonl, line 3: the line was changed", plain.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cut_off_end_is_found_with_the_heads()
    {
        AuditKey key = new(System.Text.Encoding.UTF8.GetBytes(KeyText));
        await FillAsync(5);
        string[] lines = await File.ReadAllLinesAsync(First);
        string heads = Path.Combine(_folder.Path, "heads.json");
        string keyFile = Path.Combine(_folder.Path, "key");
        await File.WriteAllTextAsync(heads, AuditHeadJson.Write([AuditHead.Sign("a", 5, lines[4][^66..^2], DateTimeOffset.UtcNow, key)]));
        await File.WriteAllTextAsync(keyFile, KeyText + "\n");
        string[] command = ["audit", "verify", Log, "--heads", heads, "--key-file", keyFile, "--json"];
        Assert.Equal(0, (await CliProcess.RunAsync(command)).ExitCode);

        await File.WriteAllTextAsync(First, string.Join('\n', lines[..4]) + "\n");
        Assert.Equal(0, (await CliProcess.RunAsync(command[..3])).ExitCode);
        CliResult cut = await CliProcess.RunAsync(command);
        Assert.Equal((1, "cut_off"), (cut.ExitCode, cut.Json().GetProperty("broken")[0].GetProperty("kind").GetString()));

        await File.WriteAllTextAsync(keyFile, KeyText.Replace('0', '1'));
        CliResult wrong = await CliProcess.RunAsync(command);
        Assert.Equal((1, "wrong_signature"), (wrong.ExitCode, wrong.Json().GetProperty("broken")[0].GetProperty("kind").GetString()));
        await File.WriteAllTextAsync(heads, "{}");
        CliResult invalid = await CliProcess.RunAsync(command);
        Assert.Equal(2, invalid.ExitCode);
        Assert.Contains(heads, invalid.Error(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--heads")]
    [InlineData("--key-file")]
    [InlineData("")]
    public async Task A_missing_file_is_an_error_of_one_line(string option)
    {
        await FillAsync(1);
        string missing = Path.Combine(_folder.Path, "missing.jsonl");
        string[] command = option.Length == 0 ? ["audit", "verify", missing] : ["audit", "verify", Log, option, missing];
        CliResult plain = await CliProcess.RunAsync(command);
        Assert.Equal((2, string.Empty), (plain.ExitCode, plain.Output));
        Assert.Contains(missing, Assert.Single(plain.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Contains(missing, (await CliProcess.RunAsync([.. command, "--json"])).Error(), StringComparison.Ordinal);
    }

    private async Task FillAsync(int lines)
    {
        await using AuditLog log = AuditLog.Open(new AuditLogOptions(Log, "a"), TimeProvider.System);
        for (int i = 0; i < lines; i++)
        {
            await log.AppendAsync(new AuditEntry($"action.{i}"));
        }
    }
}
