using System.Security.Cryptography;
using System.Text;

namespace OrleansInference.Engine.KvCache;

/// <summary>The roots of the tenants' chains of pages, derived from a secret and the tenant, so that no tenant finds another's pages.</summary>
/// <param name="model">Fingerprint of the model.</param>
public sealed class TenantRoots(string model)
{
    /// <summary>Initially random. Tables with the same secret have the same roots.</summary>
    public byte[] Secret { get; set; } = RandomNumberGenerator.GetBytes(32);

    public PageRoot Of(string tenant) => PageRoot.Create(model, string.Empty, HMACSHA256.HashData(Secret, Encoding.UTF8.GetBytes(tenant)));
}
