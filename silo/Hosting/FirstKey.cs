using OrleansInference.Api;
using OrleansInference.Tenancy.Keys;
using OrleansInference.Tenancy.Storage;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.Silo.Hosting;

/// <summary>Creates the first administrator's key of a cluster whose server needs keys and has none.</summary>
internal static class FirstKey
{
    /// <summary>Id of the key. Ids are unique in a cluster: of several nodes that start at the same time, one creates the key.</summary>
    public const string Id = "bootstrapkey";

    /// <returns>The text of the key; null if the cluster has a key or does not need one.</returns>
    public static async Task<string?> CreateAsync(ServerOptions server, ApiOptions api, ITenancyStore store)
    {
        if (!server.AlwaysRequiresKeys || server.AdminKey is not null || api.ApiKeys.Count > 0 || api.Issuers.Count > 0 || await store.HasKeyAsync(null))
        {
            return null;
        }

        string text = KeySecret.Create(Id);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        await store.CreateAsync(new Tenant(Tenant.Default, now, Limits.None));
        AccessKey key = new(Id, Tenant.Default, Role.ClusterAdmin, KeySecret.Hash(text), now) { Label = "first administrator" };
        return await store.CreateAsync(key) is null ? null : text;
    }
}
