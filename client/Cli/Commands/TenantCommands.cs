using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansInference.Cli.Administration;

namespace OrleansInference.Cli.Commands;

/// <summary><c>tenant</c>: commands that administer tenants.</summary>
internal static class TenantCommands
{
    private const string Path = "/admin/tenants";

    public static Command Create() => new("tenant", "Administers tenants")
    {
        CreateCreate(), CreateList(), CreateShow(), CreateLimit(), CreateUpdate(), CreateSwitch("disable", "Refuses the keys of a tenant, and ends their requests", disabled: true),
        CreateSwitch("enable", "Accepts the keys of a tenant again", disabled: false),
    };

    private static Command CreateCreate()
    {
        NodeAddressOptions node = new();
        LimitOptions limits = new(ofTenant: true);
        Argument<string> name = Name();
        return CommandInvocation.Create("create", "Creates a tenant", new SettingSet(), [name, .. limits.All, .. node.All], async invocation =>
        {
            JsonObject body = new() { ["name"] = invocation.Arguments.GetValue(name), ["limits"] = limits.Read(invocation.Arguments) };
            await RunAsync(invocation, node, HttpMethod.Post, Path, body, static tenant => $"Tenant {tenant} was created.");
        });
    }

    private static Command CreateList()
    {
        NodeAddressOptions node = new();
        return CommandInvocation.Create("list", "Lists all tenants", new SettingSet(), node.All, async invocation =>
        {
            using AdminApi api = node.Connect(invocation.Arguments);
            List<JsonElement> tenants = await AdminList.ReadAsync(api, $"{Path}?", "tenant");
            invocation.Print(() => AdminList.Describe(tenants), () => AdminOutput.PrintTenants(tenants));
        });
    }

    private static Command CreateShow()
    {
        NodeAddressOptions node = new();
        Argument<string> name = Name();
        return CommandInvocation.Create("show", "Shows a tenant with its limits", new SettingSet(), [name, .. node.All], async invocation =>
        {
            using AdminApi api = node.Connect(invocation.Arguments);
            JsonElement tenant = await api.SendAsync(HttpMethod.Get, PathOf(invocation.Arguments.GetValue(name)!));
            invocation.Print(() => JsonObject.Create(tenant)!, () => AdminOutput.PrintTenants([tenant]));
        });
    }

    private static Command CreateLimit()
    {
        NodeAddressOptions node = new();
        LimitOptions limits = new(ofTenant: true);
        Argument<string> name = Name();
        return CommandInvocation.Create("limit", "Replaces all limits of a tenant by the given ones", new SettingSet(), [name, .. limits.All, .. node.All], async invocation =>
        {
            JsonObject body = new() { ["limits"] = limits.Read(invocation.Arguments) ?? [] };
            await RunAsync(invocation, node, HttpMethod.Patch, PathOf(invocation.Arguments.GetValue(name)!), body, static tenant => $"The limits of tenant {tenant} were replaced.");
        });
    }

    private static Command CreateUpdate()
    {
        NodeAddressOptions node = new();
        Option<string?> contents = new("--audit-contents") { Description = "Contents of the tenant's requests and answers in the audit log: on or off", HelpName = "SWITCH" };
        Option<string?> watermark = new("--watermark") { Description = "Statistical watermark of the tenant's answers, which changes their tokens: on or off", HelpName = "SWITCH" };
        Argument<string> name = Name();
        return CommandInvocation.Create("update", "Changes settings of a tenant; those that are not given stay", new SettingSet(), [name, contents, watermark, .. node.All], async invocation =>
        {
            JsonObject body = new() { ["audit_contents"] = Read(invocation, contents), ["watermark"] = Read(invocation, watermark) };
            await RunAsync(invocation, node, HttpMethod.Patch, PathOf(invocation.Arguments.GetValue(name)!), body, static tenant => $"Tenant {tenant} was changed.");
        });
    }

    private static Command CreateSwitch(string verb, string description, bool disabled)
    {
        NodeAddressOptions node = new();
        Argument<string> name = Name();
        return CommandInvocation.Create(verb, description, new SettingSet(), [name, .. node.All], async invocation =>
            await RunAsync(invocation, node, HttpMethod.Patch, PathOf(invocation.Arguments.GetValue(name)!), new JsonObject { ["disabled"] = disabled }, tenant => $"Tenant {tenant} is {verb}d."));
    }

    private static async Task RunAsync(CommandInvocation invocation, NodeAddressOptions node, HttpMethod method, string path, JsonObject body, Func<string, string> line)
    {
        using AdminApi api = node.Connect(invocation.Arguments);
        JsonElement tenant = await api.SendAsync(method, path, body);
        invocation.Print(() => JsonObject.Create(tenant)!, () => Console.Out.WriteLine(line(AdminOutput.TextOf(tenant, "tenant"))));
    }

    private static bool? Read(CommandInvocation invocation, Option<string?> option) => invocation.Arguments.GetValue(option) is { } given ? Values.Switch.Require(option.Name, given) : null;

    private static Argument<string> Name() => new("name") { Description = "Name of the tenant: letters, digits, '-', '_' and '.'" };

    private static string PathOf(string name) => $"{Path}/{Uri.EscapeDataString(name)}";
}
