using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansInference.Cli.Administration;

namespace OrleansInference.Cli.Commands;

/// <summary><c>usage</c>: prints the tokens that a tenant has used.</summary>
internal static class UsageCommand
{
    private static readonly string[] Columns = ["day", "tenant", "key", "model", "requests", "prompt_tokens", "completion_tokens"];

    public static Command Create()
    {
        NodeAddressOptions node = new();
        Option<string?> tenant = new("--tenant") { Description = "Tenant; by default that of the key, or all for a cluster administrator", HelpName = "NAME" };
        Option<string?> key = new("--key") { Description = "Id of a key; all by default", HelpName = "ID" };
        Option<string?> from = new("--from") { Description = "First day, in UTC", HelpName = "YYYY-MM-DD" };
        Option<string?> to = new("--to") { Description = "Last day, in UTC", HelpName = "YYYY-MM-DD" };
        Option<bool> csv = new("--csv") { Description = "Prints comma-separated values" };
        return CommandInvocation.Create("usage", "Prints the tokens that a tenant has used, by day, key and model", new SettingSet(), [tenant, key, from, to, csv, .. node.All], async invocation =>
        {
            ParseResult arguments = invocation.Arguments;
            string query = string.Join('&', new[] { ("tenant", arguments.GetValue(tenant)), ("key", arguments.GetValue(key)), ("from", arguments.GetValue(from)), ("to", arguments.GetValue(to)) }
                .Where(static part => part.Item2 is not null).Select(static part => $"{part.Item1}={Uri.EscapeDataString(part.Item2!)}"));
            using AdminApi api = node.Connect(arguments);
            JsonElement usage = await api.SendAsync(HttpMethod.Get, query.Length == 0 ? "/admin/usage" : $"/admin/usage?{query}");
            invocation.Print(() => JsonObject.Create(usage)!, () => Print(usage, arguments.GetValue(csv)));
        });
    }

    private static void Print(JsonElement usage, bool csv)
    {
        IEnumerable<string[]> rows = usage.GetProperty("data").EnumerateArray().Select(static row => Columns.Select(column => AdminOutput.TextOf(row, column)).ToArray());
        if (csv)
        {
            Console.Out.WriteLine(string.Join(',', Columns));
            foreach (string[] row in rows)
            {
                Console.Out.WriteLine(string.Join(',', row.Select(Quoted)));
            }

            return;
        }

        AdminOutput.Print(Columns, rows);
        Console.Out.WriteLine($"Total: {AdminOutput.TextOf(usage, "requests")} requests, {AdminOutput.TextOf(usage, "prompt_tokens")} prompt tokens, {AdminOutput.TextOf(usage, "completion_tokens")} completion tokens");
    }

    private static string Quoted(string text) => text.AsSpan().ContainsAny(",\"\n\r") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
