using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansInference.Cli.Administration;

namespace OrleansInference.Cli.Commands;

/// <summary><c>watermark detect</c>: looks for the watermark of a tenant in a text.</summary>
internal static class WatermarkCommand
{
    private const string StandardInput = "-";

    public static Command Create() => new("watermark", "Looks for the watermarks of tenants") { CreateDetect() };

    private static Command CreateDetect()
    {
        NodeAddressOptions node = new();
        Argument<string> file = new("file") { Description = "File with the text; - for the standard input", HelpName = "FILE", Arity = ArgumentArity.ZeroOrOne, DefaultValueFactory = static _ => StandardInput };
        Option<string?> tenant = new("--tenant") { Description = "Tenant whose watermark is looked for; that of the key by default", HelpName = "NAME" };
        return CommandInvocation.Create("detect", "Looks for the watermark of a tenant in a text", new SettingSet(), [file, tenant, .. node.All], async invocation =>
        {
            using AdminApi api = node.Connect(invocation.Arguments);
            JsonObject body = new() { ["text"] = await ReadAsync(invocation.Arguments.GetValue(file)!), ["tenant"] = invocation.Arguments.GetValue(tenant) };
            JsonElement report = await api.SendAsync(HttpMethod.Post, "/admin/watermark/detect", body);
            invocation.Print(() => JsonObject.Create(report)!, () => Print(report));
        });
    }

    private static async Task<string> ReadAsync(string path)
    {
        try
        {
            return path == StandardInput ? await Console.In.ReadToEndAsync() : await File.ReadAllTextAsync(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InferenceException(ErrorCode.InvalidOption, error.Message, "file", error);
        }
    }

    private static void Print(JsonElement report)
    {
        string found = report.GetProperty("watermarked").GetBoolean() ? "has" : "does not show";
        Console.Out.WriteLine($"The text {found} the watermark of tenant {AdminOutput.TextOf(report, "tenant")}.");
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.GetProperty("preferred").GetInt32()} of {report.GetProperty("distinct").GetInt32()} different tokens are preferred ones: z = {report.GetProperty("z_score").GetDouble():0.00}, p = {report.GetProperty("p_value").GetDouble():0.0e+0}"));
    }
}
