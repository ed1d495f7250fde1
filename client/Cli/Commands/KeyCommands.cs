using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansInference.Cli.Administration;

namespace OrleansInference.Cli.Commands;

/// <summary><c>key</c>: commands that administer keys.</summary>
internal static class KeyCommands
{
    private const string Path = "/admin/keys";

    public static Command Create() => new("key", "Administers API keys") { CreateCreate(), CreateList(), CreateShow(), CreateLimit(), CreateRotate(), CreateRevoke() };

    private static Command CreateCreate()
    {
        NodeAddressOptions node = new();
        LimitOptions limits = new(ofTenant: false);
        Option<string?> tenant = new("--tenant") { Description = "Tenant of the key; that of the administrator's key by default", HelpName = "NAME" };
        Option<string?> role = new("--role") { Description = "Role: user (the default), auditor, tenant-admin or cluster-admin", HelpName = "ROLE" };
        Option<string?> scopes = new("--scopes") { Description = "Rights that the key has of those of its role, separated by commas; all by default", HelpName = "NAMES" };
        Option<string?> label = new("--label") { Description = "What the key is for", HelpName = "TEXT" };
        Option<int?> seconds = new("--expires-in") { Description = "Seconds until the key expires; never by default", HelpName = "N" };
        return CommandInvocation.Create("create", "Creates a key and prints it; it is not shown again", new SettingSet(), [tenant, role, scopes, label, seconds, .. limits.All, .. node.All], async invocation =>
        {
            JsonObject body = new()
            {
                ["tenant"] = invocation.Arguments.GetValue(tenant),
                ["role"] = invocation.Arguments.GetValue(role),
                ["scopes"] = invocation.Arguments.GetValue(scopes) is { } names ? new JsonArray([.. names.Split(',', StringSplitOptions.TrimEntries).Select(static name => (JsonNode)name)]) : null,
                ["label"] = invocation.Arguments.GetValue(label),
                ["expires_in"] = invocation.Arguments.GetValue(seconds),
                ["limits"] = limits.Read(invocation.Arguments),
            };
            await RunAsync(invocation, node, HttpMethod.Post, Path, body, PrintCreated);
        });
    }

    private static Command CreateList()
    {
        NodeAddressOptions node = new();
        Option<string?> tenant = new("--tenant") { Description = "Tenant of the keys; that of the administrator's key by default", HelpName = "NAME" };
        return CommandInvocation.Create("list", "Lists the keys of a tenant", new SettingSet(), [tenant, .. node.All], async invocation =>
        {
            using AdminApi api = node.Connect(invocation.Arguments);
            string filter = invocation.Arguments.GetValue(tenant) is { } name ? $"tenant={Uri.EscapeDataString(name)}&" : string.Empty;
            List<JsonElement> keys = await AdminList.ReadAsync(api, $"{Path}?{filter}", "id");
            invocation.Print(() => AdminList.Describe(keys), () => AdminOutput.PrintKeys(keys));
        });
    }

    private static Command CreateShow()
    {
        NodeAddressOptions node = new();
        Argument<string> id = Id();
        return CommandInvocation.Create("show", "Shows a key without its text", new SettingSet(), [id, .. node.All], async invocation =>
            await RunAsync(invocation, node, HttpMethod.Get, PathOf(invocation.Arguments.GetValue(id)!), null, static key => AdminOutput.PrintKeys([key])));
    }

    private static Command CreateLimit()
    {
        NodeAddressOptions node = new();
        LimitOptions limits = new(ofTenant: false);
        Argument<string> id = Id();
        return CommandInvocation.Create("limit", "Replaces all limits of a key by the given ones", new SettingSet(), [id, .. limits.All, .. node.All], async invocation =>
        {
            JsonObject body = new() { ["limits"] = limits.Read(invocation.Arguments) ?? [] };
            await RunAsync(invocation, node, HttpMethod.Patch, PathOf(invocation.Arguments.GetValue(id)!), body, static key => Console.Out.WriteLine($"The limits of key {AdminOutput.TextOf(key, "id")} were replaced."));
        });
    }

    private static Command CreateRotate()
    {
        NodeAddressOptions node = new();
        Argument<string> id = Id();
        Option<int> overlap = RangedOption.Create("--overlap", "Seconds for which the replaced key is still accepted", 86_400, 0);
        return CommandInvocation.Create("rotate", "Replaces a key by a new one with the same rights and limits", new SettingSet(), [id, overlap, .. node.All], async invocation =>
        {
            JsonObject body = new() { ["overlap"] = invocation.Arguments.GetValue(overlap) };
            await RunAsync(invocation, node, HttpMethod.Post, $"{PathOf(invocation.Arguments.GetValue(id)!)}/rotate", body, PrintCreated);
        });
    }

    private static Command CreateRevoke()
    {
        NodeAddressOptions node = new();
        Argument<string> id = Id();
        return CommandInvocation.Create("revoke", "Revokes a key on all nodes, and ends its requests", new SettingSet(), [id, .. node.All], async invocation =>
            await RunAsync(invocation, node, HttpMethod.Delete, PathOf(invocation.Arguments.GetValue(id)!), null, static key => Console.Out.WriteLine($"Key {AdminOutput.TextOf(key, "id")} is revoked.")));
    }

    private static async Task RunAsync(CommandInvocation invocation, NodeAddressOptions node, HttpMethod method, string path, JsonObject? body, Action<JsonElement> print)
    {
        using AdminApi api = node.Connect(invocation.Arguments);
        JsonElement key = await api.SendAsync(method, path, body);
        invocation.Print(() => JsonObject.Create(key)!, () => print(key));
    }

    private static void PrintCreated(JsonElement key)
    {
        Console.Out.WriteLine($"Key {AdminOutput.TextOf(key, "id")} of tenant {AdminOutput.TextOf(key, "tenant")} was created. It is not shown again:");
        Console.Out.WriteLine(AdminOutput.TextOf(key, "key"));
    }

    private static Argument<string> Id() => new("id") { Description = "Id of the key: the part between the dashes of its text" };

    private static string PathOf(string id) => $"{Path}/{Uri.EscapeDataString(id)}";
}
