using System.Security.Cryptography;
using System.Text;

namespace OrleansInference.Engine.KvCache;

/// <summary>The roots of the chains of pages, derived from a secret and the group of tenants that share them, so that no other tenant finds the group's pages.</summary>
/// <param name="model">Fingerprint of the model.</param>
public sealed class TenantRoots(string model)
{
    /// <summary>Initially random. Tables with the same secret have the same roots.</summary>
    public byte[] Secret { get; set; } = RandomNumberGenerator.GetBytes(32);

    /// <param name="group">The <see cref="Requests.GenerationRequest.PageGroup"/> of a request.</param>
    public PageRoot Of(string group) => PageRoot.Create(model, string.Empty, HMACSHA256.HashData(Secret, Encoding.UTF8.GetBytes(group)));
}
