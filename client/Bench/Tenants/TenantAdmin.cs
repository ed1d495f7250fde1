using OrleansInference.Cli.Administration;
using OrleansInference.Tenancy.Audit.Heads;

namespace OrleansInference.Bench.Tenants;

/// <summary>Administers the tenants of a cluster through any node that answers.</summary>
internal sealed class TenantAdmin : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly AdminApi[] _nodes;

    private TenantAdmin(IReadOnlyList<string> urls, string key)
    {
        _nodes = [.. urls.Select(url => new AdminApi(new Uri(url), key))];
        Key = key;
    }

    /// <summary>Key of a cluster administrator.</summary>
    public string Key { get; }

    /// <summary>Connects with the administrator's key of the environment, or with a new one, which a cluster without an administrator creates for programs on its machine.</summary>
    public static async Task<TenantAdmin> ConnectAsync(IReadOnlyList<string> urls)
    {
        if (Environment.GetEnvironmentVariable(AdminApi.KeyVariable) is { Length: > 0 } given)
        {
            return new TenantAdmin(urls, given);
        }

        using AdminApi keyless = new(new Uri(urls[0]), null);
        JsonElement created = await keyless.SendAsync(HttpMethod.Post, "/admin/keys", new JsonObject { ["role"] = "cluster-admin", ["label"] = "bench tenants" });
        return new TenantAdmin(urls, created.GetProperty("key").GetString()!);
    }

    /// <summary>Creates tenants with keys. One tenant in two has a budget, of which its requests lease their tokens.</summary>
    public async Task<TenantKey[]> CreateAsync(int tenants, int keysPerTenant)
    {
        List<TenantKey> keys = [];
        for (int number = 1; number <= tenants; number++)
        {
            string tenant = string.Create(CultureInfo.InvariantCulture, $"tenant-{number}");
            JsonObject limits = number % 2 == 0 ? new JsonObject { ["token_budget"] = 1_000_000_000 } : [];
            await _nodes[0].SendAsync(HttpMethod.Post, "/admin/tenants", new JsonObject { ["name"] = tenant, ["limits"] = limits });
            for (int i = 0; i < keysPerTenant; i++)
            {
                JsonElement key = await _nodes[0].SendAsync(HttpMethod.Post, "/admin/keys", new JsonObject { ["tenant"] = tenant });
                keys.Add(new TenantKey(tenant, key.GetProperty("id").GetString()!, key.GetProperty("key").GetString()!));
            }
        }

        return [.. keys];
    }

    /// <summary>Reads the usage of all tenants.</summary>
    public Task<JsonElement> ReadUsageAsync(CancellationToken cancellationToken) => ReadAsync("/admin/usage", cancellationToken);

    /// <summary>Reads the signed heads of the nodes' audit logs.</summary>
    public async Task<IReadOnlyList<AuditHead>> ReadHeadsAsync(CancellationToken cancellationToken) => AuditHeadJson.Read((await ReadAsync("/admin/audit/heads", cancellationToken)).GetRawText());

    public void Dispose() => Array.ForEach(_nodes, static node => node.Dispose());

    private async Task<JsonElement> ReadAsync(string path, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return await _nodes[attempt % _nodes.Length].SendAsync(HttpMethod.Get, path);
            }
            catch (InferenceException away) when (away.Code == ErrorCode.Unavailable && Stopwatch.GetElapsedTime(start) < Patience)
            {
                await Task.Delay(Interval, cancellationToken);
            }
        }
    }
}
