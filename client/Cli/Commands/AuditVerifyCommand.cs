using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansInference.Cli.Administration;
using OrleansInference.Cluster.Programs;
using OrleansInference.Settings;
using OrleansInference.Tenancy.Audit;
using OrleansInference.Tenancy.Audit.Heads;
using OrleansInference.Tenancy.Audit.Verification;

namespace OrleansInference.Cli.Commands;

/// <summary><c>audit verify</c>: verifies the chains of an audit log.</summary>
internal static class AuditVerifyCommand
{
    private static readonly string DefaultPath = Path.Combine(DataFolder.Default, DataFolder.Audit);

    public static Command Create()
    {
        NodeAddressOptions node = new();
        Argument<string> path = new("path") { Description = $"File or folder of the audit log; {DefaultPath} by default", HelpName = "FILE|FOLDER", Arity = ArgumentArity.ZeroOrOne, DefaultValueFactory = _ => DefaultPath };
        Option<string?> heads = new("--heads") { Description = "JSON file with the signed heads, which prove where the log ends; with --url they are read from a node", HelpName = "FILE" };
        Option<string?> key = new("--key-file") { Description = "File with the key of the signatures", HelpName = "FILE" };
        Option<bool> laterStart = new("--accept-later-start") { Description = "Accept a log whose first lines are missing without a signed start" };
        return CommandInvocation.Create("verify", "Verifies the chains of an audit log; exit code 1 if something is broken", new SettingSet(), [path, heads, key, laterStart, .. node.All], async invocation =>
        {
            ParseResult arguments = invocation.Arguments;
            AuditVerification options = new()
            {
                Heads = arguments.GetValue(heads) is { } file ? ReadHeads(file) : node.IsGiven(arguments) ? await ReadHeadsAsync(node, arguments) : [],
                Key = arguments.GetValue(key) is { } keyFile ? Guard(() => AuditKey.Read(keyFile)) : null,
                AcceptsLaterStart = arguments.GetValue(laterStart),
            };
            AuditReport report = Guard(() => AuditVerifier.Verify(arguments.GetValue(path)!, options));
            invocation.Print(() => Describe(report), () => Print(report));
            return report.Broken.Count > 0 ? ExitCode.Failure : ExitCode.Success;
        });
    }

    /// <summary>Reads the heads of all nodes from the database, through a node.</summary>
    private static async Task<IReadOnlyList<AuditHead>> ReadHeadsAsync(NodeAddressOptions node, ParseResult arguments)
    {
        using AdminApi api = node.Connect(arguments);
        JsonElement heads = await api.SendAsync(HttpMethod.Get, "/admin/audit/heads");
        try
        {
            return AuditHeadJson.Read(heads.GetRawText());
        }
        catch (JsonException error)
        {
            throw new InferenceException(ErrorCode.InvalidRequest, $"The node did not answer with heads of audit logs: {error.Message}", "--url", error);
        }
    }

    private static IReadOnlyList<AuditHead> ReadHeads(string path)
    {
        try
        {
            return AuditHeadJson.Read(File.ReadAllText(path));
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            string message = error is JsonException ? $"{path} is not a JSON array of heads: {error.Message}" : error.Message;
            throw new InferenceException(ErrorCode.InvalidOption, message, "--heads", error);
        }
    }

    private static T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (AuditException error)
        {
            throw new InferenceException(ErrorCode.InvalidOption, error.Message, null, error);
        }
    }

    private static JsonObject Describe(AuditReport report) => new()
    {
        ["lines"] = report.Lines,
        ["broken"] = new JsonArray([.. report.Broken.Select(static fault => new JsonObject
        {
            ["file"] = fault.File,
            ["line"] = fault.Line,
            ["sequence"] = fault.Sequence,
            ["kind"] = JsonNamingPolicy.SnakeCaseLower.ConvertName($"{fault.Kind}"),
            ["reason"] = fault.Reason,
        })]),
        ["chains"] = new JsonArray([.. report.Chains.Select(static chain => new JsonObject
        {
            ["node"] = chain.Node,
            ["files"] = chain.Files,
            ["first"] = chain.First,
            ["last"] = chain.Last,
        })]),
    };

    private static void Print(AuditReport report)
    {
        foreach (AuditChain chain in report.Chains)
        {
            Console.Out.WriteLine($"Node {chain.Node}: lines {chain.First} to {chain.Last} in {chain.Files} {(chain.Files == 1 ? "file" : "files")}");
        }

        foreach (AuditFault fault in report.Broken)
        {
            string place = (fault.File.Length > 0, fault.Line > 0) switch
            {
                (true, true) => $"{fault.File}, line {fault.Line}: ",
                (true, false) => $"{fault.File}: ",
                _ => string.Empty,
            };
            Console.Out.WriteLine($"{place}{fault.Reason}");
        }

        Console.Out.WriteLine(report.Broken.Count == 0 ? $"{report.Lines} lines, nothing is broken" : $"{report.Lines} lines, broken");
    }
}
