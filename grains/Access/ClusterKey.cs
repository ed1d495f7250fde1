using System.Security.Cryptography;
using System.Text;

namespace OrleansInference.Grains.Access;

/// <summary>Key of a cluster, derived from its secret. Members prove to each other that they know it; the key itself is never sent.</summary>
public sealed class ClusterKey
{
    private readonly byte[] _key;

    /// <param name="clusterId">Cluster that the key belongs to. With the same secret, another cluster has a different key.</param>
    /// <param name="secret">Secret of the cluster.</param>
    public ClusterKey(string clusterId, ReadOnlySpan<byte> secret)
    {
        _key = HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"orleans-inference cluster {clusterId}"));
        Fingerprint = HMACSHA256.HashData(_key, "fingerprint"u8);
    }

    /// <summary>Identifies the key without revealing it.</summary>
    public byte[] Fingerprint { get; }

    /// <summary>Derives a key of 32 bytes for another purpose.</summary>
    public byte[] Derive(ReadOnlySpan<byte> purpose) => HMACSHA256.HashData(_key, purpose);

    /// <summary>Computes the HMAC-SHA256 of a text under the key.</summary>
    /// <param name="text">Text that the proof is bound to.</param>
    /// <param name="proof">Receives <see cref="ClusterHandshake.ProofBytes"/> bytes.</param>
    public void Prove(ReadOnlySpan<byte> text, Span<byte> proof) => HMACSHA256.HashData(_key, text, proof);
}
