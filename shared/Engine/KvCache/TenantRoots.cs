using System.Security.Cryptography;
using System.Text;

namespace OrleansInference.Engine.KvCache;

/// <summary>Where the chains of tenants' pages start: with a secret's digest of the tenant, so that no tenant meets another's pages.</summary>
/// <param name="model">Fingerprint of the model.</param>
internal sealed class TenantRoots(string model)
{
    /// <summary>Of its own at first; that of another table, where the roots shall be the same as there.</summary>
    public byte[] Secret { get; set; } = RandomNumberGenerator.GetBytes(32);

    public PageRoot Of(string tenant) => PageRoot.Create(model, string.Empty, HMACSHA256.HashData(Secret, Encoding.UTF8.GetBytes(tenant)));
}
