using System.Text.Json.Nodes;

namespace OrleansInference.Cli.Administration;

/// <summary>Options with the limits of a tenant or key.</summary>
/// <param name="ofTenant">Whether they include the limits that only tenants have.</param>
internal sealed class LimitOptions(bool ofTenant)
{
    private const string Separator = ",";
    private const string On = "on";

    private readonly (string Name, Option<long?> Option)[] _counts =
    [
        Count("requests_per_minute", "Requests accepted in a minute"), Count("tokens_per_minute", "Tokens of prompts and answers in a minute"), Count("streams", "Requests that run at the same time"),
        Count("tokens_per_day", "Tokens of prompts and answers in a day, in UTC"), Count("tokens_per_month", "Tokens of prompts and answers in a calendar month, in UTC"),
        Count("token_budget", "Tokens of prompts and answers in all"), .. ofTenant ? [Count("kv_bytes", "Bytes of pages that idle conversations may keep")] : Array.Empty<(string, Option<long?>)>(),
    ];

    private readonly Option<double?> _weight = new("--weight") { Description = "Share of the tenant, in relation to other tenants, from 0.001 to 1000; that of the setting TenantWeights by default", HelpName = "W" };
    private readonly Option<string?> _sharing = new Option<string?>("--share-prefixes") { Description = "Whether cached prefixes are shared with all other tenants that have this on; off by default", HelpName = "SWITCH" }.AcceptOnlyFromAmong(On, "off");
    private readonly Option<int?> _priority = new("--max-priority") { Description = "The highest priority that a request may have; 0 by default", HelpName = "N" };
    private readonly Option<string?> _models = new("--models") { Description = "Models that may be used, separated by commas; all by default", HelpName = "NAMES" };

    public Symbol[] All => [.. _counts.Select(static count => count.Option), .. ofTenant ? [_weight, _sharing] : Array.Empty<Symbol>(), _priority, _models];

    /// <returns>The limits as the node reads them; null if none is given.</returns>
    public JsonObject? Read(ParseResult arguments)
    {
        JsonObject limits = [];
        foreach ((string name, Option<long?> option) in _counts)
        {
            if (arguments.GetValue(option) is { } count)
            {
                limits[name] = count;
            }
        }

        if (arguments.GetValue(_weight) is { } weight)
        {
            limits["weight"] = weight;
        }

        if (arguments.GetValue(_sharing) is { } sharing)
        {
            limits["shared_prefixes"] = sharing == On;
        }

        if (arguments.GetValue(_priority) is { } priority)
        {
            limits["max_priority"] = priority;
        }

        if (arguments.GetValue(_models) is { } models)
        {
            limits["models"] = new JsonArray([.. models.Split(Separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(static model => (JsonNode)model)]);
        }

        return limits.Count == 0 ? null : limits;
    }

    private static (string Name, Option<long?> Option) Count(string name, string description) =>
        (name, new Option<long?>($"--{name.Replace('_', '-')}") { Description = description, HelpName = "N" });
}
