using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansInference.Cli.Administration;
using OrleansInference.Cli.Output;

namespace OrleansInference.Cli.Commands;

/// <summary><c>session</c>: commands that administer the conversations and responses that the server keeps.</summary>
internal static class SessionCommands
{
    private const string Path = "/admin/sessions";

    public static Command Create() => new("session", "Administers stored conversations and responses")
    {
        CreateList(),
        CreateOfOne("show", "Shows a conversation or response without its contents", HttpMethod.Get, string.Empty, static session => AdminOutput.PrintSessions([session])),
        CreateOfOne("export", "Prints everything that is kept of a conversation or response, as JSON", HttpMethod.Get, "/export", static session => JsonOutput.Write(JsonObject.Create(session)!)),
        CreateOfOne("delete", "Deletes a conversation or response with its items", HttpMethod.Delete, string.Empty, static session => Console.Out.WriteLine($"The {AdminOutput.TextOf(session, "kind")} {AdminOutput.TextOf(session, "id")} is deleted.")),
    };

    private static Command CreateList()
    {
        NodeAddressOptions node = new();
        Option<string?> tenant = Tenant();
        return CommandInvocation.Create("list", "Lists the conversations and responses of a tenant", new SettingSet(), [tenant, .. node.All], async invocation =>
        {
            using AdminApi api = node.Connect(invocation.Arguments);
            string filter = invocation.Arguments.GetValue(tenant) is { } name ? $"tenant={Uri.EscapeDataString(name)}&" : string.Empty;
            List<JsonElement> sessions = await AdminList.ReadAsync(api, $"{Path}?{filter}", "id");
            invocation.Print(() => AdminList.Describe(sessions), () => AdminOutput.PrintSessions(sessions));
        });
    }

    private static Command CreateOfOne(string name, string description, HttpMethod method, string suffix, Action<JsonElement> print)
    {
        NodeAddressOptions node = new();
        Option<string?> tenant = Tenant();
        Argument<string> id = new("id") { Description = "Id of the conversation or response: conv_… or resp_…" };
        return CommandInvocation.Create(name, description, new SettingSet(), [id, tenant, .. node.All], async invocation =>
        {
            using AdminApi api = node.Connect(invocation.Arguments);
            string filter = invocation.Arguments.GetValue(tenant) is { } owner ? $"?tenant={Uri.EscapeDataString(owner)}" : string.Empty;
            JsonElement session = await api.SendAsync(method, $"{Path}/{Uri.EscapeDataString(invocation.Arguments.GetValue(id)!)}{suffix}{filter}");
            invocation.Print(() => JsonObject.Create(session)!, () => print(session));
        });
    }

    private static Option<string?> Tenant() => new("--tenant") { Description = "Tenant of the conversations and responses; that of the administrator's key by default", HelpName = "NAME" };
}
